// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/guitarml.h"

#include "dsp/model/json_about.h"
#include "dsp/model/state_dict.h"

#include <string.h>

/// The cell that `unit_type` names
static RcvStatus
read_cell(const RcvJsonFile* const file,
          const json_t* const      data,
          RcvCell* const           cell)
{
  static const char* const names[] = {"RNN", "LSTM", "GRU"}; // As RcvCell

  const json_t* const item = json_object_get(data, "unit_type");
  const char* const   name = json_string_value(item);
  for (uint32_t i = 0; name && i < 3; ++i) {
    if (!strcmp(name, names[i])) {
      *cell = (RcvCell)i;
      return RCV_OK;
    }
  }
  return rcv_json_unexpected(
    file, "$.model_data.unit_type", "RNN, LSTM or GRU", item);
}

/// Refuse the other networks of CoreAudioML, by their name
static RcvStatus
check_network(const RcvJsonFile* const file, const json_t* const data)
{
  static const char* const path = "$.model_data.model";

  const json_t* const item = json_object_get(data, "model");
  const char* const   name = json_string_value(item);
  if (!name) {
    return rcv_json_unexpected(file, path, "SimpleRNN", item);
  }
  return strcmp(name, "SimpleRNN") != 0
           ? rcv_json_unsupported(file,
                                  path,
                                  name,
                                  "only SimpleRNN is; train one of RNN, LSTM "
                                  "or GRU cells with `recurve train`")
           : RCV_OK;
}

static RcvStatus
read_shape(const RcvJsonFile* const file,
           const json_t* const      data,
           RcvShape* const          shape,
           bool* const              has_bias)
{
  static const char* const parent = "$.model_data";
  if (!json_is_object(data)) {
    return rcv_json_unexpected(file, parent, "an object", data);
  }

  RcvStatus st = RCV_OK;
  if ((st = check_network(file, data)) ||
      (st = read_cell(file, data, &shape->cell)) ||
      (st = rcv_json_uint(file,
                          data,
                          parent,
                          "input_size",
                          1,
                          RCV_MAX_INPUTS,
                          &shape->input_size)) ||
      (st = rcv_json_uint(
         file, data, parent, "output_size", 1, 1, &shape->output_size)) ||
      (st = rcv_json_uint(file,
                          data,
                          parent,
                          "hidden_size",
                          1,
                          RCV_MAX_HIDDEN,
                          &shape->hidden_size)) ||
      (st = rcv_json_uint(file,
                          data,
                          parent,
                          "num_layers",
                          1,
                          RCV_MAX_LAYERS,
                          &shape->num_layers)) ||
      (st = rcv_json_flag(file, data, parent, "skip", &shape->skip)) ||
      (st = rcv_json_flag(file, data, parent, "bias_fl", has_bias))) {
    return st;
  }
  shape->head = RCV_HEAD_LINEAR;
  return RCV_OK;
}

RcvModel*
rcv_guitarml_read(const json_t* const root, const RcvJsonFile* const file)
{
  RcvShape shape    = {0};
  bool     has_bias = true;
  if (read_shape(
        file, json_object_get(root, "model_data"), &shape, &has_bias)) {
    return NULL;
  }

  const json_t* const dict = json_object_get(root, "state_dict");
  if (!json_is_object(dict)) {
    rcv_json_unexpected(file, "$.state_dict", "an object", dict);
    return NULL;
  }

  RcvModel* const model  = rcv_json_new_model(file, &shape, "guitarml");
  RcvStatus       status = model ? RCV_OK : RCV_NO_MEMORY;
  for (uint32_t l = 0; !status && l < shape.num_layers; ++l) {
    status =
      rcv_state_dict_read_layer(file, dict, "$.state_dict", "rec", l, model, l);
  }
  if (!status) {
    status = rcv_state_dict_read_head(
      file, dict, "$.state_dict", "lin", has_bias, model);
  }
  if (!status) {
    // Only ours say their rate
    status = rcv_json_about_read(root, file, RCV_GUITARML_RATE_HZ, model);
  }
  if (status) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/nam.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The flat weights and how many of them were taken
typedef struct {
  const RcvJsonFile* file;
  const json_t*      weights;
  size_t             n_taken;
} Source;

/// Take the next values, of which there are enough
static RcvStatus
take(Source* const source, const size_t n, float* const values)
{
  for (size_t i = 0; i < n; ++i) {
    const size_t        index = source->n_taken++;
    const json_t* const item  = json_array_get(source->weights, index);
    values[i] = json_is_number(item) ? (float)json_number_value(item) : NAN;
    if (!isfinite(values[i])) {
      char path[RCV_JSON_PATH_SIZE];
      snprintf(path, sizeof(path), "$.weights[%zu]", index);
      return rcv_json_unexpected(source->file, path, "a finite number", item);
    }
  }
  return RCV_OK;
}

/// One layer: rows of [x h], the biases in one, then the state at the start
static RcvStatus
take_layer(Source* const source, RcvModel* const model, const uint32_t layer)
{
  const size_t n_hidden = model->shape.hidden_size;
  const size_t n_in     = layer ? n_hidden : model->shape.input_size;
  float* const w_ih     = rcv_model_layer_params(model, layer, RCV_TENSOR_W_IH);
  float* const w_hh     = rcv_model_layer_params(model, layer, RCV_TENSOR_W_HH);
  float* const bias     = rcv_model_layer_params(model, layer, RCV_TENSOR_B_IH);

  RcvStatus status = RCV_OK;
  for (size_t r = 0; !status && r < 4 * n_hidden; ++r) {
    if (!(status = take(source, n_in, w_ih + (r * n_in)))) {
      status = take(source, n_hidden, w_hh + (r * n_hidden));
    }
  }
  if (!status) {
    status = take(source, 4 * n_hidden, bias);
  }
  return status ? status
                : take(source,
                       2 * n_hidden,
                       model->initial_state + ((size_t)layer * 2 * n_hidden));
}

/// Number of weights of a network with its states
static size_t
expected_weights(const RcvShape* const shape)
{
  const size_t n_hidden = shape->hidden_size;
  size_t       n        = n_hidden + 1;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const size_t n_in = l ? n_hidden : shape->input_size;
    n += (4 * n_hidden * (n_in + n_hidden)) + (6 * n_hidden);
  }
  return n;
}

/// Version and architecture: what the rest of the file means
static RcvStatus
check_kind(const RcvJsonFile* const file, const json_t* const root)
{
  const json_t* const item         = json_object_get(root, "architecture");
  const char* const   architecture = json_string_value(item);
  if (!architecture) {
    return rcv_json_unexpected(file, "$.architecture", "LSTM", item);
  }
  if (strcmp(architecture, "LSTM") != 0) {
    return rcv_json_unsupported(
      file,
      "$.architecture",
      architecture,
      "only LSTM is; play a dry signal through it in its own player, record "
      "that, and give both to `recurve train`");
  }

  const json_t* const value    = json_object_get(root, "version");
  const char* const   version  = json_string_value(value);
  const bool          is_known = version && strlen(version) >= 5 &&
                        !strncmp(version, "0.", 2) && version[2] >= '5' &&
                        version[2] <= '7' && version[3] == '.';
  return is_known ? RCV_OK
                  : rcv_json_unexpected(
                      file, "$.version", "0.5.0 to 0.7.x as a string", value);
}

static RcvStatus
read_shape(const RcvJsonFile* const file,
           const json_t* const      config,
           RcvShape* const          shape)
{
  static const char* const parent     = "$.config";
  static const char* const channels[] = {"in_channels", "out_channels"};
  if (!json_is_object(config)) {
    return rcv_json_unexpected(file, parent, "an object", config);
  }

  RcvStatus st = RCV_OK;
  if ((st = rcv_json_uint(file,
                          config,
                          parent,
                          "input_size",
                          1,
                          RCV_MAX_INPUTS,
                          &shape->input_size)) ||
      (st = rcv_json_uint(file,
                          config,
                          parent,
                          "hidden_size",
                          1,
                          RCV_MAX_HIDDEN,
                          &shape->hidden_size)) ||
      (st = rcv_json_uint(file,
                          config,
                          parent,
                          "num_layers",
                          1,
                          RCV_MAX_LAYERS,
                          &shape->num_layers))) {
    return st;
  }
  for (uint32_t i = 0; !st && i < 2; ++i) {
    uint32_t n = 1;
    if (json_object_get(config, channels[i])) {
      st = rcv_json_uint(file, config, parent, channels[i], 1, 1, &n);
    }
  }
  shape->cell        = RCV_CELL_LSTM;
  shape->head        = RCV_HEAD_LINEAR;
  shape->output_size = 1;
  return st;
}

/// Refuse another number of weights than the sizes ask for
static RcvStatus
check_count(const RcvJsonFile* const file,
            const json_t* const      weights,
            const RcvShape* const    shape)
{
  const size_t n = expected_weights(shape);
  if (json_is_array(weights) && json_array_size(weights) == n) {
    return RCV_OK;
  }

  char expected[96];
  snprintf(expected,
           sizeof(expected),
           "an array of %zu numbers (%u inputs, %u units, %u layers)",
           n,
           shape->input_size,
           shape->hidden_size,
           shape->num_layers);
  return rcv_json_unexpected(file, "$.weights", expected, weights);
}

/// A number of the metadata, if it is one
static void
read_number(const json_t* const metadata,
            const char* const   key,
            double* const       value)
{
  const json_t* const item = json_object_get(metadata, key);
  if (json_is_number(item)) {
    *value = json_number_value(item);
  }
}

static void
read_info(const json_t* const metadata, RcvModelInfo* const info)
{
  char make[120]  = "";
  char model[120] = "";
  rcv_json_text(metadata, "name", info->name, sizeof(info->name));
  rcv_json_text(metadata, "modeled_by", info->author, sizeof(info->author));
  rcv_json_text(metadata, "gear_make", make, sizeof(make));
  rcv_json_text(metadata, "gear_model", model, sizeof(model));
  snprintf(info->device,
           sizeof(info->device),
           "%s%s%s",
           make,
           make[0] && model[0] ? " " : "",
           model);
  read_number(metadata, "loudness", &info->loudness_db);
  read_number(metadata, "input_level_dbu", &info->input_level_dbu);
  read_number(json_object_get(metadata, "training"),
              "validation_esr",
              &info->validation_esr);
}

/// Fill in all of a new model
static RcvStatus
read_model(const RcvJsonFile* const file,
           const json_t* const      root,
           RcvModel* const          model)
{
  Source    source = {file, json_object_get(root, "weights"), 0};
  RcvStatus status = RCV_OK;

  model->initial_state =
    calloc(rcv_model_n_initial(&model->shape), sizeof(float));
  if (!model->initial_state) {
    return rcv_error_set(
      file->error, RCV_NO_MEMORY, "%s: no memory", file->name);
  }

  for (uint32_t l = 0; !status && l < model->shape.num_layers; ++l) {
    status = take_layer(&source, model, l);
  }
  if (status ||
      (status = take(&source,
                     model->shape.hidden_size,
                     rcv_model_head_params(model, RCV_TENSOR_LIN_W))) ||
      (status =
         take(&source, 1, rcv_model_head_params(model, RCV_TENSOR_LIN_B)))) {
    return status;
  }

  read_info(json_object_get(root, "metadata"), &model->info);
  return rcv_json_rate(file,
                       json_object_get(root, "sample_rate"),
                       "$.sample_rate",
                       48000.0,
                       &model->info);
}

RcvModel*
rcv_nam_read(const json_t* const root, const RcvJsonFile* const file)
{
  RcvShape shape = {0};
  if (check_kind(file, root) ||
      read_shape(file, json_object_get(root, "config"), &shape) ||
      check_count(file, json_object_get(root, "weights"), &shape)) {
    return NULL;
  }

  RcvModel* const model = rcv_json_new_model(file, &shape, "nam");
  if (model && read_model(file, root, model)) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/model/model_file.h"

#include "dsp/model/dense_metadata.h"
#include "dsp/model/knobs.h"
#include "dsp/model/names.h"
#include "dsp/model/stack_metadata.h"
#include "train/file/output_file.h"
#include "train/model/bf16_weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

RcvStatus
rcv_model_file_write(const RcvModel* const model,
                     const char* const     path,
                     RcvError* const       error)
{
  return rcv_model_file_write_as(model, RCV_FORMAT_SAFETENSORS, path, error);
}

RcvStatus
rcv_model_file_write_as(const RcvModel* const model,
                        const RcvFormat       format,
                        const char* const     path,
                        RcvError* const       error)
{
  size_t      size  = 0;
  void* const bytes = rcv_model_write(model, format, path, &size, error);
  if (!bytes) {
    return error->status;
  }

  const RcvStatus status = rcv_output_file_write(path, bytes, size, error);
  free(bytes);
  return status;
}

json_t*
rcv_json_number(const double number)
{
  return isfinite(number) ? json_real(number) : json_null();
}

json_t*
rcv_json_frames(const double frames)
{
  return frames - floor(frames) > 0.0 ? json_real(frames)
                                      : json_integer((json_int_t)frames);
}

json_t*
rcv_model_file_describe(const RcvModel* const model)
{
  const RcvShape* const     shape     = &model->shape;
  const RcvModelInfo* const info      = &model->info;
  const RcvKnobs            knobs     = rcv_knobs_of_model(model);
  double                    max_error = (double)NAN;
  if (rcv_model_self_test(model, &max_error, NULL)) {
    return NULL;
  }

  json_t* const object = json_pack(
    "{s:s,s:s,s:i,s:i,s:b,s:s,s:i,s:o,s:o,s:b,s:b,s:f,s:i,s:o,s:o,s:i,s:i,"
    "s:o,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:s,s:s}",
    "format",
    info->format,
    "cell",
    rcv_shape_cell_name(shape),
    "hidden_size",
    (int)shape->hidden_size,
    "num_layers",
    (int)shape->num_layers,
    "bidirectional",
    (int)shape->bidirectional,
    "head",
    rcv_head_name(shape->head),
    "output_size",
    (int)shape->output_size,
    "dense_in",
    rcv_dense_describe(shape, RCV_DENSE_IN),
    "dense_out",
    rcv_dense_describe(shape, RCV_DENSE_OUT),
    "skip",
    (int)shape->skip,
    "bf16",
    (int)rcv_bf16_weights_are_exact(shape, model->params),
    "skip_gain_db",
    (double)shape->skip_gain_db,
    "inputs",
    (int)shape->input_size,
    "knobs",
    rcv_knobs_write(&knobs, NULL, 0),
    "sample_rate",
    rcv_json_number(info->rate_hz),
    "parameters",
    (int)rcv_shape_n_params(shape),
    "latency",
    (int)rcv_shape_latency(shape),
    "self_test_error",
    rcv_json_number(max_error),
    "name",
    info->name,
    "author",
    info->author,
    "licence",
    info->licence,
    "device",
    info->device,
    "measured",
    info->measured,
    "validation_esr",
    rcv_json_number(info->validation_esr),
    "test_esr",
    rcv_json_number(info->test_esr),
    "loudness",
    rcv_json_number(info->loudness_db),
    "input_level",
    rcv_json_number(info->input_level_dbu),
    "max_rest_level",
    rcv_json_number(info->rest_level),
    "recipe",
    info->recipe,
    "kernels",
    rcv_model_kernels(&model->shape)->name);
  if (rcv_shape_is_mixed(shape)) {
    json_object_set_new(object, "stack", rcv_stack_describe(shape));
  }
  for (uint32_t l = 1; l < shape->num_layers; ++l) {
    const RcvDensePlace place = rcv_dense_before(l);
    if (rcv_shape_n_dense(shape, place)) {
      json_object_set_new(
        object, rcv_dense_key(place), rcv_dense_describe(shape, place));
    }
  }
  return object;
}

RcvStatus
rcv_json_print(json_t* const object, RcvError* const error)
{
  char* const text =
    object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
  const int failed = !text || puts(text) < 0 || fflush(stdout);

  free(text);
  json_decref(object);
  return failed ? rcv_error_set(
                    error, RCV_WRITE_ERROR, "standard output: cannot write")
                : RCV_OK;
}

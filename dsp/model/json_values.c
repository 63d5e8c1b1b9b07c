// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/json_values.h"

#include "dsp/model/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// A value in a few words
static void
describe(const json_t* const value, char* const words, const size_t size)
{
  if (!value) {
    snprintf(words, size, "nothing");
  } else if (json_is_object(value)) {
    snprintf(words, size, "an object");
  } else if (json_is_array(value)) {
    snprintf(words, size, "an array of %zu", json_array_size(value));
  } else if (json_is_string(value)) {
    char text[64];
    rcv_text_copy(text, sizeof(text), json_string_value(value));
    snprintf(words, size, "\"%s\"", text);
  } else if (json_is_number(value)) {
    snprintf(words, size, "%.9g", json_number_value(value));
  } else {
    snprintf(words,
             size,
             "%s",
             json_is_true(value)    ? "true"
             : json_is_false(value) ? "false"
                                    : "null");
  }
}

RcvStatus
rcv_json_unexpected(const RcvJsonFile* const file,
                    const char* const        path,
                    const char* const        expected,
                    const json_t* const      found)
{
  char words[96];
  describe(found, words, sizeof(words));
  return rcv_error_set(
    file->error,
    RCV_BAD_FILE,
    "%s: %s: expected %s, found %s; write the file again with "
    "the program that made it",
    file->name,
    path,
    expected,
    words);
}

RcvStatus
rcv_json_unsupported(const RcvJsonFile* const file,
                     const char* const        path,
                     const char* const        found,
                     const char* const        way_out)
{
  char words[64];
  rcv_text_copy(words, sizeof(words), found);
  return rcv_error_set(file->error,
                       RCV_UNSUPPORTED,
                       "%s: %s: %s is not supported; %s",
                       file->name,
                       path,
                       words,
                       way_out);
}

RcvStatus
rcv_json_uint(const RcvJsonFile* const file,
              const json_t* const      object,
              const char* const        parent,
              const char* const        key,
              const uint32_t           min,
              const uint32_t           max,
              uint32_t* const          value)
{
  const json_t* const item   = json_object_get(object, key);
  const double        number = json_number_value(item);
  if (json_is_number(item) && number >= min && number <= max &&
      trunc(number) >= number) {
    *value = (uint32_t)number;
    return RCV_OK;
  }

  char expected[64];
  char path[RCV_JSON_PATH_SIZE];
  snprintf(
    expected, sizeof(expected), "a whole number from %u to %u", min, max);
  snprintf(path, sizeof(path), "%s.%s", parent, key);
  return rcv_json_unexpected(file, path, expected, item);
}

RcvStatus
rcv_json_flag(const RcvJsonFile* const file,
              const json_t* const      object,
              const char* const        parent,
              const char* const        key,
              bool* const              value)
{
  const json_t* const item = json_object_get(object, key);
  if (json_is_boolean(item)) {
    *value = json_is_true(item);
    return RCV_OK;
  }

  uint32_t        number = *value;
  const RcvStatus status =
    item ? rcv_json_uint(file, object, parent, key, 0, 1, &number) : RCV_OK;
  *value = number != 0;
  return status;
}

double
rcv_json_lenient_number(const json_t* const value)
{
  if (json_is_number(value)) {
    return json_number_value(value);
  }

  // JSON's syntax knows no locale
  json_t* const parsed =
    json_is_string(value)
      ? json_loads(json_string_value(value), JSON_DECODE_ANY, NULL)
      : NULL;
  const double number =
    json_is_number(parsed) ? json_number_value(parsed) : (double)NAN;
  json_decref(parsed);
  return number;
}

RcvStatus
rcv_json_rate(const RcvJsonFile* const file,
              const json_t* const      value,
              const char* const        path,
              const double             assumed_hz,
              RcvModelInfo* const      info)
{
  info->rate_hz         = assumed_hz;
  info->rate_is_assumed = !value || json_is_null(value);
  if (info->rate_is_assumed) {
    return RCV_OK;
  }

  const double number = rcv_json_lenient_number(value);
  if (!(number >= RCV_LEAST_RATE_HZ && number <= RCV_MOST_RATE_HZ)) {
    return rcv_json_unexpected(
      file, path, "a sample rate from 1000 to 1000000", value);
  }
  info->rate_hz = number;
  return RCV_OK;
}

/// Element i of an array at a path, with its own path in errors
static RcvStatus
read_element(const RcvJsonFile* const file,
             const json_t* const      item,
             const char* const        path,
             const size_t             i,
             float* const             value)
{
  // One that is too great for a float becomes infinite
  *value = json_is_number(item) ? (float)json_number_value(item) : NAN;
  if (isfinite(*value)) {
    return RCV_OK;
  }

  char place[RCV_JSON_PATH_SIZE + 48];
  snprintf(place, sizeof(place), "%s[%zu]", path, i);
  return rcv_json_unexpected(file, place, "a finite number", item);
}

/// Refuse anything but an array of n
static RcvStatus
check_array(const RcvJsonFile* const file,
            const json_t* const      array,
            const char* const        path,
            const size_t             n,
            const char* const        of)
{
  if (json_is_array(array) && json_array_size(array) == n) {
    return RCV_OK;
  }

  char expected[64];
  snprintf(expected, sizeof(expected), "an array of %zu %s", n, of);
  return rcv_json_unexpected(file, path, expected, array);
}

RcvStatus
rcv_json_vector(const RcvJsonFile* const file,
                const json_t* const      array,
                const char* const        path,
                const size_t             n,
                float* const             values)
{
  RcvStatus status = check_array(file, array, path, n, "numbers");
  for (size_t i = 0; !status && i < n; ++i) {
    status = read_element(file, json_array_get(array, i), path, i, values + i);
  }
  return status;
}

RcvStatus
rcv_json_matrix(const RcvJsonFile* const   file,
                const json_t* const        array,
                const char* const          path,
                const size_t               n_rows,
                const size_t               n_cols,
                const RcvJsonTarget* const target)
{
  RcvStatus status = check_array(file, array, path, n_rows, "rows");
  for (size_t r = 0; !status && r < n_rows; ++r) {
    const json_t* const row = json_array_get(array, r);
    char                place[RCV_JSON_PATH_SIZE + 24];
    snprintf(place, sizeof(place), "%s[%zu]", path, r);

    status = check_array(file, row, place, n_cols, "numbers");
    for (size_t c = 0; !status && c < n_cols; ++c) {
      status = read_element(file,
                            json_array_get(row, c),
                            place,
                            c,
                            target->values + (r * target->row_step) +
                              (c * target->column_step));
    }
  }
  return status;
}

void
rcv_json_text(const json_t* const object,
              const char* const   key,
              char* const         text,
              const size_t        size)
{
  const char* const value = json_string_value(json_object_get(object, key));
  if (value) {
    rcv_text_copy(text, size, value);
  }
}

float*
rcv_model_layer_params(RcvModel* const     model,
                       const uint32_t      layer,
                       const RcvTensorKind kind)
{
  const uint32_t index = (4 * layer) + (uint32_t)kind;
  return model->params + rcv_shape_tensor(&model->shape, index).offset;
}

float*
rcv_model_head_params(RcvModel* const model, const RcvTensorKind kind)
{
  const uint32_t last  = rcv_shape_n_tensors(&model->shape) - 1;
  const uint32_t index = kind == RCV_TENSOR_LIN_B ? last : last - 1;
  return model->params + rcv_shape_tensor(&model->shape, index).offset;
}

void
rcv_model_scale_audio(RcvModel* const model, const double gain_lin)
{
  // They are the first of each row
  const RcvShape* const shape = &model->shape;
  const RcvTensor       first = rcv_shape_n_dense(shape, RCV_DENSE_IN)
                                  ? rcv_shape_dense_tensor(shape, RCV_DENSE_IN, 0)
                                  : rcv_shape_tensor(shape, RCV_TENSOR_W_IH);
  for (size_t r = 0; r < first.n_rows; ++r) {
    float* const weight = model->params + first.offset + (r * first.n_cols);

    *weight = (float)(gain_lin * (double)*weight);
  }
}

RcvModel*
rcv_json_new_model(const RcvJsonFile* const file,
                   const RcvShape* const    shape,
                   const char* const        format)
{
  RcvModel* const model = rcv_model_new(shape);
  if (!model) {
    rcv_error_set(file->error, RCV_NO_MEMORY, "%s: no memory", file->name);
    return NULL;
  }

  snprintf(model->info.format, sizeof(model->info.format), "%s", format);
  for (uint32_t k = 0; k + 1 < shape->input_size; ++k) {
    RcvKnobInfo* const knob = &model->info.knobs[k];
    rcv_model_name_knob(k, knob->name, sizeof(knob->name));
  }
  return model;
}

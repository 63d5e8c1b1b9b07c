// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/keras_about.h"

#include "dsp/model/json_about.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEST_FRAMES = 1 << 20, MAX_TEST_DEPTH = 4 };

/// The gains of a file, linear
typedef struct {
  double in;
  double out;
} Gains;

/// A gain in dB; −90 and less is silence
static RcvStatus
read_gain(const json_t* const      root,
          const RcvJsonFile* const file,
          const char* const        key,
          const char* const        path,
          double* const            gain_lin)
{
  static const double silent_db = -90.0;
  static const double max_db    = 90.0;

  const json_t* const item = json_object_get(root, key);
  if (!item) {
    return RCV_OK;
  }

  const double gain_db = rcv_json_lenient_number(item);
  if (!(gain_db <= max_db)) {
    return rcv_json_unexpected(file, path, "a gain up to 90 dB", item);
  }
  *gain_lin = gain_db > silent_db ? pow(10.0, gain_db / 20.0) : 0.0;
  return RCV_OK;
}

/* The test batch, whose arrays may be nested: [batch][frames][1] */

/// Number of the numbers in nested arrays; SIZE_MAX if there is anything else
static size_t
count_numbers(const json_t* const value, const uint32_t depth)
{
  if (json_is_number(value)) {
    return 1;
  }
  if (!json_is_array(value) || depth == 0) {
    return SIZE_MAX;
  }

  size_t sum = 0;
  for (size_t i = 0; i < json_array_size(value); ++i) {
    const size_t n = count_numbers(json_array_get(value, i), depth - 1);
    if (n == SIZE_MAX) {
      return SIZE_MAX;
    }
    sum += n;
  }
  return sum;
}

/// Copy the numbers in nested arrays, every `step` floats
static void
copy_numbers(const json_t* const value, const size_t step, float** const out)
{
  if (json_is_number(value)) {
    **out = (float)json_number_value(value);
    *out += step;
  }
  for (size_t i = 0; i < json_array_size(value); ++i) {
    copy_numbers(json_array_get(value, i), step, out);
  }
}

static RcvStatus
check_finite(const RcvJsonFile* const file,
             const char* const        path,
             const float* const       values,
             const size_t             n)
{
  for (size_t i = 0; i < n; ++i) {
    if (!isfinite(values[i])) {
      return rcv_error_set(file->error,
                           RCV_BAD_FILE,
                           "%s: %s: element %zu is not a finite number",
                           file->name,
                           path,
                           i);
    }
  }
  return RCV_OK;
}

/// Make the batch of a file the model's self-test; knobs are at 0
static RcvStatus
read_batch(const json_t* const      root,
           const RcvJsonFile* const file,
           RcvModel* const          model)
{
  const json_t* const input  = json_object_get(root, "input_batch");
  const json_t* const output = json_object_get(root, "output_batch");
  if (!input && !output) {
    return RCV_OK;
  }

  const size_t n_in = model->shape.input_size;
  const size_t n    = count_numbers(input, MAX_TEST_DEPTH);
  if (n < 1 || n > MAX_TEST_FRAMES) {
    return rcv_json_unexpected(
      file, "$.input_batch", "1 to 1048576 numbers", input);
  }
  if (count_numbers(output, MAX_TEST_DEPTH) != n) {
    return rcv_json_unexpected(
      file, "$.output_batch", "as many numbers as in $.input_batch", output);
  }

  model->test_input  = calloc(n * n_in, sizeof(float));
  model->test_output = calloc(n, sizeof(float));
  if (!model->test_input || !model->test_output) {
    return rcv_error_set(
      file->error, RCV_NO_MEMORY, "%s: no memory", file->name);
  }

  float* to = model->test_input;
  copy_numbers(input, n_in, &to);
  to = model->test_output;
  copy_numbers(output, 1, &to);
  model->n_test = n;

  const RcvStatus status =
    check_finite(file, "$.input_batch", model->test_input, n * n_in);
  return status ? status
                : check_finite(file, "$.output_batch", model->test_output, n);
}

/// The skip adds what the gains make of the input; none, if that is silence
static void
set_skip_gain(RcvShape* const shape, const Gains* const gains)
{
  const double gain_lin = gains->in * gains->out;

  shape->skip         = shape->skip && gain_lin > 0.0;
  shape->skip_gain_db = shape->skip ? (float)(20.0 * log10(gain_lin)) : 0.0f;
}

/**
   Make the gains part of the weights.

   The test batch is of the model without them, so it is run first, and what the
   model then answers to it becomes the new self-test.
*/
static RcvStatus
fold_gains(const RcvJsonFile* const file,
           RcvModel* const          model,
           const Gains* const       gains)
{
  const RcvShape* const shape = &model->shape;
  const RcvStatus tested      = rcv_model_check(model, file->name, file->error);
  if (tested) {
    return tested;
  }

  float* const lin_w = rcv_model_head_params(model, RCV_TENSOR_LIN_W);
  float* const lin_b = rcv_model_head_params(model, RCV_TENSOR_LIN_B);
  rcv_model_scale_audio(model, gains->in);
  for (size_t k = 0; k < rcv_shape_head_inputs(shape); ++k) {
    lin_w[k] = (float)(gains->out * (double)lin_w[k]);
  }
  lin_b[0] = (float)(gains->out * (double)lin_b[0]);
  set_skip_gain(&model->shape, gains);
  if (check_finite(
        file, "$.in_gain", model->params, rcv_shape_n_params(shape))) {
    return RCV_BAD_FILE;
  }
  return model->n_test ? rcv_model_set_test(
                           model, model->test_input, model->n_test, file->error)
                       : RCV_OK;
}

RcvStatus
rcv_keras_read_about(const json_t* const      root,
                     const RcvJsonFile* const file,
                     RcvModel* const          model)
{
  Gains     gains = {1.0, 1.0};
  RcvStatus st    = RCV_OK;
  if ((st = rcv_json_about_read(root, file, 48000.0, model)) ||
      (st = read_gain(root, file, "in_gain", "$.in_gain", &gains.in)) ||
      (st = read_gain(root, file, "out_gain", "$.out_gain", &gains.out)) ||
      (st = read_batch(root, file, model))) {
    return st;
  }

  const bool has_gains =
    gains.in < 1.0 || gains.in > 1.0 || gains.out < 1.0 || gains.out > 1.0;
  return has_gains ? fold_gains(file, model, &gains) : RCV_OK;
}

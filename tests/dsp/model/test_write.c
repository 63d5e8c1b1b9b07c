// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/write.h"

#include "dsp/model/json_values.h"
#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/model_fixture.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Every kind of file that is written, read again: weights to the last bit that
   the kind holds, and the same sound.
*/

enum { N_FRAMES = 400, N_TEST = 100, N_REST = 48000 };

static float x[N_REST + (N_FRAMES * RCV_MAX_INPUTS)];

static int
set_up(void** const unused)
{
  (void)unused;
  rcv_fixture_signal(x, sizeof(x) / sizeof(x[0]), 3);
  return 0;
}

/// A model that knows everything about itself
static RcvModel*
new_model(const RcvShape* const shape, const uint32_t seed)
{
  RcvModel* const     model = rcv_fixture_model(shape, 44100.0, seed);
  RcvModelInfo* const info  = &model->info;
  (void)snprintf(info->author, sizeof(info->author), "Ann \"A\" Ünlü");
  (void)snprintf(info->licence, sizeof(info->licence), "CC0");
  (void)snprintf(info->device, sizeof(info->device), "Fuzz\\Face");
  info->loudness_db     = -20.25;
  info->input_level_dbu = 12.5;
  info->validation_esr  = 0.0078125;
  for (uint32_t k = 0; k + 1 < shape->input_size; ++k) {
    RcvKnobInfo* const knob = &info->knobs[k];
    (void)snprintf(knob->name, sizeof(knob->name), "Tone %u", k);
    knob->min = -1.0 - k;
    knob->max = 10.0;
  }
  assert_int_equal(rcv_model_set_test(model, x, N_TEST, NULL), RCV_OK);
  return model;
}

/// Write and read
static RcvModel*
pass(const RcvModel* const model, const RcvFormat format)
{
  size_t      size  = 0;
  RcvError    error = {RCV_OK, ""};
  void* const bytes = rcv_model_write(model, format, "out", &size, &error);
  assert_string_equal(error.message, "");

  // Always the same bytes
  size_t      size_again = 0;
  void* const again =
    rcv_model_write(model, format, "out", &size_again, &error);
  assert_int_equal(size, size_again);
  assert_memory_equal(bytes, again, size);
  free(again);

  RcvModel* const read = rcv_model_parse(bytes, size, "out", &error);
  assert_string_equal(error.message, "");
  free(bytes);
  return read;
}

/// The parameters of a model as a kind of file holds them
static void
sum_biases(RcvModel* const model, const RcvFormat format)
{
  const bool is_sum = format == RCV_FORMAT_KERAS || format == RCV_FORMAT_NAM;
  for (uint32_t l = 0; is_sum && l < model->shape.num_layers; ++l) {
    const RcvLayerShape layer = rcv_shape_layer_at(&model->shape, l);
    const size_t n = layer.cell == RCV_CELL_LSTM ? layer.hidden_size * 4U : 0;
    float* const b_ih = rcv_model_layer_params(model, l, RCV_TENSOR_B_IH);
    float* const b_hh = rcv_model_layer_params(model, l, RCV_TENSOR_B_HH);
    for (size_t i = 0; i < n; ++i) {
      b_ih[i] += b_hh[i];
      b_hh[i] = 0.0f;
    }
  }
}

static void
assert_params(const RcvModel* const a, const RcvModel* const b)
{
  assert_memory_equal(&a->shape, &b->shape, sizeof(a->shape));
  for (size_t i = 0; i < rcv_shape_n_params(&a->shape); ++i) {
    assert_close(a->params[i], b->params[i], 0.0);
  }
}

/// The same sound, after some silence
static void
assert_renders(const RcvModel* const a,
               const RcvModel* const b,
               const size_t          n_silent)
{
  const size_t n_in  = a->shape.input_size;
  const size_t n_all = n_silent + N_FRAMES;
  float* const in    = calloc(n_all * n_in, sizeof(float));
  float* const y     = calloc(n_all, sizeof(float));
  float* const z     = calloc(n_all, sizeof(float));
  memcpy(in + (n_silent * n_in), x, N_FRAMES * n_in * sizeof(float));
  assert_int_equal(rcv_model_run(a, in, y, n_all, NULL), RCV_OK);
  assert_int_equal(rcv_model_run(b, in, z, n_all, NULL), RCV_OK);
  for (size_t t = n_silent; t < n_all; ++t) {
    assert_close(y[t], z[t], 1e-6);
  }
  free(in);
  free(y);
  free(z);
}

/// What each kind of file can say about a model
static void
assert_info(const RcvModel* const model, const RcvFormat format)
{
  const RcvModelInfo* const info = &model->info;
  assert_string_equal(info->name, "fixture 9");
  assert_string_equal(info->author, "Ann \"A\" Ünlü");
  assert_string_equal(info->device, "Fuzz\\Face");
  assert_string_equal(info->licence, format == RCV_FORMAT_NAM ? "" : "CC0");
  assert_close(info->rate_hz, 44100.0, 0.0);
  assert_close(info->loudness_db, -20.25, 0.0);
  assert_close(info->input_level_dbu, 12.5, 0.0);
  assert_close(info->validation_esr, 0.0078125, 0.0);
  for (uint32_t k = 0; k + 1 < model->shape.input_size; ++k) {
    char name[16];
    (void)snprintf(name, sizeof(name), "Tone %u", k);
    assert_string_equal(info->knobs[k].name, name);
    assert_close(info->knobs[k].min, -1.0 - k, 0.0);
    assert_close(info->knobs[k].max, 10.0, 0.0);
  }
}

/// All cells, layers, knobs and skips in every kind of file that holds them
static void
test_round_trips(void** const unused)
{
  (void)unused;
  static const uint32_t n_expected[RCV_N_FORMATS] = {36, 24, 36, 2};

  uint32_t n_held[RCV_N_FORMATS] = {0};
  for (uint32_t i = 0; i < 36; ++i) {
    RcvShape shape =
      json_fixture_shape((RcvCell)(i % 3), 1 + (i / 3 % 3), 7, 1 + (i / 9 % 2));
    shape.skip = i / 18;
    for (uint32_t f = 0; f < RCV_N_FORMATS; ++f) {
      RcvModel* const model  = new_model(&shape, 9);
      const RcvFormat format = (RcvFormat)f;
      if (!rcv_format_obstacle(format, model)) {
        RcvModel* const read  = pass(model, format);
        RcvModel* const again = pass(read, RCV_FORMAT_SAFETENSORS);
        ++n_held[f];
        assert_info(again, format);
        assert_renders(model, again, format == RCV_FORMAT_NAM ? N_REST : 0);
        sum_biases(model, format);
        assert_params(model, again);
        assert_int_equal(again->n_test,
                         format == RCV_FORMAT_SAFETENSORS ? N_TEST
                         : format == RCV_FORMAT_KERAS     ? 2048
                                                          : 0);
        rcv_model_free(read);
        rcv_model_free(again);
      }
      rcv_model_free(model);
    }
  }
  assert_memory_equal(n_held, n_expected, sizeof(n_held));
}

/// .nam holds the state after silence, or that which the model had
static void
test_initial_state(void** const unused)
{
  (void)unused;
  const RcvShape  shape = json_fixture_shape(RCV_CELL_LSTM, 1, 7, 2);
  RcvModel* const model = new_model(&shape, 2);
  RcvModel* const nam   = pass(model, RCV_FORMAT_NAM);
  const size_t    n     = rcv_model_n_initial(&shape);

  // From its state the file answers at once as the model does after a while
  float* const silent = calloc(N_REST + N_FRAMES, sizeof(float));
  float* const late   = calloc(N_REST + N_FRAMES, sizeof(float));
  float        y[N_FRAMES];
  memcpy(silent + N_REST, x, N_FRAMES * sizeof(float));
  assert_int_equal(rcv_model_run(model, silent, late, N_REST + N_FRAMES, NULL),
                   RCV_OK);
  assert_int_equal(rcv_model_run(nam, x, y, N_FRAMES, NULL), RCV_OK);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    assert_close(y[t], late[N_REST + t], 1e-6);
  }
  assert_true(fabsf(late[0] - late[N_REST - 1]) > 1e-3f); // There is a way
  free(silent);
  free(late);

  // A state of its own goes through, and the other kinds say that they lose it
  nam->initial_state[3] = 0.625f;
  RcvModel* const again = pass(nam, RCV_FORMAT_NAM);
  assert_memory_equal(
    again->initial_state, nam->initial_state, n * sizeof(float));
  nam->info.rate_hz = 48000.0;
  assert_null(rcv_format_caveat(RCV_FORMAT_NAM, nam, 0));
  assert_null(rcv_format_caveat(RCV_FORMAT_SAFETENSORS, nam, 0));
  assert_null(rcv_format_caveat(RCV_FORMAT_KERAS, model, 0));
  assert_null(rcv_format_caveat(RCV_FORMAT_GUITARML, model, 0));
  assert_non_null(
    strstr(rcv_format_caveat(RCV_FORMAT_KERAS, nam, 0), "the state that"));
  assert_null(rcv_format_caveat(RCV_FORMAT_KERAS, nam, 1));
  assert_non_null(
    strstr(rcv_format_caveat(RCV_FORMAT_GUITARML, nam, 0), "the state that"));
  assert_non_null(
    strstr(rcv_format_caveat(RCV_FORMAT_GUITARML, nam, 1), "44100 Hz"));
  assert_null(rcv_format_caveat(RCV_FORMAT_GUITARML, nam, 2));
  nam->info.rate_hz = (double)NAN;
  assert_null(rcv_format_caveat(RCV_FORMAT_SAFETENSORS, nam, 0));
  assert_non_null(strstr(rcv_format_caveat(RCV_FORMAT_NAM, nam, 0), "48000"));
  assert_non_null(
    strstr(rcv_format_caveat(RCV_FORMAT_GUITARML, nam, 1), "is not known"));
  rcv_model_free(model);
  rcv_model_free(nam);
  rcv_model_free(again);
}

/// A keras file has this gain, and weights that are smaller by it
static void
assert_input_gain(const RcvModel* const model, const float gain_db)
{
  size_t      size  = 0;
  char* const bytes = rcv_model_write(model, RCV_FORMAT_KERAS, "", &size, NULL);
  json_t* const root  = json_loadb(bytes, size, 0, NULL);
  json_t*       value = NULL;
  assert_int_equal(
    json_unpack(root, "{s:[{s:[[[o]]]}]}", "layers", "weights", &value), 0);
  assert_close(
    json_number_value(json_object_get(root, "in_gain")), gain_db, 1e-6);

  // The first column is of the gate z, which is our second
  const size_t row      = model->shape.hidden_size;
  const double expected = (double)model->params[row * model->shape.input_size] /
                          pow(10.0, (double)gain_db / 20.0);
  assert_close(json_number_value(value), expected, 1e-6 * fabs(expected));
  json_decref(root);
  free(bytes);
}

/// A gain of the skip becomes the input gain of a keras file
static void
test_skip_gain(void** const unused)
{
  (void)unused;
  static const float gains_db[] = {-6.5f, 3.0f, 40.0f, -89.0f};
  for (uint32_t i = 0; i < 4; ++i) {
    RcvShape shape           = json_fixture_shape(RCV_CELL_GRU, 2, 5, 1);
    shape.skip               = true;
    shape.skip_gain_db       = gains_db[i];
    RcvModel* const model    = new_model(&shape, 4);
    RcvModel* const read     = pass(model, RCV_FORMAT_KERAS);
    const size_t    n_params = rcv_shape_n_params(&shape);
    assert_close(read->shape.skip_gain_db, gains_db[i], 1e-5);
    assert_input_gain(model, gains_db[i]);
    if (gains_db[i] < 6.0f) { // Else 1e-6 is less than a float can say
      assert_renders(model, read, 0);
    }
    for (size_t k = 0; k < n_params; ++k) {
      assert_close(read->params[k],
                   model->params[k],
                   2e-7 * fabs((double)model->params[k]));
    }
    rcv_model_free(model);
    rcv_model_free(read);
  }
}

static void
test_dense(void** const unused)
{
  (void)unused;
  for (uint32_t a = 1; a < RCV_N_ACTIVATIONS; ++a) {
    const RcvDenseShape dense     = {6, (RcvActivation)a};
    RcvShape            shape     = json_fixture_shape(RCV_CELL_GRU, 2, 5, 2);
    shape.dense[RCV_DENSE_IN][0]  = dense;
    shape.dense[RCV_DENSE_OUT][0] = dense;
    shape.dense[RCV_DENSE_OUT][1] = dense;
    RcvModel* const model         = new_model(&shape, 9);
    RcvModel* const read          = pass(model, RCV_FORMAT_KERAS);
    assert_info(read, RCV_FORMAT_KERAS);
    assert_renders(model, read, 0);
    assert_params(model, read);
    rcv_model_free(model);
    rcv_model_free(read);
  }
}

/// Layers of different cells and sizes, by safetensors and keras in turn
static void
test_mixed(void** const unused)
{
  (void)unused;
  static const RcvLayerShape stacks[][3] = {
    {{RCV_CELL_LSTM, 16}, {RCV_CELL_GRU, 8}},
    {{RCV_CELL_LSTM, 24}, {RCV_CELL_LSTM, 12}},
    {{RCV_CELL_GRU, 3}, {RCV_CELL_GRU, 7}, {RCV_CELL_LSTM, 5}},
  };

  static const RcvDenseShape tanh_4 = {4, RCV_ACTIVATION_TANH};

  for (uint32_t i = 0; i < 3 * 2; ++i) {
    RcvShape shape = json_fixture_shape(RCV_CELL_LSTM, 1 + i % 3, 0, 0);
    shape.skip     = i / 3;
    for (uint32_t l = 0; l < 3 && stacks[i % 3][l].hidden_size; ++l) {
      rcv_shape_add_layer(
        &shape, stacks[i % 3][l].cell, stacks[i % 3][l].hidden_size);
    }
    if (i % 2) {
      shape.dense[RCV_DENSE_L1][0] = tanh_4;
    }
    if (i == 2) {
      shape.dense[RCV_DENSE_IN][0]  = tanh_4;
      shape.dense[RCV_DENSE_OUT][0] = tanh_4;
    }
    RcvModel* const model = new_model(&shape, 9);
    RcvModel* const ours  = pass(model, RCV_FORMAT_SAFETENSORS);
    RcvModel* const keras = pass(ours, RCV_FORMAT_KERAS);
    RcvModel* const again = pass(keras, RCV_FORMAT_SAFETENSORS);
    RcvModel* const last  = pass(again, RCV_FORMAT_KERAS);
    assert_int_equal(again->n_test, 2048);
    assert_info(again, RCV_FORMAT_KERAS);
    assert_renders(model, ours, 0);
    assert_renders(model, again, 0);
    assert_params(model, ours);
    sum_biases(model, RCV_FORMAT_KERAS);
    assert_params(model, again);
    assert_params(model, last);
    rcv_model_free(model);
    rcv_model_free(ours);
    rcv_model_free(keras);
    rcv_model_free(again);
    rcv_model_free(last);
  }
}

/// Nine digits say every float
static void
test_floats(void** const unused)
{
  (void)unused;
  static const float values[] = {FLT_MIN,
                                 -FLT_MIN / 3.0f,
                                 1.4e-45f,
                                 FLT_MAX / 4.0f,
                                 -0.0f,
                                 0.1f,
                                 16777217.0f,
                                 1.0f + FLT_EPSILON,
                                 1.0f - (FLT_EPSILON / 2.0f)};

  const RcvShape shape = json_fixture_shape(RCV_CELL_LSTM, 1, 3, 1);
  for (uint32_t f = 0; f < RCV_N_FORMATS; ++f) {
    RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 1);
    memcpy(model->params, values, sizeof(values)); // W_ih
    RcvModel* const read = pass(model, (RcvFormat)f);
    assert_memory_equal(read->params, values, sizeof(values));
    rcv_model_free(model);
    rcv_model_free(read);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trips),
    cmocka_unit_test(test_initial_state),
    cmocka_unit_test(test_skip_gain),
    cmocka_unit_test(test_dense),
    cmocka_unit_test(test_mixed),
    cmocka_unit_test(test_floats),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

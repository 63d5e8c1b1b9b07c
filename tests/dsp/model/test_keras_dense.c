// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"
#include "dsp/model/safetensors.h"

#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/keras_fixture.h"
#include "tests/support/model_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Keras files with dense layers, activations and recurrent layers of several
   widths, against what the file says, computed here in double precision.
*/

enum { N_FRAMES = 200, MAX_LAYERS = KERAS_FIXTURE_MAX_LAYERS };

static float signal_[N_FRAMES * RCV_MAX_INPUTS];

static RcvModel*
read_file(const json_t* const root)
{
  RcvError        error;
  RcvModel* const model = json_fixture_read(root, &error);
  assert_string_equal(error.message, "");
  assert_non_null(model);
  return model;
}

/// Write a model as safetensors and read it: all is as it was
static void
assert_kept(const RcvModel* const model)
{
  size_t          size  = 0;
  RcvError        error = {RCV_OK, ""};
  void* const     bytes = rcv_safetensors_write(model, &size);
  RcvModel* const again = rcv_model_parse(bytes, size, "again", &error);
  assert_string_equal(error.message, "");
  assert_memory_equal(&again->shape, &model->shape, sizeof(model->shape));
  assert_memory_equal(again->params,
                      model->params,
                      rcv_shape_n_params(&model->shape) * sizeof(float));
  free(bytes);
  rcv_model_free(again);
}

/// What the cases are, and the network that each makes
static const struct {
  uint32_t          n_inputs;
  const char*       network; ///< Recurrent layers, dense ones before, after
  KerasFixtureLayer layers[MAX_LAYERS];
} cases[] = {
  {1, "L8 8 0", {{"dense", 8, "tanh"}, {"lstm", 8, "tanh"}, {"dense", 1, ""}}},
  {3, "G9 0 0", {{"dense", 8, NULL}, {"gru", 9, NULL}, {"dense", 1, NULL}}},
  {1,
   "L5L9L3 0 0",
   {{"lstm", 5, ""}, {"lstm", 9, ""}, {"lstm", 3, ""}, {"dense", 1, ""}}},
  {2,
   "G9G6 0 0",
   {{"gru", 9, ""},
    {"dense", 4, ""},
    {"dense", 7, "linear"},
    {"gru", 6, ""},
    {"time-distributed-dense", 1, ""}}},
  {1,
   "G5 0 8651",
   {{"gru", 5, "tanh"},
    {"time-distributed-dense", 8, "sigmoid"},
    {"dense", 6, "softmax"},
    {"dense", 5, "elu"},
    {"dense", 1, "tanh"}}},
  {2,
   "L6L4 274 6",
   {{"activation", 2, "elu"},
    {"dense", 3, ""},
    {"dense", 7, "relu"},
    {"dense", 4, "softmax"},
    {"lstm", 6, ""},
    {"lstm", 4, ""},
    {"activation", 4, ""},
    {"dense", 6, "relu"},
    {"dense", 3, ""},
    {"dense", 1, ""}}},
  {1, "L4L1 0 0", {{"lstm", 4, ""}, {"lstm", 1, ""}}},
  {1, "L4 0 4", {{"lstm", 4, ""}, {"activation", 4, "tanh"}, {"dense", 1, ""}}},
  {1, "L16G8 0 0", {{"lstm", 16, ""}, {"gru", 8, ""}, {"dense", 1, ""}}},
  {2, "L24L12 0 0", {{"lstm", 24, ""}, {"lstm", 12, ""}, {"dense", 1, ""}}},
  {1,
   "G12L12L12G40 0 0",
   {{"gru", 12, ""},
    {"lstm", 12, ""},
    {"lstm", 12, ""},
    {"gru", 40, ""},
    {"dense", 1, ""}}},
  {3,
   "L8G8L3 5 67",
   {{"dense", 5, "tanh"},
    {"dense", 6, ""},
    {"lstm", 8, ""},
    {"dense", 4, ""},
    {"activation", 4, ""},
    {"dense", 16, "linear"},
    {"gru", 8, ""},
    {"time-distributed-dense", 5, ""},
    {"lstm", 3, ""},
    {"dense", 6, "relu"},
    {"dense", 7, "sigmoid"},
    {"dense", 1, ""}}},
  {1,
   "L4.76G4 0 0",
   {{"lstm", 4, ""},
    {"dense", 7, "tanh"},
    {"activation", 7, ""},
    {"dense", 6, "elu"},
    {"gru", 4, ""},
    {"dense", 1, ""}}},
  {2,
   "G8.8G8G8.5G8 0 82",
   {{"gru", 8, ""},
    {"activation", 8, "relu"},
    {"gru", 8, ""},
    {"dense", 3, ""},
    {"gru", 8, ""},
    {"dense", 4, ""},
    {"time-distributed-dense", 5, "softmax"},
    {"dense", 8, ""},
    {"gru", 8, ""},
    {"dense", 8, "tanh"},
    {"dense", 2, "sigmoid"},
    {"dense", 1, ""}}},
  {1,
   "G2L2G2L2G2L2G2L1 0 0",
   {{"gru", 2, ""},
    {"lstm", 2, ""},
    {"gru", 2, ""},
    {"lstm", 2, ""},
    {"gru", 2, ""},
    {"lstm", 2, ""},
    {"gru", 2, ""},
    {"lstm", 1, ""}}},
};

/// L or G and the size of each layer, after a point those of dense ones below
/// it; then those before and after all
static void
describe(const RcvShape* const shape, char text[64])
{
  int n = 0;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const RcvLayerShape        layer = rcv_shape_layer_at(shape, l);
    const RcvDenseShape* const dense = shape->dense[rcv_dense_before(l)];
    n += snprintf(text + n, 8, "%s", l && dense[0].size ? "." : "");
    for (uint32_t k = 0; l && dense[k].size; ++k) {
      n += snprintf(text + n, 8, "%u", dense[k].size);
    }
    n += snprintf(text + n,
                  8,
                  "%c%u",
                  layer.cell == RCV_CELL_LSTM ? 'L' : 'G',
                  layer.hidden_size);
  }
  for (uint32_t place = 0; place < 2; ++place) {
    const RcvDenseShape* const dense = shape->dense[place];
    n += snprintf(text + n, 8, " %s", dense[0].size ? "" : "0");
    for (uint32_t k = 0; dense[k].size; ++k) {
      n += snprintf(text + n, 8, "%u", dense[k].size);
    }
  }
}

static void
test_layers(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    json_t* const root =
      keras_fixture_draw(cases[i].layers, cases[i].n_inputs, i);
    RcvModel* const model = read_file(root);
    char            network[64];
    describe(&model->shape, network);
    assert_string_equal(network, cases[i].network);

    float  y[N_FRAMES];
    double expected[N_FRAMES];
    double power = 0.0;
    assert_int_equal(rcv_model_run(model, signal_, y, N_FRAMES, NULL), RCV_OK);
    keras_fixture_output(root,
                         cases[i].layers,
                         cases[i].n_inputs,
                         1.0,
                         signal_,
                         N_FRAMES,
                         expected);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      assert_close(y[t], expected[t], 2e-6);
      power += (expected[t] - expected[0]) * (expected[t] - expected[0]);
    }
    assert_true(power > 1e-6); // It says something
    assert_kept(model);
    rcv_model_free(model);
    json_decref(root);
  }
}

/// The input gain goes into the first layer that reads, whichever it is; the
/// batch is run before that
static void
test_gains(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    double        expected[N_FRAMES];
    float         y[N_FRAMES];
    json_t* const root =
      keras_fixture_draw(cases[i].layers, cases[i].n_inputs, i);
    const double in    = pow(10.0, 6.0 / 20.0);
    const double out   = pow(10.0, -3.0 / 20.0);
    const bool   knobs = cases[i].n_inputs > 1;
    json_object_set_new(root, "in_gain", json_real(6.0));
    json_object_set_new(root, "out_gain", json_real(-3.0));
    json_object_set_new(root, "in_skip", json_integer(1));
    if (!knobs) { // Which would be at 0
      json_t* const batch_in  = json_array();
      json_t* const batch_out = json_array();
      keras_fixture_output(
        root, cases[i].layers, 1, 1.0, signal_, N_FRAMES, expected);
      for (size_t t = 0; t < N_FRAMES; ++t) {
        const double x = (double)signal_[t];
        json_array_append_new(batch_in, json_real(x));
        json_array_append_new(batch_out, json_real(expected[t] + x));
      }
      json_object_set_new(root, "input_batch", batch_in);
      json_object_set_new(root, "output_batch", batch_out);
    }

    RcvModel* const model = read_file(root);
    assert_int_equal(rcv_model_run(model, signal_, y, N_FRAMES, NULL), RCV_OK);
    keras_fixture_output(root,
                         cases[i].layers,
                         cases[i].n_inputs,
                         in,
                         signal_,
                         N_FRAMES,
                         expected);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      const double u = in * (double)signal_[t * cases[i].n_inputs];
      assert_close(y[t], out * (expected[t] + u), 3e-6);
    }
    rcv_model_free(model);
    if (!knobs) {
      json_array_set_new(
        json_object_get(root, "output_batch"), 5, json_real(9.0));
      json_fixture_refused(root, "does not reproduce its own test output");
    }
    json_decref(root);
  }
}

static void
test_refused(void** const unused)
{
  (void)unused;
  static const struct {
    const char*       words;
    KerasFixtureLayer layers[MAX_LAYERS];
  } refused[] = {
    {"$.layers[8]: an activation after 8 others is not",
     {{"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"lstm", 4, ""},
      {"dense", 1, ""}}},
    {"$.layers[8]: lstm after 8 lstm or gru is not supported; Recurve reads",
     {{"lstm", 2, ""},
      {"lstm", 2, ""},
      {"lstm", 2, ""},
      {"lstm", 2, ""},
      {"lstm", 2, ""},
      {"lstm", 2, ""},
      {"lstm", 2, ""},
      {"lstm", 2, ""},
      {"lstm", 2, ""},
      {"dense", 1, ""}}},
    {"$.layers[9]: an activation after 8 others is not",
     {{"gru", 2, ""},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"dense", 2, "tanh"},
      {"lstm", 4, ""},
      {"dense", 1, ""}}},
    {"$.layers[1]: the end without lstm or gru is not",
     {{"dense", 4, "tanh"}, {"dense", 1, ""}}},
    {"$.layers[1]: an end with 4 outputs is not",
     {{"lstm", 4, ""}, {"activation", 4, "relu"}}},
    {"$.layers[1]: an activation of 3 after 4 is not",
     {{"lstm", 4, ""}, {"activation", 3, "relu"}, {"dense", 1, ""}}},
    {"$.layers[1]: the activation prelu is not",
     {{"lstm", 4, ""}, {"dense", 1, "prelu"}}},
    {"$.layers[0]: the layer prelu is not",
     {{"prelu", 1, ""}, {"lstm", 4, ""}, {"dense", 1, ""}}},
  };

  for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); ++i) {
    json_t* const root = keras_fixture_draw(refused[i].layers, 1, 1);
    json_fixture_refused(root, refused[i].words);
    json_decref(root);
  }

  // Two dense layers whose product is too great for a float
  static const KerasFixtureLayer layers[] = {
    {"dense", 1, ""}, {"dense", 1, ""}, {"lstm", 2, ""}, {"dense", 1, ""}, {0}};
  json_t* const root = keras_fixture_draw(layers, 1, 1);
  for (size_t i = 0; i < 2; ++i) {
    json_t* const weights = json_object_get(
      json_array_get(json_object_get(root, "layers"), i), "weights");
    json_array_set_new(weights, 0, json_pack("[[f]]", 1e38));
  }
  json_fixture_refused(root, "the product of the dense layers' weights is not");
  json_decref(root);
}

static int
set_up(void** const unused)
{
  (void)unused;
  rcv_fixture_signal(signal_, sizeof(signal_) / sizeof(signal_[0]), 7);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_layers),
    cmocka_unit_test(test_gains),
    cmocka_unit_test(test_refused),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

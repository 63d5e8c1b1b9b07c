// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "dsp/lstm.h"
#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/model_fixture.h"
#include "train/model/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Small models in every kind of JSON, held to the readable cells, and what is
   refused.
*/

enum { N_FRAMES = 300 };

static const double tolerance = 2e-6;

static float signal_[N_FRAMES * RCV_MAX_INPUTS];

static int
set_up(void** const unused)
{
  (void)unused;
  rcv_fixture_signal(signal_, sizeof(signal_) / sizeof(signal_[0]), 7);
  return 0;
}

/// Expect a file to be read, with these parameters to the last bit
static RcvModel*
read_same(const json_t* const root, const RcvModel* const expected)
{
  RcvError        error;
  RcvModel* const model = json_fixture_read(root, &error);
  assert_string_equal(error.message, "");
  assert_non_null(model);
  assert_memory_equal(&model->shape, &expected->shape, sizeof(RcvShape));
  assert_memory_equal(model->params,
                      expected->params,
                      rcv_shape_n_params(&model->shape) * sizeof(float));
  return model;
}

/// Expect a model to sound as the readable cells say
static void
assert_sounds(const RcvModel* const model, const RcvModel* const expected)
{
  float    y[N_FRAMES];
  double   reference[N_FRAMES];
  RcvError error;
  assert_int_equal(rcv_model_run(model, signal_, y, N_FRAMES, &error), RCV_OK);
  rcv_reference_network_exact(
    &expected->shape, expected->params, signal_, N_FRAMES, reference);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    assert_close(y[t], reference[t], tolerance);
  }
}

static void
test_guitarml(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < 3 * 3 * 2 * 2; ++i) {
    RcvShape shape =
      json_fixture_shape((RcvCell)(i % 3), 1 + (i / 3 % 3), 5, 1 + (i / 9 % 2));
    shape.skip = i / 18;

    RcvModel* const expected = rcv_fixture_model(&shape, 0.0, i);
    json_t* const   root     = json_fixture_guitarml(expected);
    RcvModel* const model    = read_same(root, expected);
    assert_sounds(model, expected);
    assert_string_equal(model->info.format, "guitarml");
    assert_close(model->info.rate_hz, 44100.0, 0.0);
    if (shape.input_size == 3) {
      assert_string_equal(model->info.knobs[0].name, "knob 1");
      assert_string_equal(model->info.knobs[1].name, "knob 2");
    }
    rcv_model_free(model);
    rcv_model_free(expected);
    json_decref(root);
  }
}

/// `bias_fl` governs the head alone
static void
test_guitarml_without_bias(void** const unused)
{
  (void)unused;
  const RcvShape  shape    = json_fixture_shape(RCV_CELL_GRU, 1, 4, 1);
  RcvModel* const expected = rcv_fixture_model(&shape, 0.0, 1);
  json_t* const   root     = json_fixture_guitarml(expected);
  expected->params[rcv_shape_n_params(&shape) - 1] = 0.0f;
  json_object_del(json_object_get(root, "state_dict"), "lin.bias");
  json_fixture_refused(root, "$.state_dict.lin.bias: expected an array of 1");
  json_object_set_new(
    json_object_get(root, "model_data"), "bias_fl", json_false());
  rcv_model_free(read_same(root, expected));

  // A GRU whose biases are not those of a GRU
  json_t* const dict = json_object_get(root, "state_dict");
  json_array_remove(json_object_get(dict, "rec.bias_hh_l0"), 0);
  json_fixture_refused(
    root, "$.state_dict.rec.bias_hh_l0: expected an array of 12 numbers");
  rcv_model_free(expected);
  json_decref(root);
}

static void
test_guitarml_refused(void** const unused)
{
  (void)unused;
  static const struct {
    const char* key;
    const char* value;
    const char* words;
  } cases[] = {
    {"model", "\"RecNet\"", "$.model_data.model: RecNet is not supported"},
    {"model", "\"GatedConvNet\"", "GatedConvNet is not supported"},
    {"model", "1", "expected SimpleRNN, found 1"},
    {"unit_type", "\"TCN\"", "$.model_data.unit_type: expected RNN, LSTM"},
    {"input_size", "2", "$.state_dict.rec.weight_ih_l0[0]: expected an array"},
    {"input_size", "0", "$.model_data.input_size: expected a whole number"},
    {"hidden_size", "5", "$.state_dict.rec.weight_ih_l0: expected an array"},
    {"hidden_size", "1e300", "$.model_data.hidden_size"},
    {"hidden_size", "2147483648", "$.model_data.hidden_size"},
    {"hidden_size", "-4", "$.model_data.hidden_size"},
    {"hidden_size", "4.5", "$.model_data.hidden_size"},
    {"num_layers", "3", "$.state_dict.rec.weight_ih_l2: expected an array"},
    {"num_layers", "999999", "$.model_data.num_layers"},
    {"output_size", "2", "$.model_data.output_size"},
    {"skip", "2", "$.model_data.skip"},
    {"bias_fl", "\"yes\"", "$.model_data.bias_fl"},
  };

  const RcvShape  shape    = json_fixture_shape(RCV_CELL_LSTM, 1, 4, 2);
  RcvModel* const expected = rcv_fixture_model(&shape, 0.0, 1);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    json_t* const root = json_fixture_guitarml(expected);
    json_object_set_new(json_object_get(root, "model_data"),
                        cases[i].key,
                        json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
    json_fixture_refused(root, cases[i].words);
    json_decref(root);
  }
  rcv_model_free(expected);
}

/// A file with nothing but the weights of a network of two layers, each a
/// module of its own
static json_t*
two_modules(const RcvModel* const model)
{
  json_t* const file  = json_fixture_guitarml(model);
  json_t* const dict  = json_object_get(file, "state_dict");
  json_t* const root  = json_object();
  const char*   key   = NULL;
  json_t*       value = NULL;
  json_object_foreach(dict, key, value)
  {
    char name[64];
    (void)snprintf(name, sizeof(name), "%s", key);
    if (strstr(name, "_l1")) {
      (void)snprintf(name, sizeof(name), "rec2%s", key + 3);
      name[strlen(name) - 1] = '0';
    }
    json_object_set(root, name, value);
  }
  json_decref(file);
  return root;
}

/// Nothing but weights, of two modules, as RTNeural's examples have them
static void
test_state_dict(void** const unused)
{
  (void)unused;
  const RcvShape  stacked  = json_fixture_shape(RCV_CELL_GRU, 1, 4, 2);
  RcvModel* const expected = rcv_fixture_model(&stacked, 0.0, 1);
  json_t* const   root     = two_modules(expected);
  RcvModel* const model    = read_same(root, expected);
  assert_sounds(model, expected);
  assert_true(isnan(model->info.rate_hz));
  json_object_set(root, "out.weight", json_object_get(root, "lin.weight"));
  json_fixture_refused(root, "$.out.weight: a second linear module");

  // The weights of a norm and of a convolution have one dimension, and three
  json_object_set_new(root, "out.weight", json_pack("[f,f]", 0.5, 0.5));
  json_fixture_refused(root, "$.out.weight: a module that is not linear");
  json_object_set_new(root, "out.weight", json_pack("[[[f]]]", 0.5));
  json_fixture_refused(root, "$.out.weight: a module that is not linear");
  rcv_model_free(model);
  rcv_model_free(expected);
  json_decref(root);
}

/// Modules of different kinds and sizes
static void
test_state_dict_mixed(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < 9; ++i) {
    RcvShape shape = json_fixture_shape((RcvCell)(i % 3), 2, 5, 1);
    rcv_shape_add_layer(&shape, (RcvCell)(i / 3), 3);

    RcvModel* const expected = rcv_fixture_model(&shape, 0.0, 1);
    json_t* const   root     = two_modules(expected);
    RcvModel* const model    = read_same(root, expected);
    assert_sounds(model, expected);
    rcv_model_free(model);
    rcv_model_free(expected);

    json_t* const w_hh = json_object_get(root, "rec2.weight_hh_l0");
    json_t* const w_ih = json_object_get(root, "rec2.weight_ih_l0");
    json_array_remove(w_hh, 0);
    json_fixture_refused(root, "$.rec2.weight_hh_l0: expected H, 3·H or 4·H");
    json_array_insert(w_hh, 0, json_array_get(w_hh, 0));
    json_array_remove(json_array_get(w_ih, 1), 0);
    json_fixture_refused(root,
                         "$.rec2.weight_ih_l0[1]: expected an array of 5");
    json_decref(root);
  }
}

/// A .nam file plays from the state that it holds
static void
test_nam(void** const unused)
{
  (void)unused;
  enum { H = 5 };
  for (uint32_t n_layers = 1; n_layers < 4; ++n_layers) {
    const RcvShape  shape = json_fixture_shape(RCV_CELL_LSTM, 1, H, n_layers);
    RcvModel* const expected = rcv_fixture_model(&shape, 0.0, n_layers);
    const size_t    n        = rcv_model_n_initial(&shape);
    json_fixture_sum_biases(expected);
    expected->initial_state = malloc(n * sizeof(float));
    assert_non_null(expected->initial_state);
    rcv_fixture_signal(expected->initial_state, n, 3);

    json_t* const   root  = json_fixture_nam(expected);
    RcvModel* const model = read_same(root, expected);
    assert_string_equal(model->info.format, "nam");
    assert_close(model->info.rate_hz, 48000.0, 0.0);
    assert_memory_equal(
      model->initial_state, expected->initial_state, n * sizeof(float));

    float  y[N_FRAMES];
    float* state = expected->initial_state; // Goes on from here
    assert_int_equal(rcv_model_run(model, signal_, y, N_FRAMES, NULL), RCV_OK);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      const float* x = signal_ + t;
      float        gates[4 * H];
      for (uint32_t l = 0; l < n_layers; ++l) {
        const RcvLayer layer = rcv_shape_layer(&shape, expected->params, 0, l);
        float* const   h     = state + ((size_t)l * 2 * H);
        rcv_lstm_step(&layer, x, h, h + H, gates);
        x = h;
      }
      const float* const head =
        expected->params + rcv_shape_n_params(&shape) - H - 1;
      double sum = (double)head[H];
      for (size_t k = 0; k < H; ++k) {
        sum += (double)head[k] * (double)x[k];
      }
      assert_close(y[t], sum, tolerance);
    }
    rcv_model_free(model);
    rcv_model_free(expected);
    json_decref(root);
  }
}

static void
test_nam_metadata(void** const unused)
{
  (void)unused;
  const RcvShape  shape    = json_fixture_shape(RCV_CELL_LSTM, 1, 3, 1);
  RcvModel* const expected = rcv_fixture_model(&shape, 0.0, 1);
  json_fixture_sum_biases(expected);
  json_t* const root = json_fixture_nam(expected);
  json_object_set_new(root, "sample_rate", json_integer(96000));
  json_object_set_new(root,
                      "metadata",
                      json_pack("{s:s,s:s,s:s,s:s,s:f,s:f}",
                                "name",
                                "Lead",
                                "modeled_by",
                                "Ann",
                                "gear_make",
                                "Boss",
                                "gear_model",
                                "DS-1",
                                "loudness",
                                -20.5,
                                "input_level_dbu",
                                18.25));
  RcvModel* const model = read_same(root, expected);
  assert_string_equal(model->info.name, "Lead");
  assert_string_equal(model->info.author, "Ann");
  assert_string_equal(model->info.device, "Boss DS-1");
  assert_close(model->info.rate_hz, 96000.0, 0.0);
  assert_close(model->info.loudness_db, -20.5, 0.0);
  assert_close(model->info.input_level_dbu, 18.25, 0.0);
  rcv_model_free(model);
  rcv_model_free(expected);
  json_decref(root);
}

static void
test_nam_refused(void** const unused)
{
  (void)unused;
  static const struct {
    const char* object; ///< NULL: the root
    const char* key;
    const char* value;
    const char* words;
  } cases[] = {
    {NULL, "architecture", "\"WaveNet\"", "WaveNet is not supported; only"},
    {NULL, "architecture", "\"ConvNet\"", "ConvNet is not supported; only"},
    {NULL, "version", "\"0.4.0\"", "$.version: expected 0.5.0 to 0.7.x"},
    {NULL, "version", "5", "$.version: expected"},
    {NULL, "weights", "[0.5]", "expected an array of 70 numbers"},
    {NULL, "weights", "{}", "$.weights: expected an array of 70 numbers"},
    {NULL, "sample_rate", "0", "$.sample_rate: expected a sample rate"},
    {NULL, "config", "[]", "$.config: expected an object"},
    {"config", "hidden_size", "4", "expected an array of 109 numbers"},
    {"config", "num_layers", "8", "$.weights: expected an array of"},
    {"config", "num_layers", "1073741825", "$.config.num_layers"},
    {"config", "in_channels", "2", "$.config.in_channels"},
    {"config", "out_channels", "2", "$.config.out_channels"},
  };

  const RcvShape  shape    = json_fixture_shape(RCV_CELL_LSTM, 1, 3, 1);
  RcvModel* const expected = rcv_fixture_model(&shape, 0.0, 1);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    json_t* const root = json_fixture_nam(expected);
    json_t* const object =
      cases[i].object ? json_object_get(root, cases[i].object) : root;
    json_object_set_new(
      object, cases[i].key, json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
    json_fixture_refused(root, cases[i].words);
    json_decref(root);
  }
  rcv_model_free(expected);
}

/// JSON that is no model at all
static void
test_unknown(void** const unused)
{
  (void)unused;
  json_t* const root = json_pack("{s:s}", "hello", "world");
  json_fixture_refused(root, "no model of a known kind");
  json_decref(root);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_guitarml),
    cmocka_unit_test(test_guitarml_without_bias),
    cmocka_unit_test(test_guitarml_refused),
    cmocka_unit_test(test_state_dict),
    cmocka_unit_test(test_state_dict_mixed),
    cmocka_unit_test(test_nam),
    cmocka_unit_test(test_nam_metadata),
    cmocka_unit_test(test_nam_refused),
    cmocka_unit_test(test_unknown),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/model_fixture.h"
#include "train/model/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Models in RTNeural's and AIDA-X's form of keras.
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

/// A model whose weights a keras file can hold
static RcvModel*
new_model(const RcvShape* const shape)
{
  RcvModel* const model = rcv_fixture_model(shape, 0.0, 5);
  if (shape->cell == RCV_CELL_LSTM) {
    json_fixture_sum_biases(model);
  }
  return model;
}

static RcvModel*
read_file(const json_t* const root)
{
  RcvError        error;
  RcvModel* const model = json_fixture_read(root, &error);
  assert_string_equal(error.message, "");
  assert_non_null(model);
  return model;
}

/// What the readable cells say about a model
static void
reference_output(const RcvModel* const model,
                 const float* const    x,
                 double* const         y)
{
  rcv_reference_network_exact(&model->shape, model->params, x, N_FRAMES, y);
}

/// Numbers as an array of arrays of arrays, as some writers nest them
static json_t*
nested(const double* const values, const size_t n)
{
  json_t* const frames = json_array();
  for (size_t i = 0; i < n; ++i) {
    json_array_append_new(frames, json_pack("[f]", values[i]));
  }
  return json_pack("[o]", frames);
}

/// Add the test batch that the readable cells compute
static void
set_batch(json_t* const root, const RcvModel* const model, const double offset)
{
  float        x[N_FRAMES * RCV_MAX_INPUTS] = {0.0f};
  double       in[N_FRAMES];
  double       out[N_FRAMES];
  const size_t n_in = model->shape.input_size;
  for (size_t t = 0; t < N_FRAMES; ++t) {
    x[t * n_in] = signal_[t];
    in[t]       = (double)signal_[t];
  }
  reference_output(model, x, out);
  out[N_FRAMES / 2] += offset;
  json_object_set_new(root, "input_batch", nested(in, N_FRAMES));
  json_object_set_new(root, "output_batch", nested(out, N_FRAMES));
}

static void
test_layers(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < 2 * 3 * 2 * 2; ++i) {
    RcvShape shape = json_fixture_shape(i % 2 ? RCV_CELL_GRU : RCV_CELL_LSTM,
                                        1 + (i / 2 % 3),
                                        5,
                                        1 + (i / 6 % 2));
    shape.skip = i / 12;

    RcvModel* const expected = new_model(&shape);
    json_t* const   root     = json_fixture_keras(expected);
    RcvModel* const model    = read_file(root);
    assert_memory_equal(&model->shape, &shape, sizeof(shape));
    assert_memory_equal(model->params,
                        expected->params,
                        rcv_shape_n_params(&shape) * sizeof(float));
    assert_string_equal(model->info.format, "keras json");
    assert_close(model->info.rate_hz, 48000.0, 0.0);

    float  y[N_FRAMES];
    double reference[N_FRAMES];
    assert_int_equal(rcv_model_run(model, signal_, y, N_FRAMES, NULL), RCV_OK);
    reference_output(expected, signal_, reference);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      assert_close(y[t], reference[t], tolerance);
    }
    rcv_model_free(model);
    rcv_model_free(expected);
    json_decref(root);
  }
}

/// The batch of a file becomes the self-test; what disagrees is refused
static void
test_batch(void** const unused)
{
  (void)unused;
  RcvShape shape           = json_fixture_shape(RCV_CELL_GRU, 3, 6, 2);
  shape.skip               = true;
  RcvModel* const expected = new_model(&shape);
  json_t* const   root     = json_fixture_keras(expected);
  set_batch(root, expected, 0.0);

  double          max_error = (double)NAN;
  RcvModel* const model     = read_file(root);
  assert_int_equal(model->n_test, N_FRAMES);
  assert_int_equal(rcv_model_self_test(model, &max_error, NULL), RCV_OK);
  assert_close(max_error, 0.0, tolerance);
  rcv_model_free(model);

  set_batch(root, expected, 0.25);
  json_fixture_refused(root, "own test output: the error is 0.25");
  json_array_append_new(json_object_get(root, "output_batch"), json_real(1.0));
  json_fixture_refused(root, "$.output_batch: expected as many numbers");
  json_object_del(root, "output_batch");
  json_fixture_refused(root, "$.output_batch: expected as many numbers");
  json_object_set_new(root, "input_batch", json_pack("[s]", "x"));
  json_fixture_refused(root, "$.input_batch: expected 1 to");
  rcv_model_free(expected);
  json_decref(root);
}

/// Files of simple_modelToKeras have a GRU's gates and biases in the wrong
/// order
static void
test_simple_model_trap(void** const unused)
{
  (void)unused;
  const RcvShape  shape    = json_fixture_shape(RCV_CELL_GRU, 1, 6, 1);
  RcvModel* const expected = new_model(&shape);
  json_t* const   root     = json_fixture_keras(expected);
  json_t* const   layers   = json_object_get(root, "layers");
  json_t* const   biases =
    json_array_get(json_object_get(json_array_get(layers, 0), "weights"), 2);
  json_t* const first = json_incref(json_array_get(biases, 0));
  set_batch(root, expected, 0.0);
  rcv_model_free(read_file(root));

  json_array_set(biases, 0, json_array_get(biases, 1));
  json_array_set_new(biases, 1, first);
  json_fixture_refused(root, "does not reproduce its own test output");
  rcv_model_free(expected);
  json_decref(root);
}

/// Gains become part of the weights; the batch is of the model without them
static void
test_gains(void** const unused)
{
  (void)unused;
  static const struct {
    bool   skip;
    double in_db;
    double out_db;
  } cases[] = {
    {false, 6.0, 0.0},
    {false, -3.0, 9.5},
    {false, -90.0, 1.0},
    {false, 0.0, -120.0},
    {true, 6.0, -6.0},
    {true, 6.0, 9.5},
    {true, -12.0, 0.0},
    {true, -90.0, 3.0},
    {true, 0.0, 0.0},
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    RcvShape shape           = json_fixture_shape(RCV_CELL_LSTM, 1, 6, 2);
    shape.skip               = cases[i].skip;
    RcvModel* const expected = new_model(&shape);
    json_t* const   root     = json_fixture_keras(expected);
    json_object_set_new(root, "in_gain", json_real(cases[i].in_db));
    json_object_set_new(root, "out_gain", json_real(cases[i].out_db));
    set_batch(root, expected, 0.0);

    const double in =
      cases[i].in_db > -90.0 ? pow(10.0, cases[i].in_db / 20.0) : 0.0;
    const double out =
      cases[i].out_db > -90.0 ? pow(10.0, cases[i].out_db / 20.0) : 0.0;
    float  u[N_FRAMES];
    float  y[N_FRAMES];
    double reference[N_FRAMES];
    for (size_t t = 0; t < N_FRAMES; ++t) {
      u[t] = (float)(in * (double)signal_[t]);
    }
    RcvModel* const model = read_file(root);
    assert_int_equal(rcv_model_run(model, signal_, y, N_FRAMES, NULL), RCV_OK);
    reference_output(expected, u, reference);
    assert_close(model->shape.skip_gain_db,
                 model->shape.skip ? cases[i].in_db + cases[i].out_db : 0.0,
                 1e-5);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      assert_close(y[t], out * reference[t], tolerance * fmax(1.0, out));
    }
    rcv_model_free(model);

    // The batch is held against the weights without the gains
    set_batch(root, expected, 0.25);
    json_fixture_refused(root, "the error is 0.25");
    rcv_model_free(expected);
    json_decref(root);
  }
}

static void
test_metadata(void** const unused)
{
  (void)unused;
  const RcvShape  shape    = json_fixture_shape(RCV_CELL_LSTM, 1, 3, 1);
  RcvModel* const expected = new_model(&shape);
  json_t* const   root     = json_fixture_keras(expected);
  json_object_set_new(root, "samplerate", json_string("44100"));
  json_object_set_new(root, "author", json_string("Ann"));
  RcvModel* model = read_file(root);
  assert_close(model->info.rate_hz, 44100.0, 0.0);
  assert_string_equal(model->info.author, "Ann");
  rcv_model_free(model);

  json_object_set_new(root,
                      "metadata",
                      json_pack("{s:i,s:s,s:s,s:s,s:s}",
                                "samplerate",
                                96000,
                                "name",
                                "Lead",
                                "author",
                                "Bob",
                                "license",
                                "CC0",
                                "esr",
                                "0.25"));
  model = read_file(root);
  assert_close(model->info.rate_hz, 96000.0, 0.0);
  assert_string_equal(model->info.name, "Lead");
  assert_string_equal(model->info.author, "Bob");
  assert_string_equal(model->info.licence, "CC0");
  assert_close(model->info.validation_esr, 0.25, 0.0);
  rcv_model_free(model);
  rcv_model_free(expected);
  json_decref(root);
}

/// Set a value of the root, or of layer 1 less than `layer`
static void
edit(json_t* const     root,
     const size_t      layer,
     const char* const key,
     const char* const value)
{
  json_t* const layers = json_object_get(root, "layers");
  json_object_set_new(layer ? json_array_get(layers, layer - 1) : root,
                      key,
                      json_loads(value, JSON_DECODE_ANY, NULL));
}

static void
test_refused(void** const unused)
{
  (void)unused;
  static const struct {
    size_t      layer; ///< 0: the root, else 1 and more
    const char* key;
    const char* value;
    const char* words;
  } cases[] = {
    {1,
     "type",
     "\"dense\"",
     "$.layers[0].weights[0][0]: expected an array of 4"},
    {2,
     "type",
     "\"lstm\"",
     "$.layers[1].weights[0][0]: expected an array of 16"},
    {2, "type", "\"conv1d\"", "$.layers[1]: the layer conv1d is not supported"},
    {3, "type", "\"gru\"", "$.layers[2].weights[0][0]: expected an array"},
    {1, "type", "3", "$.layers[0].type: expected the name of a layer, found 3"},
    {3, "activation", "\"selu\"", "$.layers[2]: the activation selu is not"},
    {3, "activation", "7", "$.layers[2].activation: expected the name of an"},
    {2,
     "shape",
     "[null, null, 5]",
     "$.layers[1].weights[0][0]: expected an array of 15"},
    {3,
     "shape",
     "[null, null, 2]",
     "$.layers[2]: an end with 2 outputs is not"},
    {1, "shape", "[]", "$.layers[0].shape: expected sizes"},
    {1, "shape", "[1e10]", "$.layers[0].shape: expected sizes"},
    {1, "weights", "[]", "$.layers[0].weights[0]: expected an array of 1 rows"},
    {3, "weights", "[[[1],[2],[3]],[0]]", "$.layers[2].weights[0]: expected"},
    {3, "weights", "[[[1],[2],[3],[4]],[]]", "$.layers[2].weights[1]: expect"},
    {0, "in_shape", "[null, null, 2]", "$.layers[0].weights[0]: expected an"},
    {0, "in_shape", "[null, null, 9]", "$.in_shape: expected sizes"},
    {0, "in_shape", "null", "$.in_shape: expected sizes"},
    {0, "in_skip", "2", "$.in_skip: expected a whole number from 0 to 1"},
    {0, "in_gain", "\"loud\"", "$.in_gain: expected a gain"},
    {0, "out_gain", "1e9", "$.out_gain: expected a gain"},
    {0, "samplerate", "\"fast\"", "$.samplerate: expected a sample rate"},
    {0, "samplerate", "-1", "$.samplerate: expected a sample rate"},
    {0, "layers", "{}", "$.layers: expected 1 to 32 layers, found an object"},
    {0, "layers", "[]", "$.layers: expected 1 to 32 layers, found an array"},
  };

  const RcvShape  shape    = json_fixture_shape(RCV_CELL_GRU, 1, 4, 2);
  RcvModel* const expected = new_model(&shape);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    json_t* const root = json_fixture_keras(expected);
    edit(root, cases[i].layer, cases[i].key, cases[i].value);
    json_fixture_refused(root, cases[i].words);
    json_decref(root);
  }

  // A GRU without recurrent biases of its own
  json_t* const root    = json_fixture_keras(expected);
  json_t* const weights = json_object_get(
    json_array_get(json_object_get(root, "layers"), 0), "weights");
  json_array_set(weights, 2, json_array_get(json_array_get(weights, 2), 0));
  json_fixture_refused(root, "$.layers[0].weights[2]: expected two rows");
  json_decref(root);
  rcv_model_free(expected);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_layers),
    cmocka_unit_test(test_batch),
    cmocka_unit_test(test_simple_model_trap),
    cmocka_unit_test(test_gains),
    cmocka_unit_test(test_metadata),
    cmocka_unit_test(test_refused),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

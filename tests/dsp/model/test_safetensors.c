// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/safetensors.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"

#include <jansson.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Write a model and read what was written
static RcvModel*
copy_of(const RcvModel* const model)
{
  size_t      size  = 0;
  RcvError    error = {RCV_OK, ""};
  void* const bytes = rcv_safetensors_write(model, &size);
  assert_non_null(bytes);
  RcvModel* const copy = rcv_model_parse(bytes, size, "copy", &error);
  assert_string_equal(error.message, "");
  assert_non_null(copy);
  free(bytes);
  return copy;
}

/// A model with a self-test
static RcvModel*
tested_model(const RcvShape* const shape)
{
  enum { N_TEST = 50 };

  float           x[N_TEST * RCV_MAX_INPUTS];
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_fixture_model(shape, 44100.0, 3);
  rcv_fixture_signal(x, sizeof(x) / sizeof(x[0]), 1);
  assert_int_equal(rcv_model_set_test(model, x, N_TEST, &error), RCV_OK);
  return model;
}

/// Read and written again, every kind of network gives the same bytes
static void
test_round_trip(void** const unused)
{
  (void)unused;
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const RcvShape  shape  = network_rig_shape(index, 3, 6);
    RcvModel* const model  = tested_model(&shape);
    RcvModel* const copy   = copy_of(model);
    size_t          size   = 0;
    size_t          size_2 = 0;
    void* const     bytes  = rcv_safetensors_write(model, &size);
    void* const     again  = rcv_safetensors_write(copy, &size_2);
    assert_int_equal(size, size_2);
    assert_memory_equal(bytes, again, size);
    assert_int_equal(copy->n_test, model->n_test);
    assert_string_equal(copy->info.format, "safetensors");
    assert_memory_equal(
      &copy->shape, &shape, offsetof(RcvShape, bidirectional));
    assert_int_equal(copy->shape.bidirectional, shape.bidirectional);
    assert_int_equal(copy->shape.skip, shape.skip);
    assert_int_equal(rcv_shape_latency(&copy->shape),
                     rcv_shape_latency(&shape));
    assert_memory_equal(
      copy->params, model->params, rcv_shape_n_params(&shape) * sizeof(float));

    // The tensors begin at a multiple of eight bytes
    assert_int_equal(((const unsigned char*)bytes)[0] % 8, 0);
    free(bytes);
    free(again);
    rcv_model_free(model);
    rcv_model_free(copy);
  }
}

/// Names and shapes as torch.nn.LSTM(2, 6, num_layers=3) and Linear have them
static void
test_names(void** const unused)
{
  (void)unused;
  static const struct {
    const char* name;
    int         rows;
    int         cols;
  } expected[] = {
    {"rec.weight_ih_l0", 24, 2},
    {"rec.weight_hh_l0", 24, 6},
    {"rec.bias_ih_l0", 24, 0},
    {"rec.bias_hh_l0", 24, 0},
    {"rec.weight_ih_l2", 24, 6},
    {"rec_reverse.weight_ih_l0", 24, 2},
    {"rec_reverse.bias_hh_l2", 24, 0},
    {"lin.weight", 1, 6},
    {"lin.bias", 1, 0},
    {"test_input", 50, 2},
    {"test_output", 50, 1},
  };

  const RcvShape  shape  = network_rig_shape(10, 2, 6);
  RcvModel* const model  = tested_model(&shape);
  size_t          size   = 0;
  char* const     bytes  = rcv_safetensors_write(model, &size);
  json_t* const   header = json_loads(bytes + 8, JSON_DISABLE_EOF_CHECK, NULL);
  assert_non_null(header);
  assert_int_equal(json_object_size(header), (2 * 3 * 4) + 2 + 2 + 1);
  for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); ++i) {
    const json_t* const entry = json_object_get(header, expected[i].name);
    const json_t* const sizes = json_object_get(entry, "shape");
    assert_non_null(entry);
    assert_string_equal(json_string_value(json_object_get(entry, "dtype")),
                        "F32");
    assert_int_equal(json_array_size(sizes), expected[i].cols ? 2 : 1);
    assert_int_equal(json_integer_value(json_array_get(sizes, 0)),
                     expected[i].rows);
    assert_int_equal(json_integer_value(json_array_get(sizes, 1)),
                     expected[i].cols);
  }

  // Every value of the metadata is a string, as the format asks
  const char* key   = NULL;
  json_t*     value = NULL;
  json_object_foreach(json_object_get(header, "__metadata__"), key, value)
  {
    assert_true(json_is_string(value));
  }
  json_decref(header);
  free(bytes);
  rcv_model_free(model);
}

/// What has no value has none in the copy
static void
test_unknown(void** const unused)
{
  (void)unused;
  const RcvShape  shape = rcv_fixture_shape(4);
  RcvModel* const model = rcv_model_new(&shape);
  RcvModel* const copy  = copy_of(model);
  assert_true(isnan(copy->info.rate_hz));
  assert_true(isnan(copy->info.loudness_db));
  assert_true(isnan(copy->info.input_level_dbu));
  assert_true(isnan(copy->info.validation_esr));
  assert_true(isnan(copy->info.test_esr));
  assert_true(isnan(copy->info.rest_level));
  assert_string_equal(copy->info.name, "");
  assert_string_equal(copy->info.recipe, "");
  assert_int_equal(copy->n_test, 0);
  rcv_model_free(model);
  rcv_model_free(copy);
}

/// A state at the start is kept, and a model plays from it each time
static void
test_initial_state(void** const unused)
{
  (void)unused;
  enum { N_FRAMES = 64 };
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const RcvShape  shape = network_rig_shape(index, 2, 5);
    RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 3);
    const size_t    n     = rcv_model_n_initial(&shape);
    float           x[N_FRAMES * RCV_MAX_INPUTS];
    float           y[3][N_FRAMES];
    rcv_fixture_signal(x, sizeof(x) / sizeof(x[0]), 1);

    // Zeros are the same as nothing
    assert_int_equal(rcv_model_run(model, x, y[0], N_FRAMES, NULL), RCV_OK);
    model->initial_state = calloc(n, sizeof(float));
    assert_non_null(model->initial_state);
    assert_int_equal(rcv_model_run(model, x, y[1], N_FRAMES, NULL), RCV_OK);
    assert_memory_equal(y[0], y[1], sizeof(y[0]));

    rcv_fixture_signal(model->initial_state, n, 2);
    model->shape.skip_gain_db = -7.3f;
    RcvModel* const copy      = copy_of(model);
    assert_memory_equal(
      copy->initial_state, model->initial_state, n * sizeof(float));
    assert_int_equal(rcv_model_run(model, x, y[1], N_FRAMES, NULL), RCV_OK);
    assert_int_equal(rcv_model_run(copy, x, y[2], N_FRAMES, NULL), RCV_OK);
    assert_close(copy->shape.skip_gain_db, model->shape.skip_gain_db, 0.0);
    assert_memory_equal(y[1], y[2], sizeof(y[1]));
    assert_true(y[0][0] < y[1][0] || y[0][0] > y[1][0]);
    rcv_model_free(model);
    rcv_model_free(copy);
  }
}

static const char* const odd_text =
  "\"Röhre\" \\ 'ü' 音 \xF0\x9F\x8E\xB8 {}[],:";

/// Fill in everything that can be known
static RcvModel*
full_model(void)
{
  const RcvShape      shape = network_rig_shape(1, 3, 4);
  RcvModel* const     model = rcv_fixture_model(&shape, 44100.5, 3);
  RcvModelInfo* const info  = &model->info;
  snprintf(info->name, sizeof(info->name), "%s", odd_text);
  snprintf(info->author, sizeof(info->author), "%s", odd_text);
  snprintf(info->licence, sizeof(info->licence), "%s", odd_text);
  snprintf(info->device, sizeof(info->device), "%s", odd_text);
  snprintf(info->measured, sizeof(info->measured), "%s", odd_text);
  snprintf(info->recipe, sizeof(info->recipe), "%s", odd_text);
  info->loudness_db     = -17.25;
  info->input_level_dbu = 1e-300;
  info->validation_esr  = 0.0123456789;
  info->test_esr        = 1.5e22;
  info->rest_level      = 0.0;
  snprintf(info->knobs[0].name, sizeof(info->knobs[0].name), "%s", "Größe");
  info->knobs[0].min = -1.5;
  info->knobs[0].max = 1e6;
  snprintf(info->knobs[1].name, sizeof(info->knobs[1].name), "\"%s", "x");
  return model;
}

static void
check_metadata(void)
{
  RcvModel* const           model = full_model();
  RcvModel* const           copy  = copy_of(model);
  const RcvModelInfo* const a     = &model->info;
  const RcvModelInfo* const b     = &copy->info;
  assert_string_equal(b->name, odd_text);
  assert_string_equal(b->author, odd_text);
  assert_string_equal(b->licence, odd_text);
  assert_string_equal(b->device, odd_text);
  assert_string_equal(b->measured, odd_text);
  assert_string_equal(b->recipe, odd_text);
  assert_close(b->rate_hz, 44100.5, 0.0);
  assert_close(b->loudness_db, -17.25, 0.0);
  assert_close(b->input_level_dbu, 1e-300, 1e-308);
  assert_close(b->validation_esr, a->validation_esr, 1e-9 * a->validation_esr);
  assert_close(b->test_esr, 1.5e22, 1e13);
  assert_close(b->rest_level, 0.0, 0.0);
  assert_string_equal(b->knobs[0].name, "Größe");
  assert_string_equal(b->knobs[1].name, "\"x");
  assert_close(b->knobs[0].min, -1.5, 0.0);
  assert_close(b->knobs[0].max, 1e6, 0.0);
  assert_close(b->knobs[1].min, 0.0, 0.0);
  assert_close(b->knobs[1].max, 1.0, 0.0);
  rcv_model_free(model);
  rcv_model_free(copy);
}

static void
test_metadata(void** const unused)
{
  (void)unused;
  check_metadata();
}

/// Where numbers have a comma the files have points all the same
static void
test_comma_locale(void** const unused)
{
  (void)unused;
  if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8")) {
    skip(); // Neither locale is installed
  }
  char text[8];
  snprintf(text, sizeof(text), "%.1f", 0.5);
  assert_string_equal(text, "0,5");
  check_metadata();
  setlocale(LC_ALL, "C");
}

/// Texts that were cut, or are no UTF-8, do not prevent the writing
static void
test_bad_texts(void** const unused)
{
  (void)unused;
  const RcvShape  shape = rcv_fixture_shape(4);
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 3);
  RcvModelInfo*   info  = &model->info;
  memset(info->device, 'x', sizeof(info->device) - 2);
  info->device[sizeof(info->device) - 2] = '\xC3'; // Half of an ü
  snprintf(info->name,
           sizeof(info->name),
           "K\xFC"
           "che \n\t\x7F.");

  RcvModel* const copy = copy_of(model);
  assert_int_equal(strlen(copy->info.device), sizeof(info->device) - 1);
  assert_memory_equal(copy->info.device, model->info.device, 200);
  assert_string_equal(copy->info.name, "K?che    .");
  rcv_model_free(model);
  rcv_model_free(copy);
}

/// A text longer than its place is cut between characters
static void
test_long_texts(void** const unused)
{
  (void)unused;
  const RcvShape  shape = rcv_fixture_shape(4);
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 3);
  for (size_t i = 0; i + 2 < sizeof(model->info.recipe); i += 2) {
    memcpy(model->info.recipe + i, "ü", 2);
  }
  size_t      size  = 0;
  char* const bytes = rcv_safetensors_write(model, &size);
  char* const key   = strstr(bytes + 8, "\"recipe\"");
  assert_non_null(key);
  memcpy(key, "\"device\"", 8); // Which has room for less

  RcvError        error = {RCV_OK, ""};
  RcvModel* const copy  = rcv_model_parse(bytes, size, "long", &error);
  assert_non_null(copy);
  assert_int_equal(strlen(copy->info.device), 254);
  assert_memory_equal(copy->info.device + 252, "ü", 3);
  free(bytes);
  rcv_model_free(model);
  rcv_model_free(copy);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_unknown),
    cmocka_unit_test(test_initial_state),
    cmocka_unit_test(test_metadata),
    cmocka_unit_test(test_comma_locale),
    cmocka_unit_test(test_bad_texts),
    cmocka_unit_test(test_long_texts),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Models that others made, in the folder that RECURVE_TEST_DATA names, held to
   the outputs that their makers' programs computed.
*/

enum { MAX_FRAMES = 4096, REST_FRAMES = 24000 };

static float x[REST_FRAMES + MAX_FRAMES];
static float y[REST_FRAMES + MAX_FRAMES];
static float golden[MAX_FRAMES];

/// Path of a file of ours, or skip the test
static void
make_path(char path[1024], const char* const name)
{
  const char* const folder = getenv("RECURVE_TEST_DATA");
  (void)snprintf(path, 1024, "%s/models/%s", folder ? folder : "", name);
  FILE* const file = folder ? fopen(path, "rb") : NULL;
  if (!file) {
    print_message(
      "RECURVE_TEST_DATA %s %s\n", folder ? "has no" : "is not set: no", name);
    skip();
  } else {
    (void)fclose(file);
  }
}

/// Read a model, or fail with its reader's sentence
static RcvModel*
load(const char* const name)
{
  char     path[1024];
  RcvError error = {RCV_OK, ""};
  make_path(path, name);
  RcvModel* const model = rcv_model_load(path, &error);
  assert_string_equal(error.message, "");
  assert_non_null(model);
  return model;
}

/// The numbers of a file, one per line
static size_t
read_numbers(const char* const name, float* const values)
{
  char   path[1024];
  char   line[64];
  size_t n = 0;
  make_path(path, name);
  FILE* const file = fopen(path, "r");
  assert_non_null(file);
  while (n < MAX_FRAMES && fgets(line, sizeof(line), file)) {
    values[n++] = (float)strtod(line, NULL);
  }
  assert_int_equal(fclose(file), 0);
  return n;
}

/// Run a model, compare its last frames with the golden ones, say the error
static void
compare(const RcvModel* const model,
        const char* const     name,
        const size_t          n_before,
        const size_t          n,
        const double          tolerance)
{
  double   greatest = 0.0;
  RcvError error    = {RCV_OK, ""};
  assert_true(n > 0);
  assert_int_equal(rcv_model_run(model, x, y, n_before + n, &error), RCV_OK);
  for (size_t t = 0; t < n; ++t) {
    assert_close(y[n_before + t], golden[t], tolerance);
    greatest =
      fmax(greatest, fabs((double)y[n_before + t] - (double)golden[t]));
  }
  print_message("%-24s %4zu frames, error %.2e\n", name, n, greatest);
}

/// RTNeural's own test vectors
static void
test_rtneural(void** const unused)
{
  (void)unused;
  static const char* const names[] = {
    "lstm_1d", "lstm", "gru_1d", "gru", "lstm_torch", "gru_torch"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    char name[64];
    (void)snprintf(name, sizeof(name), "rtneural/%s.json", names[i]);
    RcvModel* const model = load(name);
    (void)snprintf(name, sizeof(name), "rtneural/%s_x_python.csv", names[i]);
    const size_t n = read_numbers(name, x);
    (void)snprintf(name, sizeof(name), "rtneural/%s_y_python.csv", names[i]);
    assert_int_equal(read_numbers(name, golden), n);
    compare(model, names[i], 0, n, 2e-6);
    rcv_model_free(model);
  }
}

/// A little-endian number
static uint32_t
read_u32(FILE* const file)
{
  unsigned char bytes[4];
  assert_int_equal(fread(bytes, 1, 4, file), 4);
  return (uint32_t)bytes[0] | ((uint32_t)bytes[1] << 8U) |
         ((uint32_t)bytes[2] << 16U) | ((uint32_t)bytes[3] << 24U);
}

static void
read_floats(FILE* const file, float* const values, const size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    const uint32_t bits = read_u32(file);
    memcpy(values + i, &bits, sizeof(bits));
  }
}

/// NAM's outputs, from the state that the file holds
static void
test_nam(void** const unused)
{
  (void)unused;
  static const struct {
    const char* model;
    const char* golden;
    size_t      n_rest; ///< Zeros before it: that file's state is not at rest
  } cases[] = {
    {"nam/BossLSTM-1x16.nam", "nam/golden_lstm_1x16.bin", 0},
    {"nam/lstm.nam", "nam/golden_lstm_official.bin", 0},
    {"nam/lstm_1x10.nam", "nam/golden_lstm_1x10.bin", REST_FRAMES},
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char            path[1024];
    RcvModel* const model = load(cases[i].model);
    make_path(path, cases[i].golden);
    FILE* const file = fopen(path, "rb");
    assert_non_null(file);
    const size_t n = read_u32(file);
    assert_true(n <= MAX_FRAMES);
    memset(x, 0, sizeof(x));
    read_floats(file, x + cases[i].n_rest, n);
    read_floats(file, golden, n);
    assert_int_equal(fclose(file), 0);
    compare(model, cases[i].model, cases[i].n_rest, n, 1e-5);
    rcv_model_free(model);
  }
}

/// Those without an expected output are read and answer with numbers
static void
test_finite(void** const unused)
{
  (void)unused;
  static const char* const names[] = {
    "ds1/DS1_gru10.json",
    "guitarml/gru4_ts9_pytorch.json",
    "guitarml/gru8_ts9_pytorch.json",
    "guitarml/lstm4_ts9_pytorch.json",
    "guitarml/lstm8_ts9_pytorch.json",
    "guitarml/ts9_gru7_gain10_loss003_TEST.json",
    "klon/centaur.json",
    "klon/centaur_0.json",
    "klon/centaur_50.json",
  };

  rcv_fixture_signal(x, MAX_FRAMES, 1);
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    RcvModel* const model = load(names[i]);
    double          power = 0.0;
    assert_int_equal(rcv_model_run(model, x, y, MAX_FRAMES, NULL), RCV_OK);
    for (size_t t = 0; t < MAX_FRAMES; ++t) {
      power += (double)y[t] * (double)y[t];
    }
    assert_true(isfinite(power) && power > 0.0);
    print_message("%-44s RMS %.3g\n", names[i], sqrt(power / MAX_FRAMES));
    rcv_model_free(model);
  }
}

static void
test_refused(void** const unused)
{
  (void)unused;
  static const struct {
    const char* name;
    const char* words;
  } cases[] = {
    {"nam/BossWN-nano.nam", "$.architecture: WaveNet is not supported"},
    {"rtneural/bad_lstm.json", "$.layers[0].weights[0][0]: expected an array"},
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char     path[1024];
    RcvError error = {RCV_OK, ""};
    make_path(path, cases[i].name);
    assert_null(rcv_model_load(path, &error));
    if (!strstr(error.message, cases[i].words)) {
      fail_msg("\"%s\" lacks \"%s\"", error.message, cases[i].words);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rtneural),
    cmocka_unit_test(test_nam),
    cmocka_unit_test(test_finite),
    cmocka_unit_test(test_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

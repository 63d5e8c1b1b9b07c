// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/harmonics.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "train/signal/capture_signal.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 48000 };

/// Known amplitudes, whatever the phases; nothing from half the rate on
static void
test_read(void** const unused)
{
  (void)unused;
  enum { N = 6000 };
  static float x[N];
  for (size_t t = 0; t < N; ++t) {
    const double angle = 6.283185307179586 * 440.0 * (double)t / RATE_HZ;

    x[t] = (float)(0.1 + (0.5 * sin(angle)) + (0.01 * cos(2.0 * angle)) +
                   (0.001 * sin((7.0 * angle) + 1.0)));
  }

  double db[RCV_N_HARMONICS];
  rcv_harmonics_read(x, N, 440.0, RATE_HZ, db);
  assert_close(db[0], -6.0206, 0.01);
  assert_close(db[1], -40.0, 0.05);
  assert_close(db[6], -60.0, 0.05);
  for (size_t k = 0; k < RCV_N_HARMONICS; ++k) {
    assert_true(k == 0 || k == 1 || k == 6 || db[k] < -90.0);
  }

  rcv_harmonics_read(x, N, 5500.0, RATE_HZ, db);
  assert_true(isfinite(db[3]));
  assert_true(isnan(db[4]) && isnan(db[9]));
}

/// A model that plays what it hears
static RcvModel*
through(const uint32_t input_size)
{
  RcvShape shape        = rcv_fixture_shape(2);
  shape.input_size      = input_size;
  RcvModel* const model = rcv_model_new(&shape);
  assert_non_null(model);
  memset(model->params, 0, rcv_shape_n_params(&shape) * sizeof(float));
  return model;
}

static void
assert_through(const RcvHarmonics* const harmonics)
{
  static const double levels_db[] = {-27.0, -15.0, -4.0};
  for (size_t i = 0; i < RCV_N_HARMONIC_LEVELS; ++i) {
    assert_close(harmonics[i].hz, 440.0, 0.0);
    assert_close(harmonics[i].level_db, levels_db[i], 0.0);
    assert_close(harmonics[i].model_db[0], levels_db[i], 0.05);
    for (size_t k = 1; k < RCV_N_HARMONICS; ++k) {
      assert_true(harmonics[i].model_db[k] < -95.0);
    }
  }
}

/// Other recordings have no such sine
static void
test_model_only(void** const unused)
{
  (void)unused;
  RcvPair pair;
  memset(&pair, 0, sizeof(pair));
  pair.rate_hz          = RATE_HZ;
  RcvModel* const model = through(3);

  RcvHarmonics harmonics[RCV_N_HARMONIC_LEVELS];
  bool         has_device = true;
  assert_int_equal(
    rcv_harmonics_measure(model, &pair, harmonics, &has_device, NULL), RCV_OK);
  assert_false(has_device);
  assert_through(harmonics);
  assert_true(isnan(harmonics[1].device_db[0]));
  rcv_model_free(model);
}

/// In the capture signal there is, of the take with its knob in the middle
static void
test_device(void** const unused)
{
  (void)unused;
  const size_t   n      = rcv_capture_signal_length(RCV_SIGNAL_ALL, RATE_HZ);
  int32_t* const signal = malloc(n * sizeof(int32_t));
  RcvTake        takes[2];
  RcvPair        pair;
  memset(takes, 0, sizeof(takes));
  memset(&pair, 0, sizeof(pair));
  assert_non_null(signal);
  assert_int_equal(
    rcv_capture_signal_render(RCV_SIGNAL_ALL, RATE_HZ, signal, NULL), RCV_OK);
  takes[0].wet       = network_rig_floats(n);
  takes[1].wet       = network_rig_floats(n);
  takes[1].knobs[0]  = 0.5f;
  pair.dry           = network_rig_floats(n);
  pair.n_frames      = n;
  pair.rate_hz       = RATE_HZ;
  pair.is_signal     = true;
  pair.takes.takes   = takes;
  pair.takes.n_takes = 2;
  pair.takes.n_knobs = 1;
  for (size_t t = 0; t < n; ++t) {
    const float x = (float)signal[t] / (float)RCV_SIGNAL_FULL_SCALE;

    pair.dry[t]     = x;
    takes[1].wet[t] = (0.5f * x) + (0.2f * x * x);
  }

  RcvModel* const model = through(2);
  RcvHarmonics    harmonics[RCV_N_HARMONIC_LEVELS];
  bool            has_device = false;
  assert_int_equal(
    rcv_harmonics_measure(model, &pair, harmonics, &has_device, NULL), RCV_OK);
  assert_true(has_device);
  assert_through(harmonics);
  for (size_t i = 0; i < RCV_N_HARMONIC_LEVELS; ++i) {
    const double a = pow(10.0, harmonics[i].level_db / 20.0);

    assert_close(harmonics[i].device_db[0], 20.0 * log10(0.5 * a), 0.05);
    assert_close(harmonics[i].device_db[1], 20.0 * log10(0.1 * a * a), 0.1);
    assert_true(harmonics[i].device_db[2] < -95.0);
  }

  // Without such a take the device says nothing of the middle
  takes[1].knobs[0] = 0.6f;
  assert_int_equal(
    rcv_harmonics_measure(model, &pair, harmonics, &has_device, NULL), RCV_OK);
  assert_false(has_device);

  rcv_model_free(model);
  free(takes[0].wet);
  free(takes[1].wet);
  free(pair.dry);
  free(signal);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_read),
    cmocka_unit_test(test_model_only),
    cmocka_unit_test(test_device),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

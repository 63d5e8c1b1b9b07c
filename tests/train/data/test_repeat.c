// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/repeat.h"

#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "train/signal/capture_signal.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 16000, N_FRAMES = 10 * RATE_HZ };

static float first[N_FRAMES];
static float second[N_FRAMES];

/// Many tones at time t, up to 6.5 kHz
static double
sound_at(const double t)
{
  double sum = 0.0;
  for (int k = 1; k <= 30; ++k) {
    const double turns = (0.0109 * pow(k, 1.03)) + (1e-9 * k * t);
    sum += 0.1 * sin(6.283185307179586 * turns * t) / sqrt((double)k);
  }
  return sum;
}

/// Two takes: the second is later, of another gain; both have noise
static void
record(const double delay, const double gain, const float noise)
{
  network_rig_random(first, N_FRAMES, noise, 1);
  network_rig_random(second, N_FRAMES, noise, 2);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    first[t] += (float)sound_at((double)t);
    second[t] += (float)sound_at((double)t - delay);
    second[t] *= (float)gain;
  }
}

static RcvRepeat
measure(void)
{
  RcvRepeat repeat;
  RcvError  error = {RCV_OK, ""};
  if (rcv_repeat_measure(first, second, N_FRAMES, &repeat, &error)) {
    fail_msg("%s", error.message);
  }
  print_message("delay %.4f, gain %.5f, ESR %.3g, floor %.3g\n",
                repeat.delay_frames,
                repeat.gain,
                repeat.esr,
                repeat.floor);
  return repeat;
}

/// Delay and gain are no difference between takes
static void
test_same(void** const unused)
{
  (void)unused;
  static const double delays[] = {0.0, 0.37, -0.5, 12.25, -300.8};
  static const double gains[]  = {1.0, 0.5, 1.0, -2.0, 1.0};
  for (size_t i = 0; i < 5; ++i) {
    record(delays[i], gains[i], 0.0f);
    const RcvRepeat repeat = measure();
    assert_true(repeat.measured);
    assert_close(repeat.delay_frames, delays[i], 2e-3);
    assert_close(repeat.gain * gains[i], 1.0, 1e-3);
    assert_true(repeat.esr < 1e-5);
    assert_true(repeat.floor <= repeat.esr);
  }
}

/// Noise of both is between them; against one take a model has that of one
static void
test_noise(void** const unused)
{
  (void)unused;
  record(3.4, 0.8, 0.02f);
  const RcvRepeat repeat = measure();

  double sound = 0.0;
  double noise = 0.0;
  for (size_t t = 0; t < N_FRAMES; ++t) {
    const double value = sound_at((double)t);
    const double rest  = (double)first[t] - value;

    sound += value * value;
    noise += rest * rest;
  }
  assert_close(repeat.floor, noise / (sound + noise), 0.02 * repeat.floor);
  assert_close(repeat.esr, 2.0 * noise / (sound + noise), 0.02 * repeat.esr);
}

static void
test_unrelated(void** const unused)
{
  (void)unused;
  RcvRepeat repeat;
  RcvError  error = {RCV_OK, ""};
  network_rig_random(first, N_FRAMES, 0.1f, 1);
  network_rig_random(second, N_FRAMES, 0.1f, 2);
  assert_int_equal(rcv_repeat_measure(first, second, N_FRAMES, &repeat, &error),
                   RCV_BAD_DATA);
  assert_non_null(strstr(error.message, "; record the same piece twice"));
  assert_false(repeat.measured);

  memset(second, 0, sizeof(second));
  assert_int_equal(rcv_repeat_measure(first, second, N_FRAMES, &repeat, &error),
                   RCV_BAD_DATA);
}

/// The capture signal has a passage twice
static void
test_signal(void** const unused)
{
  (void)unused;
  const size_t   n   = rcv_capture_signal_length(RCV_SIGNAL_ALL, RATE_HZ);
  float* const   wet = network_rig_floats(n);
  int32_t* const dry = malloc(n * sizeof(int32_t));
  RcvRepeat      repeat;
  assert_non_null(dry);
  assert_int_equal(
    rcv_capture_signal_render(RCV_SIGNAL_ALL, RATE_HZ, dry, NULL), RCV_OK);
  network_rig_random(wet, n, 1e-3f, 1);
  for (size_t t = 0; t < n; ++t) {
    const float x = (float)dry[t] / (float)RCV_SIGNAL_FULL_SCALE;

    wet[t] += tanhf(3.0f * x);
  }

  assert_int_equal(rcv_repeat_measure_signal(wet, n, RATE_HZ, &repeat, NULL),
                   RCV_OK);
  print_message("floor %.3g\n", repeat.floor);
  assert_true(repeat.measured);
  assert_close(repeat.delay_frames, 0.0, 0.01);
  assert_true(repeat.floor > 1e-7 && repeat.floor < 1e-4);

  // A recording that ends before has none, nor has one that is silent
  assert_int_equal(rcv_repeat_measure_signal(
                     wet, n - (2 * (size_t)RATE_HZ), RATE_HZ, &repeat, NULL),
                   RCV_OK);
  assert_false(repeat.measured);
  memset(wet, 0, n * sizeof(float));
  assert_int_equal(rcv_repeat_measure_signal(wet, n, RATE_HZ, &repeat, NULL),
                   RCV_OK);
  assert_false(repeat.measured);
  free(dry);
  free(wet);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_same),
    cmocka_unit_test(test_noise),
    cmocka_unit_test(test_unrelated),
    cmocka_unit_test(test_signal),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

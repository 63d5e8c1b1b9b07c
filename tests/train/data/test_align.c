// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/align.h"

#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 96000 };

static float dry[N_FRAMES];
static float wet[N_FRAMES];

static int
set_up(void** const unused)
{
  (void)unused;
  network_rig_random(dry, N_FRAMES, 0.5f, 1);

  // Loud, soft, and a low tone, as an instrument has it
  for (size_t t = 0; t < N_FRAMES; ++t) {
    dry[t] *= (t / 9600) % 2 ? 1.0f : 0.02f;
    dry[t] += 0.3f * sinf(0.0131f * (float)t);
  }
  return 0;
}

/// A device with a delay: y = gain·tanh(drive·x), then h_k = a(1 − a)^k
static void
run_device(const long delay, const float drive, const float gain, const float a)
{
  float h = 0.0f;
  for (long t = 0; t < N_FRAMES; ++t) {
    const long  from = t - delay;
    const float x    = from >= 0 && from < N_FRAMES ? dry[from] : 0.0f;

    h += a * ((gain * tanhf(drive * x)) - h);
    wet[t] = h;
  }
}

static RcvDelayEstimate
find(void)
{
  RcvDelayEstimate estimate = {99999, 0.0, 0.0, 0};
  RcvError         error    = {RCV_OK, ""};
  assert_int_equal(rcv_align_find(dry, wet, N_FRAMES, &estimate, &error),
                   RCV_OK);
  return estimate;
}

/// To the frame, through nothing, a clipper, a slow device and one that inverts
static void
test_delays(void** const unused)
{
  (void)unused;
  static const long  delays[]     = {-300, -37, -1, 0, 1, 5, 64, 777, 3000};
  static const float devices[][3] = {
    {0.001f, 1000.0f, 1.0f}, // Linear
    {5.0f, 0.5f, 1.0f},
    {2.0f, -0.5f, 0.6f},
    {3.0f, 0.1f, 0.3f},
  };

  double least = 1e9;
  for (size_t i = 0; i < 36; ++i) {
    const float* const device = devices[i % 4];
    run_device(delays[i / 4], device[0], device[1], device[2]);

    const RcvDelayEstimate estimate = find();
    if (estimate.delay_frames != delays[i / 4]) {
      fail_msg("device %zu: %ld instead of %ld",
               i % 4,
               estimate.delay_frames,
               delays[i / 4]);
    }
    assert_close(estimate.polarity, i % 4 == 2 ? -1.0 : 1.0, 0.0);
    assert_true(estimate.confidence >= RCV_DELAY_CONFIDENCE);
    least = fmin(least, estimate.confidence);
  }
  print_message(
    "least confidence: %.1f, needed: %.1f\n", least, RCV_DELAY_CONFIDENCE);
}

/// What has nothing to do with the dry signal has no delay to take off
static void
test_noise(void** const unused)
{
  (void)unused;
  double greatest = 0.0;
  for (uint32_t seed = 2; seed < 6; ++seed) {
    network_rig_random(wet, N_FRAMES, 1e-4f, seed);
    greatest = fmax(greatest, find().confidence);
  }
  print_message("greatest confidence: %.1f\n", greatest);
  assert_true(greatest < RCV_DELAY_CONFIDENCE);

  memset(wet, 0, sizeof(wet));
  assert_true(!(find().confidence >= RCV_DELAY_CONFIDENCE));
}

/// A short recording is enough
static void
test_short(void** const unused)
{
  (void)unused;
  run_device(123, 1.0f, 1.0f, 0.8f);

  RcvDelayEstimate estimate = {0, 0.0, 0.0, 0};
  assert_int_equal(rcv_align_find(dry, wet, 24000, &estimate, NULL), RCV_OK);
  assert_int_equal(estimate.delay_frames, 123);
  assert_int_equal(estimate.peak_frames, 123);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_delays),
    cmocka_unit_test(test_noise),
    cmocka_unit_test(test_short),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/drift.h"

#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "tests/support/resample.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 16000, N_FRAMES = 24 * RATE_HZ };

static float dry[N_FRAMES];
static float wet[N_FRAMES];
static float played[N_FRAMES];

/// Notes of changing pitch and strength, with a little noise
static int
set_up(void** const unused)
{
  (void)unused;
  network_rig_random(dry, N_FRAMES, 0.02f, 1);

  double phase = 0.0;
  for (size_t t = 0; t < N_FRAMES; ++t) {
    const size_t note  = t / 4000;
    const double decay = exp(-(double)(t % 4000) / 1500.0);

    phase += 6.283185307179586 * (80.0 + (double)((note * 37) % 500)) / RATE_HZ;
    dry[t] += (float)(0.4 * decay * (sin(phase) + (0.5 * sin(3.0 * phase))));
  }
  return 0;
}

/// A device with a clipper and a slow low-pass, recorded at a clock of its own
static RcvDrift
record(const uint32_t clock_hz, const float gain, const float noise)
{
  float h = 0.0f;
  for (size_t t = 0; t < N_FRAMES; ++t) {
    h += 0.4f * ((gain * tanhf(3.0f * dry[t])) - h);
    played[t] = h;
  }
  if (clock_hz == RATE_HZ) {
    memcpy(wet, played, sizeof(wet));
  } else {
    rcv_resample(played, N_FRAMES, RATE_HZ, clock_hz, 7500.0, wet, N_FRAMES);
  }

  float* const hiss = network_rig_floats(N_FRAMES);
  network_rig_random(hiss, N_FRAMES, noise, 7);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    wet[t] += hiss[t];
  }
  free(hiss);

  RcvDrift drift;
  RcvError error = {RCV_OK, ""};
  assert_int_equal(rcv_drift_measure(dry, wet, N_FRAMES, &drift, &error),
                   RCV_OK);
  print_message("clock %u Hz: %.3f ppm, %.3f to %.3f frames, +- %.3f\n",
                clock_hz,
                drift.ppm,
                drift.early_frames,
                drift.late_frames,
                drift.accuracy_frames);
  return drift;
}

/// One clock has no drift, whatever the device does
static void
test_none(void** const unused)
{
  (void)unused;
  static const float gains[] = {0.5f, -0.5f};
  for (size_t i = 0; i < 4; ++i) {
    const RcvDrift drift = record(RATE_HZ, gains[i % 2], i < 2 ? 1e-4f : 0.03f);
    assert_true(drift.measured);
    assert_true(fabs(rcv_drift_frames(&drift)) < 0.1);
    assert_false(rcv_drift_matters(&drift));
  }
}

/// 62.5 ppm, which are 24 frames here, or more, either way and through an
/// inverter
static void
test_clocks(void** const unused)
{
  (void)unused;
  static const uint32_t clocks_hz[] = {RATE_HZ + 1, RATE_HZ - 1, RATE_HZ + 3};
  for (size_t i = 0; i < 3; ++i) {
    const double   ppm   = 1e6 * ((double)clocks_hz[i] - RATE_HZ) / RATE_HZ;
    const RcvDrift drift = record(clocks_hz[i], i == 1 ? -0.5f : 0.5f, 1e-4f);
    assert_true(drift.measured);
    assert_close(drift.ppm, ppm, 0.004 * fabs(ppm));
    assert_close(rcv_drift_frames(&drift), 1e-6 * ppm * N_FRAMES, 0.5);
    assert_close(drift.early_frames, 1.0, 3.0);
    assert_true(rcv_drift_matters(&drift));
  }
}

/// Of what is not related nothing is claimed, nor of what is short
static void
test_nothing(void** const unused)
{
  (void)unused;
  RcvDrift drift;
  for (uint32_t seed = 5; seed < 10; ++seed) {
    network_rig_random(wet, N_FRAMES, 0.1f, seed);
    assert_int_equal(rcv_drift_measure(dry, wet, N_FRAMES, &drift, NULL),
                     RCV_OK);
    print_message("%d: %.3g frames +- %.3g\n",
                  drift.measured,
                  rcv_drift_frames(&drift),
                  drift.accuracy_frames);
    assert_false(rcv_drift_matters(&drift));
  }

  memset(wet, 0, sizeof(wet));
  assert_int_equal(rcv_drift_measure(dry, wet, N_FRAMES, &drift, NULL), RCV_OK);
  assert_false(rcv_drift_matters(&drift));

  assert_int_equal(rcv_drift_measure(dry, dry, 60000, &drift, NULL), RCV_OK);
  assert_false(drift.measured);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_none),
    cmocka_unit_test(test_clocks),
    cmocka_unit_test(test_nothing),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

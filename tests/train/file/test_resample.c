// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/resample.h"

#include "tests/support/assert_close.h"
#include "tests/support/audio_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/scratch_folder.h"
#include "train/data/pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 160000, RATE_HZ = 16000 };

/// Half a frame and more, either way: what is taken off is told and is gone
static void
test_fraction(void** const unused)
{
  (void)unused;
  enum { START = 100 };
  static const double delays[] = {0.625, 40.625, -0.375, -20.375};

  float* const noise = network_rig_floats(N_FRAMES);
  float* const dull  = network_rig_floats(N_FRAMES + 2);
  float* const late  = network_rig_floats(N_FRAMES + 1);
  network_rig_random(noise, N_FRAMES, 0.4f, 1);
  for (size_t t = 2; t < N_FRAMES; ++t) {
    dull[t] = 0.25f * (noise[t] + (2.0f * noise[t - 1]) + noise[t - 2]);
  }
  for (size_t i = 0; i < 4; ++i) {
    // Late at t is dull at t − delay; both begin so late that all is there
    const long   whole = (long)floor(-delays[i]);
    const size_t n     = N_FRAMES - (2 * (size_t)START);
    memcpy(late, dull + START + whole, (n + 1) * sizeof(float));
    assert_int_equal(
      rcv_resample_between(late, n + 1, -delays[i] - (double)whole, NULL),
      RCV_OK);
    audio_fixture_write("late.wav", late, n, 1, RATE_HZ);
    audio_fixture_write("dull.wav", dull + START, n, 1, RATE_HZ);

    RcvPair  pair;
    RcvError error = {RCV_OK, ""};
    assert_int_equal(
      rcv_pair_read(
        &pair, "dull.wav", "late.wav", &audio_fixture_usual, &error),
      RCV_OK);
    assert_close(pair.delay_frames, delays[i], 0.02);
    assert_int_equal(pair.n_frames, n - (size_t)ceil(fabs(delays[i])));
    assert_int_equal(pair.takes.n_frames, pair.n_frames);
    for (size_t t = 100; t < pair.n_frames - 100; ++t) {
      assert_close(pair.takes.takes[0].wet[t], pair.dry[t], 2e-3);
    }
    rcv_pair_clear(&pair);
  }
  free(noise);
  free(dull);
  free(late);
}

/// Both at the same other rate: a sine is the same sine
static void
test_rate(void** const unused)
{
  (void)unused;
  enum { FROM_HZ = 44100, TO_HZ = 48000, N_FROM = 2 * FROM_HZ };

  static float         sine[N_FROM];
  const RcvPairOptions options = {
    false, -1.0, -1.0, RCV_PAIR_COMPARE, 0, {0, TO_HZ}, NULL};
  const double step = 6.283185307179586 * 1000.0;
  for (size_t t = 0; t < N_FROM; ++t) {
    sine[t] = (float)(0.5 * sin(step * (double)t / FROM_HZ));
  }
  audio_fixture_write("from.wav", sine, N_FROM, 1, FROM_HZ);

  static float other[2 * TO_HZ];
  for (size_t t = 0; t < 2 * (size_t)TO_HZ; ++t) {
    other[t] = (float)(0.5 * sin(step * (double)t / TO_HZ));
  }
  audio_fixture_write("to.wav", other, 2 * (size_t)TO_HZ, 1, TO_HZ);

  RcvPair  pair;
  RcvError error = {RCV_OK, ""};
  assert_int_equal(rcv_pair_read(&pair, "from.wav", "to.wav", &options, &error),
                   RCV_OK);
  assert_int_equal(pair.rate_hz, TO_HZ);
  assert_int_equal(pair.n_frames, 2 * TO_HZ);
  for (size_t t = TO_HZ / 10; t < pair.n_frames - (TO_HZ / 10); ++t) {
    assert_close(pair.dry[t], other[t], 2e-6);
  }
  rcv_pair_clear(&pair);
}

int
main(void)
{
  scratch_folder_enter();

  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_fraction),
    cmocka_unit_test(test_rate),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

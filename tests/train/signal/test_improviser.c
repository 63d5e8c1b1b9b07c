// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/improviser.h"

#include "tests/support/assert_close.h"
#include "train/signal/capture_signal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// What the capture signal has for training: some forty phrases
enum { RATE_HZ = 48000, N_FRAMES = 178 * RATE_HZ };

static double* playing;

static double*
improvise(const uint32_t seed, const size_t n_frames, const uint32_t rate_hz)
{
  double* const samples = (double*)calloc(n_frames, sizeof(double));
  assert_non_null(samples);
  assert_true(rcv_improvise(seed, samples, n_frames, rate_hz));
  return samples;
}

static int
set_up(void** state)
{
  (void)state;
  playing = improvise((uint32_t)RCV_ROLE_TRAIN, N_FRAMES, RATE_HZ);
  return 0;
}

static int
tear_down(void** state)
{
  (void)state;
  free(playing);
  return 0;
}

static double
level_db(const double* const x, const size_t n)
{
  double energy = 1.0e-12;
  for (size_t i = 0U; i < n; ++i) {
    energy += x[i] * x[i];
  }
  return 10.0 * log10(energy / (double)n);
}

/// Real playing is at -16 to -25 dBFS, with its pauses
static void
test_levels(void** state)
{
  (void)state;
  const double* const x    = playing;
  double              peak = 0.0;
  for (size_t i = 0U; i < N_FRAMES; ++i) {
    peak = fmax(peak, fabs(x[i]));
  }
  assert_true(peak <= 0.89 && peak > 0.7);
  assert_close(level_db(x, N_FRAMES), -20.5, 2.5);

  // A tenth of it each: soft, and loud
  const size_t n_part  = RATE_HZ / 2;
  unsigned     n_soft  = 0U;
  unsigned     n_loud  = 0U;
  unsigned     n_parts = 0U;
  for (size_t at = 0U; at + n_part <= N_FRAMES; at += n_part) {
    const double db = level_db(x + at, n_part);
    n_soft += db < -30.0 ? 1U : 0U;
    n_loud += db > -18.0 ? 1U : 0U;
    ++n_parts;
  }
  print_message("%.1f dB, %u soft, %u loud of %u\n",
                level_db(x, N_FRAMES),
                n_soft,
                n_loud,
                n_parts);
  assert_true(n_soft * 10U > n_parts);
  assert_true(n_loud * 10U > n_parts);
}

/// Peaks stand out as in real playing, not only where a note begins
static void
test_peaks(void** state)
{
  (void)state;
  const size_t        n_part = RATE_HZ / 10;
  const double* const x      = playing;
  unsigned            n_high = 0U;
  unsigned            n_even = 0U;
  for (size_t at = n_part; at + 2 * n_part <= N_FRAMES; at += n_part) {
    const double db     = level_db(x + at, n_part);
    const double before = level_db(x + at - n_part, n_part);
    const double after  = level_db(x + at + n_part, n_part);
    double       peak   = 0.0;
    for (size_t i = at; i < at + n_part; ++i) {
      peak = fmax(peak, fabs(x[i]));
    }
    if (db > -32.0 && fabs(before - db) < 6.0 && fabs(after - db) < 6.0) {
      n_high += 20.0 * log10(peak) - db > 12.0 ? 1U : 0U;
      ++n_even;
    }
  }
  print_message("%u of %u\n", n_high, n_even);
  assert_true(n_high * 10U > n_even);
}

/// What devices do with much bass is heard in the bass only
static void
test_bass(void** state)
{
  (void)state;
  const double* const x   = playing;
  double* const       low = (double*)calloc(N_FRAMES, sizeof(double));
  const double weight = 1.0 - exp(-2.0 * 3.141592653589793 * 80.0 / RATE_HZ);
  double       a      = 0.0;
  double       b      = 0.0;
  assert_non_null(low);
  for (size_t i = 0U; i < N_FRAMES; ++i) {
    a += weight * (x[i] - a);
    b += weight * (a - b);
    low[i] = b;
  }
  // Five minutes of guitars and basses: -12.9 dB
  const double part_db = level_db(low, N_FRAMES) - level_db(x, N_FRAMES);
  print_message("%.1f dB\n", part_db);
  assert_close(part_db, -12.9, 2.0);
  free(low);
}

/// No phrase of one is in another, and it is the same at any length
static void
test_seeds(void** state)
{
  (void)state;
  const size_t n_short = 5 * RATE_HZ / 2;
  double*      x[4];
  for (uint32_t seed = 0U; seed < 4U; ++seed) {
    x[seed] = improvise(seed, 3 * n_short, RATE_HZ);
  }
  for (unsigned i = 0U; i < 4U; ++i) {
    for (unsigned k = 0U; k < i; ++k) {
      double product = 0.0;
      double energy  = 0.0;
      for (size_t t = 0U; t < n_short; ++t) {
        product += x[i][t] * x[k][t];
        energy += fabs(x[i][t] * x[k][t]);
      }
      assert_true(energy > 0.0);
      assert_true(fabs(product) < 0.5 * energy);
    }
  }

  double* const again = improvise(3U, 3 * n_short, RATE_HZ);
  assert_memory_equal(again, x[3], 3U * n_short * sizeof(double));
  free(again);
  for (unsigned i = 0U; i < 4U; ++i) {
    free(x[i]);
  }
}

/// At the lowest and the highest rate that a signal has
static void
test_rates(void** state)
{
  (void)state;
  static const uint32_t rates_hz[] = {16000U, 22050U, 192000U};
  for (size_t i = 0U; i < 3U; ++i) {
    const size_t  n = (size_t)30U * rates_hz[i];
    double* const x = improvise(2U, n, rates_hz[i]);
    for (size_t t = 0U; t < n; ++t) {
      assert_true(isfinite(x[t]));
    }
    assert_close(level_db(x, n), -21.0, 5.0);
    free(x);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_levels),
    cmocka_unit_test(test_peaks),
    cmocka_unit_test(test_bass),
    cmocka_unit_test(test_seeds),
    cmocka_unit_test(test_rates),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

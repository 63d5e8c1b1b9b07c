// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/improviser.h"

#include "tests/support/assert_close.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 48000, N_FRAMES = 90 * RATE_HZ };

static double*
improvise(const uint32_t seed, const size_t n_frames, const uint32_t rate_hz)
{
  double* const samples = (double*)calloc(n_frames, sizeof(double));
  assert_non_null(samples);
  assert_true(rcv_improvise(seed, samples, n_frames, rate_hz));
  return samples;
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
  double* const x    = improvise(1U, N_FRAMES, RATE_HZ);
  double        peak = 0.0;
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
  assert_true(n_soft * 10U > n_parts);
  assert_true(n_loud * 10U > n_parts);
  free(x);
}

/// What devices do with much bass is heard in the bass only
static void
test_bass(void** state)
{
  (void)state;
  double* const x      = improvise(1U, N_FRAMES, RATE_HZ);
  double* const low    = (double*)calloc(N_FRAMES, sizeof(double));
  const double  weight = 1.0 - exp(-2.0 * 3.141592653589793 * 80.0 / RATE_HZ);
  double        a      = 0.0;
  double        b      = 0.0;
  assert_non_null(low);
  for (size_t i = 0U; i < N_FRAMES; ++i) {
    a += weight * (x[i] - a);
    b += weight * (a - b);
    low[i] = b;
  }
  assert_true(level_db(low, N_FRAMES) > level_db(x, N_FRAMES) - 12.0);
  free(low);
  free(x);
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
    cmocka_unit_test(test_bass),
    cmocka_unit_test(test_seeds),
    cmocka_unit_test(test_rates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/resample.h"

#include "tests/support/assert_close.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { HALF_FRAMES = 256 };

static const double pi = 3.14159265358979323846;

static double
bessel_i0(const double x)
{
  double sum  = 1.0;
  double term = 1.0;
  for (int k = 1; k < 80; ++k) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

/// The low-pass at some frames from its middle; `cutoff` in cycles per frame
static double
kernel(const double frames, const double half, const double cutoff)
{
  const double place = frames / half;
  if (fabs(place) >= 1.0) {
    return 0.0;
  }

  const double angle  = 2.0 * pi * cutoff * frames;
  const double sinc   = fabs(angle) < 1e-9 ? 1.0 : sin(angle) / angle;
  const double window = bessel_i0(12.0 * sqrt(1.0 - (place * place)));
  return 2.0 * cutoff * sinc * window / bessel_i0(12.0);
}

static uint32_t
common_part(uint32_t a, uint32_t b)
{
  while (b) {
    const uint32_t rest = a % b;
    a                   = b;
    b                   = rest;
  }
  return a;
}

void
rcv_resample(const float* const x,
             const uint32_t     n_x,
             const uint32_t     from_hz,
             const uint32_t     to_hz,
             const double       band_hz,
             float* const       y,
             const uint32_t     n_y)
{
  // Frame m of y stands at m·step/n_phases
  const uint32_t part     = common_part(from_hz, to_hz);
  const uint32_t n_phases = to_hz / part;
  const uint32_t step     = from_hz / part;
  if (!n_phases || !step) {
    fail();
    return;
  }

  const double  half = HALF_FRAMES * fmax(1.0, (double)from_hz / (double)to_hz);
  const int32_t n_half = (int32_t)ceil(half);
  const size_t  n_taps = 2 * (size_t)n_half;
  double* const taps   = calloc(n_phases * n_taps, sizeof(double));
  assert_non_null(taps);

  for (uint32_t phase = 0; phase < n_phases; ++phase) {
    for (size_t i = 0; i < n_taps; ++i) {
      const double t = (double)i + 1.0 - n_half - ((double)phase / n_phases);

      taps[(phase * n_taps) + i] = kernel(t, half, band_hz / from_hz);
    }
  }
  for (uint32_t m = 0; m < n_y; ++m) {
    const uint64_t      place  = (uint64_t)m * step;
    const int64_t       first  = (int64_t)(place / n_phases) + 1 - n_half;
    const double* const filter = taps + ((place % n_phases) * n_taps);
    double              sum    = 0.0;
    for (size_t i = 0; i < n_taps; ++i) {
      const int64_t t = first + (int64_t)i;

      sum += t >= 0 && t < n_x ? filter[i] * (double)x[t] : 0.0;
    }
    y[m] = (float)sum;
  }
  free(taps);
}

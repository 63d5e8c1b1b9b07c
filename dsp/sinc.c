// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/sinc.h"

#include <math.h>
#include <stddef.h>

enum {
  HALF_TAPS = 32,   // On each side, in frames of the slower rate
  MOST_PART = 1000, // Greatest part of a fraction
  MULTIPLE  = 8,    // Half of what the taps are a multiple of
};

// Kaiser's β for a stop band below −90 dB
static const double kaiser_beta = 9.0;

void
rcv_sinc_fraction(const double ratio, uint32_t* const up, uint32_t* const down)
{
  double least = (double)INFINITY;
  for (uint32_t q = 1; q <= MOST_PART; ++q) {
    const double p     = fmax(1.0, round(ratio * q));
    const double error = fabs((p / q) - ratio);
    if (p <= MOST_PART && error < least * 0.999) {
      least = error;
      *up   = (uint32_t)p;
      *down = q;
    }
  }
}

/// Modified Bessel function of the first kind and order 0, by its series
static double
bessel_i0(const double x)
{
  double sum  = 1.0;
  double term = 1.0;
  for (int k = 1; k < 60; ++k) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

/// A low-pass at `cutoff` (1: half the rate), `half` frames to each side
static double
windowed_sinc(const double t, const double cutoff, const double half)
{
  const double pi     = 3.14159265358979323846;
  const double inside = 1.0 - ((t / half) * (t / half));
  if (inside <= 0.0) {
    return 0.0;
  }

  const double phase = pi * cutoff * t;
  const double sinc  = fabs(phase) < 1e-9 ? 1.0 : sin(phase) / phase;
  return cutoff * sinc * bessel_i0(kaiser_beta * sqrt(inside)) /
         bessel_i0(kaiser_beta);
}

void
rcv_sinc_filters(float* const   filters,
                 const uint32_t n_phases,
                 const uint32_t n_taps,
                 const double   cutoff)
{
  const double half = n_taps / 2.0;
  for (uint32_t phase = 0; phase < n_phases; ++phase) {
    float* const filter = filters + ((size_t)phase * n_taps);
    double       sum    = 0.0;
    for (uint32_t i = 0; i < n_taps; ++i) {
      const double t = i + 1.0 - half - ((double)phase / n_phases);

      sum += windowed_sinc(t, cutoff, half);
    }
    for (uint32_t i = 0; i < n_taps; ++i) {
      const double t = i + 1.0 - half - ((double)phase / n_phases);

      filter[i] = (float)(windowed_sinc(t, cutoff, half) / sum);
    }
  }
}

uint32_t
rcv_sinc_n_taps(const double ratio)
{
  const uint32_t half = (uint32_t)ceil(HALF_TAPS * fmax(1.0, ratio));

  return 2 * ((half + MULTIPLE - 1) / MULTIPLE * MULTIPLE);
}

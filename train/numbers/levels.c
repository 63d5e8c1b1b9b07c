// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/numbers/levels.h"

#include <math.h>
#include <stdbool.h>

RcvLevels
rcv_levels_measure(const float* const x, const size_t n, const uint32_t rate_hz)
{
  RcvLevels    levels  = {0.0, 0.0, 0.0, (double)INFINITY, 0};
  const size_t n_quiet = rate_hz / 20;
  double       energy  = 0.0;
  double       part    = 0.0;
  for (size_t t = 0; t < n; ++t) {
    const double value = (double)x[t];

    levels.peak = fmax(levels.peak, fabs(value));
    levels.dc += value / (double)n;
    part += value * value;
    if ((t + 1) % n_quiet == 0) {
      levels.noise_floor = fmin(levels.noise_floor, part / (double)n_quiet);
      energy += part;
      part = 0.0;
    }
  }
  levels.rms         = sqrt((energy + part) / (double)n);
  levels.noise_floor = sqrt(levels.noise_floor);

  // Clipping is flat: three frames or more at the very top
  size_t n_run = 0;
  for (size_t t = 0; t <= n; ++t) {
    const bool at_top =
      t < n && levels.peak > 0.5 && fabs((double)x[t]) >= levels.peak * 0.9999;

    if (!at_top && n_run >= 3) {
      levels.n_clipped += n_run;
    }
    n_run = at_top ? n_run + 1 : 0;
  }
  return levels;
}

double
rcv_levels_db(const double level)
{
  return 20.0 * log10(fmax(level, 1e-10));
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/mulaw.h"

#include <math.h>

double
rcv_mulaw_level(const uint32_t index, const uint32_t n_classes)
{
  const double mu = (double)n_classes - 1.0;
  const double u  = ((2.0 * index) / mu) - 1.0;

  return copysign(expm1(fabs(u) * log1p(mu)) / mu, u);
}

uint32_t
rcv_mulaw_class(const double value, const uint32_t n_classes)
{
  const double mu        = (double)n_classes - 1.0;
  const double magnitude = fmin(fabs(value), 1.0);
  const double u         = copysign(log1p(mu * magnitude) / log1p(mu), value);

  return (uint32_t)lround((u + 1.0) * 0.5 * mu);
}

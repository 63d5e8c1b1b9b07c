// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/numbers/exact_math.h"

#include <math.h>

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

double
rcv_exact_sin(const double turns)
{
  // To -1/2..1/2 of a turn, and by the symmetry of the sine to -1/4..1/4
  double t = turns - floor(turns + 0.5);
  if (t > 0.25) {
    t = 0.5 - t;
  } else if (t < -0.25) {
    t = -0.5 - t;
  }

  // Taylor's series to x^19, in Horner's form
  const double x  = t * 6.283185307179586;
  const double xx = x * x;
  double       y  = 1.0;
  for (int n = 18; n >= 2; n -= 2) {
    y = 1.0 - xx * y / (double)(n * (n + 1));
  }
  return x * y;
}

double
rcv_exact_exp2(const double x)
{
  const double whole = floor(x + 0.5);
  const double z     = (x - whole) * 0.6931471805599453;
  double       y     = 1.0;
  for (int n = 14; n >= 1; --n) {
    y = 1.0 + z * y / (double)n;
  }
  return ldexp(y, (int)whole);
}

double
rcv_exact_gain(const double level_db)
{
  // log2(10) / 20
  return rcv_exact_exp2(level_db * 0.16609640474436813);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_REAL_H
#define DSP_REAL_H

/**
   The number type of the readable cells and of back-propagation.

   The product is compiled with float.  The same sources are compiled once more
   with RCV_DOUBLE, under names that end in _exact, as the reference that
   kernels are measured against and for gradient checks by differences.
*/
#ifdef RCV_DOUBLE
typedef double RcvReal;
#  define RCV_REAL_NAME(name) name##_exact
#else
typedef float RcvReal;
#  define RCV_REAL_NAME(name) name
#endif

#endif // DSP_REAL_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_VECTOR_H
#define DSP_KERNELS_VECTOR_H

/**
   @file

   Vectors of as many floats as one register of the instruction set that a file
   is compiled for holds, with GCC's and Clang's vector extension: arithmetic on
   them reads as on numbers.  Included only by sources that are compiled once
   per instruction set (the table is in the wscript).
*/

#include "dsp/activation.h"
#include "dsp/real.h"
#include "dsp/realtime.h"

#include <stdint.h>

#ifdef RCV_DOUBLE
#  define RCV_VECTOR_WIDTH 1
#elif defined(__AVX512F__)
#  define RCV_VECTOR_WIDTH 16
#elif defined(__AVX__)
#  define RCV_VECTOR_WIDTH 8
#else
#  define RCV_VECTOR_WIDTH 4
#endif

#define RCV_INLINE static inline __attribute__((always_inline))

/// Name of a symbol for this instruction set, for example rcv_x_avx2
#define RCV_ISA_NAME(name) RCV_ISA_JOIN(name, RCV_ISA)
#define RCV_ISA_JOIN(name, isa) RCV_ISA_PASTE(name, isa)
#define RCV_ISA_PASTE(name, isa) name##_##isa

/// The name of this instruction set as a string
#define RCV_ISA_STRING RCV_ISA_QUOTE(RCV_ISA)
#define RCV_ISA_QUOTE(isa) RCV_ISA_QUOTED(isa)
#define RCV_ISA_QUOTED(isa) #isa

#if RCV_VECTOR_WIDTH == 1

/// Double precision: one plain number, the library's functions, no rounding
typedef RcvReal RcvVec;

RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_set(const RcvReal x)
{
  return x;
}

RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_max(const RcvVec a, const RcvVec b)
{
  return a > b ? a : b;
}

RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_exp(const RcvVec x)
{
  return exp(x);
}

RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_tanh(const RcvVec x)
{
  return rcv_tanh(x);
}

RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_sigmoid(const RcvVec x)
{
  return rcv_sigmoid(x);
}

#else

typedef RcvReal RcvVec
  __attribute__((vector_size(RCV_VECTOR_WIDTH * sizeof(RcvReal)), may_alias));

/// A vector of masks, as comparisons give them: all bits of an element, or none
typedef int32_t RcvMask
  __attribute__((vector_size(RCV_VECTOR_WIDTH * sizeof(int32_t)), may_alias));

/// The same value everywhere
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_set(const RcvReal x)
{
  return x - (RcvVec){0};
}

/// Where the mask is set, a; elsewhere b
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_select(const RcvMask mask, const RcvVec a, const RcvVec b)
{
  return (RcvVec)((mask & (RcvMask)a) | (~mask & (RcvMask)b));
}

/// The greater of two, b where a is NaN
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_max(const RcvVec a, const RcvVec b)
{
  return rcv_vec_select(a > b, a, b);
}

/**
   x·P(x²)/Q(x²) with P, Q of degree 4: the least greatest absolute error on
   |x| ≤ 9, where tanh is 1 − 3e-8, found by Lawson's iteration; 1.9e-8 in exact
   arithmetic, less than 4e-7 in floats.  NaN stays NaN.
*/
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_tanh(const RcvVec a)
{
  const RcvVec limit = rcv_vec_set(9.0f);
  const RcvVec low   = rcv_vec_select(a < -limit, -limit, a);
  const RcvVec x     = rcv_vec_select(low > limit, limit, low);
  const RcvVec z     = x * x;

  const RcvVec p =
    ((((((z * 1.31879796e-08f) + 2.04745647e-05f) * z) + 3.48674948e-03f) * z +
      1.33733392e-01f) *
     z) +
    0.999999881f;

  const RcvVec q =
    ((((((z * 7.70420684e-07f) + 3.27165821e-04f) * z) + 2.58426182e-02f) * z +
      4.67066348e-01f) *
     z) +
    1.0f;

  return (x * p) / q;
}

RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_sigmoid(const RcvVec a)
{
  return (rcv_vec_tanh(a * 0.5f) * 0.5f) + 0.5f;
}

/**
   e^a for −87 ≤ a ≤ 88, held to these limits: 2^n·2^r with a polynomial for
   2^r, |r| ≤ ½; relative error less than 2e-7.  NaN stays NaN.
*/
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_exp(const RcvVec a)
{
  // Adding 1.5·2^23 leaves the nearest whole number in the lowest bits
  const RcvVec  magic   = rcv_vec_set(12582912.0f);
  const RcvVec  least   = rcv_vec_set(-87.0f);
  const RcvVec  most    = rcv_vec_set(88.0f);
  const RcvVec  low     = rcv_vec_select(a < least, least, a);
  const RcvVec  x       = rcv_vec_select(low > most, most, low) * 1.44269504f;
  const RcvVec  shifted = x + magic;
  const RcvVec  r       = x - (shifted - magic);
  const RcvMask n       = (RcvMask)shifted - (RcvMask)magic;

  // Taylor coefficients (ln 2)^k / k!: at |r| ≤ ½ the next one adds 1.2e-7
  RcvVec p = (r * 1.54035304e-04f) + 1.33335581e-03f;
  p        = (p * r) + 9.61812911e-03f;
  p        = (p * r) + 5.55041087e-02f;
  p        = (p * r) + 2.40226507e-01f;
  p        = (p * r) + 6.93147181e-01f;
  p        = (p * r) + 1.0f;

  return (RcvVec)((RcvMask)p + (n << 23));
}

#endif

/// View numbers that are aligned to a vector as vectors
RCV_REALTIME RCV_INLINE const RcvVec*
rcv_vec_view(const RcvReal* const values)
{
  return (const RcvVec*)__builtin_assume_aligned(values, sizeof(RcvVec));
}

/// The same for numbers that are to be written
RCV_REALTIME RCV_INLINE RcvVec*
rcv_vec_edit(RcvReal* const values)
{
  return (RcvVec*)__builtin_assume_aligned(values, sizeof(RcvVec));
}

/// The sum of all elements
RCV_REALTIME RCV_INLINE RcvReal
rcv_vec_sum(const RcvVec a)
{
#if RCV_VECTOR_WIDTH == 1
  return a;
#else
  RcvReal sum = 0.0f;
  for (uint32_t i = 0; i < RCV_VECTOR_WIDTH; ++i) {
    sum += a[i];
  }
  return sum;
#endif
}

#endif // DSP_KERNELS_VECTOR_H

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

#include <stdbool.h>
#include <stdint.h>

#if defined(__SSE2__)
#  include <immintrin.h>
#elif defined(__aarch64__)
#  include <arm_neon.h>
#endif

#ifdef RCV_DOUBLE
#  define RCV_VECTOR_WIDTH 1
#elif defined(RCV_HALF_VECTORS) // AVX-512's registers and their halves
#  define RCV_VECTOR_WIDTH 8
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

/// The lesser of two, b where either is NaN
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_min(const RcvVec a, const RcvVec b)
{
#  if RCV_VECTOR_WIDTH == 16
  return (RcvVec)_mm512_min_ps((__m512)a, (__m512)b);
#  elif defined(__AVX__)
  return (RcvVec)_mm256_min_ps((__m256)a, (__m256)b);
#  elif defined(__SSE2__)
  return (RcvVec)_mm_min_ps((__m128)a, (__m128)b);
#  else
  return rcv_vec_select(a < b, a, b);
#  endif
}

/// The greater of two, b where either is NaN
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_max(const RcvVec a, const RcvVec b)
{
#  if RCV_VECTOR_WIDTH == 16
  return (RcvVec)_mm512_max_ps((__m512)a, (__m512)b);
#  elif defined(__AVX__)
  return (RcvVec)_mm256_max_ps((__m256)a, (__m256)b);
#  elif defined(__SSE2__)
  return (RcvVec)_mm_max_ps((__m128)a, (__m128)b);
#  else
  return rcv_vec_select(a > b, a, b);
#  endif
}

/// a·b + c, rounded once where the instruction set can
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_fma(const RcvVec a, const RcvVec b, const RcvVec c)
{
#  if RCV_VECTOR_WIDTH == 16
  return (RcvVec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#  elif defined(__FMA__)
  return (RcvVec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#  elif defined(__aarch64__)
  return (RcvVec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#  else
  return (a * b) + c;
#  endif
}

/// The first of two numbers in bfloat16, which are the halves of an element
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_first_bf16(const RcvVec pair)
{
  return (RcvVec)((RcvMask)pair & (int32_t)0xFFFF0000);
}

/// The second one
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_second_bf16(const RcvVec pair)
{
  return (RcvVec)((RcvMask)pair << 16);
}

/// One element everywhere; the index is to be known when it is compiled
RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_element(const RcvVec a, const uint32_t index)
{
#  if RCV_VECTOR_WIDTH == 16
  // All quarters are one of them, which takes five cycles but is the same for
  // four elements; then two cycles
  const __m512 v       = (__m512)a;
  const __m512 quarter = index < 4    ? _mm512_shuffle_f32x4(v, v, 0x00)
                         : index < 8  ? _mm512_shuffle_f32x4(v, v, 0x55)
                         : index < 12 ? _mm512_shuffle_f32x4(v, v, 0xAA)
                                      : _mm512_shuffle_f32x4(v, v, 0xFF);

  return (RcvVec)(index % 4 == 0   ? _mm512_permute_ps(quarter, 0x00)
                  : index % 4 == 1 ? _mm512_permute_ps(quarter, 0x55)
                  : index % 4 == 2 ? _mm512_permute_ps(quarter, 0xAA)
                                   : _mm512_permute_ps(quarter, 0xFF));
#  elif RCV_VECTOR_WIDTH == 8
  // Both halves are one of them, which takes three cycles but is the same for
  // four elements; then one cycle
  const __m256 half = index < 4
                        ? _mm256_permute2f128_ps((__m256)a, (__m256)a, 0x00)
                        : _mm256_permute2f128_ps((__m256)a, (__m256)a, 0x11);

  return (RcvVec)(index % 4 == 0   ? _mm256_permute_ps(half, 0x00)
                  : index % 4 == 1 ? _mm256_permute_ps(half, 0x55)
                  : index % 4 == 2 ? _mm256_permute_ps(half, 0xAA)
                                   : _mm256_permute_ps(half, 0xFF));
#  else
  return rcv_vec_set(a[index]);
#  endif
}

/// A value as numerator and denominator, so that several divisions become one
typedef struct {
  RcvVec n;
  RcvVec d; ///< At least 1
} RcvQuotient;

/**
   The approximation x·P(x²)/Q(x²) of tanh(x) on |x| ≤ RCV_TANH_LIMIT, where
   tanh is 1 as nearly as the approximation is exact: the least greatest
   absolute error, found by Lawson's iteration.

   For P, Q of degree 4 it is 1.1e-8, and rounding makes the rest: these
   coefficients were found by trying multiples and neighbours of them in the
   arithmetic below on all floats.  Degree 3 is for who asks for speed.
*/
#  ifdef RCV_FAST_ACTIVATIONS
#    define RCV_TANH_DEGREE 3
#    define RCV_TANH_LIMIT 7.0f
#    define RCV_TANH_ERROR 1.15e-6f // Measured 1.13e-6
#    define RCV_TANH_P                                                         \
      {                                                                        \
        1.095572472e+00f, 1.347799152e-01f, 2.494616201e-03f, 4.305629773e-06f \
      }
#    define RCV_TANH_Q                                                         \
      {                                                                        \
        1.095577240e+00f, 4.999560416e-01f, 2.308619954e-02f, 1.559561788e-04f \
      }
#  else
#    define RCV_TANH_DEGREE 4
#    define RCV_TANH_LIMIT 8.6f
#    define RCV_TANH_ERROR 2.5e-7f // Measured 2.498e-7
#    define RCV_TANH_P                                        \
      {                                                       \
        1.106557488e+00f, 1.482752413e-01f, 3.892917652e-03f, \
          2.322824366e-05f, 1.539483740e-08f                  \
      }
#    define RCV_TANH_Q                                        \
      {                                                       \
        1.106557608e+00f, 5.171274543e-01f, 2.872806042e-02f, \
          3.676971537e-04f, 8.851011444e-07f                  \
      }
#  endif

/// k[2] + k[3]·z + …, the part of a polynomial from z² on, divided by z²
RCV_REALTIME RCV_INLINE RcvVec
rcv_tanh_upper(const float* const k, const float scale, const RcvVec z)
{
  RcvVec sum = rcv_vec_set(scale * k[RCV_TANH_DEGREE]);
  for (uint32_t i = RCV_TANH_DEGREE - 1; i >= 2; --i) {
    sum = rcv_vec_fma(z, sum, rcv_vec_set(scale * k[i]));
  }
  return sum;
}

/**
   factor·tanh(a), over d_scale.

   NaN stays NaN.  The polynomials are summed in two halves: what counts is how
   long one result takes, as the next sample waits for it.

   @param hurries Whether x² does not wait until x is bounded, but is bounded
   itself, to the same bits.  That takes one more register.
*/
RCV_REALTIME RCV_INLINE RcvQuotient
rcv_quotient_tanh(const RcvVec a,
                  const RcvVec factor,
                  const float  d_scale,
                  const bool   hurries)
{
  static const float p[] = RCV_TANH_P;
  static const float q[] = RCV_TANH_Q;

  const RcvVec limit = rcv_vec_set(RCV_TANH_LIMIT);
  const RcvVec x     = rcv_vec_max(-limit, rcv_vec_min(limit, a));
  const RcvVec y     = factor * x;
  const RcvVec most  = rcv_vec_set(RCV_TANH_LIMIT * RCV_TANH_LIMIT);
  const RcvVec z     = hurries ? rcv_vec_min(most, a * a) : (RcvVec)(x * x);
  const RcvVec z2    = z * z;

  const RcvVec p_low = rcv_vec_fma(z, rcv_vec_set(p[1]), rcv_vec_set(p[0]));
  const RcvVec q_low =
    rcv_vec_fma(z, rcv_vec_set(d_scale * q[1]), rcv_vec_set(d_scale * q[0]));

  const RcvQuotient result = {
    rcv_vec_fma(y * z2, rcv_tanh_upper(p, 1.0f, z), y * p_low),
    rcv_vec_fma(z2, rcv_tanh_upper(q, d_scale, z), q_low)};
  return result;
}

RCV_REALTIME RCV_INLINE RcvVec
rcv_vec_tanh(const RcvVec a)
{
  const RcvQuotient t = rcv_quotient_tanh(a, rcv_vec_set(1.0f), 1.0f, false);

  return t.n / t.d;
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

#endif // DSP_KERNELS_VECTOR_H

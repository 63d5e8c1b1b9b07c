// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_BF16_H
#define DSP_KERNELS_BF16_H

/**
   @file

   bfloat16: the upper 16 bits of a float, with its range; rounding to it
   changes a number by up to a 2^-8th of it.
*/

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t
rcv_float_bits(const float x)
{
  uint32_t bits = 0;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

static inline float
rcv_float_of_bits(const uint32_t bits)
{
  float x = 0.0f;
  memcpy(&x, &bits, sizeof(x));
  return x;
}

/// True if a number is one of bfloat16
static inline bool
rcv_bf16_is_exact(const float x)
{
  return !(rcv_float_bits(x) & 0xFFFFU);
}

/// The nearest number of bfloat16, of two the even one; x is finite and not
/// within 2^-9 of the greatest float
static inline float
rcv_bf16_round(const float x)
{
  const uint32_t bits = rcv_float_bits(x);
  return rcv_float_of_bits((bits + 0x7FFFU + ((bits >> 16) & 1U)) &
                           0xFFFF0000U);
}

/// Two numbers of bfloat16 in the halves of a float, the first in the upper one
static inline float
rcv_bf16_pair(const float first, const float second)
{
  return rcv_float_of_bits(rcv_float_bits(first) |
                           (rcv_float_bits(second) >> 16));
}

#endif // DSP_KERNELS_BF16_H

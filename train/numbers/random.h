// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_NUMBERS_RANDOM_H
#define TRAIN_NUMBERS_RANDOM_H

#include <stdint.h>

/// SplitMix64 (Steele, Lea & Flood 2014): its whole state is one number
typedef struct {
  uint64_t state;
} RcvRandom;

/// The next 64 random bits
static inline uint64_t
rcv_random_bits(RcvRandom* const random)
{
  random->state += 0x9E3779B97F4A7C15U;

  uint64_t z = random->state;
  z          = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z          = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

/// 0 ≤ x < 1
static inline double
rcv_random_unit(RcvRandom* const random)
{
  return (double)(rcv_random_bits(random) >> 11U) * 0x1p-53;
}

/// A whole number below n, which is not 0
static inline uint64_t
rcv_random_below(RcvRandom* const random, const uint64_t n)
{
  return (uint64_t)(rcv_random_unit(random) * (double)n);
}

#endif // TRAIN_NUMBERS_RANDOM_H

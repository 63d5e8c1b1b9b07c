// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_FACTORS_H
#define TRAIN_BPTT_FACTORS_H

/**
   @file

   What the products of the backward pass multiply: floats, or where
   RCV_BF16_BACKWARD is set pairs of bfloat16, which one instruction of AVX-512
   BF16 multiplies and adds to a float.  That is twice as many products in the
   same time; each factor is off by up to a 2^-8th of it, sums by no more than
   those of floats.
*/

#include "dsp/kernels/bf16.h"
#include "dsp/kernels/vector.h"
#include "train/bptt/tile.h"

#include <stddef.h>
#include <stdint.h>

#ifdef RCV_BF16_BACKWARD

enum { RCV_PAIR = 2 };

/// For each lane, two numbers
typedef __m512i RcvFactors;

/// The same two numbers for all lanes
typedef uint32_t RcvFactor;

#else

enum { RCV_PAIR = 1 };

/// For each lane, a number
typedef RcvVec RcvFactors;

/// The same number for all lanes
typedef RcvReal RcvFactor;

#endif

/// Factors of some frames: RCV_PAIR of them, one step
typedef struct {
  const RcvFactors* first;
  ptrdiff_t         stride; ///< From one step to the next
} RcvFactorSteps;

/// Steps of some frames
static inline uint32_t
rcv_factor_steps(const uint32_t n_frames)
{
  return (n_frames + RCV_PAIR - 1) / RCV_PAIR;
}

/// Size of the room in which factors of n numbers and some frames are made
static inline size_t
rcv_factors_room(const size_t n, const uint32_t n_frames)
{
  return RCV_PAIR == 1 ? 0 : rcv_factor_steps(n_frames) * rcv_frame_stride(n);
}

/// Set one of the numbers that a factor is
RCV_INLINE void
rcv_factor_set(RcvFactor* const factor, const size_t part, const RcvReal value)
{
#ifdef RCV_BF16_BACKWARD
  const uint32_t shift = part ? 16 : 0;
  const uint32_t bits  = rcv_float_bits(rcv_bf16_round(value)) >> 16;

  *factor = (*factor & ~((uint32_t)0xFFFF << shift)) | (bits << shift);
#else
  (void)part;
  *factor = value;
#endif
}

/// sum + a·b, over the pair
RCV_INLINE RcvVec
rcv_factors_add(const RcvVec sum, const RcvFactors a, const RcvFactors b)
{
#ifdef RCV_BF16_BACKWARD
  return (RcvVec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
  return sum + (a * b);
#endif
}

/// The same factor for all lanes
RCV_INLINE RcvFactors
rcv_factors_of(const RcvFactor factor)
{
#ifdef RCV_BF16_BACKWARD
  return _mm512_set1_epi32((int)factor);
#else
  return rcv_vec_set(factor);
#endif
}

/**
   n numbers of one frame as n / RCV_PAIR factors, of neighbours.

   @param room [n / RCV_PAIR] where they are made if they must be.
   @param n A multiple of RCV_PAIR.
   @return The factors, in the room or those given.
*/
RCV_INLINE const RcvFactors*
rcv_factors_of_neighbours(RcvFactors* const   room,
                          const RcvVec* const in,
                          const size_t        n)
{
#ifdef RCV_BF16_BACKWARD
  // Lane for lane beside each other what comes as one vector after the other
  uint16_t places[32];
  for (uint16_t i = 0; i < 16; ++i) {
    places[2 * i]       = i;
    places[(2 * i) + 1] = (uint16_t)(16 + i);
  }
  const __m512i order = _mm512_loadu_si512(places);

  for (size_t i = 0; i < n / 2; ++i) {
    const __m512bh both =
      _mm512_cvtne2ps_pbh((__m512)in[(2 * i) + 1], (__m512)in[2 * i]);
    room[i] = _mm512_permutexvar_epi16(order, (__m512i)both);
  }
  return room;
#else
  (void)room;
  (void)n;
  return in;
#endif
}

/**
   Write n numbers of some frames as factors, of which each is of RCV_PAIR
   frames; a frame that is missing at the end counts as zeros.

   In which order the lanes of a pair are is not said: such factors are for sums
   over all lanes.

   @param out Of the first step, the next one being out_stride further.
   @param in Of the first frame, the next one being in_stride further.
*/
RCV_INLINE void
rcv_factors_write_frames(RcvFactors*     out,
                         const ptrdiff_t out_stride,
                         const RcvVec*   in,
                         const ptrdiff_t in_stride,
                         const size_t    n,
                         const uint32_t  n_frames)
{
  for (uint32_t t = 0; t < n_frames; t += RCV_PAIR) {
    for (size_t i = 0; i < n; ++i) {
#ifdef RCV_BF16_BACKWARD
      const RcvVec next =
        t + 1 < n_frames ? in[in_stride + (ptrdiff_t)i] : rcv_vec_set(0);
      out[i] = (RcvFactors)_mm512_cvtne2ps_pbh((__m512)next, (__m512)in[i]);
#else
      out[i] = in[i];
#endif
    }
    in += RCV_PAIR * in_stride;
    out += out_stride;
  }
}

/**
   The same, but left where they are if they are factors already.

   @param room [rcv_factors_room()] where they are made if they must be.
*/
RCV_INLINE RcvFactorSteps
rcv_factors_of_frames(RcvFactors* const   room,
                      const RcvVec* const in,
                      const ptrdiff_t     in_stride,
                      const size_t        n,
                      const uint32_t      n_frames)
{
#ifdef RCV_BF16_BACKWARD
  const RcvFactorSteps steps = {room, (ptrdiff_t)rcv_frame_stride(n)};

  rcv_factors_write_frames(room, steps.stride, in, in_stride, n, n_frames);
  return steps;
#else
  (void)room;
  (void)n;
  (void)n_frames;
  const RcvFactorSteps steps = {in, in_stride};
  return steps;
#endif
}

#endif // TRAIN_BPTT_FACTORS_H

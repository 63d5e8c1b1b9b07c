// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   A filter's product with one or two signals.  Compiled once per instruction
   set.
*/

#include "dsp/kernels/convolve_body.h"

#include "dsp/kernels/vector_sum.h"

#include <stddef.h>

enum { W = RCV_VECTOR_WIDTH };

/// A vector that may stand anywhere
typedef float LooseVec
  __attribute__((vector_size(W * sizeof(float)), aligned(4), may_alias));

RCV_REALTIME RCV_INLINE RcvVec
load(const float* const frames)
{
  return (RcvVec)(*(const LooseVec*)frames);
}

/// The first stream's sum is to the bit the same with and without a second one
RCV_REALTIME RCV_INLINE void
convolve(const float* const        filter,
         const float* const* const frames,
         float* const              sums,
         const uint32_t            n_streams,
         const uint32_t            n_taps)
{
  const RcvVec* const taps     = rcv_vec_view(filter);
  const uint32_t      n_groups = n_taps / W;

  RcvVec parts[2] = {{0}, {0}};
  for (uint32_t i = 0; i < n_groups; ++i) {
    for (uint32_t s = 0; s < n_streams; ++s) {
      parts[s] =
        rcv_vec_fma(taps[i], load(frames[s] + ((size_t)i * W)), parts[s]);
    }
  }
  for (uint32_t s = 0; s < n_streams; ++s) {
    sums[s] = rcv_vec_sum(parts[s]);
  }
}

void
RCV_ISA_NAME(rcv_convolve)(const float* const        filter,
                           const float* const* const frames,
                           float* const              sums,
                           const uint32_t            n_streams,
                           const uint32_t            n_taps)
{
  if (n_streams == 2) {
    convolve(filter, frames, sums, 2, n_taps);
  } else {
    convolve(filter, frames, sums, 1, n_taps);
  }
}

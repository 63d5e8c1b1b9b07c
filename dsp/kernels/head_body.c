// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The heads, and the table of this instruction set.  Compiled once per
   instruction set.
*/

#include "dsp/kernels/convolve_body.h"
#include "dsp/kernels/dense_body.h"
#include "dsp/kernels/isa.h"
#include "dsp/kernels/kernels.h"
#include "dsp/kernels/sizes.h"
#include "dsp/kernels/vector.h"
#include "dsp/kernels/vector_sum.h"

#include <string.h>

enum { W = RCV_VECTOR_WIDTH };

/// The products of a frame that are to be added up
RCV_REALTIME RCV_INLINE RcvVec
multiply(const RcvVec* const weights,
         const RcvVec* const frame,
         const uint32_t      n_groups)
{
  RcvVec sums = weights[0] * frame[0];
  for (uint32_t group = 1; group < n_groups; ++group) {
    sums += weights[group] * frame[group];
  }
  return sums;
}

/// y = w·h + b
RCV_REALTIME static void
run_linear(const RcvPackedHead* const head,
           const float* const         h,
           float* const               y,
           const uint32_t             n_frames)
{
  const RcvVec* const weights  = rcv_vec_view(head->weights);
  const uint32_t      n_groups = head->padded_size / W;

  const RcvVec* frame = rcv_vec_view(h);
  uint32_t      t     = 0;

  for (; t + 4 <= n_frames; t += 4) {
    RcvVec products[4];
    for (uint32_t i = 0; i < 4; ++i) {
      products[i] = multiply(weights, frame, n_groups);
      frame += n_groups;
    }
    const RcvVec4 out = rcv_vec_sum_each(products) + head->biases[0];
    memcpy(y + t, &out, sizeof(out));
  }
  for (; t < n_frames; ++t) {
    y[t] = rcv_vec_sum(multiply(weights, frame, n_groups)) + head->biases[0];
    frame += n_groups;
  }
}

/**
   y = Σ_v level_v softmax(W h + b)_v, the expectation over the classes.

   The greatest logit is subtracted first, so that no exponential overflows and
   their sum is at least 1.
*/
RCV_REALTIME static void
run_softmax(const RcvPackedHead* const head,
            const float*               h,
            float* const               y,
            const uint32_t             n_frames)
{
  const uint32_t      n_groups = head->n_levels / W;
  const RcvVec* const weights  = rcv_vec_view(head->weights);
  const RcvVec* const biases   = rcv_vec_view(head->biases);
  const RcvVec* const levels   = rcv_vec_view(head->levels);
  RcvVec* const       logits   = rcv_vec_edit(head->logits);

  for (uint32_t t = 0; t < n_frames; ++t) {
    RcvVec greatest = biases[0];
    for (uint32_t group = 0; group < n_groups; ++group) {
      RcvVec sum = biases[group];
      for (uint32_t k = 0; k < head->hidden_size; ++k) {
        sum += weights[(k * n_groups) + group] * h[k];
      }
      logits[group] = sum;
      greatest      = group ? rcv_vec_max(sum, greatest) : sum;
    }

    float top = greatest[0];
    for (uint32_t i = 1; i < W; ++i) {
      top = greatest[i] > top ? greatest[i] : top;
    }

    RcvVec total    = {0};
    RcvVec weighted = {0};
    for (uint32_t group = 0; group < n_groups; ++group) {
      const RcvVec e = rcv_vec_exp(logits[group] - top);
      total += e;
      weighted += e * levels[group];
    }
    y[t] = rcv_vec_sum(weighted) / rcv_vec_sum(total);
    h += head->padded_size;
  }
}

const RcvKernels RCV_ISA_NAME(rcv_kernels) = {
  RCV_ISA_STRING,
  W,
  RCV_TANH_ERROR,
  {RCV_ISA_NAME(rcv_kernels_rnn),
   RCV_ISA_NAME(rcv_kernels_lstm),
   RCV_ISA_NAME(rcv_kernels_gru)},
#if RCV_HAS_BF16
  {NULL,
   RCV_ISA_NAME(rcv_kernels_lstm_bf16),
   RCV_ISA_NAME(rcv_kernels_gru_bf16)},
#else
  {NULL, NULL, NULL},
#endif
  {run_linear, run_softmax},
  RCV_ISA_NAME(rcv_dense_run),
  RCV_ISA_NAME(rcv_convolve),
};

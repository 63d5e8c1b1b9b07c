// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/loss.h"

#include "dsp/kernels/vector.h"
#include "dsp/kernels/vector_sum.h"

RcvReal
RCV_ISA_NAME(rcv_loss)(const RcvLossWindow* const window)
{
  const uint32_t      n      = window->n_frames;
  const RcvReal       alpha  = window->pre_emphasis;
  const RcvVec* const y      = rcv_vec_view(window->y);
  const RcvVec* const target = rcv_vec_view(window->target);
  RcvVec* const       d_y    = rcv_vec_edit(window->d_y);
  RcvVec* const       before = rcv_vec_edit(window->e_before);
  const RcvVec        s      = *rcv_vec_view(window->esr_scale);
  const RcvVec        q      = *rcv_vec_view(window->dc_scale);

  // Forward: d_y holds e'_t for now
  RcvVec energy = rcv_vec_set(0);
  RcvVec sum    = rcv_vec_set(0);
  RcvVec last   = *before;
  for (uint32_t t = 0; t < n; ++t) {
    const RcvVec e = y[t] - target[t];

    d_y[t] = e - (last * alpha);
    energy += d_y[t] * d_y[t];
    sum += e;
    last = e;
  }
  *before = last;

  // Backward: e_t is in e'_t, in e'_{t+1} by −α, and in the sum
  RcvVec d_after = rcv_vec_set(0);
  for (uint32_t t = n; t-- > 0;) {
    const RcvVec d_now = s * d_y[t] * (RcvReal)2;

    d_y[t]  = d_now - (d_after * alpha) + (q * sum * (RcvReal)2);
    d_after = d_now;
  }

  return rcv_vec_sum((s * energy) + (q * sum * sum));
}

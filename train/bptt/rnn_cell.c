// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/cells.h"

static void
rcv_rnn_cell_forward(const uint32_t      n_hidden,
                     RcvVec* const       a,
                     const RcvVec* const h_prev,
                     const RcvVec* const c_prev,
                     RcvVec* const       h,
                     RcvVec* const       c)
{
  (void)h_prev;
  (void)c_prev;
  (void)c;
  for (uint32_t j = 0; j < n_hidden; ++j) {
    a[j] = rcv_vec_tanh(a[j]);
    h[j] = a[j];
  }
}

/// h = tanh(a): d_a = d_h·(1 − h²)
static void
rcv_rnn_cell_backward(const uint32_t      n_hidden,
                      RcvVec* const       a,
                      const RcvVec* const h_prev,
                      const RcvVec* const c_prev,
                      const RcvVec* const c,
                      RcvVec* const       d_h,
                      RcvVec* const       d_c)
{
  (void)h_prev;
  (void)c_prev;
  (void)c;
  (void)d_c;
  const RcvVec one = rcv_vec_set(1);
  for (uint32_t j = 0; j < n_hidden; ++j) {
    a[j]   = d_h[j] * (one - (a[j] * a[j]));
    d_h[j] = rcv_vec_set(0);
  }
}

const RcvCellOps rcv_rnn_ops = {
  1,
  rcv_rnn_cell_forward,
  rcv_rnn_cell_backward,
  NULL,
};

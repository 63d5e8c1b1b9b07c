// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/cells.h"

// The candidate n has two sums, of x and of h, and the tape keeps n and the
// latter
enum { R, Z, N_INPUT, N_HIDDEN, SLOTS, N = N_INPUT };

static void
rcv_gru_cell_forward(const uint32_t      n_hidden,
                     RcvVec* const       a,
                     const RcvVec* const h_prev,
                     const RcvVec* const c_prev,
                     RcvVec* const       h,
                     RcvVec* const       c)
{
  (void)c_prev;
  (void)c;
  for (uint32_t j = 0; j < n_hidden; ++j) {
    RcvVec* const gates = a + ((size_t)j * SLOTS);

    gates[R] = rcv_vec_sigmoid(gates[R]);
    gates[Z] = rcv_vec_sigmoid(gates[Z]);
    gates[N] = rcv_vec_tanh(gates[N_INPUT] + (gates[R] * gates[N_HIDDEN]));

    h[j] = gates[N] + (gates[Z] * (h_prev[j] - gates[N]));
  }
}

/**
   h = (1 − z)·n + z·h_prev:  d_n = d_h·(1 − z),  d_z = d_h·(h_prev − n),
                              d_h_prev = d_h·z
   n = tanh(s_x + r·s_h):     d_s_x = d_n·(1 − n²),  d_s_h = d_s_x·r,
                              d_r = d_s_x·s_h
*/
static void
rcv_gru_cell_backward(const uint32_t      n_hidden,
                      RcvVec* const       a,
                      const RcvVec* const h_prev,
                      const RcvVec* const c_prev,
                      const RcvVec* const c,
                      RcvVec* const       d_h,
                      RcvVec* const       d_c)
{
  (void)c_prev;
  (void)c;
  (void)d_c;
  const RcvVec one = rcv_vec_set(1);
  for (uint32_t j = 0; j < n_hidden; ++j) {
    RcvVec* const gates = a + ((size_t)j * SLOTS);
    const RcvVec  r     = gates[R];
    const RcvVec  z     = gates[Z];
    const RcvVec  n     = gates[N];
    const RcvVec  s_h   = gates[N_HIDDEN];

    const RcvVec d_z   = d_h[j] * (h_prev[j] - n);
    const RcvVec d_s_x = d_h[j] * (one - z) * (one - (n * n));
    const RcvVec d_r   = d_s_x * s_h;

    gates[R]        = d_r * r * (one - r);
    gates[Z]        = d_z * z * (one - z);
    gates[N_INPUT]  = d_s_x;
    gates[N_HIDDEN] = d_s_x * r;

    d_h[j] = d_h[j] * z;
  }
}

const RcvCellOps rcv_gru_ops = {
  SLOTS,
  rcv_gru_cell_forward,
  rcv_gru_cell_backward,
  NULL,
};

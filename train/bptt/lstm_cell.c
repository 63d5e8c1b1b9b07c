// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/cells.h"

enum { I, F, G, O, SLOTS };

static void
rcv_lstm_cell_forward(const uint32_t      n_hidden,
                      RcvVec* const       a,
                      const RcvVec* const h_prev,
                      const RcvVec* const c_prev,
                      RcvVec* const       h,
                      RcvVec* const       c)
{
  (void)h_prev;
  for (uint32_t j = 0; j < n_hidden; ++j) {
    RcvVec* const gates = a + ((size_t)j * SLOTS);

    gates[I] = rcv_vec_sigmoid(gates[I]);
    gates[F] = rcv_vec_sigmoid(gates[F]);
    gates[G] = rcv_vec_tanh(gates[G]);
    gates[O] = rcv_vec_sigmoid(gates[O]);

    c[j] = (gates[F] * c_prev[j]) + (gates[I] * gates[G]);
    h[j] = gates[O] * rcv_vec_tanh(c[j]);
  }
}

/**
   h = o·tanh(c):       d_o = d_h·tanh(c),  d_c += d_h·o·(1 − tanh²c)
   c = f·c_prev + i·g:  d_f = d_c·c_prev,  d_i = d_c·g,  d_g = d_c·i,
                        d_c_prev = d_c·f
   σ' = σ(1 − σ), tanh' = 1 − tanh²
*/
static void
rcv_lstm_cell_backward(const uint32_t      n_hidden,
                       RcvVec* const       a,
                       const RcvVec* const h_prev,
                       const RcvVec* const c_prev,
                       const RcvVec* const c,
                       RcvVec* const       d_h,
                       RcvVec* const       d_c)
{
  (void)h_prev;
  const RcvVec one = rcv_vec_set(1);
  for (uint32_t j = 0; j < n_hidden; ++j) {
    RcvVec* const gates  = a + ((size_t)j * SLOTS);
    const RcvVec  i      = gates[I];
    const RcvVec  f      = gates[F];
    const RcvVec  g      = gates[G];
    const RcvVec  o      = gates[O];
    const RcvVec  tanh_c = rcv_vec_tanh(c[j]);

    const RcvVec d_o   = d_h[j] * tanh_c;
    const RcvVec d_now = d_c[j] + (d_h[j] * o * (one - (tanh_c * tanh_c)));

    gates[I] = d_now * g * i * (one - i);
    gates[F] = d_now * c_prev[j] * f * (one - f);
    gates[G] = d_now * i * (one - (g * g));
    gates[O] = d_o * o * (one - o);

    d_c[j] = d_now * f;
    d_h[j] = rcv_vec_set(0);
  }
}

static void
rcv_lstm_cell_gradient(const uint32_t      n_hidden,
                       const RcvVec* const a,
                       const RcvVec* const c,
                       const RcvVec* const d_h,
                       const RcvVec* const d_c,
                       RcvVec* const       total)
{
  for (uint32_t j = 0; j < n_hidden; ++j) {
    const RcvVec o      = a[((size_t)j * SLOTS) + O];
    const RcvVec tanh_c = rcv_vec_tanh(c[j]);

    total[j] = d_c[j] + (d_h[j] * o * (rcv_vec_set(1) - (tanh_c * tanh_c)));
  }
}

const RcvCellOps rcv_lstm_ops = {
  SLOTS,
  rcv_lstm_cell_forward,
  rcv_lstm_cell_backward,
  rcv_lstm_cell_gradient,
};

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/gru.h"

#include "dsp/activation.h"

void
rcv_gru_step(const RcvLayer* const layer,
             const RcvReal* const  x,
             RcvReal* const        h,
             RcvReal* const        gates)
{
  const uint32_t n = layer->hidden_size;
  RcvReal* const r = gates;
  RcvReal* const z = gates + n;
  RcvReal* const g = gates + ((size_t)2 * n); // n in the equations
  RcvReal* const s = gates + ((size_t)3 * n); // recurrent sum of n

  // All gates first: each reads the whole h of the frame before
  for (uint32_t j = 0; j < n; ++j) {
    r[j] = rcv_sigmoid(rcv_layer_input_sum(layer, j, x) +
                       rcv_layer_hidden_sum(layer, j, h));
    z[j] = rcv_sigmoid(rcv_layer_input_sum(layer, n + j, x) +
                       rcv_layer_hidden_sum(layer, n + j, h));
    s[j] = rcv_layer_hidden_sum(layer, (2 * n) + j, h);
    g[j] = rcv_tanh(rcv_layer_input_sum(layer, (2 * n) + j, x) + (r[j] * s[j]));
  }

  for (uint32_t j = 0; j < n; ++j) {
    h[j] = (((RcvReal)1 - z[j]) * g[j]) + (z[j] * h[j]);
  }
}

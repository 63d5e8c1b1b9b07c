// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/lstm.h"

#include "dsp/activation.h"

#include <stdbool.h>

void
rcv_lstm_step(const RcvLayer* const layer,
              const RcvReal* const  x,
              RcvReal* const        h,
              RcvReal* const        c,
              RcvReal* const        gates)
{
  const uint32_t n = layer->hidden_size;

  // All gates first: each reads the whole h of the frame before
  for (uint32_t row = 0; row < 4 * n; ++row) {
    const RcvReal a =
      rcv_layer_input_sum(layer, row, x) + rcv_layer_hidden_sum(layer, row, h);

    const bool is_candidate = row >= 2 * n && row < 3 * n;

    gates[row] = is_candidate ? rcv_tanh(a) : rcv_sigmoid(a);
  }

  for (uint32_t j = 0; j < n; ++j) {
    const RcvReal i = gates[j];
    const RcvReal f = gates[n + j];
    const RcvReal g = gates[(2 * n) + j];
    const RcvReal o = gates[(3 * n) + j];

    c[j] = (f * c[j]) + (i * g);
    h[j] = o * rcv_tanh(c[j]);
  }
}

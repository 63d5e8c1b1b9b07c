// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/rnn.h"

#include "dsp/activation.h"

void
rcv_rnn_step(const RcvLayer* const layer,
             const RcvReal* const  x,
             RcvReal* const        h,
             RcvReal* const        gates)
{
  const uint32_t n = layer->hidden_size;

  // All units first: each reads the whole h of the frame before
  for (uint32_t j = 0; j < n; ++j) {
    gates[j] = rcv_tanh(rcv_layer_input_sum(layer, j, x) +
                        rcv_layer_hidden_sum(layer, j, h));
  }

  for (uint32_t j = 0; j < n; ++j) {
    h[j] = gates[j];
  }
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_LAYER_H
#define DSP_LAYER_H

#include "dsp/real.h"
#include "dsp/realtime.h"

#include <stddef.h>
#include <stdint.h>

/**
   The weights of one recurrent layer, laid out as PyTorch's.

   G is the number of gates: 1 for RNN, 4 for LSTM (row blocks i, f, g, o), 3
   for GRU (row blocks r, z, n).  All tensors are borrowed.
*/
typedef struct {
  uint32_t       input_size;  ///< I
  uint32_t       hidden_size; ///< H
  const RcvReal* w_ih;        ///< [G·H][I]
  const RcvReal* w_hh;        ///< [G·H][H]
  const RcvReal* b_ih;        ///< [G·H]
  const RcvReal* b_hh;        ///< [G·H]
} RcvLayer;

/// Row `row` of W_ih·x + b_ih
RCV_REALTIME static inline RcvReal
rcv_layer_input_sum(const RcvLayer* const layer,
                    const uint32_t        row,
                    const RcvReal* const  x)
{
  const uint32_t       n_inputs = layer->input_size;
  const RcvReal* const weights  = layer->w_ih + ((size_t)row * n_inputs);

  RcvReal sum = layer->b_ih[row];
  for (uint32_t k = 0; k < n_inputs; ++k) {
    sum += weights[k] * x[k];
  }
  return sum;
}

/// Row `row` of W_hh·h + b_hh
RCV_REALTIME static inline RcvReal
rcv_layer_hidden_sum(const RcvLayer* const layer,
                     const uint32_t        row,
                     const RcvReal* const  h)
{
  const uint32_t       n_hidden = layer->hidden_size;
  const RcvReal* const weights  = layer->w_hh + ((size_t)row * n_hidden);

  RcvReal sum = layer->b_hh[row];
  for (uint32_t k = 0; k < n_hidden; ++k) {
    sum += weights[k] * h[k];
  }
  return sum;
}

#endif // DSP_LAYER_H

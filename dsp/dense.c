// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/dense.h"

#include <stddef.h>

RCV_REALTIME static RcvReal
activate(const RcvActivation activation, const RcvReal a)
{
  const RcvReal zero = (RcvReal)0.0;
  const RcvReal one  = (RcvReal)1.0;
  switch (activation) {
  case RCV_ACTIVATION_TANH:
    return rcv_tanh(a);
  case RCV_ACTIVATION_SIGMOID:
    return rcv_sigmoid(a);
  case RCV_ACTIVATION_RELU:
    return a < zero ? zero : a;
  case RCV_ACTIVATION_ELU:
    return a < zero ? rcv_exp(a) - one : a;
  case RCV_ACTIVATION_LINEAR:
  case RCV_ACTIVATION_SOFTMAX: // Of all together
  case RCV_N_ACTIVATIONS:
    break;
  }
  return a;
}

/// The greatest is subtracted first, so that no exponential overflows
RCV_REALTIME static void
softmax(RcvReal* const y, const uint32_t n)
{
  RcvReal top   = y[0];
  RcvReal total = (RcvReal)0.0;
  for (uint32_t o = 1; o < n; ++o) {
    top = y[o] > top ? y[o] : top;
  }
  for (uint32_t o = 0; o < n; ++o) {
    y[o] = rcv_exp(y[o] - top);
    total += y[o];
  }
  for (uint32_t o = 0; o < n; ++o) {
    y[o] /= total;
  }
}

void
rcv_dense_step(const RcvDense* const dense,
               const RcvReal* const  x,
               RcvReal* const        y)
{
  for (uint32_t o = 0; o < dense->size; ++o) {
    const RcvReal* const row = dense->weight + ((size_t)o * dense->input_size);

    RcvReal sum = dense->bias[o];
    for (uint32_t k = 0; k < dense->input_size; ++k) {
      sum += row[k] * x[k];
    }
    y[o] = activate(dense->activation, sum);
  }
  if (dense->activation == RCV_ACTIVATION_SOFTMAX) {
    softmax(y, dense->size);
  }
}

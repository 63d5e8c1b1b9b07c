// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_ACTIVATION_H
#define DSP_ACTIVATION_H

#include "dsp/real.h"
#include "dsp/realtime.h"

#include <math.h>

/// What a dense layer makes of its sums; dsp/dense.h has the formulas
typedef enum {
  RCV_ACTIVATION_LINEAR,
  RCV_ACTIVATION_TANH,
  RCV_ACTIVATION_RELU,
  RCV_ACTIVATION_SIGMOID,
  RCV_ACTIVATION_SOFTMAX,
  RCV_ACTIVATION_ELU,
  RCV_N_ACTIVATIONS,
} RcvActivation;

/// Hyperbolic tangent, as the C library has it
RCV_REALTIME static inline RcvReal
rcv_tanh(const RcvReal a)
{
#ifdef RCV_DOUBLE
  return tanh(a);
#else
  return tanhf(a);
#endif
}

/// Logistic function 1/(1 + e^−a), written so that neither end overflows
RCV_REALTIME static inline RcvReal
rcv_sigmoid(const RcvReal a)
{
  const RcvReal half = (RcvReal)0.5;
  return half + (half * rcv_tanh(half * a));
}

/// Exponential, as the C library has it
RCV_REALTIME static inline RcvReal
rcv_exp(const RcvReal a)
{
#ifdef RCV_DOUBLE
  return exp(a);
#else
  return expf(a);
#endif
}

#endif // DSP_ACTIVATION_H

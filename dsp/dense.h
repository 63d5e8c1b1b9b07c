// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_DENSE_H
#define DSP_DENSE_H

#include "dsp/activation.h"
#include "dsp/real.h"
#include "dsp/realtime.h"

#include <stdint.h>

#define rcv_dense_step RCV_REAL_NAME(rcv_dense_step)

/// The weights of one dense layer, laid out as PyTorch's; borrowed
typedef struct {
  uint32_t       input_size; ///< I
  uint32_t       size;       ///< O
  RcvActivation  activation;
  const RcvReal* weight; ///< [O][I]
  const RcvReal* bias;   ///< [O]
} RcvDense;

/**
   One frame of a dense layer, which remembers nothing:

       a = W x + b,  y = f(a)

   with f the identity (linear), tanh, max(0, a) (relu), σ (sigmoid), a or e^a −
   1 where a is negative (elu), or e^a / Σ e^a (softmax).  This is the
   definition; the kernels of dsp/kernels are held to it.

   @param x [I] input frame.
   @param y [O] set; must not overlap x.
*/
RCV_REALTIME void
rcv_dense_step(const RcvDense* dense, const RcvReal* x, RcvReal* y);

#endif // DSP_DENSE_H

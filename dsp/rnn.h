// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_RNN_H
#define DSP_RNN_H

#include "dsp/layer.h"
#include "dsp/real.h"
#include "dsp/realtime.h"

#define rcv_rnn_step RCV_REAL_NAME(rcv_rnn_step)

/**
   Advance one frame of a simple recurrent network: Elman, "Finding Structure
   in Time", Cognitive Science 14, 1990, with tanh.

       h ← tanh(W_ih x + b_ih + W_hh h + b_hh)

   Cannot fail.  Its gradient is rcv_rnn_cell_backward(), train/bptt/rnn_cell.c.

   @param layer Weights with G = 1.
   @param x [I] input frame.
   @param h [H] hidden state, replaced by that of this frame.
   @param gates [H] the same hidden state: scratch for audio, the tape for
   training.
*/
RCV_REALTIME void
rcv_rnn_step(const RcvLayer* layer,
             const RcvReal*  x,
             RcvReal*        h,
             RcvReal*        gates);

#endif // DSP_RNN_H

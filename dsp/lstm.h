// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_LSTM_H
#define DSP_LSTM_H

#include "dsp/layer.h"
#include "dsp/real.h"
#include "dsp/realtime.h"

#define rcv_lstm_step RCV_REAL_NAME(rcv_lstm_step)

/**
   Advance one frame of an LSTM: Hochreiter & Schmidhuber, "Long Short-Term
   Memory", Neural Computation 9(8), 1997, with the forget gate of Gers,
   Schmidhuber & Cummins, "Learning to Forget", 2000; no peepholes.

       i = σ(W_ii x + b_ii + W_hi h + b_hi)      input gate
       f = σ(W_if x + b_if + W_hf h + b_hf)      forget gate
       g = tanh(W_ig x + b_ig + W_hg h + b_hg)   candidate
       o = σ(W_io x + b_io + W_ho h + b_ho)      output gate
       c ← f·c + i·g
       h ← o·tanh(c)

   A unit so has four inputs where an ordinary one has one.  This is the
   definition; the kernels of dsp/kernels and train/bptt are held to it.

   Cannot fail.  Its gradient is rcv_lstm_cell_backward(),
   train/bptt/lstm_cell.c.

   @param layer Weights with G = 4, row blocks i, f, g, o.
   @param x [I] input frame.
   @param h [H] hidden state, replaced by that of this frame.
   @param c [H] cell state, replaced by that of this frame.
   @param gates [4H] activated gates i, f, g, o of this frame: scratch for
   audio, the tape for training.
*/
RCV_REALTIME void
rcv_lstm_step(const RcvLayer* layer,
              const RcvReal*  x,
              RcvReal*        h,
              RcvReal*        c,
              RcvReal*        gates);

#endif // DSP_LSTM_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_GRU_H
#define DSP_GRU_H

#include "dsp/layer.h"
#include "dsp/real.h"
#include "dsp/realtime.h"

#define rcv_gru_step RCV_REAL_NAME(rcv_gru_step)

/**
   Advance one frame of a GRU: Cho et al., "Learning Phrase Representations
   using RNN Encoder-Decoder", 2014, arXiv 1406.1078, in the form of cuDNN and
   PyTorch, where the reset gate acts after the recurrent product.

       r = σ(W_ir x + b_ir + W_hr h + b_hr)         reset gate
       z = σ(W_iz x + b_iz + W_hz h + b_hz)         update gate
       n = tanh(W_in x + b_in + r·(W_hn h + b_hn))  candidate
       h ← (1 − z)·n + z·h

   Cannot fail.  Its gradient is rcv_gru_cell_backward(), train/bptt/gru_cell.c.

   @param layer Weights with G = 3, row blocks r, z, n.
   @param x [I] input frame.
   @param h [H] hidden state, replaced by that of this frame.
   @param gates [4H] r, z, n and the recurrent sum W_hn h + b_hn of this frame:
   scratch for audio, the tape for training.
*/
RCV_REALTIME void
rcv_gru_step(const RcvLayer* layer,
             const RcvReal*  x,
             RcvReal*        h,
             RcvReal*        gates);

#endif // DSP_GRU_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_CELLS_H
#define TRAIN_BPTT_CELLS_H

#include "dsp/kernels/vector.h"
#include "dsp/shape.h"

#include <stdint.h>

/**
   @file

   The cells, forward and backward side by side, as they act on each unit once
   the affine sums are there.

   A unit has `slots` affine sums of (x, h, 1): LSTM i, f, g, o; GRU r, z and
   the candidate's input and recurrent sums apart; RNN one.  They stand
   together, [H][slots]; forward replaces them by the activated gates (the
   tape), backward replaces those by the gradients of the sums.  An RcvVec is
   one number per sequence.  `d_` is ∂L/∂.
*/

/// What a cell does to all units of one frame
typedef struct {
  uint32_t n_slots; ///< Sums per unit

  /**
     @param a [H][slots] affine sums, replaced by the tape.
     @param h_prev,c_prev [H] states before.
     @param h,c [H] states after, set (c: LSTM only).
  */
  void (*forward)(uint32_t      n_hidden,
                  RcvVec*       a,
                  const RcvVec* h_prev,
                  const RcvVec* c_prev,
                  RcvVec*       h,
                  RcvVec*       c);

  /**
     @param a [H][slots] the tape, replaced by ∂L/∂ the affine sums.
     @param h_prev,c_prev,c [H] states as in forward.
     @param d_h [H] ∂L/∂h of this frame, replaced by that part of ∂L/∂h_prev
     that does not go through the affine sums.
     @param d_c [H] ∂L/∂c from the frames after, replaced by ∂L/∂c_prev.
  */
  void (*backward)(uint32_t      n_hidden,
                   RcvVec*       a,
                   const RcvVec* h_prev,
                   const RcvVec* c_prev,
                   const RcvVec* c,
                   RcvVec*       d_h,
                   RcvVec*       d_c);

  /**
     All of ∂L/∂c of a frame: what comes from the frames after, and through its
     own h.  NULL for cells without c.

     @param a [H][slots] the tape.
     @param d_h,d_c [H] as backward finds them.
     @param total [H] set.
  */
  void (*cell_gradient)(uint32_t      n_hidden,
                        const RcvVec* a,
                        const RcvVec* c,
                        const RcvVec* d_h,
                        const RcvVec* d_c,
                        RcvVec*       total);
} RcvCellOps;

#define rcv_rnn_ops RCV_ISA_NAME(rcv_rnn_ops)
#define rcv_lstm_ops RCV_ISA_NAME(rcv_lstm_ops)
#define rcv_gru_ops RCV_ISA_NAME(rcv_gru_ops)

extern const RcvCellOps rcv_rnn_ops;  ///< rnn_cell.c, of dsp/rnn.h
extern const RcvCellOps rcv_lstm_ops; ///< lstm_cell.c, of dsp/lstm.h
extern const RcvCellOps rcv_gru_ops;  ///< gru_cell.c, of dsp/gru.h

#endif // TRAIN_BPTT_CELLS_H

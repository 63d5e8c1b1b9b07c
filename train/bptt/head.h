// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_HEAD_H
#define TRAIN_BPTT_HEAD_H

#include "dsp/kernels/vector.h"
#include "dsp/shape.h"
#include "train/bptt/affine.h"

#include <stdbool.h>
#include <stdint.h>

/**
   @file

   The heads, forward and backward over a block: o_t = W_o h_t + b_o, as audio
   or as the logits of a softmax.  ∂L/∂W_o has no product over time.
*/

typedef struct {
  const RcvShape* shape;    ///< Borrowed
  uint32_t        n_state;  ///< H in whole tiles
  RcvReal*        weights;  ///< [H] linear
  RcvReal         bias;     ///< Linear
  RcvVec*         gradient; ///< [H + 1] linear, the bias last
  RcvAffine       logits;   ///< [V][H] softmax
  RcvVec*         p;        ///< [n_tape][n_p] probabilities (softmax)
  uint32_t        n_p;      ///< rcv_frame_stride() of V
  RcvReal*        levels;   ///< [V] softmax
} RcvHeadLayer;

#define rcv_head_init RCV_ISA_NAME(rcv_head_init)
#define rcv_head_clear RCV_ISA_NAME(rcv_head_clear)
#define rcv_head_set_params RCV_ISA_NAME(rcv_head_set_params)
#define rcv_head_take_gradient RCV_ISA_NAME(rcv_head_take_gradient)
#define rcv_head_forward RCV_ISA_NAME(rcv_head_forward)
#define rcv_head_entropy RCV_ISA_NAME(rcv_head_entropy)
#define rcv_head_backward RCV_ISA_NAME(rcv_head_backward)

/// Allocate a head for a tape of n_tape frames; false: memory
bool
rcv_head_init(RcvHeadLayer* head, const RcvShape* shape, uint32_t n_tape);

/// Free what a head owns
void
rcv_head_clear(RcvHeadLayer* head);

/// Take the head's weights from a parameter block
void
rcv_head_set_params(RcvHeadLayer* head, const RcvReal* params);

/// Add the head's gradient to a parameter block, and clear it
void
rcv_head_take_gradient(RcvHeadLayer* head, RcvReal* d_params);

/**
   Run a block forward.

   @param frame Of the tape, at which the block begins.
   @param tops [n_frames][n_state] top hidden states.
   @param y [n_frames] output, set.
*/
void
rcv_head_forward(RcvHeadLayer* head,
                 uint32_t      frame,
                 const RcvVec* tops,
                 RcvVec*       y,
                 uint32_t      n_frames);

/**
   Cross-entropy of a block's probabilities on the tape, softmax head only.

   @param frame Of the tape, at which the block begins.
   @param classes [n_frames][lanes].
   @param first First frame that counts.
   @return Σ_t −log ŷ_{t,class} per lane.
*/
RcvVec
rcv_head_entropy(const RcvHeadLayer* head,
                 uint32_t            frame,
                 const uint32_t*     classes,
                 uint32_t            first,
                 uint32_t            n_frames);

/**
   Backward through a block that is on the tape; gradients are added up.

   @param frame Of the tape, at which the block begins.
   @param d_y [n_frames] ∂L/∂y (linear head).
   @param classes [n_frames][lanes] and weights per lane (softmax head).
   @param first First frame whose cross-entropy counts (softmax head).
   @param d_tops [n_frames][n_state] set to ∂L/∂tops.
*/
void
rcv_head_backward(RcvHeadLayer*   head,
                  uint32_t        frame,
                  const RcvVec*   tops,
                  const RcvVec*   d_y,
                  const uint32_t* classes,
                  RcvVec          weights,
                  uint32_t        first,
                  RcvVec*         d_tops,
                  uint32_t        n_frames);

#endif // TRAIN_BPTT_HEAD_H

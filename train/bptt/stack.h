// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_STACK_H
#define TRAIN_BPTT_STACK_H

#include "dsp/kernels/vector.h"
#include "dsp/shape.h"
#include "train/bptt/affine.h"
#include "train/bptt/cells.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   The layers of one direction over one block of frames, forward and backward,
   with the tape between them.
*/

/// One layer and its tape; frames are n_sums and n_state vectors apart
typedef struct {
  RcvAffine affine;
  uint32_t  n_sums; ///< rcv_frame_stride() of the affine sums
  RcvVec*   a;   ///< [n_tape][n_sums] the tape, then ∂L/∂ the affine sums
  RcvVec*   h;   ///< [1 + n_tape][n_state] hidden states, the first before
  RcvVec*   c;   ///< [1 + n_tape][n_state] cell states (LSTM only)
  RcvVec*   d_h; ///< [n_state] ∂L/∂h from the frames after the block
  RcvVec*   d_c; ///< [n_state] ∂L/∂c likewise
} RcvStackLayer;

/// All layers of one direction
typedef struct {
  const RcvShape*   shape; ///< Borrowed
  const RcvCellOps* ops;
  uint32_t          direction;
  uint32_t          n_state; ///< rcv_frame_stride() of H
  RcvStackLayer     layers[RCV_MAX_LAYERS];
  RcvVec*           d_out; ///< [n_block][n_state] ∂L/∂ a layer's output
  RcvVec*           total; ///< [n_state] scratch
} RcvStack;

/// Squared norms of ∂L/∂ the states of each frame, over all layers
typedef struct {
  RcvVec* h; ///< [n_frames] increased, or NULL if not wanted
  RcvVec* c; ///< [n_frames] increased (LSTM only), or NULL
} RcvReach;

#define rcv_stack_init RCV_ISA_NAME(rcv_stack_init)
#define rcv_stack_clear RCV_ISA_NAME(rcv_stack_clear)
#define rcv_stack_set_params RCV_ISA_NAME(rcv_stack_set_params)
#define rcv_stack_take_gradient RCV_ISA_NAME(rcv_stack_take_gradient)
#define rcv_stack_reset RCV_ISA_NAME(rcv_stack_reset)
#define rcv_stack_save RCV_ISA_NAME(rcv_stack_save)
#define rcv_stack_load RCV_ISA_NAME(rcv_stack_load)
#define rcv_stack_forward RCV_ISA_NAME(rcv_stack_forward)
#define rcv_stack_backward RCV_ISA_NAME(rcv_stack_backward)
#define rcv_stack_reset_gradient RCV_ISA_NAME(rcv_stack_reset_gradient)

/**
   Allocate the layers of a direction; false: memory.

   @param n_tape Frames of the tape, at least n_block.
   @param n_block Frames of the longest block that is run backward at once.
*/
bool
rcv_stack_init(RcvStack*       stack,
               const RcvShape* shape,
               uint32_t        direction,
               uint32_t        n_tape,
               uint32_t        n_block);

/// Free what a stack owns
void
rcv_stack_clear(RcvStack* stack);

/// Take this direction's weights from a parameter block
void
rcv_stack_set_params(RcvStack* stack, const RcvReal* params);

/// Add this direction's gradient to a parameter block, and clear it
void
rcv_stack_take_gradient(RcvStack* stack, RcvReal* d_params);

/// States of zero
void
rcv_stack_reset(RcvStack* stack);

/// No gradient from the frames after
void
rcv_stack_reset_gradient(RcvStack* stack);

/// Copy the states before a frame of the tape; `states` is [L][2][n_state]
void
rcv_stack_save(const RcvStack* stack, uint32_t frame, RcvVec* states);

/// Set the states before the first frame of the tape
void
rcv_stack_load(RcvStack* stack, const RcvVec* states);

/**
   Run a block from the states before it and fill the tape.

   @param first Frame of the tape that the block begins at; the states before it
   are there.
   @param x First input frame read, [I]; the next ones are x_stride vectors
   apart, negative for the direction right to left.
   @return [n_frames][n_state] the top layer's hidden states, in the order of
   reading, borrowed until the next run.
*/
const RcvVec*
rcv_stack_forward(RcvStack*     stack,
                  uint32_t      first,
                  const RcvVec* x,
                  ptrdiff_t     x_stride,
                  uint32_t      n_frames);

/// What rcv_stack_forward() returned for a block, which is still in the tape
static inline const RcvVec*
rcv_stack_tops(const RcvStack* const stack, const uint32_t first)
{
  return stack->layers[stack->shape->num_layers - 1].h +
         ((1 + (size_t)first) * stack->n_state);
}

/**
   Run a block that is on the tape backward; gradients are added up.

   Before, stack->d_out holds ∂L/∂ the top layer's hidden state per frame, in
   the order of reading; it is overwritten.

   @param first,x,x_stride,n_frames Of the block, as in rcv_stack_forward().
*/
void
rcv_stack_backward(RcvStack*     stack,
                   uint32_t      first,
                   const RcvVec* x,
                   ptrdiff_t     x_stride,
                   uint32_t      n_frames,
                   RcvReach      reach);

#endif // TRAIN_BPTT_STACK_H

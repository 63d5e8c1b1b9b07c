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

/// One layer and its tape; rows of states are n_state vectors
typedef struct {
  RcvAffine affine;
  RcvVec*   a;   ///< [n_max][R] the tape, then ∂L/∂ the affine sums
  RcvVec*   h;   ///< [1 + n_max][n_state] hidden states, the first before
  RcvVec*   c;   ///< [1 + n_max][n_state] cell states (LSTM only)
  RcvVec*   d_h; ///< [n_state] ∂L/∂h from the frames after the block
  RcvVec*   d_c; ///< [n_state] ∂L/∂c likewise
} RcvStackLayer;

/// All layers of one direction
typedef struct {
  const RcvShape*   shape; ///< Borrowed
  const RcvCellOps* ops;
  uint32_t          direction;
  uint32_t          n_max;   ///< Frames of the longest block
  uint32_t          n_state; ///< H in whole tiles
  RcvStackLayer     layers[RCV_MAX_LAYERS];
  RcvVec*           d_out; ///< [n_max][n_state] ∂L/∂ a layer's output
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

/// Allocate the layers of a direction for blocks of n_max frames; false: memory
bool
rcv_stack_init(RcvStack*       stack,
               const RcvShape* shape,
               uint32_t        direction,
               uint32_t        n_max);

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

/// Copy the states before the block; `states` is [L][2][n_state]
void
rcv_stack_save(const RcvStack* stack, RcvVec* states);

/// The reverse of rcv_stack_save()
void
rcv_stack_load(RcvStack* stack, const RcvVec* states);

/**
   Run a block from the states before it and fill the tape.

   @param x First input frame read, [I]; the next ones are x_stride vectors
   apart, negative for the direction right to left.
   @return [n_frames][n_state] the top layer's hidden states, in the order of
   reading, borrowed until the next run.
*/
const RcvVec*
rcv_stack_forward(RcvStack*     stack,
                  const RcvVec* x,
                  ptrdiff_t     x_stride,
                  uint32_t      n_frames);

/// What the last rcv_stack_forward() returned, which is still in the tape
static inline const RcvVec*
rcv_stack_tops(const RcvStack* const stack)
{
  return stack->layers[stack->shape->num_layers - 1].h + stack->n_state;
}

/// Make the states after a block of n_frames those before the next
#define rcv_stack_advance RCV_ISA_NAME(rcv_stack_advance)
void
rcv_stack_advance(RcvStack* stack, uint32_t n_frames);

/**
   Run the block that is on the tape backward; gradients are added up.

   Before, stack->d_out holds ∂L/∂ the top layer's hidden state per frame, in
   the order of reading; it is overwritten.
*/
void
rcv_stack_backward(RcvStack*     stack,
                   const RcvVec* x,
                   ptrdiff_t     x_stride,
                   uint32_t      n_frames,
                   RcvReach      reach);

#endif // TRAIN_BPTT_STACK_H

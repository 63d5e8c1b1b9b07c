// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/bptt.h"

#include "dsp/kernels/vector.h"
#include "train/bptt/head.h"
#include "train/bptt/memory.h"
#include "train/bptt/stack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
  LANES = RCV_VECTOR_WIDTH,

  // Frames of a network's block in one direction: its tape stays in the second
  // cache while it is made, used and used again
  BLOCK = RCV_GRADIENT_FRAMES,
};

struct RcvBpttImpl {
  RcvShape     shape;
  uint32_t     n_block;   // Frames of a block: BLOCK, or B if bidirectional
  uint32_t     n_kept;    // Windows up to so many frames stay on the tape
  uint32_t     n_window;  // Frames that the other direction reads: B + D
  RcvStack     stacks[2]; // Left to right, right to left
  RcvHeadLayer head;
  RcvVec*      tops;        // [n_block][n_state] sum of the two directions
  RcvVec*      y_again;     // [n_block] outputs when they are computed again
  RcvVec*      checkpoints; // [blocks][L][2][n_state] states before each
  RcvVec*      states;      // [L][2][n_state] that the next window begins with
};

static void
bptt_free(RcvBptt* const bptt)
{
  if (bptt) {
    rcv_stack_clear(&bptt->stacks[0]);
    rcv_stack_clear(&bptt->stacks[1]);
    rcv_head_clear(&bptt->head);
    free(bptt->tops);
    free(bptt->y_again);
    free(bptt->checkpoints);
    free(bptt->states);
    free(bptt);
  }
}

/// Vectors of the states before a frame
static size_t
state_size(const RcvBptt* const bptt)
{
  return 2 * (size_t)bptt->shape.num_layers *
         rcv_frame_stride(bptt->shape.hidden_size);
}

static RcvBptt*
bptt_new(const RcvShape* const shape,
         const uint32_t        max_frames,
         const uint32_t        block_frames,
         const uint32_t        kept_frames)
{
  RcvBptt* const bptt = calloc(1, sizeof(RcvBptt));
  if (!bptt) {
    return NULL;
  }

  bptt->shape    = *shape;
  bptt->n_block  = shape->bidirectional ? shape->block_frames
                   : block_frames       ? block_frames
                                        : BLOCK;
  bptt->n_kept   = shape->bidirectional ? 0 : kept_frames;
  bptt->n_window = bptt->n_block + shape->lookahead_frames;

  const uint32_t n_block  = bptt->n_block;
  const uint32_t n_tape   = bptt->n_kept > n_block ? bptt->n_kept : n_block;
  const size_t   n_state  = rcv_frame_stride(shape->hidden_size);
  const size_t   n_blocks = (max_frames + n_block - 1) / n_block;

  bool good =
    rcv_stack_init(&bptt->stacks[0], &bptt->shape, 0, n_tape, n_block) &&
    rcv_head_init(&bptt->head, &bptt->shape, n_tape);
  if (good && shape->bidirectional) {
    good = rcv_stack_init(
      &bptt->stacks[1], &bptt->shape, 1, bptt->n_window, bptt->n_window);
  }

  bptt->tops    = rcv_bptt_alloc(n_block * n_state, sizeof(RcvVec));
  bptt->y_again = rcv_bptt_alloc(n_block, sizeof(RcvVec));
  bptt->states  = rcv_bptt_alloc(state_size(bptt), sizeof(RcvVec));
  bptt->checkpoints =
    rcv_bptt_alloc(n_blocks * state_size(bptt), sizeof(RcvVec));
  if (!good || !bptt->tops || !bptt->y_again || !bptt->states ||
      !bptt->checkpoints) {
    bptt_free(bptt);
    return NULL;
  }
  return bptt;
}

static void
bptt_set_params(RcvBptt* const bptt, const RcvReal* const params)
{
  rcv_stack_set_params(&bptt->stacks[0], params);
  if (bptt->shape.bidirectional) {
    rcv_stack_set_params(&bptt->stacks[1], params);
  }
  rcv_head_set_params(&bptt->head, params);
}

static void
bptt_take_gradient(RcvBptt* const bptt, RcvReal* const d_params)
{
  rcv_stack_take_gradient(&bptt->stacks[0], d_params);
  if (bptt->shape.bidirectional) {
    rcv_stack_take_gradient(&bptt->stacks[1], d_params);
  }
  rcv_head_take_gradient(&bptt->head, d_params);
}

static void
bptt_reset(RcvBptt* const bptt)
{
  memset(bptt->states, 0, state_size(bptt) * sizeof(RcvVec));
}

static size_t
bptt_n_states(const RcvBptt* const bptt)
{
  return state_size(bptt) * LANES;
}

static void
bptt_save(const RcvBptt* const bptt, RcvReal* const states)
{
  memcpy(states, bptt->states, state_size(bptt) * sizeof(RcvVec));
}

static void
bptt_load(RcvBptt* const bptt, const RcvReal* const states)
{
  memcpy(bptt->states, states, state_size(bptt) * sizeof(RcvVec));
}

/// One block of a window
typedef struct {
  uint32_t t;     // First frame in the window
  uint32_t n;     // Frames
  uint32_t first; // First frame on the tape
} Block;

/// Whether all of a window's tape is kept
static bool
is_kept(const RcvBptt* const bptt, const RcvBpttWindow* const window)
{
  return window->n_frames <= bptt->n_kept;
}

/// The block of a window that begins at frame t
static Block
block_at(const RcvBptt* const       bptt,
         const RcvBpttWindow* const window,
         const uint32_t             t)
{
  const uint32_t left  = window->n_frames - t;
  const Block    block = {t,
                       left < bptt->n_block ? left : bptt->n_block,
                       is_kept(bptt, window) ? t : 0};

  return block;
}

/// How many of n frames from t on are before `limit`
static uint32_t
frames_before(const uint32_t limit, const uint32_t t, const uint32_t n)
{
  return limit <= t ? 0 : limit - t < n ? limit - t : n;
}

/// Input frame t of a window, all lanes
static const RcvVec*
input_at(const RcvBptt* const bptt, const RcvBpttWindow* const window, size_t t)
{
  return rcv_vec_view(window->x) + (t * bptt->shape.input_size);
}

/**
   Make the tape of one block, and the sum of both directions' outputs.

   The right-to-left direction starts from zero `lookahead` frames after the
   block, as it does when it is played.

   @return [n][n_state] what the head reads.
*/
static const RcvVec*
block_forward(RcvBptt* const             bptt,
              const RcvBpttWindow* const window,
              const Block                block)
{
  const ptrdiff_t     n_in    = bptt->shape.input_size;
  const size_t        n_state = bptt->stacks[0].n_state;
  const uint32_t      n       = block.n;
  const RcvVec* const x       = input_at(bptt, window, block.t);
  const RcvVec* const tops =
    rcv_stack_forward(&bptt->stacks[0], block.first, x, n_in, n);
  if (!bptt->shape.bidirectional) {
    return tops;
  }

  const uint32_t      n_other = n + bptt->shape.lookahead_frames;
  const RcvVec* const last    = x + ((ptrdiff_t)(n_other - 1) * n_in);
  rcv_stack_reset(&bptt->stacks[1]);
  const RcvVec* const others =
    rcv_stack_forward(&bptt->stacks[1], 0, last, -n_in, n_other);

  for (uint32_t i = 0; i < n; ++i) {
    const RcvVec* const other = others + ((n_other - 1 - i) * n_state);
    for (size_t j = 0; j < n_state; ++j) {
      bptt->tops[(i * n_state) + j] = tops[(i * n_state) + j] + other[j];
    }
  }
  return bptt->tops;
}

static void
bptt_forward(RcvBptt* const             bptt,
             const RcvBpttWindow* const window,
             RcvReal* const             entropies)
{
  RcvStack* const stack      = &bptt->stacks[0];
  RcvVec* const   y          = rcv_vec_edit(window->y);
  const bool      kept       = is_kept(bptt, window);
  RcvVec*         checkpoint = bptt->checkpoints;

  rcv_stack_load(stack, bptt->states);
  for (uint32_t t = 0; t < window->n_frames; t += bptt->n_block) {
    const Block block = block_at(bptt, window, t);
    if (!kept) {
      rcv_stack_save(stack, 0, checkpoint);
      checkpoint += state_size(bptt);
    }

    const RcvVec* const tops = block_forward(bptt, window, block);
    rcv_head_forward(&bptt->head, block.first, tops, y + t, block.n);
    if (bptt->shape.head == RCV_HEAD_SOFTMAX) {
      *rcv_vec_edit(entropies) +=
        rcv_head_entropy(&bptt->head,
                         block.first,
                         window->classes + ((size_t)t * LANES),
                         frames_before(window->entropy_from, t, block.n),
                         block.n);
    }
    if (bptt->shape.skip) {
      const RcvReal gain = (RcvReal)rcv_shape_skip_gain(&bptt->shape);
      for (uint32_t i = 0; i < block.n; ++i) {
        y[t + i] += gain * *input_at(bptt, window, t + i);
      }
    }

    rcv_stack_save(stack, block.first + block.n, bptt->states);
    if (!kept) {
      rcv_stack_load(stack, bptt->states);
    }
  }
}

/// The right-to-left direction of a block, after the head
static void
other_backward(RcvBptt* const bptt, const RcvVec* const x, const uint32_t n)
{
  RcvStack* const stacks  = bptt->stacks;
  const RcvReach  none    = {NULL, NULL};
  const ptrdiff_t n_in    = bptt->shape.input_size;
  const size_t    n_state = stacks[0].n_state;
  const uint32_t  n_ahead = bptt->shape.lookahead_frames;
  const uint32_t  n_other = n + n_ahead;

  // The frames ahead have no output of their own
  memset(stacks[1].d_out, 0, n_ahead * n_state * sizeof(RcvVec));
  for (uint32_t i = 0; i < n; ++i) {
    memcpy(stacks[1].d_out + ((n_other - 1 - i) * n_state),
           stacks[0].d_out + (i * n_state),
           n_state * sizeof(RcvVec));
  }
  rcv_stack_reset_gradient(&stacks[1]);
  rcv_stack_backward(
    &stacks[1], 0, x + ((ptrdiff_t)(n_other - 1) * n_in), -n_in, n_other, none);
}

/// One block backward, whose tape is there
static void
block_backward(RcvBptt* const             bptt,
               const RcvBpttWindow* const window,
               const Block                block,
               const RcvVec* const        tops)
{
  RcvStack* const     stack   = &bptt->stacks[0];
  const uint32_t      t       = block.t;
  const RcvVec* const x       = input_at(bptt, window, t);
  const bool          softmax = bptt->shape.head == RCV_HEAD_SOFTMAX;

  rcv_head_backward(&bptt->head,
                    block.first,
                    tops,
                    softmax ? NULL : rcv_vec_view(window->d_y) + t,
                    softmax ? window->classes + ((size_t)t * LANES) : NULL,
                    softmax ? *rcv_vec_view(window->entropy_weights)
                            : rcv_vec_set(0),
                    frames_before(window->entropy_from, t, block.n),
                    stack->d_out,
                    block.n);
  if (bptt->shape.bidirectional) {
    other_backward(bptt, x, block.n);
  }

  const RcvReach reach = {
    window->reach_h ? rcv_vec_edit(window->reach_h) + t : NULL,
    window->reach_c ? rcv_vec_edit(window->reach_c) + t : NULL};
  rcv_stack_backward(
    stack, block.first, x, bptt->shape.input_size, block.n, reach);
}

static void
bptt_backward(RcvBptt* const bptt, const RcvBpttWindow* const window)
{
  const uint32_t n_blocks =
    (window->n_frames + bptt->n_block - 1) / bptt->n_block;
  const bool kept = is_kept(bptt, window);

  rcv_stack_reset_gradient(&bptt->stacks[0]);
  for (uint32_t i = n_blocks; i-- > 0;) {
    const Block block = block_at(bptt, window, i * bptt->n_block);
    if (kept) {
      block_backward(
        bptt, window, block, rcv_stack_tops(&bptt->stacks[0], block.first));
      continue;
    }

    rcv_stack_load(&bptt->stacks[0],
                   bptt->checkpoints + (i * state_size(bptt)));
    const RcvVec* const tops = block_forward(bptt, window, block);
    if (bptt->shape.head == RCV_HEAD_SOFTMAX) {
      rcv_head_forward(&bptt->head, block.first, tops, bptt->y_again, block.n);
    }
    block_backward(bptt, window, block, tops);
  }
}

const RcvBpttTable RCV_ISA_NAME(rcv_bptt) = {
  RCV_ISA_STRING,
  LANES,
  bptt_new,
  bptt_free,
  bptt_set_params,
  bptt_reset,
  bptt_n_states,
  bptt_save,
  bptt_load,
  bptt_forward,
  bptt_backward,
  bptt_take_gradient,
};

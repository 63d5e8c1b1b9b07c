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
  BLOCK = 32,
};

struct RcvBpttImpl {
  RcvShape     shape;
  uint32_t     n_block;   // Frames of a block: BLOCK, or B if bidirectional
  uint32_t     n_kept;    // Windows up to so many frames are one block
  uint32_t     n_window;  // Frames that the other direction reads: B + D
  RcvStack     stacks[2]; // Left to right, right to left
  RcvHeadLayer head;
  RcvVec*      tops;        // [n_most][n_state] sum of the two directions
  RcvVec*      d_tops;      // [n_most][n_state]
  RcvVec*      y_again;     // [n_most] outputs when they are computed again
  RcvVec*      checkpoints; // [blocks][L][2][n_state] states before each
  RcvVec*      after;       // [L][2][n_state] states after the window
};

static void
bptt_free(RcvBptt* const bptt)
{
  if (bptt) {
    rcv_stack_clear(&bptt->stacks[0]);
    rcv_stack_clear(&bptt->stacks[1]);
    rcv_head_clear(&bptt->head);
    free(bptt->tops);
    free(bptt->d_tops);
    free(bptt->y_again);
    free(bptt->checkpoints);
    free(bptt->after);
    free(bptt);
  }
}

/// Vectors of one checkpoint
static size_t
checkpoint_size(const RcvBptt* const bptt)
{
  return 2 * (size_t)bptt->shape.num_layers *
         rcv_tile_round(bptt->shape.hidden_size);
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

  const uint32_t n_most =
    bptt->n_kept > bptt->n_block ? bptt->n_kept : bptt->n_block;
  const size_t n_state  = rcv_tile_round(shape->hidden_size);
  const size_t n_blocks = (max_frames + bptt->n_block - 1) / bptt->n_block;
  bool good = rcv_stack_init(&bptt->stacks[0], &bptt->shape, 0, n_most) &&
              rcv_head_init(&bptt->head, &bptt->shape, n_most);
  if (good && shape->bidirectional) {
    good = rcv_stack_init(&bptt->stacks[1], &bptt->shape, 1, bptt->n_window);
  }

  bptt->tops    = rcv_bptt_alloc(n_most * n_state, sizeof(RcvVec));
  bptt->d_tops  = rcv_bptt_alloc(n_most * n_state, sizeof(RcvVec));
  bptt->y_again = rcv_bptt_alloc(n_most, sizeof(RcvVec));
  bptt->after   = rcv_bptt_alloc(checkpoint_size(bptt), sizeof(RcvVec));
  bptt->checkpoints =
    rcv_bptt_alloc(n_blocks * checkpoint_size(bptt), sizeof(RcvVec));
  if (!good || !bptt->tops || !bptt->d_tops || !bptt->y_again || !bptt->after ||
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
  rcv_stack_reset(&bptt->stacks[0]);
}

/// Frames of the blocks of a window
static uint32_t
block_length(const RcvBptt* const bptt, const RcvBpttWindow* const window)
{
  return window->n_frames <= bptt->n_kept ? bptt->n_kept : bptt->n_block;
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

   @param t First frame.
   @return [n][n_state] what the head reads.
*/
static const RcvVec*
block_forward(RcvBptt* const             bptt,
              const RcvBpttWindow* const window,
              const uint32_t             t,
              const uint32_t             n)
{
  const ptrdiff_t     n_in    = bptt->shape.input_size;
  const size_t        n_state = bptt->stacks[0].n_state;
  const RcvVec* const x       = input_at(bptt, window, t);
  const RcvVec* const tops    = rcv_stack_forward(&bptt->stacks[0], x, n_in, n);
  if (!bptt->shape.bidirectional) {
    return tops;
  }

  const uint32_t      n_other = n + bptt->shape.lookahead_frames;
  const RcvVec* const last    = x + ((ptrdiff_t)(n_other - 1) * n_in);
  rcv_stack_reset(&bptt->stacks[1]);
  const RcvVec* const others =
    rcv_stack_forward(&bptt->stacks[1], last, -n_in, n_other);

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
  const uint32_t n_block = block_length(bptt, window);
  RcvVec* const  y       = rcv_vec_edit(window->y);
  uint32_t       block   = 0;
  for (uint32_t t = 0; t < window->n_frames; t += n_block, ++block) {
    const uint32_t left = window->n_frames - t;
    const uint32_t n    = left < n_block ? left : n_block;

    rcv_stack_save(&bptt->stacks[0],
                   bptt->checkpoints + (block * checkpoint_size(bptt)));

    const RcvVec* const tops = block_forward(bptt, window, t, n);
    rcv_head_forward(&bptt->head, tops, y + t, n);
    if (bptt->shape.head == RCV_HEAD_SOFTMAX) {
      *rcv_vec_edit(entropies) +=
        rcv_head_entropy(&bptt->head,
                         window->classes + ((size_t)t * LANES),
                         frames_before(window->entropy_from, t, n),
                         n);
    }
    if (bptt->shape.skip) {
      const RcvReal gain = (RcvReal)rcv_shape_skip_gain(&bptt->shape);
      for (uint32_t i = 0; i < n; ++i) {
        y[t + i] += gain * *input_at(bptt, window, t + i);
      }
    }
    rcv_stack_advance(&bptt->stacks[0], n);
  }
}

/// One block backward, whose tape is there
static void
block_backward(RcvBptt* const             bptt,
               const RcvBpttWindow* const window,
               const uint32_t             t,
               const uint32_t             n,
               const RcvVec* const        tops)
{
  RcvStack* const     stacks  = bptt->stacks;
  const ptrdiff_t     n_in    = bptt->shape.input_size;
  const size_t        n_state = stacks[0].n_state;
  const RcvVec* const x       = input_at(bptt, window, t);
  const bool          softmax = bptt->shape.head == RCV_HEAD_SOFTMAX;

  rcv_head_backward(&bptt->head,
                    tops,
                    softmax ? NULL : rcv_vec_view(window->d_y) + t,
                    softmax ? window->classes + ((size_t)t * LANES) : NULL,
                    softmax ? *rcv_vec_view(window->entropy_weights)
                            : rcv_vec_set(0),
                    frames_before(window->entropy_from, t, n),
                    bptt->d_tops,
                    n);

  if (bptt->shape.bidirectional) {
    const RcvReach none    = {NULL, NULL};
    const uint32_t n_ahead = bptt->shape.lookahead_frames;
    const uint32_t n_other = n + n_ahead;

    // The frames ahead have no output of their own
    memset(stacks[1].d_out, 0, n_ahead * n_state * sizeof(RcvVec));
    for (uint32_t i = 0; i < n; ++i) {
      memcpy(stacks[1].d_out + ((n_other - 1 - i) * n_state),
             bptt->d_tops + (i * n_state),
             n_state * sizeof(RcvVec));
    }
    rcv_stack_reset_gradient(&stacks[1]);
    rcv_stack_backward(
      &stacks[1], x + ((ptrdiff_t)(n_other - 1) * n_in), -n_in, n_other, none);
  }

  memcpy(stacks[0].d_out, bptt->d_tops, n * n_state * sizeof(RcvVec));

  const RcvReach reach = {
    window->reach_h ? rcv_vec_edit(window->reach_h) + t : NULL,
    window->reach_c ? rcv_vec_edit(window->reach_c) + t : NULL};
  rcv_stack_backward(&stacks[0], x, n_in, n, reach);
}

static void
bptt_backward(RcvBptt* const bptt, const RcvBpttWindow* const window)
{
  const uint32_t n_block  = block_length(bptt, window);
  const uint32_t n_blocks = (window->n_frames + n_block - 1) / n_block;
  const bool     is_kept  = window->n_frames <= bptt->n_kept;

  // The states that the next window begins with
  rcv_stack_save(&bptt->stacks[0], bptt->after);

  rcv_stack_reset_gradient(&bptt->stacks[0]);
  for (uint32_t block = n_blocks; block-- > 0;) {
    const uint32_t t    = block * n_block;
    const uint32_t left = window->n_frames - t;
    const uint32_t n    = left < n_block ? left : n_block;

    rcv_stack_load(&bptt->stacks[0],
                   bptt->checkpoints + (block * checkpoint_size(bptt)));

    const RcvVec* const tops = is_kept ? rcv_stack_tops(&bptt->stacks[0])
                                       : block_forward(bptt, window, t, n);
    if (!is_kept && bptt->shape.head == RCV_HEAD_SOFTMAX) {
      rcv_head_forward(&bptt->head, tops, bptt->y_again, n);
    }
    block_backward(bptt, window, t, n, tops);
  }
  rcv_stack_load(&bptt->stacks[0], bptt->after);
}

const RcvBpttTable RCV_ISA_NAME(rcv_bptt) = {
  RCV_ISA_STRING,
  LANES,
  bptt_new,
  bptt_free,
  bptt_set_params,
  bptt_reset,
  bptt_forward,
  bptt_backward,
  bptt_take_gradient,
};

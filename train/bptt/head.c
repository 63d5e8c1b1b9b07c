// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/head.h"

#include "dsp/kernels/vector_sum.h"
#include "dsp/mulaw.h"
#include "train/bptt/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = RCV_VECTOR_WIDTH };

// The least probability whose logarithm is taken
#define LEAST_PROBABILITY ((RcvReal)1e-30)

static bool
is_softmax(const RcvHeadLayer* const head)
{
  return head->shape->head == RCV_HEAD_SOFTMAX;
}

bool
rcv_head_init(RcvHeadLayer* const   head,
              const RcvShape* const shape,
              const uint32_t        n_tape)
{
  memset(head, 0, sizeof(RcvHeadLayer));
  head->shape   = shape;
  head->n_state = (uint32_t)rcv_frame_stride(shape->hidden_size);

  if (!is_softmax(head)) {
    head->weights  = rcv_bptt_alloc(shape->hidden_size, sizeof(RcvReal));
    head->gradient = rcv_bptt_alloc(shape->hidden_size + 1U, sizeof(RcvVec));
    return head->weights && head->gradient;
  }

  if (!rcv_affine_init(
        &head->logits, shape->output_size, shape->hidden_size, 0)) {
    return false;
  }
  head->n_p    = (uint32_t)rcv_frame_stride(head->logits.n_rows);
  head->p      = rcv_bptt_alloc((size_t)n_tape * head->n_p, sizeof(RcvVec));
  head->levels = rcv_bptt_alloc(shape->output_size, sizeof(RcvReal));
  for (uint32_t v = 0; head->levels && v < shape->output_size; ++v) {
    head->levels[v] = (RcvReal)rcv_mulaw_level(v, shape->output_size);
  }
  return head->p && head->levels;
}

void
rcv_head_clear(RcvHeadLayer* const head)
{
  rcv_affine_clear(&head->logits);
  free(head->weights);
  free(head->gradient);
  free(head->p);
  free(head->levels);
  memset(head, 0, sizeof(RcvHeadLayer));
}

static size_t
weight_offset(const RcvShape* const shape)
{
  return rcv_shape_tensor(shape, rcv_shape_n_tensors(shape) - 2).offset;
}

static size_t
bias_offset(const RcvShape* const shape)
{
  return rcv_shape_tensor(shape, rcv_shape_n_tensors(shape) - 1).offset;
}

void
rcv_head_set_params(RcvHeadLayer* const head, const RcvReal* const params)
{
  const RcvReal* const w        = params + weight_offset(head->shape);
  const RcvReal* const b        = params + bias_offset(head->shape);
  const size_t         n_hidden = head->shape->hidden_size;

  if (!is_softmax(head)) {
    memcpy(head->weights, w, n_hidden * sizeof(RcvReal));
    head->bias = b[0];
    return;
  }
  for (size_t v = 0; v < head->shape->output_size; ++v) {
    for (size_t k = 0; k < n_hidden; ++k) {
      rcv_affine_set(&head->logits, v, k, w[(v * n_hidden) + k]);
    }
    rcv_affine_set(&head->logits, v, n_hidden, b[v]);
  }
}

void
rcv_head_take_gradient(RcvHeadLayer* const head, RcvReal* const d_params)
{
  RcvReal* const d_w      = d_params + weight_offset(head->shape);
  RcvReal* const d_b      = d_params + bias_offset(head->shape);
  const size_t   n_hidden = head->shape->hidden_size;

  if (!is_softmax(head)) {
    for (size_t k = 0; k < n_hidden; ++k) {
      d_w[k] += rcv_vec_sum(head->gradient[k]);
    }
    d_b[0] += rcv_vec_sum(head->gradient[n_hidden]);
    memset(head->gradient, 0, (n_hidden + 1) * sizeof(RcvVec));
    return;
  }
  for (size_t v = 0; v < head->shape->output_size; ++v) {
    for (size_t k = 0; k < n_hidden; ++k) {
      d_w[(v * n_hidden) + k] += rcv_affine_take(&head->logits, v, k);
    }
    d_b[v] += rcv_affine_take(&head->logits, v, n_hidden);
  }
}

/* Forward */

static void
linear_forward(const RcvHeadLayer* const head,
               const RcvVec*             tops,
               RcvVec* const             y,
               const uint32_t            n_frames)
{
  for (uint32_t t = 0; t < n_frames; ++t) {
    // Even and odd units apart, so that fewer additions wait for each other
    RcvVec         even     = rcv_vec_set(head->bias);
    RcvVec         odd      = rcv_vec_set(0);
    const uint32_t n_hidden = head->shape->hidden_size;
    for (uint32_t k = 0; k + 1 < n_hidden; k += 2) {
      even += tops[k] * head->weights[k];
      odd += tops[k + 1] * head->weights[k + 1];
    }
    if (n_hidden & 1U) {
      even += tops[n_hidden - 1] * head->weights[n_hidden - 1];
    }
    y[t] = even + odd;
    tops += head->n_state;
  }
}

/// [V] of a frame of the tape
static RcvVec*
probabilities(const RcvHeadLayer* const head, const size_t frame)
{
  return head->p + (frame * head->n_p);
}

/**
   Logits, then probabilities in their place, and their expectation.

   The greatest logit is subtracted first (log-sum-exp), so nothing overflows.
*/
static void
softmax_forward(const RcvHeadLayer* const head,
                const uint32_t            frame,
                const RcvVec*             tops,
                RcvVec* const             y,
                const uint32_t            n_frames)
{
  const uint32_t n_classes = head->shape->output_size;
  for (uint32_t t = 0; t < n_frames; ++t) {
    RcvVec* const p = probabilities(head, (size_t)frame + t);
    rcv_affine_forward(&head->logits, tops, NULL, p);

    RcvVec greatest = p[0];
    for (uint32_t v = 1; v < n_classes; ++v) {
      greatest = rcv_vec_max(p[v], greatest);
    }

    RcvVec total = rcv_vec_set(0);
    for (uint32_t v = 0; v < n_classes; ++v) {
      p[v] = rcv_vec_exp(p[v] - greatest);
      total += p[v];
    }

    const RcvVec scale    = rcv_vec_set(1) / total;
    RcvVec       expected = rcv_vec_set(0);
    for (uint32_t v = 0; v < n_classes; ++v) {
      p[v] = p[v] * scale;
      expected += p[v] * head->levels[v];
    }
    y[t] = expected;
    tops += head->n_state;
  }
}

void
rcv_head_forward(RcvHeadLayer* const head,
                 const uint32_t      frame,
                 const RcvVec* const tops,
                 RcvVec* const       y,
                 const uint32_t      n_frames)
{
  if (is_softmax(head)) {
    softmax_forward(head, frame, tops, y, n_frames);
  } else {
    linear_forward(head, tops, y, n_frames);
  }
}

RcvVec
rcv_head_entropy(const RcvHeadLayer* const head,
                 const uint32_t            frame,
                 const uint32_t* const     classes,
                 const uint32_t            first,
                 const uint32_t            n_frames)
{
  RcvReal sums[LANES] = {0};
  for (uint32_t t = first; t < n_frames; ++t) {
    const RcvReal* const p =
      (const RcvReal*)probabilities(head, (size_t)frame + t);
    for (uint32_t lane = 0; lane < LANES; ++lane) {
      const size_t  v           = classes[(t * LANES) + lane];
      const RcvReal probability = p[(v * LANES) + lane];

      sums[lane] -= (RcvReal)log((double)(probability > LEAST_PROBABILITY
                                            ? probability
                                            : LEAST_PROBABILITY));
    }
  }

  RcvVec result;
  memcpy(&result, sums, sizeof(result));
  return result;
}

/* Backward */

/// d_w [n] += Σ_t d_y·h of the units from `first` on
RCV_INLINE void
add_weight_gradient(RcvHeadLayer* const head,
                    const RcvVec*       tops,
                    const RcvVec* const d_y,
                    const uint32_t      first,
                    const uint32_t      n,
                    const uint32_t      n_frames)
{
  RcvVec sums[RCV_TILE] = {rcv_vec_set(0)};
  for (uint32_t t = 0; t < n_frames; ++t) {
    for (uint32_t k = 0; k < n; ++k) {
      sums[k] += d_y[t] * tops[first + k];
    }
    tops += head->n_state;
  }
  for (uint32_t k = 0; k < n; ++k) {
    head->gradient[first + k] += sums[k];
  }
}

/// y = w·h + b: d_h = w·d_y, d_w = Σ_t d_y·h, d_b = Σ_t d_y
static void
linear_backward(RcvHeadLayer* const head,
                const RcvVec* const tops,
                const RcvVec* const d_y,
                RcvVec* const       d_tops,
                const uint32_t      n_frames)
{
  const uint32_t n_hidden = head->shape->hidden_size;
  for (uint32_t t = 0; t < n_frames; ++t) {
    RcvVec* const d_top = d_tops + ((size_t)t * head->n_state);
    for (uint32_t k = 0; k < n_hidden; ++k) {
      d_top[k] = d_y[t] * head->weights[k];
    }
  }

  // In parts as the layers' gradients are, for the same bits in blocks of any
  // length
  for (uint32_t end = n_frames; end > 0;) {
    const uint32_t start =
      (end - 1) / RCV_GRADIENT_FRAMES * RCV_GRADIENT_FRAMES;
    const uint32_t      n        = end - start;
    const RcvVec* const top_part = tops + ((size_t)start * head->n_state);
    const RcvVec* const d_part   = d_y + start;

    uint32_t k = 0;
    for (; k + RCV_TILE <= n_hidden; k += RCV_TILE) {
      add_weight_gradient(head, top_part, d_part, k, RCV_TILE, n);
    }
    for (; k < n_hidden; ++k) {
      add_weight_gradient(head, top_part, d_part, k, 1, n);
    }

    RcvVec sum = rcv_vec_set(0);
    for (uint32_t t = 0; t < n; ++t) {
      sum += d_part[t];
    }
    head->gradient[n_hidden] += sum;
    end = start;
  }
}

/// L = −w Σ_t log p_class: ∂L/∂ logit_v = w (p_v − [v is the class])
static void
softmax_backward(RcvHeadLayer* const   head,
                 const uint32_t        frame,
                 const RcvVec* const   tops,
                 const uint32_t* const classes,
                 const RcvVec          weights,
                 const uint32_t        first,
                 RcvVec* const         d_tops,
                 const uint32_t        n_frames)
{
  const uint32_t n_classes = head->shape->output_size;
  const size_t   n_rows    = head->logits.n_rows;
  for (uint32_t t = 0; t < n_frames; ++t) {
    RcvVec* const  d_logits = probabilities(head, (size_t)frame + t);
    RcvReal* const elements = (RcvReal*)d_logits;

    for (uint32_t lane = 0; lane < LANES; ++lane) {
      const size_t v = classes[(t * LANES) + lane];
      elements[(v * LANES) + lane] -= (RcvReal)1;
    }
    // Frames before the first do not count
    const RcvVec factor = weights * (RcvReal)(t >= first);
    for (uint32_t v = 0; v < n_classes; ++v) {
      d_logits[v] = d_logits[v] * factor;
    }

    // The rows that fill the last tile are no classes
    for (size_t v = n_classes; v < n_rows; ++v) {
      d_logits[v] = rcv_vec_set(0);
    }

    RcvVec* const d_top = d_tops + ((size_t)t * head->n_state);
    memset(d_top, 0, head->n_state * sizeof(RcvVec));
    rcv_affine_backward(&head->logits,
                        head->logits.back_x,
                        head->logits.n_x,
                        d_logits,
                        d_top,
                        NULL,
                        0);
  }
  rcv_affine_gradient(&head->logits,
                      probabilities(head, frame),
                      tops,
                      (ptrdiff_t)head->n_state,
                      tops,
                      0,
                      n_frames);
}

void
rcv_head_backward(RcvHeadLayer* const   head,
                  const uint32_t        frame,
                  const RcvVec* const   tops,
                  const RcvVec* const   d_y,
                  const uint32_t* const classes,
                  const RcvVec          weights,
                  const uint32_t        first,
                  RcvVec* const         d_tops,
                  const uint32_t        n_frames)
{
  if (is_softmax(head)) {
    softmax_backward(
      head, frame, tops, classes, weights, first, d_tops, n_frames);
  } else {
    linear_backward(head, tops, d_y, d_tops, n_frames);
  }
}

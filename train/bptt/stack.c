// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/stack.h"

#include "train/bptt/memory.h"

#include <stdlib.h>
#include <string.h>

static const RcvCellOps*
cell_ops(const RcvCell cell)
{
  return cell == RCV_CELL_RNN    ? &rcv_rnn_ops
         : cell == RCV_CELL_LSTM ? &rcv_lstm_ops
                                 : &rcv_gru_ops;
}

bool
rcv_stack_init(RcvStack* const       stack,
               const RcvShape* const shape,
               const uint32_t        direction,
               const uint32_t        n_tape,
               const uint32_t        n_block)
{
  memset(stack, 0, sizeof(RcvStack));
  stack->shape     = shape;
  stack->ops       = cell_ops(shape->cell);
  stack->direction = direction;
  stack->n_state   = (uint32_t)rcv_frame_stride(shape->hidden_size);

  const size_t n_rows  = (size_t)shape->hidden_size * stack->ops->n_slots;
  const size_t n_state = stack->n_state;
  bool         good    = true;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    RcvStackLayer* const layer = &stack->layers[l];

    good = good && rcv_affine_init(&layer->affine,
                                   n_rows,
                                   l ? shape->hidden_size : shape->input_size,
                                   shape->hidden_size);
    if (good) {
      layer->n_sums = (uint32_t)rcv_frame_stride(layer->affine.n_rows);
      layer->a = rcv_bptt_alloc((size_t)n_tape * layer->n_sums, sizeof(RcvVec));
      layer->h = rcv_bptt_alloc((1 + (size_t)n_tape) * n_state, sizeof(RcvVec));
      layer->c = rcv_bptt_alloc((1 + (size_t)n_tape) * n_state, sizeof(RcvVec));
      layer->d_h = rcv_bptt_alloc(n_state, sizeof(RcvVec));
      layer->d_c = rcv_bptt_alloc(n_state, sizeof(RcvVec));
      good       = layer->a && layer->h && layer->c && layer->d_h && layer->d_c;
    }
  }

  stack->d_out = rcv_bptt_alloc((size_t)n_block * n_state, sizeof(RcvVec));
  stack->total = rcv_bptt_alloc(n_state, sizeof(RcvVec));
  return good && stack->d_out && stack->total;
}

void
rcv_stack_clear(RcvStack* const stack)
{
  for (uint32_t l = 0; l < RCV_MAX_LAYERS; ++l) {
    RcvStackLayer* const layer = &stack->layers[l];

    rcv_affine_clear(&layer->affine);
    free(layer->a);
    free(layer->h);
    free(layer->c);
    free(layer->d_h);
    free(layer->d_c);
  }
  free(stack->d_out);
  free(stack->total);
  memset(stack, 0, sizeof(RcvStack));
}

/* Weights and gradients between PyTorch's layout and ours */

/// Which of PyTorch's row blocks a slot is, and which inputs it sums
typedef struct {
  uint32_t gate;
  bool     has_x;
  bool     has_h;
} Slot;

/// The GRU's candidate is two slots, one of x and one of h; all else is plain
static Slot
slot_of(const RcvCell cell, const uint32_t slot)
{
  const bool is_n   = cell == RCV_CELL_GRU && slot >= 2;
  const Slot result = {is_n ? 2 : slot, !is_n || slot == 2, !is_n || slot == 3};

  return result;
}

void
rcv_stack_set_params(RcvStack* const stack, const RcvReal* const params)
{
  const RcvShape* const shape   = stack->shape;
  const uint32_t        n_slots = stack->ops->n_slots;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    RcvAffine* const affine = &stack->layers[l].affine;
    const RcvLayer layer = rcv_shape_layer(shape, params, stack->direction, l);
    const size_t   n_x   = layer.input_size;
    const size_t   n_h   = layer.hidden_size;

    for (size_t row = 0; row < n_h * n_slots; ++row) {
      const Slot   slot = slot_of(shape->cell, (uint32_t)(row % n_slots));
      const size_t from = (slot.gate * n_h) + (row / n_slots);

      for (size_t k = 0; slot.has_x && k < n_x; ++k) {
        rcv_affine_set(affine, row, k, layer.w_ih[(from * n_x) + k]);
      }
      for (size_t k = 0; slot.has_h && k < n_h; ++k) {
        rcv_affine_set(affine, row, n_x + k, layer.w_hh[(from * n_h) + k]);
      }
      rcv_affine_set(affine,
                     row,
                     n_x + n_h,
                     (slot.has_x ? layer.b_ih[from] : (RcvReal)0) +
                       (slot.has_h ? layer.b_hh[from] : (RcvReal)0));
    }
  }
}

void
rcv_stack_take_gradient(RcvStack* const stack, RcvReal* const d_params)
{
  const RcvShape* const shape   = stack->shape;
  const uint32_t        n_slots = stack->ops->n_slots;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    RcvAffine* const affine = &stack->layers[l].affine;
    const uint32_t   first  = 4 * ((stack->direction * shape->num_layers) + l);
    RcvReal* const   d_w_ih = d_params + rcv_shape_tensor(shape, first).offset;
    RcvReal* const   d_w_hh =
      d_params + rcv_shape_tensor(shape, first + 1).offset;
    RcvReal* const d_b_ih =
      d_params + rcv_shape_tensor(shape, first + 2).offset;
    RcvReal* const d_b_hh =
      d_params + rcv_shape_tensor(shape, first + 3).offset;
    const size_t n_x = affine->n_x;
    const size_t n_h = affine->n_h;

    for (size_t row = 0; row < n_h * n_slots; ++row) {
      const Slot   slot = slot_of(shape->cell, (uint32_t)(row % n_slots));
      const size_t to   = (slot.gate * n_h) + (row / n_slots);

      // All are taken, so that those without a parameter are cleared too
      for (size_t k = 0; k < n_x; ++k) {
        const RcvReal d = rcv_affine_take(affine, row, k);
        d_w_ih[(to * n_x) + k] += slot.has_x ? d : (RcvReal)0;
      }
      for (size_t k = 0; k < n_h; ++k) {
        const RcvReal d = rcv_affine_take(affine, row, n_x + k);
        d_w_hh[(to * n_h) + k] += slot.has_h ? d : (RcvReal)0;
      }

      const RcvReal d = rcv_affine_take(affine, row, n_x + n_h);
      d_b_ih[to] += slot.has_x ? d : (RcvReal)0;
      d_b_hh[to] += slot.has_h ? d : (RcvReal)0;
    }
  }
}

/* States */

void
rcv_stack_reset(RcvStack* const stack)
{
  for (uint32_t l = 0; l < stack->shape->num_layers; ++l) {
    memset(stack->layers[l].h, 0, stack->n_state * sizeof(RcvVec));
    memset(stack->layers[l].c, 0, stack->n_state * sizeof(RcvVec));
  }
}

void
rcv_stack_reset_gradient(RcvStack* const stack)
{
  for (uint32_t l = 0; l < stack->shape->num_layers; ++l) {
    memset(stack->layers[l].d_h, 0, stack->n_state * sizeof(RcvVec));
    memset(stack->layers[l].d_c, 0, stack->n_state * sizeof(RcvVec));
  }
}

void
rcv_stack_save(const RcvStack* const stack,
               const uint32_t        frame,
               RcvVec*               states)
{
  const size_t n     = stack->n_state;
  const size_t first = frame * n;
  for (uint32_t l = 0; l < stack->shape->num_layers; ++l) {
    memcpy(states, stack->layers[l].h + first, n * sizeof(RcvVec));
    memcpy(states + n, stack->layers[l].c + first, n * sizeof(RcvVec));
    states += 2 * n;
  }
}

void
rcv_stack_load(RcvStack* const stack, const RcvVec* states)
{
  const size_t n = stack->n_state;
  for (uint32_t l = 0; l < stack->shape->num_layers; ++l) {
    memcpy(stack->layers[l].h, states, n * sizeof(RcvVec));
    memcpy(stack->layers[l].c, states + n, n * sizeof(RcvVec));
    states += 2 * n;
  }
}

/* Through time */

const RcvVec*
rcv_stack_forward(RcvStack* const stack,
                  const uint32_t  first,
                  const RcvVec*   x,
                  ptrdiff_t       x_stride,
                  const uint32_t  n_frames)
{
  const size_t   n_state  = stack->n_state;
  const uint32_t n_hidden = stack->shape->hidden_size;
  for (uint32_t l = 0; l < stack->shape->num_layers; ++l) {
    RcvStackLayer* const layer = &stack->layers[l];

    for (size_t t = 0; t < n_frames; ++t) {
      RcvVec* const a      = layer->a + ((first + t) * layer->n_sums);
      RcvVec* const h_prev = layer->h + ((first + t) * n_state);
      RcvVec* const c_prev = layer->c + ((first + t) * n_state);

      rcv_affine_forward(
        &layer->affine, x + ((ptrdiff_t)t * x_stride), h_prev, a);
      stack->ops->forward(
        n_hidden, a, h_prev, c_prev, h_prev + n_state, c_prev + n_state);
    }

    x        = layer->h + ((1 + (size_t)first) * n_state);
    x_stride = (ptrdiff_t)n_state;
  }
  return x;
}

/// Σ_j d_j²
static RcvVec
squared_norm(const RcvVec* const d, const uint32_t n)
{
  RcvVec sum = rcv_vec_set(0);
  for (uint32_t j = 0; j < n; ++j) {
    sum += d[j] * d[j];
  }
  return sum;
}

/**
   One layer backward through n_frames of the tape.

   @param first Frame of the tape that they begin at.
   @param d_out [n_frames][n_state] ∂L/∂ the layer's output from above; replaced
   by ∂L/∂ its input if it has a layer below.
*/
static void
layer_backward(const RcvStack* const stack,
               RcvStackLayer* const  layer,
               const bool            has_below,
               const uint32_t        first,
               RcvVec* const         d_out,
               const uint32_t        n_frames,
               const RcvReach        reach)
{
  const size_t     n_state  = stack->n_state;
  const uint32_t   n_hidden = stack->shape->hidden_size;
  const RcvAffine* affine   = &layer->affine;

  for (uint32_t t = n_frames; t-- > 0;) {
    const size_t        frame  = (size_t)first + t;
    RcvVec* const       a      = layer->a + (frame * layer->n_sums);
    const RcvVec* const h_prev = layer->h + (frame * n_state);
    const RcvVec* const c_prev = layer->c + (frame * n_state);
    RcvVec* const       d_now  = d_out + (t * n_state);

    // From above and from the frames after
    for (uint32_t j = 0; j < n_hidden; ++j) {
      layer->d_h[j] += d_now[j];
    }

    if (reach.h) {
      reach.h[t] += squared_norm(layer->d_h, n_hidden);
    }
    if (reach.c && stack->ops->cell_gradient) {
      stack->ops->cell_gradient(
        n_hidden, a, c_prev + n_state, layer->d_h, layer->d_c, stack->total);
      reach.c[t] += squared_norm(stack->total, n_hidden);
    }

    stack->ops->backward(
      n_hidden, a, h_prev, c_prev, c_prev + n_state, layer->d_h, layer->d_c);

    // A long tape comes from far away, while this frame is computed
    rcv_affine_backward(affine,
                        affine->back_h,
                        affine->n_h,
                        a,
                        layer->d_h,
                        frame ? a - layer->n_sums : a,
                        layer->n_sums);
    if (has_below) {
      memset(d_now, 0, n_state * sizeof(RcvVec));
      rcv_affine_backward(
        affine, affine->back_x, affine->n_x, a, d_now, NULL, 0);
    }
  }
}

/**
   All layers backward through at most RCV_GRADIENT_FRAMES frames of a block,
   each with the gradient of its weights while its part of the tape is near.

   @param start Frame of the block that the part begins at.
*/
static void
part_backward(RcvStack* const     stack,
              const uint32_t      first,
              const uint32_t      start,
              const RcvVec* const x,
              const ptrdiff_t     x_stride,
              const uint32_t      n_frames,
              const RcvReach      reach)
{
  const size_t   n_state = stack->n_state;
  const size_t   frame   = (size_t)first + start;
  const RcvReach part    = {reach.h ? reach.h + start : NULL,
                         reach.c ? reach.c + start : NULL};
  for (uint32_t l = stack->shape->num_layers; l-- > 0;) {
    RcvStackLayer* const layer = &stack->layers[l];

    layer_backward(stack,
                   layer,
                   l > 0,
                   (uint32_t)frame,
                   stack->d_out + (start * n_state),
                   n_frames,
                   part);
    rcv_affine_gradient(&layer->affine,
                        layer->a + (frame * layer->n_sums),
                        l ? stack->layers[l - 1].h + ((1 + frame) * n_state)
                          : x + ((ptrdiff_t)start * x_stride),
                        l ? (ptrdiff_t)n_state : x_stride,
                        layer->h + (frame * n_state),
                        (ptrdiff_t)n_state,
                        n_frames);
  }
}

void
rcv_stack_backward(RcvStack* const     stack,
                   const uint32_t      first,
                   const RcvVec* const x,
                   const ptrdiff_t     x_stride,
                   const uint32_t      n_frames,
                   const RcvReach      reach)
{
  for (uint32_t end = n_frames; end > 0;) {
    const uint32_t start =
      (end - 1) / RCV_GRADIENT_FRAMES * RCV_GRADIENT_FRAMES;

    part_backward(stack, first, start, x, x_stride, end - start, reach);
    end = start;
  }
}

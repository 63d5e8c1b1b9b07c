// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The body of train/model/reference.h, included once for float and once for
   double precision (RCV_DOUBLE).
*/

#include "dsp/dense.h"
#include "dsp/gru.h"
#include "dsp/lstm.h"
#include "dsp/mulaw.h"
#include "dsp/real.h"
#include "dsp/rnn.h"
#include "dsp/shape.h"
#include "train/model/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The layers of one direction and what they remember
typedef struct {
  const RcvShape* shape;
  const RcvReal*  params;
  uint32_t        direction;
  uint32_t        widest;
  RcvReal*        h;     ///< [L][widest]
  RcvReal*        c;     ///< [L][widest]
  RcvReal*        gates; ///< [4·widest]
} Stack;

static RcvReal*
new_reals(const size_t n)
{
  RcvReal* const reals = calloc(n, sizeof(RcvReal));
  if (!reals) {
    abort();
  }
  return reals;
}

static RcvReal*
convert(const float* const values, const size_t n)
{
  RcvReal* const reals = new_reals(n);
  for (size_t i = 0; i < n; ++i) {
    reals[i] = (RcvReal)values[i];
  }
  return reals;
}

static Stack
stack_new(const RcvShape* const shape,
          const RcvReal* const  params,
          const uint32_t        direction)
{
  const uint32_t widest = rcv_shape_widest(shape);
  const size_t   n      = (size_t)shape->num_layers * widest;
  const Stack    s      = {shape,
                           params,
                           direction,
                           widest,
                           new_reals(n),
                           new_reals(n),
                           new_reals((size_t)4 * widest)};
  return s;
}

static void
stack_reset(const Stack* const s)
{
  const size_t n = (size_t)s->shape->num_layers * s->widest;
  memset(s->h, 0, n * sizeof(RcvReal));
  memset(s->c, 0, n * sizeof(RcvReal));
}

static void
stack_free(const Stack* const s)
{
  free(s->h);
  free(s->c);
  free(s->gates);
}

/**
   Run the dense layers of one place.

   @param y [2][RCV_MAX_HIDDEN] scratch.
   @return The last one's outputs, or x if there are none.
*/
static const RcvReal*
run_dense(const RcvShape* const shape,
          const RcvReal* const  params,
          const RcvDensePlace   place,
          const RcvReal*        x,
          RcvReal               y[2][RCV_MAX_HIDDEN])
{
  for (uint32_t i = 0; i < rcv_shape_n_dense(shape, place); ++i) {
    const RcvDense dense = rcv_shape_dense(shape, params, place, i);

    rcv_dense_step(&dense, x, y[i % 2]);
    x = y[i % 2];
  }
  return x;
}

/// Advance one frame; return the top hidden state
static const RcvReal*
stack_step(const Stack* const s, const RcvReal* x)
{
  RcvReal y[2][RCV_MAX_HIDDEN];
  for (uint32_t l = 0; l < s->shape->num_layers; ++l) {
    x = run_dense(s->shape, s->params, rcv_dense_before(l), x, y);

    const RcvLayer layer =
      rcv_shape_layer(s->shape, s->params, s->direction, l);
    const RcvCell  cell = rcv_shape_layer_at(s->shape, l).cell;
    RcvReal* const h    = s->h + ((size_t)l * s->widest);
    RcvReal* const c    = s->c + ((size_t)l * s->widest);

    if (cell == RCV_CELL_RNN) {
      rcv_rnn_step(&layer, x, h, s->gates);
    } else if (cell == RCV_CELL_LSTM) {
      rcv_lstm_step(&layer, x, h, c, s->gates);
    } else {
      rcv_gru_step(&layer, x, h, s->gates);
    }
    x = h;
  }
  return s->h + ((size_t)(s->shape->num_layers - 1) * s->widest);
}

/// The head's output for one top hidden state, in double precision
static double
run_head(const RcvShape* const shape,
         const RcvReal* const  params,
         const RcvReal*        h)
{
  RcvReal y[2][RCV_MAX_HIDDEN];
  h = run_dense(shape, params, RCV_DENSE_OUT, h, y);

  const uint32_t       n_read = rcv_shape_head_inputs(shape);
  const uint32_t       last   = rcv_shape_n_tensors(shape) - 1;
  const RcvReal* const w = params + rcv_shape_tensor(shape, last - 1).offset;
  const RcvReal* const b = params + rcv_shape_tensor(shape, last).offset;
  double               logits[RCV_MAX_CLASSES];
  double               top = -(double)INFINITY;
  for (uint32_t o = 0; o < shape->output_size; ++o) {
    logits[o] = (double)b[o];
    for (uint32_t k = 0; k < n_read; ++k) {
      logits[o] += (double)w[((size_t)o * n_read) + k] * //
                   (double)h[k];
    }
    top = fmax(top, logits[o]);
  }
  if (shape->head == RCV_HEAD_LINEAR) {
    return logits[0];
  }

  double total    = 0.0;
  double weighted = 0.0;
  for (uint32_t o = 0; o < shape->output_size; ++o) {
    const double e = exp(logits[o] - top);
    total += e;
    weighted += e * rcv_mulaw_level(o, shape->output_size);
  }
  return weighted / total;
}

void
RCV_REFERENCE_LAYER(const RcvCell      cell,
                    const uint32_t     input_size,
                    const uint32_t     hidden_size,
                    const float* const params,
                    const float* const x,
                    const size_t       n_frames,
                    double* const      h)
{
  RcvShape shape;
  memset(&shape, 0, sizeof(shape));
  shape.cell        = cell;
  shape.input_size  = input_size;
  shape.hidden_size = hidden_size;
  shape.num_layers  = 1;

  const RcvTensor last    = rcv_shape_tensor(&shape, RCV_TENSOR_B_HH);
  RcvReal* const  weights = convert(params, last.offset + last.size);
  RcvReal* const  in      = convert(x, n_frames * input_size);
  const Stack     stack   = stack_new(&shape, weights, 0);
  for (size_t t = 0; t < n_frames; ++t) {
    const RcvReal* const top = stack_step(&stack, in + (t * input_size));
    for (uint32_t j = 0; j < hidden_size; ++j) {
      h[(t * hidden_size) + j] = (double)top[j];
    }
  }
  stack_free(&stack);
  free(weights);
  free(in);
}

/// Add the right-to-left stack's hidden states, window by window
static void
add_reverse(const RcvShape* const shape,
            const RcvReal* const  params,
            const RcvReal* const  in,
            const size_t          n_frames,
            RcvReal* const        tops)
{
  const Stack stack = stack_new(shape, params, 1);
  for (size_t start = 0; start < n_frames; start += shape->block_frames) {
    const size_t n = (size_t)shape->block_frames + shape->lookahead_frames;
    stack_reset(&stack);
    for (size_t k = n; k > 0; --k) {
      const size_t         t = start + k - 1;
      const RcvReal* const top =
        stack_step(&stack, in + (t * shape->input_size));
      if (k <= shape->block_frames && t < n_frames) {
        for (uint32_t j = 0; j < shape->hidden_size; ++j) {
          tops[(t * shape->hidden_size) + j] += top[j];
        }
      }
    }
  }
  stack_free(&stack);
}

void
RCV_REFERENCE_NETWORK(const RcvShape* const shape,
                      const float* const    params,
                      const float* const    x,
                      const size_t          n_frames,
                      double* const         y)
{
  const size_t n_in    = shape->input_size;
  const size_t n_h     = shape->hidden_size;
  const size_t n_extra = (size_t)shape->block_frames + shape->lookahead_frames;
  RcvReal* const weights = convert(params, rcv_shape_n_params(shape));
  RcvReal* const in      = new_reals((n_frames + n_extra) * n_in);
  RcvReal* const tops    = new_reals(n_frames * n_h);
  for (size_t i = 0; i < n_frames * n_in; ++i) {
    in[i] = (RcvReal)x[i];
  }

  const Stack stack = stack_new(shape, weights, 0);
  for (size_t t = 0; t < n_frames; ++t) {
    memcpy(tops + (t * n_h),
           stack_step(&stack, in + (t * n_in)),
           n_h * sizeof(RcvReal));
  }
  stack_free(&stack);
  if (shape->bidirectional) {
    add_reverse(shape, weights, in, n_frames, tops);
  }
  for (size_t t = 0; t < n_frames; ++t) {
    y[t] = run_head(shape, weights, tops + (t * n_h)) +
           ((double)rcv_shape_skip_gain(shape) * (double)x[t * n_in]);
  }
  free(weights);
  free(in);
  free(tops);
}

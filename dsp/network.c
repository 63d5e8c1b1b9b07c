// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/network.h"

#include "dsp/network_impl.h"

#include <math.h>
#include <string.h>

enum { CHUNK = RCV_NETWORK_CHUNK };

void
rcv_state_reset(RcvState* const state, const RcvNetwork* const network)
{
  const RcvShape* const shape = &network->shape;

  for (uint32_t d = 0; d < rcv_shape_n_directions(shape); ++d) {
    rcv_stack_reset(state, network, d);
  }
  if (shape->bidirectional) {
    memset(state->outputs, 0, shape->block_frames * sizeof(float));
    state->n_inputs = 0;
    state->n_read   = 0;
  }
}

float
rcv_row_moved(const float* const now, float* const seen, const uint32_t n)
{
  float most = 0.0f;
  for (uint32_t k = 0; k < n; ++k) {
    const float distance = fabsf(now[k] - seen[k]);

    most    = fmaxf(most, distance / fmaxf(1.0f, fabsf(now[k])));
    seen[k] = now[k];
  }
  return most;
}

float
rcv_state_moved(RcvState* const state, const RcvNetwork* const network)
{
  float  most = 0.0f;
  float* seen = state->seen;
  for (uint32_t l = 0; l < network->shape.num_layers; ++l) {
    const uint32_t padded = network->layers[0][l].padded_size;

    most = fmaxf(most, rcv_row_moved(state->h[0][l], seen, padded));
    most = fmaxf(most, rcv_row_moved(state->c[0][l], seen + padded, padded));
    seen += 2 * (size_t)padded;
  }
  return most;
}

RCV_REALTIME static void
run_head(const RcvNetwork* const network,
         RcvState* const         state,
         const float* const      tops,
         const float* const      x,
         float* const            y,
         const uint32_t          n_frames)
{
  const RcvShape* const shape = &network->shape;
  RcvPackedHead         head  = network->head;

  head.logits = state->logits;
  network->kernels->run_head[shape->head](&head, tops, y, n_frames);
  if (shape->skip) {
    for (uint32_t t = 0; t < n_frames; ++t) {
      y[t] += network->skip_gain_lin * x[(size_t)t * shape->input_size];
    }
  }
}

/**
   Compute one block of a bidirectional network from a full window of inputs.

   The left-to-right stack goes on where it was; the right-to-left one starts
   anew at the window's end, `lookahead` frames after the block's.
*/
RCV_REALTIME static void
run_window(const RcvNetwork* const network, RcvState* const state)
{
  const RcvShape* const shape    = &network->shape;
  const size_t          padded   = network->n_padded;
  const uint32_t        n_in     = shape->input_size;
  const uint32_t        n_block  = shape->block_frames;
  const uint32_t        n_window = n_block + shape->lookahead_frames;

  for (uint32_t t = 0; t < n_block; t += CHUNK) {
    const uint32_t     n     = n_block - t < CHUNK ? n_block - t : CHUNK;
    const float* const first = state->inputs + ((size_t)t * n_in);

    rcv_stack_run(network, &state, &first, 1, 0, n_in, n);
    memcpy(state->tops + (t * padded),
           rcv_stack_tops(network, state, 0),
           n * padded * sizeof(float));
    rcv_stack_keep(network, state, 0, n);
  }

  rcv_stack_reset(state, network, 1);
  for (uint32_t end = n_window; end > 0;) {
    const uint32_t     n     = end < CHUNK ? end : CHUNK;
    const float* const first = state->inputs + ((size_t)(end - 1) * n_in);
    const float* const tops  = rcv_stack_tops(network, state, 1);

    rcv_stack_run(network, &state, &first, 1, 1, -(ptrdiff_t)n_in, n);
    for (uint32_t k = 0; k < n; ++k) {
      const uint32_t t = end - 1 - k;
      for (size_t j = 0; t < n_block && j < padded; ++j) {
        state->tops[(t * padded) + j] += tops[(k * padded) + j];
      }
    }
    rcv_stack_keep(network, state, 1, n);
    end -= n;
  }

  run_head(network, state, state->tops, state->inputs, state->outputs, n_block);
}

/// Bidirectional: collect inputs, play what was computed, block by block
RCV_REALTIME static void
run_windows(const RcvNetwork* const network,
            RcvState* const         state,
            const float*            x,
            float*                  y,
            uint32_t                n_frames)
{
  const RcvShape* const shape    = &network->shape;
  const size_t          n_in     = shape->input_size;
  const uint32_t        n_block  = shape->block_frames;
  const uint32_t        n_window = n_block + shape->lookahead_frames;

  while (n_frames) {
    // Until the window is full; before the first block the output is silence
    const uint32_t n_missing = n_window - state->n_inputs;
    const uint32_t n_left    = n_block - state->n_read;
    const uint32_t n_most    = n_missing < n_left ? n_missing : n_left;
    const uint32_t n         = n_frames < n_most ? n_frames : n_most;

    memcpy(
      state->inputs + (state->n_inputs * n_in), x, n * n_in * sizeof(float));
    memcpy(y, state->outputs + state->n_read, n * sizeof(float));
    state->n_inputs += n;
    state->n_read += n;
    x += n * n_in;
    y += n;
    n_frames -= n;

    if (state->n_inputs == n_window) {
      run_window(network, state);
      state->n_inputs = shape->lookahead_frames;
      state->n_read   = 0;
      memmove(state->inputs,
              state->inputs + (n_block * n_in),
              state->n_inputs * n_in * sizeof(float));
    } else if (state->n_read == n_block) {
      state->n_read = 0; // Still silence: the first window is longer
    }
  }
}

void
rcv_network_run_streams(const RcvNetwork* const network,
                        RcvState* const* const  states,
                        const float* const*     x,
                        float* const*           y,
                        const uint32_t          n_streams,
                        const uint32_t          n_frames)
{
  const uint32_t n_in = network->shape.input_size;

  if (network->shape.bidirectional) {
    for (uint32_t s = 0; s < n_streams; ++s) {
      run_windows(network, states[s], x[s], y[s], n_frames);
    }
    return;
  }

  for (uint32_t t = 0; t < n_frames; t += CHUNK) {
    const uint32_t n      = n_frames - t < CHUNK ? n_frames - t : CHUNK;
    ptrdiff_t      stride = n_in;

    const float* inputs[RCV_MAX_STREAMS];
    for (uint32_t s = 0; s < n_streams; ++s) {
      stride    = n_in;
      inputs[s] = rcv_stack_run_dense(network,
                                      states[s],
                                      RCV_DENSE_IN,
                                      x[s] + ((size_t)t * n_in),
                                      &stride,
                                      n);
    }
    rcv_stack_run(network, states, inputs, n_streams, 0, stride, n);
    for (uint32_t s = 0; s < n_streams; ++s) {
      const float* tops = rcv_stack_tops(network, states[s], 0);

      stride = (ptrdiff_t)network->n_padded;
      tops   = rcv_stack_run_dense(
        network, states[s], RCV_DENSE_OUT, tops, &stride, n);
      run_head(
        network, states[s], tops, x[s] + ((size_t)t * n_in), y[s] + t, n);
      rcv_stack_keep(network, states[s], 0, n);
    }
  }
}

void
rcv_network_run(const RcvNetwork* const network,
                RcvState*               state,
                const float* const      x,
                float* const            y,
                const uint32_t          n_frames)
{
  rcv_network_run_streams(network, &state, &x, &y, 1, n_frames);
}

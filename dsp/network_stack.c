// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/network_impl.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

void
rcv_stack_reset(RcvState* const         state,
                const RcvNetwork* const network,
                const uint32_t          direction)
{
  const float* h = network->initial + ((size_t)direction * network->n_states);
  for (uint32_t l = 0; l < network->shape.num_layers; ++l) {
    const size_t padded = network->layers[direction][l].padded_size;

    memcpy(state->h[direction][l], h, padded * sizeof(float));
    memcpy(state->c[direction][l], h + padded, padded * sizeof(float));
    h += 2 * padded;
  }
  for (uint32_t k = 0; k < RCV_MAX_INPUTS; ++k) {
    state->knobs[direction][k] = NAN;
  }
}

/**
   Make sure that the base has the knobs of one frame.

   @return How many of the frames, at least one, have the same knobs.
*/
RCV_REALTIME static uint32_t
fold_knobs(const RcvPackedLayer* const layer,
           float* const                folded,
           float* const                base,
           const float* const          first,
           const ptrdiff_t             stride,
           const uint32_t              n_frames)
{
  const size_t       size  = layer->n_knobs * sizeof(float);
  const float* const knobs = first + layer->input_size;

  if (memcmp(folded, knobs, size) != 0) {
    memcpy(folded, knobs, size);
    rcv_kernels_fold(layer, knobs, base);
  }

  uint32_t n = 1;
  while (n < n_frames && !memcmp(folded, knobs + (n * stride), size)) {
    ++n;
  }
  return n;
}

/**
   Run one layer, or a pair of them, over some frames.

   @param streams [n_streams], or one per layer of a pair.
*/
RCV_REALTIME static void
run_layers(const RcvPackedLayer* const layers,
           const RcvLayerStream* const streams,
           const uint32_t              n_layers,
           const uint32_t              n_streams,
           const uint32_t              n_frames)
{
  const RcvLayerKernel* const kernel = layers->kernel;

  if (n_layers == 2) {
    kernel->run_pair(layers, streams, n_frames);
  } else if (n_streams == 2 && kernel->run_two) {
    kernel->run_two(layers, streams, n_frames);
  } else {
    for (uint32_t s = 0; s < n_streams; ++s) {
      kernel->run_one(layers, &streams[s], n_frames);
    }
  }
}

/// The same for the lowest layers, in runs of frames whose knobs stand still
RCV_REALTIME static void
run_lowest(RcvState* const* const      states,
           const RcvPackedLayer* const layers,
           const RcvLayerStream* const streams,
           const uint32_t              n_layers,
           const uint32_t              n_streams,
           const uint32_t              direction,
           const uint32_t              n_frames)
{
  const size_t padded = layers[0].padded_size; // As of the other of a pair

  for (uint32_t t = 0, n = 0; t < n_frames; t += n) {
    RcvLayerStream now[RCV_MAX_STREAMS] = {streams[0], streams[1]};

    n = n_frames - t;
    for (uint32_t s = 0; s < n_streams; ++s) {
      float* const base = states[s]->bases[direction];

      now[s].base = base;
      n           = fold_knobs(&layers[0],
                     states[s]->knobs[direction],
                     base,
                     streams[s].x + (t * streams[s].x_stride),
                     streams[s].x_stride,
                     n);
    }
    for (uint32_t i = 0; i < n_layers * n_streams; ++i) {
      now[i].x += (ptrdiff_t)t * now[i].x_stride;
      now[i].h += t * padded;
    }
    run_layers(layers, now, n_layers, n_streams, n);
  }
}

const float*
rcv_stack_run_dense(const RcvNetwork* const network,
                    RcvState* const         state,
                    const RcvDensePlace     place,
                    const float*            x,
                    ptrdiff_t* const        stride,
                    const uint32_t          n_frames)
{
  const uint32_t n = rcv_shape_n_dense(&network->shape, place);
  for (uint32_t i = 0; i < n; ++i) {
    const RcvPackedDense* const dense = &network->dense[place][i];
    float* const                y     = state->dense[i % 2];

    network->kernels->run_dense(dense, x, *stride, y, n_frames);
    x       = y;
    *stride = (ptrdiff_t)dense->padded_size;
  }
  return x;
}

void
rcv_stack_run(const RcvNetwork* const network,
              RcvState* const* const  states,
              const float* const*     x,
              const uint32_t          n_streams,
              const uint32_t          direction,
              const ptrdiff_t         stride,
              const uint32_t          n_frames)
{
  const RcvPackedLayer* const layers = network->layers[direction];
  const uint32_t              n_all  = network->shape.num_layers;

  for (uint32_t l = 0, n_layers = 1; l < n_all; l += n_layers) {
    // Two streams keep the processor as busy as two layers do
    n_layers = n_streams == 1 && network->is_paired[direction][l] ? 2 : 1;

    RcvLayerStream streams[RCV_MAX_STREAMS] = {{0}};
    for (uint32_t i = 0; i < n_layers * n_streams; ++i) {
      RcvState* const state = states[n_layers == 2 ? 0 : i];
      const uint32_t  layer = n_layers == 2 ? l + i : l;
      const uint32_t  below = layer ? layers[layer - 1].padded_size : 0;

      streams[i].base = layers[layer].biases;
      streams[i].h    = state->h[direction][layer];
      streams[i].c    = state->c[direction][layer];
      streams[i].x    = layer ? state->h[direction][layer - 1] + below : x[i];
      streams[i].x_stride = layer ? (ptrdiff_t)below : stride;
      if (network->is_after_dense[layer]) {
        streams[i].x = rcv_stack_run_dense(network,
                                           state,
                                           rcv_dense_before(layer),
                                           streams[i].x,
                                           &streams[i].x_stride,
                                           n_frames);
      }
    }
    if (layers[l].n_knobs) {
      run_lowest(
        states, &layers[l], streams, n_layers, n_streams, direction, n_frames);
    } else {
      run_layers(&layers[l], streams, n_layers, n_streams, n_frames);
    }
  }
}

const float*
rcv_stack_tops(const RcvNetwork* const network,
               const RcvState* const   state,
               const uint32_t          direction)
{
  return state->h[direction][network->shape.num_layers - 1] + network->n_padded;
}

void
rcv_stack_keep(const RcvNetwork* const network,
               RcvState* const         state,
               const uint32_t          direction,
               const uint32_t          n_frames)
{
  for (uint32_t l = 0; l < network->shape.num_layers; ++l) {
    const size_t padded = network->layers[direction][l].padded_size;
    float* const h      = state->h[direction][l];
    memcpy(h, h + (n_frames * padded), padded * sizeof(float));
  }
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/network.h"

#include "dsp/arena.h"
#include "dsp/mulaw.h"
#include "dsp/network_impl.h"

#include <stdbool.h>
#include <string.h>

// A logit that no softmax sees: for the classes that pad the last vector
static const float never = -1e30f;

static uint32_t
n_head_rows(const RcvShape* const shape, const RcvKernels* const kernels)
{
  return shape->head == RCV_HEAD_SOFTMAX
           ? rcv_kernels_padded_size(kernels, shape->output_size)
           : 1;
}

size_t
rcv_stack_n_states(const RcvShape* const shape, const RcvKernels* const kernels)
{
  size_t n = 0;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const RcvLayerShape layer = rcv_shape_layer_at(shape, l);

    n += 2 * (size_t)rcv_kernels_padded_size(kernels, layer.hidden_size);
  }
  return n;
}

/// Place a network and its arrays in memory, or only count if base is NULL
static RcvNetwork*
place_network(RcvArena* const         arena,
              const RcvShape* const   shape,
              const RcvKernels* const kernels,
              float*                  packed[2][RCV_MAX_LAYERS],
              float*                  dense[RCV_N_DENSE_PLACES][RCV_MAX_DENSE],
              float*                  head[3],
              float**                 initial)
{
  RcvNetwork* const network = rcv_arena_take(arena, sizeof(RcvNetwork));
  const uint32_t    n_dirs  = rcv_shape_n_directions(shape);

  for (uint32_t d = 0; d < n_dirs; ++d) {
    for (uint32_t l = 0; l < shape->num_layers; ++l) {
      const RcvLayerShape layer = rcv_shape_layer_at(shape, l);

      packed[d][l] = rcv_arena_floats(
        arena,
        rcv_kernels_packed_floats(kernels,
                                  layer.cell,
                                  rcv_shape_layer_inputs(shape, l),
                                  layer.hidden_size));
    }
  }

  for (uint32_t place = 0; place < RCV_N_DENSE_PLACES; ++place) {
    const uint32_t n = rcv_shape_n_dense(shape, (RcvDensePlace)place);
    for (uint32_t i = 0; i < n; ++i) {
      const RcvTensor w =
        rcv_shape_dense_tensor(shape, (RcvDensePlace)place, i);

      dense[place][i] = rcv_arena_floats(
        arena,
        rcv_packed_dense_floats(kernels->vector_width, w.n_cols, w.n_rows));
    }
  }

  const size_t n_rows = n_head_rows(shape, kernels);
  const size_t n_read =
    rcv_kernels_padded_size(kernels, rcv_shape_head_inputs(shape));

  head[0] = rcv_arena_floats(arena, n_rows * n_read);
  head[1] = rcv_arena_floats(arena, n_rows);
  head[2] = rcv_arena_floats(arena, n_rows);
  *initial =
    rcv_arena_floats(arena, n_dirs * rcv_stack_n_states(shape, kernels));
  return network;
}

size_t
rcv_network_size(const RcvShape* const shape, const RcvKernels* const kernels)
{
  RcvArena arena                                    = {NULL, 0};
  float*   packed[2][RCV_MAX_LAYERS]                = {{NULL}};
  float*   dense[RCV_N_DENSE_PLACES][RCV_MAX_DENSE] = {{NULL}};
  float*   head[3];
  float*   initial = NULL;

  place_network(&arena, shape, kernels, packed, dense, head, &initial);
  return arena.size;
}

static void
pack_head(RcvNetwork* const  network,
          const float* const params,
          float* const       weights,
          float* const       biases,
          float* const       levels)
{
  const RcvShape* const shape = &network->shape;
  const uint32_t        last  = rcv_shape_n_tensors(shape) - 1;
  const float* const lin_w  = params + rcv_shape_tensor(shape, last - 1).offset;
  const float* const lin_b  = params + rcv_shape_tensor(shape, last).offset;
  const uint32_t     n_rows = n_head_rows(shape, network->kernels);
  const uint32_t     n_read = rcv_shape_head_inputs(shape);
  const uint32_t n_padded   = rcv_kernels_padded_size(network->kernels, n_read);

  // Linear: one row [n_padded].  Softmax: a column of all rows per value read.
  const size_t row_stride    = n_rows == 1 ? n_padded : 1;
  const size_t column_stride = n_rows == 1 ? 1 : n_rows;
  for (uint32_t o = 0; o < shape->output_size; ++o) {
    for (uint32_t k = 0; k < n_read; ++k) {
      weights[(o * row_stride) + (k * column_stride)] =
        lin_w[((size_t)o * n_read) + k];
    }
    biases[o] = lin_b[o];
    levels[o] =
      n_rows == 1 ? 0.0f : (float)rcv_mulaw_level(o, shape->output_size);
  }
  for (uint32_t o = shape->output_size; o < n_rows; ++o) {
    biases[o] = never;
  }

  const RcvPackedHead head = {
    n_padded, n_rows, weights, biases, levels, NULL, n_read};
  network->head = head;
}

static void
pack_dense(RcvNetwork* const  network,
           const float* const params,
           float*             packed[RCV_N_DENSE_PLACES][RCV_MAX_DENSE])
{
  for (uint32_t i = 0; i < RCV_N_DENSE_PLACES; ++i) {
    const RcvDensePlace place = (RcvDensePlace)i;
    const uint32_t      n     = rcv_shape_n_dense(&network->shape, place);
    for (uint32_t k = 0; k < n; ++k) {
      const RcvDense layer = rcv_shape_dense(&network->shape, params, place, k);

      network->dense[place][k] = rcv_packed_dense_init(
        network->kernels->vector_width, &layer, packed[place][k]);
    }
  }
}

static void
pack_layers(RcvNetwork* const  network,
            const float* const params,
            const uint32_t     direction,
            float*             packed[RCV_MAX_LAYERS])
{
  const RcvShape* const shape     = &network->shape;
  RcvPackedLayer* const layers    = network->layers[direction];
  const bool            has_dense = rcv_shape_n_dense(shape, RCV_DENSE_IN) > 0;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const RcvLayer layer = rcv_shape_layer(shape, params, direction, l);

    network->is_after_dense[l] =
      l && rcv_shape_n_dense(shape, rcv_dense_before(l));
    layers[l] = rcv_kernels_pack(network->kernels,
                                 rcv_shape_layer_at(shape, l).cell,
                                 &layer,
                                 l || has_dense ? 0 : shape->input_size - 1,
                                 packed[l]);
  }

  // The kernel for any size is one for all sizes
  for (uint32_t l = 0; l + 1 < shape->num_layers; ++l) {
    const RcvLayerKernel* const kernel = layers[l].kernel;

    network->is_paired[direction][l] =
      kernel->run_pair && !network->is_after_dense[l + 1] &&
      kernel == layers[l + 1].kernel &&
      layers[l].hidden_size == layers[l + 1].hidden_size &&
      layers[l].hidden_size <= RCV_MAX_OVERLAPPED;
  }
}

/// Put the states at the start where those of a voice are, in whole vectors
static void
pack_initial(const RcvNetwork* const network, const float* from, float* to)
{
  const RcvShape* const shape = &network->shape;
  for (uint32_t d = 0; d < rcv_shape_n_directions(shape); ++d) {
    for (uint32_t i = 0; i < 2 * shape->num_layers; ++i) { // h, then c
      const RcvPackedLayer* const layer = &network->layers[d][i / 2];

      memcpy(to, from, layer->hidden_size * sizeof(float));
      from += layer->hidden_size;
      to += layer->padded_size;
    }
  }
}

RcvNetwork*
rcv_network_init(void* const             memory,
                 const RcvShape* const   shape,
                 const float* const      params,
                 const float* const      initial_state,
                 const RcvKernels* const kernels)
{
  RcvArena arena                                    = {memory, 0};
  float*   packed[2][RCV_MAX_LAYERS]                = {{NULL}};
  float*   dense[RCV_N_DENSE_PLACES][RCV_MAX_DENSE] = {{NULL}};
  float*   head[3];
  float*   initial = NULL;

  memset(memory, 0, rcv_network_size(shape, kernels));
  RcvNetwork* const network =
    place_network(&arena, shape, kernels, packed, dense, head, &initial);

  network->shape         = *shape;
  network->kernels       = kernels;
  network->skip_gain_lin = rcv_shape_skip_gain(shape);
  network->n_padded      = rcv_kernels_padded_size(kernels, shape->hidden_size);
  network->n_states      = (uint32_t)rcv_stack_n_states(shape, kernels);
  network->initial       = initial;

  for (uint32_t d = 0; d < rcv_shape_n_directions(shape); ++d) {
    pack_layers(network, params, d, packed[d]);
  }
  if (initial_state) {
    pack_initial(network, initial_state, initial);
  }
  pack_dense(network, params, dense);
  pack_head(network, params, head[0], head[1], head[2]);
  return network;
}

const RcvShape*
rcv_network_shape(const RcvNetwork* const network)
{
  return &network->shape;
}

/// Outputs of the widest dense layer, 0 if there is none
static uint32_t
widest_dense(const RcvShape* const shape)
{
  uint32_t widest = 0;
  for (uint32_t place = 0; place < RCV_N_DENSE_PLACES; ++place) {
    for (uint32_t i = 0; i < RCV_MAX_DENSE; ++i) {
      const uint32_t size = shape->dense[place][i].size;

      widest = size > widest ? size : widest;
    }
  }
  return widest;
}

/// Place a state and its arrays in memory, or only count if base is NULL
static RcvState
place_state(RcvArena* const         arena,
            const RcvShape* const   shape,
            const RcvKernels* const kernels)
{
  const RcvLayerShape lowest = rcv_shape_layer_at(shape, 0);
  const size_t top = rcv_kernels_padded_size(kernels, shape->hidden_size);

  RcvState state = {0};
  rcv_arena_take(arena, sizeof(RcvState));

  for (uint32_t d = 0; d < rcv_shape_n_directions(shape); ++d) {
    state.bases[d] = rcv_arena_floats(
      arena, rcv_kernels_n_biases(kernels, lowest.cell, lowest.hidden_size));
    for (uint32_t l = 0; l < shape->num_layers; ++l) {
      const size_t padded = rcv_kernels_padded_size(
        kernels, rcv_shape_layer_at(shape, l).hidden_size);

      state.h[d][l] = rcv_arena_floats(arena, (1 + RCV_NETWORK_CHUNK) * padded);
      state.c[d][l] = rcv_arena_floats(arena, padded);
    }
  }

  state.seen = rcv_arena_floats(arena, rcv_stack_n_states(shape, kernels));

  const size_t widest = rcv_kernels_padded_size(kernels, widest_dense(shape));
  for (uint32_t i = 0; i < 2; ++i) {
    state.dense[i] = rcv_arena_floats(arena, RCV_NETWORK_CHUNK * widest);
  }

  state.logits = rcv_arena_floats(arena, n_head_rows(shape, kernels));
  if (shape->bidirectional) {
    const size_t n_block  = shape->block_frames;
    const size_t n_window = n_block + shape->lookahead_frames;

    state.inputs  = rcv_arena_floats(arena, n_window * shape->input_size);
    state.tops    = rcv_arena_floats(arena, n_block * top);
    state.outputs = rcv_arena_floats(arena, n_block);
  }
  return state;
}

size_t
rcv_state_size(const RcvShape* const shape, const RcvKernels* const kernels)
{
  RcvArena arena = {NULL, 0};
  place_state(&arena, shape, kernels);
  return arena.size;
}

RcvState*
rcv_state_init(void* const memory, const RcvNetwork* const network)
{
  RcvArena arena = {memory, 0};

  memset(memory, 0, rcv_state_size(&network->shape, network->kernels));
  RcvState* const state = memory;
  *state = place_state(&arena, &network->shape, network->kernels);
  rcv_state_reset(state, network);
  return state;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/network.h"

#include "dsp/arena.h"
#include "dsp/mulaw.h"
#include "dsp/network_impl.h"

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

/// Place a network and its arrays in memory, or only count if base is NULL
static RcvNetwork*
place_network(RcvArena* const         arena,
              const RcvShape* const   shape,
              const RcvKernels* const kernels,
              float*                  packed[2][RCV_MAX_LAYERS],
              float*                  dense[2][RCV_MAX_DENSE],
              float*                  head[3],
              float**                 initial)
{
  RcvNetwork* const network = rcv_arena_take(arena, sizeof(RcvNetwork));
  const uint32_t    n_dirs  = rcv_shape_n_directions(shape);
  const uint32_t padded = rcv_kernels_padded_size(kernels, shape->hidden_size);

  for (uint32_t d = 0; d < n_dirs; ++d) {
    for (uint32_t l = 0; l < shape->num_layers; ++l) {
      packed[d][l] = rcv_arena_floats(
        arena,
        rcv_kernels_packed_floats(kernels,
                                  shape->cell,
                                  l ? shape->hidden_size
                                    : rcv_shape_stack_inputs(shape),
                                  shape->hidden_size));
    }
  }

  for (uint32_t place = 0; place < 2; ++place) {
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
    rcv_arena_floats(arena, (size_t)n_dirs * shape->num_layers * 2 * padded);
  return network;
}

size_t
rcv_network_size(const RcvShape* const shape, const RcvKernels* const kernels)
{
  RcvArena arena                     = {NULL, 0};
  float*   packed[2][RCV_MAX_LAYERS] = {{NULL}};
  float*   dense[2][RCV_MAX_DENSE]   = {{NULL}};
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
           float*             packed[2][RCV_MAX_DENSE])
{
  for (uint32_t i = 0; i < 2; ++i) {
    const RcvDensePlace place = (RcvDensePlace)i;
    const uint32_t      n     = rcv_shape_n_dense(&network->shape, place);
    for (uint32_t k = 0; k < n; ++k) {
      const RcvDense layer = rcv_shape_dense(&network->shape, params, place, k);

      network->dense[place][k] = rcv_packed_dense_init(
        network->kernels->vector_width, &layer, packed[place][k]);
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
  RcvArena arena                     = {memory, 0};
  float*   packed[2][RCV_MAX_LAYERS] = {{NULL}};
  float*   dense[2][RCV_MAX_DENSE]   = {{NULL}};
  float*   head[3];
  float*   initial = NULL;

  memset(memory, 0, rcv_network_size(shape, kernels));
  RcvNetwork* const network =
    place_network(&arena, shape, kernels, packed, dense, head, &initial);

  network->shape         = *shape;
  network->kernels       = kernels;
  network->skip_gain_lin = rcv_shape_skip_gain(shape);
  network->n_padded = rcv_kernels_padded_size(kernels, shape->hidden_size);

  for (uint32_t d = 0; d < rcv_shape_n_directions(shape); ++d) {
    for (uint32_t l = 0; l < shape->num_layers; ++l) {
      const RcvLayer layer = rcv_shape_layer(shape, params, d, l);

      network->layers[d][l] = rcv_kernels_pack(
        kernels,
        shape->cell,
        &layer,
        l || rcv_shape_n_dense(shape, RCV_DENSE_IN) ? 0 : shape->input_size - 1,
        packed[d][l]);
    }
  }

  const size_t n_hidden = shape->hidden_size;
  const size_t n_rows =
    (size_t)rcv_shape_n_directions(shape) * shape->num_layers * 2;
  for (size_t i = 0; initial_state && i < n_rows; ++i) {
    memcpy(initial + (i * network->n_padded),
           initial_state + (i * n_hidden),
           n_hidden * sizeof(float));
  }
  network->initial = initial;

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
  for (uint32_t place = 0; place < 2; ++place) {
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
  const size_t padded = rcv_kernels_padded_size(kernels, shape->hidden_size);

  RcvState state = {0};
  rcv_arena_take(arena, sizeof(RcvState));

  for (uint32_t d = 0; d < rcv_shape_n_directions(shape); ++d) {
    state.bases[d] = rcv_arena_floats(
      arena, rcv_kernels_n_biases(kernels, shape->cell, shape->hidden_size));
    for (uint32_t l = 0; l < shape->num_layers; ++l) {
      state.h[d][l] = rcv_arena_floats(arena, (1 + RCV_NETWORK_CHUNK) * padded);
      state.c[d][l] = rcv_arena_floats(arena, padded);
    }
  }

  state.seen = rcv_arena_floats(arena, (size_t)shape->num_layers * 2 * padded);

  const size_t widest = rcv_kernels_padded_size(kernels, widest_dense(shape));
  for (uint32_t i = 0; i < 2; ++i) {
    state.dense[i] = rcv_arena_floats(arena, RCV_NETWORK_CHUNK * widest);
  }

  state.logits = rcv_arena_floats(arena, n_head_rows(shape, kernels));
  if (shape->bidirectional) {
    const size_t n_block  = shape->block_frames;
    const size_t n_window = n_block + shape->lookahead_frames;

    state.inputs  = rcv_arena_floats(arena, n_window * shape->input_size);
    state.tops    = rcv_arena_floats(arena, n_block * padded);
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

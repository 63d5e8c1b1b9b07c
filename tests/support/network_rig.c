// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/network_rig.h"

#include "tests/support/assert_close.h"

#include <stdlib.h>
#include <string.h>

const uint32_t network_rig_blocks[5] = {1, 7, 64, 4096, 0};

static void*
new_memory(const size_t size)
{
  const size_t rounded =
    (size + RCV_ALIGNMENT - 1) / RCV_ALIGNMENT * RCV_ALIGNMENT;
  void* const memory = aligned_alloc(RCV_ALIGNMENT, rounded);

  assert_non_null(memory);
  return memory;
}

const RcvKernels*
network_rig_kernels(const uint32_t index)
{
  uint32_t n_exact = 0;
  while (rcv_kernels_supported(n_exact)) {
    ++n_exact;
  }
  if (index < n_exact) {
    return rcv_kernels_supported(index);
  }

  const RcvKernels* kernels = NULL;
  uint32_t          n       = n_exact;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    const RcvKernels* const fast = rcv_kernels_fast(kernels);
    if (fast != kernels && n++ == index) {
      return fast;
    }
  }
  return NULL;
}

double
network_rig_tolerance(const RcvKernels* const kernels, const double exact)
{
  const RcvKernels* const generic = rcv_kernels_choose("generic", 0);
  const double ratio = (double)(kernels->tanh_error / generic->tanh_error);

  // What is not rounding has the same sign over a range, and adds up over time
  return ratio > 1.0 ? 2.0 * ratio * exact : exact;
}

NetworkRig
network_rig_new(const RcvShape* const   shape,
                const float* const      params,
                const RcvKernels* const kernels)
{
  NetworkRig rig = {NULL, NULL};
  assert_true(rcv_shape_is_valid(shape));

  rig.network = rcv_network_init(
    new_memory(rcv_network_size(shape, kernels)), shape, params, NULL, kernels);
  rig.state =
    rcv_state_init(new_memory(rcv_state_size(shape, kernels)), rig.network);
  return rig;
}

void
network_rig_free(NetworkRig* const rig)
{
  free(rig->network);
  free(rig->state);
}

uint32_t
network_rig_block(const uint32_t block, const size_t t, const size_t n_frames)
{
  static const uint32_t mixed[] = {1, 200, 3, 63, 65, 7, 128, 500, 2};

  const size_t   left = n_frames - t;
  const uint32_t n =
    block ? block : mixed[t % (sizeof(mixed) / sizeof(*mixed))];
  return left < n ? (uint32_t)left : n;
}

void
network_rig_run(const NetworkRig* const rig,
                const float* const      x,
                float* const            y,
                const size_t            n_frames,
                const uint32_t          block)
{
  const size_t n_in = rcv_network_shape(rig->network)->input_size;
  for (size_t t = 0; t < n_frames;) {
    const uint32_t n = network_rig_block(block, t, n_frames);
    rcv_network_run(rig->network, rig->state, x + (t * n_in), y + t, n);
    t += n;
  }
}

float*
network_rig_floats(const size_t n)
{
  float* const values = new_memory((n ? n : 1) * sizeof(float));
  memset(values, 0, n * sizeof(float));
  return values;
}

void
network_rig_random(float* const   values,
                   const size_t   n,
                   const float    scale,
                   const uint32_t seed)
{
  uint32_t state = seed * 2654435761U;
  for (size_t i = 0; i < n; ++i) {
    state     = (state * 1664525U) + 1013904223U;
    values[i] = scale * (((float)(state >> 8U) / 8388608.0f) - 1.0f);
  }
}

/// Layers with kernels of their size and without, pairs above and below others
static RcvShape
mixed_shape(const uint32_t index, const uint32_t input_size)
{
  static const RcvLayerShape stacks[][4] = {
    {{RCV_CELL_LSTM, 16}, {RCV_CELL_GRU, 8}},
    {{RCV_CELL_LSTM, 24}, {RCV_CELL_LSTM, 12}},
    {{RCV_CELL_GRU, 16}, {RCV_CELL_LSTM, 16}, {RCV_CELL_LSTM, 16}},
    {{RCV_CELL_RNN, 5},
     {RCV_CELL_LSTM, 9},
     {RCV_CELL_LSTM, 9},
     {RCV_CELL_GRU, 3}},
    {{RCV_CELL_LSTM, 7}, {RCV_CELL_LSTM, 9}, {RCV_CELL_RNN, 33}},
    {{RCV_CELL_GRU, 1}, {RCV_CELL_LSTM, 40}, {RCV_CELL_GRU, 1}},
  };

  const bool softmax = index % 3 == 2;
  RcvShape   shape   = {0};
  shape.head         = softmax ? RCV_HEAD_SOFTMAX : RCV_HEAD_LINEAR;
  shape.input_size   = input_size;
  shape.output_size  = softmax ? 19 : 1;
  shape.skip         = index % 2;
  for (uint32_t l = 0; l < 4 && stacks[index][l].hidden_size; ++l) {
    rcv_shape_add_layer(
      &shape, stacks[index][l].cell, stacks[index][l].hidden_size);
  }
  return shape;
}

RcvShape
network_rig_shape(const uint32_t index,
                  const uint32_t input_size,
                  const uint32_t hidden_size)
{
  if (index >= NETWORK_RIG_UNIFORM) {
    return mixed_shape(index - NETWORK_RIG_UNIFORM, input_size);
  }

  const bool     softmax = (index / 12) % 2;
  const bool     both    = (index / 6) % 2;
  const RcvShape shape   = {(RcvCell)(index % 3),
                          softmax ? RCV_HEAD_SOFTMAX : RCV_HEAD_LINEAR,
                            input_size,
                            hidden_size,
                          (index / 3) % 2 ? 3 : 1,
                          softmax ? 19 : 1,
                            both,
                            (index / 24) % 2,
                          both ? 16 : 0,
                          both ? 5 : 0,
                            0.0f,
                            {{{0}}},
                            {{0}}};
  return shape;
}

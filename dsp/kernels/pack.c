// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/bf16.h"
#include "dsp/kernels/kernels.h"

#include <stdbool.h>
#include <string.h>

uint32_t
rcv_kernels_padded_size(const RcvKernels* const kernels, const uint32_t size)
{
  const uint32_t width = kernels->vector_width;

  return (size + width - 1) / width * width;
}

uint32_t
rcv_kernels_n_biases(const RcvKernels* const kernels,
                     const RcvCell           cell,
                     const uint32_t          hidden_size)
{
  return rcv_cell_n_biases(cell) *
         rcv_kernels_padded_size(kernels, hidden_size);
}

size_t
rcv_kernels_packed_floats(const RcvKernels* const kernels,
                          const RcvCell           cell,
                          const uint32_t          input_size,
                          const uint32_t          hidden_size)
{
  const size_t padded   = rcv_kernels_padded_size(kernels, hidden_size);
  const size_t n_biases = rcv_kernels_n_biases(kernels, cell, hidden_size);

  // Every input as a signal or as a knob, whichever takes more
  return (rcv_cell_n_gates(cell) * padded * hidden_size) +
         (n_biases * ((size_t)input_size + 1));
}

/// Rows that go into a sigmoid, or into the product with a sigmoid, come halved
static float
row_scale(const RcvCell cell, const uint32_t gate, const bool is_recurrent)
{
  switch (cell) {
  case RCV_CELL_LSTM:
    return gate == 2 ? 1.0f : 0.5f;
  case RCV_CELL_GRU:
    return gate < 2 || is_recurrent ? 0.5f : 1.0f;
  case RCV_CELL_RNN:
    break;
  }
  return 1.0f;
}

/// Vectors [padded_size] of gate `gate`: all units of one group, padded by 0
typedef struct {
  RcvCell         cell;
  const RcvLayer* layer;
  uint32_t        width; // W
  bool            is_bf16;
} Source;

/// One vector [W] of a column of W_ih or W_hh
static float*
pack_vector(const Source* const source,
            float* const        out,
            const float* const  weights,
            const size_t        n_columns,
            const size_t        column,
            const uint32_t      gate,
            const uint32_t      group)
{
  const uint32_t n_hidden = source->layer->hidden_size;
  const float    scale =
    row_scale(source->cell, gate, weights == source->layer->w_hh);

  for (uint32_t j = 0; j < source->width; ++j) {
    const uint32_t unit = (group * source->width) + j;
    const size_t   row  = ((size_t)gate * n_hidden) + unit;

    out[j] =
      unit < n_hidden ? scale * weights[(row * n_columns) + column] : 0.0f;
  }
  return out + source->width;
}

/// A vector of one column, or with bfloat16 of two, where there is another one
static float*
pack_column(const Source* const source,
            float* const        out,
            const float* const  weights,
            const size_t        n_columns,
            const size_t        column,
            const size_t        n_packed,
            const uint32_t      gate,
            const uint32_t      group)
{
  pack_vector(source, out, weights, n_columns, column, gate, group);
  if (source->is_bf16 && column + 1 < n_packed) {
    float next[RCV_MAX_VECTOR_WIDTH];
    pack_vector(source, next, weights, n_columns, column + 1, gate, group);
    for (uint32_t j = 0; j < source->width; ++j) {
      out[j] = rcv_bf16_pair(out[j], next[j]);
    }
  }
  return out + source->width;
}

/**
   The columns of the signals, or those of h, for a tile of groups.

   @param weights [G·H][n_columns], of whose columns the first n_packed are
   packed.
*/
static float*
pack_columns(const Source* const source,
             float*              out,
             const float* const  weights,
             const uint32_t      n_columns,
             const uint32_t      n_packed,
             const uint32_t      first_group,
             const uint32_t      n_groups)
{
  const uint32_t n_gates = rcv_cell_n_gates(source->cell);
  const uint32_t in_one  = source->is_bf16 ? 2 : 1;

  for (uint32_t k = 0; k < n_packed; k += in_one) {
    for (uint32_t i = 0; i < n_groups * n_gates; ++i) {
      out = pack_column(source,
                        out,
                        weights,
                        n_columns,
                        k,
                        n_packed,
                        i % n_gates,
                        first_group + (i / n_gates));
    }
  }
  return out;
}

/// One vector [W] of the biases; GRU: gate 2 is b_in, 3 is b_hn
static float*
pack_biases(const Source* const source,
            float* const        out,
            const uint32_t      gate,
            const uint32_t      group)
{
  const RcvLayer* const layer    = source->layer;
  const size_t          n_hidden = layer->hidden_size;
  const bool            is_gru   = source->cell == RCV_CELL_GRU;
  const size_t          row      = (gate < 3 || !is_gru ? gate : 2) * n_hidden;
  const float           scale    = row_scale(source->cell, gate, gate == 3);

  for (uint32_t j = 0; j < source->width; ++j) {
    const size_t unit = ((size_t)group * source->width) + j;
    const size_t i    = row + unit;

    out[j] = unit >= n_hidden      ? 0.0f
             : is_gru && gate == 2 ? layer->b_ih[i]
             : is_gru && gate == 3 ? scale * layer->b_hh[i]
                                   : scale * (layer->b_ih[i] + layer->b_hh[i]);
  }
  return out + source->width;
}

RcvPackedLayer
rcv_kernels_pack(const RcvKernels* const kernels,
                 const RcvCell           cell,
                 const RcvLayer* const   layer,
                 const uint32_t          n_knobs,
                 float* const            packed)
{
  const RcvLayerKernel* const kernel =
    rcv_kernels_layer_for(kernels, cell, layer, n_knobs);

  const bool is_bf16 =
    kernel != rcv_kernels_layer(kernels, cell, layer->hidden_size);
  const Source   source    = {cell, layer, kernels->vector_width, is_bf16};
  const uint32_t n_hidden  = layer->hidden_size;
  const uint32_t n_signals = layer->input_size - n_knobs;
  const uint32_t padded    = rcv_kernels_padded_size(kernels, n_hidden);
  const uint32_t n_groups  = padded / kernels->vector_width;
  const uint32_t n_gates   = rcv_cell_n_gates(cell);
  const uint32_t n_biases  = rcv_cell_n_biases(cell);
  const uint32_t tile      = kernel->tile_groups;

  float* out = packed;
  for (uint32_t group = 0; group < n_groups;) {
    const uint32_t n = n_groups - group < tile ? n_groups - group : tile;

    out = pack_columns(
      &source, out, layer->w_ih, layer->input_size, n_signals, group, n);
    out = pack_columns(&source, out, layer->w_hh, n_hidden, n_hidden, group, n);
    group += n;
  }

  float* const biases = out;
  for (uint32_t i = 0; i < n_groups * n_biases; ++i) {
    out = pack_biases(&source, out, i % n_biases, i / n_biases);
  }

  float* const knobs = out;
  for (uint32_t i = 0; i < n_knobs * n_groups * n_biases; ++i) {
    const uint32_t gate  = i % n_biases;
    const uint32_t group = i / n_biases % n_groups;
    if (gate < n_gates) {
      out = pack_vector(&source,
                        out,
                        layer->w_ih,
                        layer->input_size,
                        n_signals + (i / n_biases / n_groups),
                        gate,
                        group);
    } else {
      memset(out, 0, source.width * sizeof(float)); // b_hn: no input's
      out += source.width;
    }
  }

  const RcvPackedLayer result = {kernel,
                                 n_signals,
                                 n_hidden,
                                 padded,
                                 n_knobs,
                                 n_biases * padded,
                                 packed,
                                 biases,
                                 knobs};
  return result;
}

void
rcv_kernels_fold(const RcvPackedLayer* const layer,
                 const float* const          knobs,
                 float* const                base)
{
  for (uint32_t i = 0; i < layer->n_biases; ++i) {
    base[i] = layer->biases[i];
  }
  for (uint32_t k = 0; k < layer->n_knobs; ++k) {
    const float* const weights = layer->knobs + ((size_t)k * layer->n_biases);
    for (uint32_t i = 0; i < layer->n_biases; ++i) {
      base[i] += weights[i] * knobs[k];
    }
  }
}

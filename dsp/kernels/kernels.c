// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/kernels.h"

#include <stdbool.h>
#include <string.h>

extern const RcvKernels rcv_kernels_generic;
#ifdef RCV_HAVE_X86_TABLES
extern const RcvKernels rcv_kernels_avx2;
extern const RcvKernels rcv_kernels_avx512;
#endif

static bool
is_supported(const RcvKernels* const kernels)
{
#ifdef RCV_HAVE_X86_TABLES
  // The builtin asks the operating system too (XGETBV) and, unlike the flags
  // of the CPU alone, is false where it does not save the wide registers
  __builtin_cpu_init();
  if (kernels == &rcv_kernels_avx2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  }
  if (kernels == &rcv_kernels_avx512) {
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma");
  }
#endif
  return kernels == &rcv_kernels_generic;
}

const RcvKernels*
rcv_kernels_supported(uint32_t index)
{
  static const RcvKernels* const best_first[] = {
#ifdef RCV_HAVE_X86_TABLES
    &rcv_kernels_avx512,
    &rcv_kernels_avx2,
#endif
    &rcv_kernels_generic,
  };

  for (size_t i = 0; i < sizeof(best_first) / sizeof(best_first[0]); ++i) {
    if (is_supported(best_first[i]) && !index--) {
      return best_first[i];
    }
  }
  return NULL;
}

const RcvKernels*
rcv_kernels_choose(const char* const name)
{
  const RcvKernels* kernels = rcv_kernels_supported(0);
  for (uint32_t i = 0; name && kernels && strcmp(kernels->name, name) != 0;
       ++i) {
    kernels = rcv_kernels_supported(i + 1);
  }
  return kernels;
}

uint32_t
rcv_kernels_padded_size(const RcvKernels* const kernels, const uint32_t size)
{
  const uint32_t width = kernels->vector_width;

  return (size + width - 1) / width * width;
}

/// The GRU's second bias of its candidate has a vector of its own
static uint32_t
n_bias_vectors(const RcvCell cell)
{
  return cell == RCV_CELL_GRU ? 4 : rcv_cell_n_gates(cell);
}

size_t
rcv_kernels_packed_floats(const RcvKernels* const kernels,
                          const RcvCell           cell,
                          const uint32_t          input_size,
                          const uint32_t          hidden_size)
{
  const size_t n_vectors =
    ((size_t)rcv_cell_n_gates(cell) * (input_size + hidden_size)) +
    n_bias_vectors(cell);

  return n_vectors * rcv_kernels_padded_size(kernels, hidden_size);
}

/// One row's element of the bias column; GRU: index 2 is b_in, 3 is b_hn
static float
bias(const RcvCell cell, const RcvLayer* const layer, uint32_t gate, uint32_t j)
{
  const size_t n = layer->hidden_size;
  if (cell == RCV_CELL_GRU && gate >= 2) {
    return gate == 2 ? layer->b_ih[(2 * n) + j] : layer->b_hh[(2 * n) + j];
  }
  return layer->b_ih[(gate * n) + j] + layer->b_hh[(gate * n) + j];
}

RcvPackedLayer
rcv_kernels_pack(const RcvKernels* const kernels,
                 const RcvCell           cell,
                 const RcvLayer* const   layer,
                 float* const            packed)
{
  const uint32_t width    = kernels->vector_width;
  const uint32_t n_gates  = rcv_cell_n_gates(cell);
  const uint32_t n_biases = n_bias_vectors(cell);
  const uint32_t n_inputs = layer->input_size;
  const uint32_t n_hidden = layer->hidden_size;
  const uint32_t n_padded = rcv_kernels_padded_size(kernels, n_hidden);

  float* out = packed;
  for (uint32_t first = 0; first < n_padded; first += width) {
    for (uint32_t column = 0; column < n_inputs + 1 + n_hidden; ++column) {
      const bool     is_bias   = column == n_inputs;
      const uint32_t n_vectors = is_bias ? n_biases : n_gates;
      for (uint32_t gate = 0; gate < n_vectors; ++gate) {
        for (uint32_t j = first; j < first + width; ++j) {
          const size_t row = ((size_t)gate * n_hidden) + j;
          *out++           = j >= n_hidden ? 0.0f
                             : is_bias     ? bias(cell, layer, gate, j)
                             : column < n_inputs
                               ? layer->w_ih[(row * n_inputs) + column]
                               : layer->w_hh[(row * n_hidden) + (column - n_inputs - 1)];
        }
      }
    }
  }

  const RcvPackedLayer result = {cell, n_inputs, n_hidden, n_padded, packed};
  return result;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/packed_dense.h"

// A sum that no softmax sees: for the outputs that pad the last vector
static const float never = -1e30f;

static uint32_t
padded_size(const uint32_t width, const uint32_t size)
{
  return (size + width - 1) / width * width;
}

size_t
rcv_packed_dense_floats(const uint32_t vector_width,
                        const uint32_t input_size,
                        const uint32_t size)
{
  return ((size_t)1 + input_size) * padded_size(vector_width, size);
}

RcvPackedDense
rcv_packed_dense_init(const uint32_t        vector_width,
                      const RcvDense* const dense,
                      float* const          weights)
{
  const uint32_t n_in     = dense->input_size;
  const uint32_t n_padded = padded_size(vector_width, dense->size);
  const float rest = dense->activation == RCV_ACTIVATION_SOFTMAX ? never : 0.0f;

  float* out = weights;
  for (uint32_t first = 0; first < n_padded; first += vector_width) {
    for (uint32_t column = 0; column < 1 + n_in; ++column) {
      for (uint32_t o = first; o < first + vector_width; ++o) {
        const float* const row = dense->weight + ((size_t)o * n_in);

        *out++ = o >= dense->size ? (column ? 0.0f : rest)
                 : column         ? row[column - 1]
                                  : dense->bias[o];
      }
    }
  }

  const RcvPackedDense packed = {n_in, n_padded, dense->activation, weights};
  return packed;
}

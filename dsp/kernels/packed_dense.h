// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_PACKED_DENSE_H
#define DSP_KERNELS_PACKED_DENSE_H

#include "dsp/dense.h"
#include "dsp/realtime.h"

#include <stddef.h>
#include <stdint.h>

/**
   A dense layer's weights in the order in which a kernel reads them.

   Outputs are grouped by the kernel's vector width W.  Per group: one vector of
   biases, then one column per input.
*/
typedef struct {
  uint32_t      input_size;  ///< I
  uint32_t      padded_size; ///< Outputs rounded up to a multiple of W
  RcvActivation activation;
  const float*  weights; ///< Borrowed, aligned to 64 bytes
} RcvPackedDense;

/**
   Run a dense layer over several frames.

   @param x First input frame, of which I values are read.
   @param x_stride Floats from one input frame to the next.
   @param y [n_frames][padded_size] set; beyond the outputs there are numbers
   without a meaning.  Aligned to 64 bytes, must not overlap x.
*/
typedef void (*RcvDenseFunc)(const RcvPackedDense* dense,
                             const float*          x,
                             ptrdiff_t             x_stride,
                             float*                y,
                             uint32_t              n_frames) RCV_REALTIME;

/// Number of floats that rcv_packed_dense_init() writes
size_t
rcv_packed_dense_floats(uint32_t vector_width,
                        uint32_t input_size,
                        uint32_t size);

/**
   Pack the weights of a dense layer.

   @param weights [rcv_packed_dense_floats()] set; borrowed by the returned
   layer.  Aligned to 64 bytes.
*/
RcvPackedDense
rcv_packed_dense_init(uint32_t        vector_width,
                      const RcvDense* dense,
                      float*          weights);

#endif // DSP_KERNELS_PACKED_DENSE_H

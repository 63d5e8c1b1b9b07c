// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_KERNELS_H
#define DSP_KERNELS_KERNELS_H

#include "dsp/layer.h"
#include "dsp/realtime.h"
#include "dsp/shape.h"

#include <stddef.h>
#include <stdint.h>

/**
   One layer's weights in the order in which a kernel reads them.

   Units are grouped by the kernel's vector width W.  Per group: one column per
   input, one of biases, one per hidden unit; per column one vector [W] per
   gate.  For the GRU the column of biases has a fourth vector: b_hn, which is
   added inside the reset gate's product.
*/
typedef struct {
  RcvCell      cell;
  uint32_t     input_size;  ///< I
  uint32_t     hidden_size; ///< H
  uint32_t     padded_size; ///< H rounded up to a multiple of W
  const float* weights;     ///< Borrowed, aligned to 64 bytes
} RcvPackedLayer;

/**
   Advance one layer by several frames.

   @param layer Weights packed for this kernel.
   @param x First input frame, of which I values are read.
   @param x_stride Floats from one input frame to the next, negative to read
   right to left.
   @param h_out [1 + n_frames][padded_size] hidden states: the first row is the
   state before, the others are written.  Aligned to 64 bytes.
   @param c [padded_size] cell state, replaced (LSTM only).  Aligned likewise.
*/
typedef void (*RcvLayerFunc)(const RcvPackedLayer* layer,
                             const float*          x,
                             ptrdiff_t             x_stride,
                             float*                h_out,
                             float*                c,
                             uint32_t              n_frames) RCV_REALTIME;

/// The head's weights in the order in which a kernel reads them
typedef struct {
  uint32_t     padded_size; ///< H rounded up to a multiple of W
  uint32_t     n_levels;    ///< V classes rounded up to a multiple of W
  const float* weights;     ///< Linear: [padded_size]; softmax: [H][n_levels]
  const float* biases; ///< Linear: [1]; softmax: [n_levels], −1e30 beyond V
  const float* levels; ///< Softmax: [n_levels] output of each class
  float*       logits; ///< Softmax: [n_levels] scratch
  uint32_t     hidden_size; ///< H
} RcvPackedHead;

/**
   The network's output for several frames.

   @param h [n_frames][padded_size] the top layer's hidden states.
   @param y [n_frames] set.
*/
typedef void (*RcvHeadFunc)(const RcvPackedHead* head,
                            const float*         h,
                            float*               y,
                            uint32_t             n_frames) RCV_REALTIME;

/// The kernels of one instruction set
typedef struct {
  const char*  name;         ///< "generic", "avx2", …
  uint32_t     vector_width; ///< W: floats per vector
  RcvLayerFunc run_layer[3]; ///< One per RcvCell
  RcvHeadFunc  run_head[2];  ///< One per RcvHead
} RcvKernels;

/**
   The best kernels that this CPU and operating system support.

   Not for the audio thread.

   @param name NULL, or the name of the kernels to use instead.
   @return Static kernels, or NULL if `name` is unknown or not supported here.
*/
const RcvKernels*
rcv_kernels_choose(const char* name);

/// The kernels supported here, best first: NULL after the last `index`
const RcvKernels*
rcv_kernels_supported(uint32_t index);

/// A number of units or classes rounded up to whole vectors
uint32_t
rcv_kernels_padded_size(const RcvKernels* kernels, uint32_t size);

/// Number of floats that rcv_kernels_pack() writes
size_t
rcv_kernels_packed_floats(const RcvKernels* kernels,
                          RcvCell           cell,
                          uint32_t          input_size,
                          uint32_t          hidden_size);

/**
   Pack the weights of one layer for a table of kernels.

   @param packed [rcv_kernels_packed_floats()] set; borrowed by the returned
   layer.  Aligned to 64 bytes.
*/
RcvPackedLayer
rcv_kernels_pack(const RcvKernels* kernels,
                 RcvCell           cell,
                 const RcvLayer*   layer,
                 float*            packed);

#endif // DSP_KERNELS_KERNELS_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_KERNELS_H
#define DSP_KERNELS_KERNELS_H

#include "dsp/kernels/packed_dense.h"
#include "dsp/layer.h"
#include "dsp/realtime.h"
#include "dsp/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   One layer's weights in the order in which a kernel reads them.

   Units are grouped by the kernel's vector width W, and groups in tiles.  Per
   tile: one column per input, then one per hidden unit; per column and group
   one vector [W] per gate.  The biases are apart: per group, one vector per
   gate, and for the GRU a fourth one, b_hn, which is added inside the reset
   gate's product.  What goes into a sigmoid is halved (dsp/kernels/cells.h).

   Weights that all are exact in bfloat16, whose 16 bits are the upper ones of a
   float, may be packed as such: two columns are one, the first in the upper
   half of each element, and so half as much comes through the caches.  The last
   of an odd number of columns stays alone.
*/
typedef struct {
  const struct RcvLayerKernelImpl* kernel; ///< That it is packed for

  uint32_t     input_size;  ///< I, without the knobs
  uint32_t     hidden_size; ///< H
  uint32_t     padded_size; ///< H rounded up to a multiple of W
  uint32_t     n_knobs;     ///< Inputs that stand still: rcv_kernels_fold()
  uint32_t     n_biases; ///< Floats in the biases, and in each knob's weights
  const float* weights;  ///< Borrowed, aligned to 64 bytes
  const float* biases;   ///< [n_biases] borrowed, aligned likewise
  const float* knobs;    ///< [n_knobs][n_biases] borrowed
} RcvPackedLayer;

/// Columns that a number of columns are packed in
RCV_REALTIME static inline size_t
rcv_packed_columns(const uint32_t n_columns, const bool is_bf16)
{
  return is_bf16 ? ((size_t)n_columns + 1) / 2 : n_columns;
}

/// Biases of each unit: the GRU's candidate has two
RCV_REALTIME static inline uint32_t
rcv_cell_n_biases(const RcvCell cell)
{
  return cell == RCV_CELL_GRU ? 4 : rcv_cell_n_gates(cell);
}

/// One stream (one voice) through one layer
typedef struct {
  const float* x;        ///< First input frame, of which I values are read
  ptrdiff_t    x_stride; ///< Floats to the next frame, negative: right to left

  /// The layer's biases, or rcv_kernels_fold()'s.  Aligned to 64 bytes.
  const float* base;

  /// [1 + n_frames][padded_size] hidden states: the first row is the state
  /// before, the others are written.  Aligned to 64 bytes.
  float* h;

  float*
    c; ///< [padded_size] cell state, replaced (LSTM only), aligned likewise
} RcvLayerStream;

/// Advance layers by several frames; see RcvLayerKernel
typedef void (*RcvLayerFunc)(const RcvPackedLayer* layers,
                             const RcvLayerStream* streams,
                             uint32_t              n_frames) RCV_REALTIME;

/// Floats of the widest vectors
#define RCV_MAX_VECTOR_WIDTH 16u

/// Weights that fit into a first cache of 32 kB
#define RCV_CACHED_WEIGHTS 8192u

/// Units of the largest layers of which two are computed beside each other
#define RCV_MAX_OVERLAPPED 16u

/**
   The functions for layers of one hidden size; their results are equal bits.

   run_two and run_pair are NULL where they would gain nothing over run_one for
   each, or too little for their code: where one stream of one layer keeps the
   multipliers busy, more at once only drive each other's weights from the
   cache.
*/
typedef struct RcvLayerKernelImpl {
  uint32_t     hidden_size; ///< 0: any
  uint32_t     tile_groups; ///< Groups in a tile; those left over are tiles
  RcvLayerFunc run_one;     ///< One layer, one stream
  RcvLayerFunc run_two;     ///< One layer, two streams

  /// Two layers of one stream, one above the other; not for more units than
  /// RCV_MAX_OVERLAPPED
  RcvLayerFunc run_pair;
} RcvLayerKernel;

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

/**
   Σ_i filter[i] · frames[i], for one or two signals at once; each sum is to the
   bit what it would be alone.

   @param filter [n_taps] aligned to 64 bytes.
   @param frames [n_streams][n_taps] of any alignment.
   @param sums [n_streams] set.
   @param n_streams 1 or 2.
   @param n_taps A multiple of 16.
*/
typedef void (*RcvConvolveFunc)(const float*        filter,
                                const float* const* frames,
                                float*              sums,
                                uint32_t            n_streams,
                                uint32_t            n_taps) RCV_REALTIME;

/// The kernels of one instruction set
typedef struct {
  const char* name;         ///< "generic", "avx2", …
  uint32_t    vector_width; ///< W: floats per vector

  /// Greatest |error| of tanh over all floats, up to 7e-8 more where products
  /// are rounded before they are added (generic on x86-64)
  float tanh_error;

  /// One array per RcvCell, by size; the last one of each takes any size
  const RcvLayerKernel* layers[3];

  /// The same for weights in bfloat16; NULL where they gain nothing
  const RcvLayerKernel* layers_bf16[3];

  RcvHeadFunc run_head[2]; ///< One per RcvHead

  RcvDenseFunc run_dense;

  RcvConvolveFunc convolve;
} RcvKernels;

/**
   The fastest kernels for layers of a hidden size that this CPU and operating
   system support, or those of a name.

   The fastest are the first of those supported, but for few units on processors
   that compute the widest vectors in two halves: there, half vectors are
   faster.  Not for the audio thread.

   @param name NULL, or the name of the kernels to use instead: of a table, of a
   table with its faster activations ("avx2_fast"), or "fast" for the latter of
   the fastest.
   @param hidden_size H, or 0 for the widest.
   @return Static kernels, or NULL if `name` is unknown or not supported here.
*/
const RcvKernels*
rcv_kernels_choose(const char* name, uint32_t hidden_size);

/// The exact kernels supported here, widest first: NULL after the last `index`
const RcvKernels*
rcv_kernels_supported(uint32_t index);

/**
   The same instruction set with the faster activations, never chosen unasked.

   @param kernels One of rcv_kernels_supported().
   @return Static kernels: the same ones if there are none (generic on x86-64).
*/
const RcvKernels*
rcv_kernels_fast(const RcvKernels* kernels);

/// The same instruction set with the exact activations, of any kernels
const RcvKernels*
rcv_kernels_exact(const RcvKernels* kernels);

/// A number of units or classes rounded up to whole vectors
uint32_t
rcv_kernels_padded_size(const RcvKernels* kernels, uint32_t size);

/// The kernel for layers of a cell and hidden size
const RcvLayerKernel*
rcv_kernels_layer(const RcvKernels* kernels,
                  RcvCell           cell,
                  uint32_t          hidden_size);

/**
   The kernel for a layer's weights: that for its cell and size, or that for
   bfloat16 if they all are exact in it and it is faster.
*/
const RcvLayerKernel*
rcv_kernels_layer_for(const RcvKernels* kernels,
                      RcvCell           cell,
                      const RcvLayer*   layer,
                      uint32_t          n_knobs);

/// Number of floats that rcv_kernels_pack() writes, at most
size_t
rcv_kernels_packed_floats(const RcvKernels* kernels,
                          RcvCell           cell,
                          uint32_t          input_size,
                          uint32_t          hidden_size);

/// Number of floats in a packed layer's biases
uint32_t
rcv_kernels_n_biases(const RcvKernels* kernels,
                     RcvCell           cell,
                     uint32_t          hidden_size);

/**
   Pack the weights of one layer for a table of kernels.

   @param n_knobs How many of its inputs, the last ones, stand still from frame
   to frame.
   @param packed [rcv_kernels_packed_floats()] set; borrowed by the returned
   layer.  Aligned to 64 bytes.
*/
RcvPackedLayer
rcv_kernels_pack(const RcvKernels* kernels,
                 RcvCell           cell,
                 const RcvLayer*   layer,
                 uint32_t          n_knobs,
                 float*            packed);

/**
   What the biases and the knobs add up to, so that knobs that stand still cost
   nothing per frame.

   @param knobs [n_knobs] values.
   @param base [n_biases] set: an RcvLayerStream's base.
*/
void
rcv_kernels_fold(const RcvPackedLayer* layer,
                 const float*          knobs,
                 float*                base) RCV_REALTIME;

#endif // DSP_KERNELS_KERNELS_H

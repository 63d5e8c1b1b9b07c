// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_LAYER_H
#define DSP_KERNELS_LAYER_H

/**
   @file

   A layer, fast: the one body of all kernels.  Every function here is inlined
   into kernels for which its first arguments (cell, hidden size, number of
   streams, how weights are packed) are constants; RCV_LAYER_KERNELS makes them.
*/

#include "dsp/kernels/isa.h"
#include "dsp/kernels/kernels.h"
#include "dsp/kernels/sizes.h"
#include "dsp/kernels/tile.h"
#include "dsp/kernels/tile_run.h"
#include "dsp/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   One frame of a layer, for all streams.

   Where the weights may not fit into the first cache, tiles are taken forwards
   and backwards in turn: what was read last is still there.  Elsewhere the last
   tile's h would be waited for in the next frame's first one.

   @param held See rcv_tile_run().
*/
RCV_REALTIME RCV_INLINE void
rcv_layer_step(const RcvCell               cell,
               const uint32_t              n_specialised,
               const uint32_t              n_streams,
               const bool                  is_bf16,
               const RcvPackedLayer* const layer,
               const RcvLayerStream* const streams,
               const uint32_t              t,
               RcvVec* const               held)
{
  const uint32_t n_hidden = n_specialised ? n_specialised : layer->hidden_size;
  const uint32_t tile = RCV_TILE_GROUPS(n_specialised, rcv_cell_n_gates(cell));
  const uint32_t n_groups = RCV_N_GROUPS(n_hidden);
  const uint32_t n_tiles  = n_groups / tile;
  const uint32_t n_left   = n_groups % tile; // The kernel for any: 0 or 1
  const uint32_t last     = n_left ? n_tiles : n_tiles - 1;
  const bool     turns = RCV_IS_BEYOND_CACHE(n_hidden, rcv_cell_n_gates(cell));
  const bool     hurries =
    RCV_HURRIES(n_specialised, n_streams, rcv_cell_n_gates(cell));

  for (uint32_t i = 0; i <= last; ++i) {
    const uint32_t index = turns && t % 2 ? last - i : i;

    if (index < n_tiles) {
      rcv_tile_run_all(cell,
                       tile,
                       n_hidden,
                       n_streams,
                       is_bf16,
                       hurries,
                       layer,
                       streams,
                       t,
                       index * tile,
                       held);
    } else {
      rcv_tile_run_all(cell,
                       n_specialised ? n_left : 1,
                       n_hidden,
                       n_streams,
                       is_bf16,
                       hurries,
                       layer,
                       streams,
                       t,
                       n_tiles * tile,
                       held);
    }
  }
}

/**
   The h of one stream to be held in registers from frame to frame, or NULL.

   What is stored can be loaded some ten cycles later.  Of few units that is a
   tenth of the time between two frames and more, and there are registers left
   beside few sums.

   @param held [MAX_HELD] set.
*/
RCV_REALTIME RCV_INLINE RcvVec*
rcv_layer_hold(const RcvCell               cell,
               const uint32_t              n_specialised,
               const RcvLayerStream* const stream,
               RcvVec* const               held)
{
  const bool holds =
    n_specialised && n_specialised <= MAX_HELD * W &&
    RCV_N_GROUPS(n_specialised) * rcv_cell_n_gates(cell) <= MAX_SUMS_HELD;
  if (!holds) {
    return NULL;
  }

  RCV_UNROLL
  for (uint32_t g = 0; g < RCV_N_GROUPS(n_specialised); ++g) {
    held[g] = rcv_vec_view(stream->h)[g];
  }
  return held;
}

/// n_frames of a layer, for all streams
RCV_REALTIME RCV_INLINE void
rcv_layer_run(const RcvCell               cell,
              const uint32_t              n_specialised,
              const uint32_t              n_streams,
              const bool                  is_bf16,
              const RcvPackedLayer* const layer,
              const RcvLayerStream* const streams,
              const uint32_t              n_frames)
{
  RcvVec        held[MAX_HELD];
  RcvVec* const h = n_streams > 1 || is_bf16
                      ? NULL
                      : rcv_layer_hold(cell, n_specialised, streams, held);
  for (uint32_t t = 0; t < n_frames; ++t) {
    rcv_layer_step(
      cell, n_specialised, n_streams, is_bf16, layer, streams, t, h);
  }
}

/**
   n_frames of a layer, for each of two streams by itself: one's frame is summed
   while the other's, which it does not wait for, is finished.
*/
RCV_REALTIME RCV_INLINE void
rcv_layer_run_in_turn(const RcvCell               cell,
                      const uint32_t              n_specialised,
                      const RcvPackedLayer* const layer,
                      const RcvLayerStream* const streams,
                      const uint32_t              n_frames)
{
  for (uint32_t t = 0; t < n_frames; ++t) {
    rcv_layer_step(cell, n_specialised, 1, false, layer, &streams[0], t, NULL);
    rcv_layer_step(cell, n_specialised, 1, false, layer, &streams[1], t, NULL);
  }
}

/**
   n_frames of two layers, the second one reading the first one's h: each frame
   of the second is computed beside the next one of the first, which does not
   wait for it.
*/
RCV_REALTIME RCV_INLINE void
rcv_layer_run_pair(const RcvCell               cell,
                   const uint32_t              n_specialised,
                   const RcvPackedLayer* const layers,
                   const RcvLayerStream* const streams,
                   const uint32_t              n_frames)
{
  for (uint32_t t = 0; t <= n_frames; ++t) {
    if (t < n_frames) {
      rcv_layer_step(
        cell, n_specialised, 1, false, &layers[0], &streams[0], t, NULL);
    }
    if (t > 0) {
      rcv_layer_step(
        cell, n_specialised, 1, false, &layers[1], &streams[1], t - 1, NULL);
    }
  }
}

/// False where two streams or layers never go together: with the faster
/// activations odd sizes, which would be 200 kB of code
#ifdef RCV_FAST_ACTIVATIONS
#  define RCV_IS_PAIRED(n) ((n) > 0)
#else
#  define RCV_IS_PAIRED(n) true
#endif

/// True where two streams take turns: one alone would mostly wait for its h,
/// and of both there would be few sums in 16 registers
#define RCV_STREAMS_TAKE_TURNS(n) (IS_AVX2 && (n) && (n) <= RCV_MAX_OVERLAPPED)

/// True where two streams go together: they take turns, or enough of a tile is
/// in registers
#define RCV_STREAMS_GAIN(n, n_gates)                                   \
  (RCV_IS_PAIRED(n) &&                                                 \
   (RCV_STREAMS_TAKE_TURNS(n) ||                                       \
    2 * RCV_GROUPS_AT_ONCE(2, RCV_TILE_GROUPS(n, n_gates), n_gates) >= \
      RCV_TILE_GROUPS(n, n_gates)))

/// True where two layers go together: one alone would mostly wait for its h
#define RCV_LAYERS_GAIN(n) \
  (RCV_IS_PAIRED(n) && W > 4 && (n) <= RCV_MAX_OVERLAPPED)

/// A function for some streams of one layer
#define RCV_LAYER_FUNCTION(name, cell, n, n_streams, is_bf16)              \
  RCV_REALTIME static void name(const RcvPackedLayer* const layers,        \
                                const RcvLayerStream* const streams,       \
                                const uint32_t              n_frames)      \
  {                                                                        \
    rcv_layer_run(cell, n, n_streams, is_bf16, layers, streams, n_frames); \
  }

/// The three functions of the kernel for one size
#define RCV_LAYER_FUNCTIONS(n, cell, n_gates)                      \
  RCV_LAYER_FUNCTION(run_##n, cell, n, 1, false)                   \
  RCV_REALTIME static void run_##n##_streams(                      \
    const RcvPackedLayer* const layers,                            \
    const RcvLayerStream* const streams,                           \
    const uint32_t              n_frames)                          \
  {                                                                \
    if (RCV_STREAMS_TAKE_TURNS(n)) {                               \
      rcv_layer_run_in_turn(cell, n, layers, streams, n_frames);   \
    } else {                                                       \
      rcv_layer_run(cell, n, 2, false, layers, streams, n_frames); \
    }                                                              \
  }                                                                \
  RCV_REALTIME static void run_##n##_layers(                       \
    const RcvPackedLayer* const layers,                            \
    const RcvLayerStream* const streams,                           \
    const uint32_t              n_frames)                          \
  {                                                                \
    rcv_layer_run_pair(cell, n, layers, streams, n_frames);        \
  }

#define RCV_LAYER_ENTRY(n, cell, n_gates)                   \
  {n,                                                       \
   RCV_TILE_GROUPS(n, n_gates),                             \
   run_##n,                                                 \
   RCV_STREAMS_GAIN(n, n_gates) ? run_##n##_streams : NULL, \
   RCV_LAYERS_GAIN(n) ? run_##n##_layers : NULL},

/// Likewise where the weights are in bfloat16
#define RCV_BF16_FUNCTIONS(n, cell, n_gates)         \
  RCV_LAYER_FUNCTION(run_bf16_##n, cell, n, 1, true) \
  RCV_LAYER_FUNCTION(run_bf16_##n##_streams, cell, n, 2, true)

#define RCV_BF16_ENTRY(n, cell, n_gates)                                \
  {n,                                                                   \
   RCV_TILE_GROUPS(n, n_gates),                                         \
   run_bf16_##n,                                                        \
   (n) && RCV_STREAMS_GAIN(n, n_gates) ? run_bf16_##n##_streams : NULL, \
   NULL},

/// Defines the kernels of a cell: those of RCV_KERNEL_SIZES, and one for any
#define RCV_LAYER_KERNELS(name, cell, n_gates)                   \
  RCV_KERNEL_SIZES(RCV_LAYER_FUNCTIONS, cell, n_gates)           \
  RCV_LAYER_FUNCTIONS(0, cell, n_gates)                          \
  const RcvLayerKernel RCV_ISA_NAME(name)[] = {RCV_KERNEL_SIZES( \
    RCV_LAYER_ENTRY, cell, n_gates) RCV_LAYER_ENTRY(0, cell, n_gates)};

/// The same for weights in bfloat16, of which RCV_BF16_KERNEL_SIZES may be none
#define RCV_BF16_KERNELS(name, cell, n_gates)                         \
  RCV_BF16_KERNEL_SIZES(RCV_BF16_FUNCTIONS, cell, n_gates)            \
  RCV_BF16_FUNCTIONS(0, cell, n_gates)                                \
  const RcvLayerKernel RCV_ISA_NAME(name)[] = {RCV_BF16_KERNEL_SIZES( \
    RCV_BF16_ENTRY, cell, n_gates) RCV_BF16_ENTRY(0, cell, n_gates)};

#endif // DSP_KERNELS_LAYER_H

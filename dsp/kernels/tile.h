// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_TILE_H
#define DSP_KERNELS_TILE_H

/**
   @file

   A tile: some groups of units of a layer, whose sums are built together in
   registers.  Everything here, and in tile_run.h, is inlined into kernels for
   which the tile is a constant.
*/

#include "dsp/kernels/kernels.h"
#include "dsp/kernels/vector.h"
#include "dsp/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  W = RCV_VECTOR_WIDTH,

  MAX_STREAMS = 2,

  MAX_HELD = 2, // Groups whose h stays in registers

// Sums that stay in registers, of which there are 32 or 16 (and without FMA a
// product needs one): of one stream, of two, beside h, and beside a bound of
// x²; and of how many there is room for two parts of each
#if defined(RCV_HALF_VECTORS)
  MAX_SUMS         = 20,
  MAX_SUMS_TWO     = 16,
  MAX_SUMS_HELD    = 8,
  MAX_SUMS_HURRIED = 8,
  MAX_SUMS_HALVED  = 6,
  IS_AVX2          = 0, // What was measured there alone is done there alone
#elif RCV_VECTOR_WIDTH == 16
  MAX_SUMS         = 12,
  MAX_SUMS_TWO     = 16,
  MAX_SUMS_HELD    = 8,
  MAX_SUMS_HURRIED = 12,
  MAX_SUMS_HALVED  = 8,
  IS_AVX2          = 0,
#elif RCV_VECTOR_WIDTH == 8
  MAX_SUMS         = 12,
  MAX_SUMS_TWO     = 8,
  MAX_SUMS_HELD    = 6,
  MAX_SUMS_HURRIED = 8,
  MAX_SUMS_HALVED  = 4,
  IS_AVX2          = 1,
#else
  MAX_SUMS         = 8,
  MAX_SUMS_TWO     = 8,
  MAX_SUMS_HELD    = 0,
  MAX_SUMS_HURRIED = 0,
  MAX_SUMS_HALVED  = 4,
  IS_AVX2          = 0,
#endif
};

// Not under the sanitizers, whose checks make of unrolled loops what takes
// minutes to compile
// clang-format off
#if defined(RCV_SANITIZED)
#  define RCV_UNROLL
#  define RCV_UNROLL_SOME
#elif defined(__clang__)
#  define RCV_UNROLL _Pragma("clang loop unroll(full)")
#  define RCV_UNROLL_SOME _Pragma("clang loop unroll_count(2)")
#else
#  define RCV_UNROLL _Pragma("GCC unroll 32")
#  define RCV_UNROLL_SOME _Pragma("GCC unroll 2")
#endif
// clang-format on

#define RCV_N_GROUPS(n) (((n) + W - 1) / W)

/// True where the recurrent weights do not fit into the first cache
#define RCV_IS_BEYOND_CACHE(n, n_gates) \
  ((n) * (n) * (n_gates) > RCV_CACHED_WEIGHTS)

/**
   Groups of units in a tile, which are summed together, so that each value of h
   is loaded once for all of them.

   All groups if their sums fit into registers, else as many as fit.  Where the
   weights come from the second cache, however, fewer: they are what takes time,
   in the order of a longer row they come faster, and two streams have the sums
   of half a tile in registers.

   @param n H, or 0 in the kernel for any.
*/
#define RCV_TILE_GROUPS(n, n_gates)                            \
  (!(n)                                      ? 2               \
   : RCV_N_GROUPS(n) * (n_gates) <= MAX_SUMS ? RCV_N_GROUPS(n) \
   : W > 8                                   ? 1               \
   : RCV_IS_BEYOND_CACHE(n, n_gates)         ? 2u              \
                                             : MAX_SUMS / 4u)

/**
   Parts in which each sum of a tile is built.

   An addition takes four cycles and two can start in each, so eight have to be
   under way at once; and where there are registers more, so that sums that
   began late need not end late.

   @param n_sums Of all groups and gates of the tile.
*/
#define RCV_TILE_PARTS(n_sums) \
  ((n_sums) > MAX_SUMS_HALVED ? 1 : (n_sums) > 2 ? 2 : (n_sums) > 1 ? 4 : 8)

/// Groups whose sums of two streams fit into registers; up to four sums are in
/// parts beside that
#define RCV_GROUPS_OF_TWO(n_groups, n_gates)  \
  (MAX_SUMS_TWO / (MAX_STREAMS * (n_gates)) / \
   ((n_groups) * (n_gates) > 4 ? RCV_TILE_PARTS((n_groups) * (n_gates)) : 1))

/// Groups of a tile whose sums, for all streams, are in registers at a time
#define RCV_GROUPS_AT_ONCE(n_streams, n_groups, n_gates)                  \
  ((n_streams) == 1 || (n_groups) <= RCV_GROUPS_OF_TWO(n_groups, n_gates) \
     ? (n_groups)                                                         \
     : RCV_GROUPS_OF_TWO(n_groups, n_gates))

/**
   What is summed together, all of it known when a kernel is compiled.

   A tile of groups is summed as one, or group after group where several streams
   would need more registers than there are.  The sums are built in n_parts, of
   every n_parts-th column each.  The number depends on the tile alone, so that
   one stream or two give the same bits.
*/
typedef struct {
  RcvCell  cell;
  uint32_t n_streams;
  uint32_t n_groups; ///< That are summed together
  uint32_t n_gates;
  uint32_t n_sums; ///< n_groups·n_gates
  uint32_t n_parts;
  uint32_t stride;  ///< Vectors from one column to the next
  bool     is_bf16; ///< Two columns are one: see RcvPackedLayer
  bool     hurries; ///< See rcv_quotient_tanh()
} RcvTile;

/// True where a layer is one tile beside which there is a register for that
#define RCV_HURRIES(n, n_streams, n_gates)           \
  ((n) && (n_streams) == 1 &&                        \
   RCV_N_GROUPS(n) == RCV_TILE_GROUPS(n, n_gates) && \
   RCV_N_GROUPS(n) * (n_gates) <= MAX_SUMS_HURRIED)

RCV_INLINE RcvTile
rcv_tile(const RcvCell  cell,
         const uint32_t n_streams,
         const bool     is_bf16,
         const bool     hurries,
         const uint32_t n_groups,
         const uint32_t n_now)
{
  const uint32_t n_gates = rcv_cell_n_gates(cell);
  const uint32_t stride  = n_groups * n_gates;
  const uint32_t n_parts = RCV_TILE_PARTS(stride);

  const RcvTile tile = {cell,
                        n_streams,
                        n_now,
                        n_gates,
                        n_now * n_gates,
                        n_parts,
                        stride,
                        is_bf16,
                        hurries};
  return tile;
}

/// The sums of all streams: [n_streams][n_parts][n_groups][n_gates]
typedef RcvVec
  RcvSums[MAX_STREAMS]
         [MAX_SUMS > 2 * MAX_SUMS_HALVED ? MAX_SUMS : 2 * MAX_SUMS_HALVED];

/// sums += column·value, for all streams; values has one array per stream
RCV_REALTIME RCV_INLINE void
rcv_tile_add_column(const RcvTile       tile,
                    RcvSums             sums,
                    const uint32_t      part,
                    const RcvVec* const column,
                    const float* const  values[MAX_STREAMS],
                    const uint32_t      index)
{
  RCV_UNROLL
  for (uint32_t i = 0; i < tile.n_sums; ++i) {
    const RcvVec weight = column[i];
    RCV_UNROLL
    for (uint32_t s = 0; s < tile.n_streams; ++s) {
      RcvVec* const sum = &sums[s][(part * tile.n_sums) + i];

      *sum = rcv_vec_fma(weight, rcv_vec_set(values[s][index]), *sum);
    }
  }
}

/// The same for two columns in one, each of which goes into a part
RCV_REALTIME RCV_INLINE void
rcv_tile_add_bf16(const RcvTile       tile,
                  RcvSums             sums,
                  const uint32_t      part,
                  const uint32_t      next_part,
                  const RcvVec* const column,
                  const float* const  values[MAX_STREAMS],
                  const uint32_t      index)
{
  RCV_UNROLL
  for (uint32_t i = 0; i < tile.n_sums; ++i) {
    const RcvVec first  = rcv_vec_first_bf16(column[i]);
    const RcvVec second = rcv_vec_second_bf16(column[i]);
    RCV_UNROLL
    for (uint32_t s = 0; s < tile.n_streams; ++s) {
      RcvVec* const a = &sums[s][(part * tile.n_sums) + i];
      RcvVec* const b = &sums[s][(next_part * tile.n_sums) + i];

      *a = rcv_vec_fma(first, rcv_vec_set(values[s][index]), *a);
      *b = rcv_vec_fma(second, rcv_vec_set(values[s][index + 1]), *b);
    }
  }
}

/// The parts but the first are zero: that begins with what the sums begin with
RCV_REALTIME RCV_INLINE void
rcv_tile_clear_parts(const RcvTile tile, RcvSums sums)
{
  RCV_UNROLL
  for (uint32_t s = 0; s < tile.n_streams; ++s) {
    RCV_UNROLL
    for (uint32_t i = tile.n_sums; i < tile.n_parts * tile.n_sums; ++i) {
      sums[s][i] = rcv_vec_set(0.0f);
    }
  }
}

/// The first part becomes the sum of all
RCV_REALTIME RCV_INLINE void
rcv_tile_add_parts(const RcvTile tile, RcvSums sums)
{
  RCV_UNROLL
  for (uint32_t s = 0; s < tile.n_streams; ++s) {
    for (uint32_t n = tile.n_parts / 2; n > 0; n /= 2) {
      RCV_UNROLL
      for (uint32_t i = 0; i < n * tile.n_sums; ++i) {
        sums[s][i] += sums[s][(n * tile.n_sums) + i];
      }
    }
  }
}

/**
   sums += columns·values, for all streams, in parts that are added at the end.

   The order of all additions is the same with and without bfloat16, and so are
   the bits of the sums.

   @param columns [n_columns][stride] vectors, the first n_sums of each are
   used; with bfloat16 half as many, and the last of an odd number alone.
   @param values One array [n_columns] per stream.
*/
RCV_REALTIME RCV_INLINE void
rcv_tile_add_columns(const RcvTile       tile,
                     RcvSums             sums,
                     const RcvVec* const columns,
                     const float* const  values[MAX_STREAMS],
                     const uint32_t      n_columns)
{
  rcv_tile_clear_parts(tile, sums);

  const uint32_t in_one  = tile.is_bf16 ? 2 : 1;
  const uint32_t n_round = tile.n_parts > in_one ? tile.n_parts : in_one;

  const RcvVec* column = columns;
  uint32_t      k      = 0;
  RCV_UNROLL_SOME
  for (; k + n_round <= n_columns; k += n_round) {
    RCV_UNROLL
    for (uint32_t part = 0; part < n_round; part += in_one) {
      const RcvVec* const now = column + ((size_t)part / in_one * tile.stride);
      if (tile.is_bf16) {
        const uint32_t next = tile.n_parts > 1 ? part + 1 : part;
        rcv_tile_add_bf16(tile, sums, part, next, now, values, k + part);
      } else {
        rcv_tile_add_column(tile, sums, part, now, values, k + part);
      }
    }
    column += (size_t)n_round / in_one * tile.stride;
  }
  for (; tile.is_bf16 && k + 2 <= n_columns; k += 2) {
    rcv_tile_add_bf16(tile, sums, 0, 0, column, values, k);
    column += tile.stride;
  }
  for (; k < n_columns; ++k) {
    rcv_tile_add_column(tile, sums, 0, column, values, k);
    column += tile.stride;
  }

  rcv_tile_add_parts(tile, sums);
}

/**
   The same with the values in registers, for one stream, to the same bits.

   @param columns [n_columns][stride] vectors as above, not in bfloat16.
   @param values [n_columns / W] rounded up.
*/
RCV_REALTIME RCV_INLINE void
rcv_tile_add_held(const RcvTile       tile,
                  RcvSums             sums,
                  const RcvVec* const columns,
                  const RcvVec* const values,
                  const uint32_t      n_columns)
{
  const uint32_t n_rounds = n_columns / tile.n_parts;

  rcv_tile_clear_parts(tile, sums);
  RCV_UNROLL
  for (uint32_t k = 0; k < n_columns; ++k) {
    const uint32_t part   = k < n_rounds * tile.n_parts ? k % tile.n_parts : 0;
    const RcvVec   value  = rcv_vec_element(values[k / W], k % W);
    const RcvVec*  column = columns + ((size_t)k * tile.stride);
    RCV_UNROLL
    for (uint32_t i = 0; i < tile.n_sums; ++i) {
      RcvVec* const sum = &sums[0][(part * tile.n_sums) + i];

      *sum = rcv_vec_fma(column[i], value, *sum);
    }
  }
  rcv_tile_add_parts(tile, sums);
}

#endif // DSP_KERNELS_TILE_H

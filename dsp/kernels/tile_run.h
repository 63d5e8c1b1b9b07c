// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_TILE_RUN_H
#define DSP_KERNELS_TILE_RUN_H

/**
   @file

   One frame of a tile: its sums, and the new states from them.
*/

#include "dsp/kernels/cells.h"
#include "dsp/kernels/kernels.h"
#include "dsp/kernels/tile.h"
#include "dsp/kernels/vector.h"
#include "dsp/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   The new h (and c) of one group of units from its sums.

   @param candidate GRU: the input's part of the candidate.
   @param h GRU: the state before.
*/
RCV_REALTIME RCV_INLINE RcvVec
rcv_group_next(const RcvTile               tile,
               const RcvVec* const         sums,
               const RcvVec                candidate,
               const RcvVec* const         h,
               const RcvLayerStream* const stream,
               const size_t                unit)
{
  if (tile.cell == RCV_CELL_LSTM) {
    return rcv_lstm_unit(sums, rcv_vec_edit(stream->c + unit), tile.hurries);
  }
  if (tile.cell == RCV_CELL_GRU) {
    return rcv_gru_unit(sums, candidate, *h, tile.hurries);
  }
  return rcv_rnn_unit(sums, tile.hurries);
}

/// The same of a frame that is in memory, and there set
RCV_REALTIME RCV_INLINE void
rcv_group_finish(const RcvTile               tile,
                 const RcvVec* const         sums,
                 const RcvVec                candidate,
                 const RcvLayerStream* const stream,
                 const size_t                now,
                 const size_t                next,
                 const size_t                unit)
{
  RcvVec* const h = rcv_vec_edit(stream->h + next + unit);

  *h = rcv_group_next(
    tile, sums, candidate, rcv_vec_view(stream->h + now + unit), stream, unit);
}

/**
   One frame of some groups, for all streams.

   @param columns Of the signals, then of h; the groups' first vectors.
   @param held The h of all groups of a layer, which are a tile, in registers:
   replaced, and not read from memory.  NULL where it is read from there.
*/
RCV_REALTIME RCV_INLINE void
rcv_tile_run(const RcvTile               tile,
             const uint32_t              n_hidden,
             const RcvPackedLayer* const layer,
             const RcvVec*               columns,
             const RcvLayerStream* const streams,
             const uint32_t              t,
             const uint32_t              first_group,
             RcvVec* const               held)
{
  const uint32_t n_gates  = tile.n_gates;
  const uint32_t n_biases = rcv_cell_n_biases(tile.cell);
  const uint32_t n_inputs = layer->input_size;
  const size_t   padded   = layer->padded_size;

  RcvSums       sums;
  RcvSums       candidates; // GRU: [n_streams][n_groups]
  const RcvVec* bases[MAX_STREAMS];
  const float*  x[MAX_STREAMS];
  const float*  h[MAX_STREAMS];

  RCV_UNROLL
  for (uint32_t s = 0; s < tile.n_streams; ++s) {
    bases[s] = rcv_vec_view(streams[s].base) + ((size_t)first_group * n_biases);
    x[s]     = streams[s].x + ((ptrdiff_t)t * streams[s].x_stride);
    h[s]     = streams[s].h + (t * padded);
    RCV_UNROLL
    for (uint32_t i = 0; i < tile.n_sums; ++i) {
      sums[s][i] = bases[s][(i / n_gates * n_biases) + (i % n_gates)];
    }
  }

  if (n_inputs == 1) {
    rcv_tile_add_column(tile, sums, 0, columns, x, 0);
  } else {
    rcv_tile_add_columns(tile, sums, columns, x, n_inputs);
  }

  // The candidate's input and recurrent sums stay apart until r is known
  RCV_UNROLL
  for (uint32_t s = 0; s < tile.n_streams; ++s) {
    RCV_UNROLL
    for (uint32_t g = 0; g < tile.n_groups; ++g) {
      candidates[s][g] = rcv_vec_set(0.0f);
      if (tile.cell == RCV_CELL_GRU) {
        RcvVec* const sum = &sums[s][(g * n_gates) + 2];

        candidates[s][g] = *sum;
        *sum             = bases[s][(g * n_biases) + 3];
      }
    }
  }

  columns += rcv_packed_columns(n_inputs, tile.is_bf16) * tile.stride;
  if (held) {
    rcv_tile_add_held(tile, sums, columns, held, n_hidden);
    RCV_UNROLL
    for (uint32_t g = 0; g < tile.n_groups; ++g) {
      const size_t unit = (size_t)g * W;

      held[g] = rcv_group_next(tile,
                               sums[0] + ((size_t)g * n_gates),
                               candidates[0][g],
                               &held[g],
                               streams,
                               unit);
      *rcv_vec_edit(streams->h + ((t + 1) * padded) + unit) = held[g];
    }
    return;
  }

  rcv_tile_add_columns(tile, sums, columns, h, n_hidden);

  RCV_UNROLL
  for (uint32_t g = 0; g < tile.n_groups; ++g) {
    RCV_UNROLL
    for (uint32_t s = 0; s < tile.n_streams; ++s) {
      rcv_group_finish(tile,
                       sums[s] + ((size_t)g * n_gates),
                       candidates[s][g],
                       &streams[s],
                       t * padded,
                       (t + 1) * padded,
                       (size_t)(first_group + g) * W);
    }
  }
}

/// One frame of a tile, all of its groups at once or one after another
RCV_REALTIME RCV_INLINE void
rcv_tile_run_all(const RcvCell               cell,
                 const uint32_t              n_groups,
                 const uint32_t              n_hidden,
                 const uint32_t              n_streams,
                 const bool                  is_bf16,
                 const bool                  hurries,
                 const RcvPackedLayer* const layer,
                 const RcvLayerStream* const streams,
                 const uint32_t              t,
                 const uint32_t              first_group,
                 RcvVec* const               held)
{
  const uint32_t n_gates = rcv_cell_n_gates(cell);
  const uint32_t n_now   = RCV_GROUPS_AT_ONCE(n_streams, n_groups, n_gates);

  const RcvVec* const columns =
    rcv_vec_view(layer->weights) +
    ((size_t)first_group * n_gates *
     (rcv_packed_columns(layer->input_size, is_bf16) +
      rcv_packed_columns(n_hidden, is_bf16)));

  RCV_UNROLL
  for (uint32_t g = 0; g < n_groups; g += n_now) {
    const uint32_t n = n_groups - g < n_now ? n_groups - g : n_now;

    rcv_tile_run(rcv_tile(cell, n_streams, is_bf16, hurries, n_groups, n),
                 n_hidden,
                 layer,
                 columns + ((size_t)g * n_gates),
                 streams,
                 t,
                 first_group + g,
                 held);
  }
}

#endif // DSP_KERNELS_TILE_RUN_H

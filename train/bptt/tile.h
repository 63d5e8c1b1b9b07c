// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_TILE_H
#define TRAIN_BPTT_TILE_H

/**
   @file

   How arrays of units and frames are laid out.
*/

#include "dsp/kernels/vector.h"

#include <stddef.h>

enum {
  RCV_TILE = 8,

  /// Frames whose gradients are summed in registers before memory is touched:
  /// they stay in the second cache while all tiles pass over them
  RCV_GRADIENT_FRAMES = 32,
};

/// Round up to whole tiles
static inline size_t
rcv_tile_round(const size_t n)
{
  return (n + RCV_TILE - 1) / RCV_TILE * RCV_TILE;
}

/**
   Vectors from one frame's n numbers to the next one's: whole tiles, and a line
   of the cache more, as frames that are a power of two apart would drive each
   other from it.
*/
static inline size_t
rcv_frame_stride(const size_t n)
{
  enum { LINE = 64 };

  return rcv_tile_round(n) + (LINE / sizeof(RcvVec));
}

#endif // TRAIN_BPTT_TILE_H

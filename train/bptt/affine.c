// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/bptt/affine.h"

#include "dsp/kernels/vector_sum.h"
#include "train/bptt/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
  // Size of the tile of gradients that is summed in registers
  GRADIENT_ROWS    = 4,
  GRADIENT_COLUMNS = RCV_VECTOR_WIDTH == 16 ? 4 : 3,

  // Columns that all rows are gone through with before the next ones: what they
  // are multiplied by stays in the first cache, 24 kB of it
  NEAR_COLUMNS = 24576 / (RCV_GRADIENT_FRAMES * (int)sizeof(RcvVec)) /
                 GRADIENT_COLUMNS * GRADIENT_COLUMNS
};

/// Where in the room the inputs' factors are: those of d_sums are before
static size_t
inputs_in_room(const RcvAffine* const affine)
{
  return rcv_factors_room(affine->n_rows, RCV_GRADIENT_FRAMES);
}

bool
rcv_affine_init(RcvAffine* const affine,
                const size_t     n_rows,
                const size_t     n_x,
                const size_t     n_h)
{
  const size_t rows = rcv_tile_round(n_rows);

  affine->n_rows  = (uint32_t)rows;
  affine->n_x     = (uint32_t)n_x;
  affine->n_h     = (uint32_t)n_h;
  affine->forward = rcv_bptt_alloc(rows * (1 + n_x + n_h), sizeof(RcvReal));
  affine->back_x =
    rcv_bptt_alloc(rcv_tile_round(n_x) * rows / RCV_PAIR, sizeof(RcvFactor));
  affine->back_h =
    rcv_bptt_alloc(rcv_tile_round(n_h) * rows / RCV_PAIR, sizeof(RcvFactor));
  affine->gradient = rcv_bptt_alloc(rows * (n_x + n_h + 1), sizeof(RcvVec));
  affine->room     = rcv_bptt_alloc(
    inputs_in_room(affine) + (RCV_GRADIENT_FRAMES / RCV_PAIR * (n_x + n_h + 1)),
    sizeof(RcvFactors));
  return affine->forward && affine->back_x && affine->back_h &&
         affine->gradient && affine->room;
}

void
rcv_affine_clear(RcvAffine* const affine)
{
  free(affine->forward);
  free(affine->back_x);
  free(affine->back_h);
  free(affine->gradient);
  free(affine->room);
  memset(affine, 0, sizeof(RcvAffine));
}

/// Set element (row, column) of [n_columns/8][n_rows/RCV_PAIR][8]
static void
set_back(const RcvAffine* const affine,
         RcvFactor* const       back,
         const size_t           row,
         const size_t           column,
         const RcvReal          value)
{
  const size_t tile = column / RCV_TILE * (affine->n_rows / RCV_PAIR);
  const size_t step = tile + (row / RCV_PAIR);

  rcv_factor_set(
    &back[(step * RCV_TILE) + (column % RCV_TILE)], row % RCV_PAIR, value);
}

void
rcv_affine_set(RcvAffine* const affine,
               const size_t     row,
               const size_t     column,
               const RcvReal    value)
{
  const size_t n_columns = (size_t)affine->n_x + affine->n_h;
  const size_t place     = column == n_columns ? 0 : 1 + column;

  affine->forward[((((row / RCV_TILE) * (1 + n_columns)) + place) * RCV_TILE) +
                  (row % RCV_TILE)] = value;
  if (column < affine->n_x) {
    set_back(affine, affine->back_x, row, column, value);
  } else if (column < n_columns) {
    set_back(affine, affine->back_h, row, column - affine->n_x, value);
  }
}

/// acc [8] += Σ_k weights [n][8] in [n]; unrolled, AVX2 has too few registers
RCV_INLINE void
add_products(RcvVec* const        acc,
             const RcvReal* const weights,
             const RcvVec* const  in,
             const size_t         n)
{
#pragma GCC unroll 1
  for (size_t k = 0; k < n; ++k) {
    const RcvVec         value = in[k];
    const RcvReal* const row   = weights + (k * RCV_TILE);
    for (size_t r = 0; r < RCV_TILE; ++r) {
      acc[r] += value * row[r];
    }
  }
}

void
rcv_affine_forward(const RcvAffine* const affine,
                   const RcvVec* const    x,
                   const RcvVec* const    h,
                   RcvVec* const          sums)
{
  const size_t   n_x     = affine->n_x;
  const size_t   n_h     = affine->n_h;
  const RcvReal* weights = affine->forward;

  for (size_t row = 0; row < affine->n_rows; row += RCV_TILE) {
    RcvVec acc[RCV_TILE];
    for (size_t r = 0; r < RCV_TILE; ++r) {
      acc[r] = rcv_vec_set(weights[r]);
    }

    weights += RCV_TILE;
    add_products(acc, weights, x, n_x);
    weights += n_x * RCV_TILE;
    add_products(acc, weights, h, n_h);
    weights += n_h * RCV_TILE;

    for (size_t r = 0; r < RCV_TILE; ++r) {
      sums[row + r] = acc[r];
    }
  }
}

/// acc [8] += Σ_k weights [n][8] in [n], of the backward pass
RCV_INLINE void
add_back_products(RcvVec* const           acc,
                  const RcvFactor* const  weights,
                  const RcvFactors* const in,
                  const size_t            n)
{
#pragma GCC unroll 1
  for (size_t k = 0; k < n; ++k) {
    const RcvFactors       value = in[k];
    const RcvFactor* const row   = weights + (k * RCV_TILE);
    for (size_t r = 0; r < RCV_TILE; ++r) {
      acc[r] = rcv_factors_add(acc[r], value, rcv_factors_of(row[r]));
    }
  }
}

void
rcv_affine_backward(const RcvAffine* const affine,
                    const RcvFactor*       weights,
                    const size_t           n_in,
                    const RcvVec* const    d_sums,
                    RcvVec* const          d_in,
                    const RcvVec*          next,
                    const size_t           n_next)
{
  enum { STEPS = RCV_TILE / RCV_PAIR };

  const size_t            n_rows = affine->n_rows;
  const RcvFactors* const factors =
    rcv_factors_of_neighbours(affine->room, d_sums, n_rows);

  // Asked for a few at a time: the processor waits for no more at once
  const size_t n_tiles = rcv_tile_round(n_in) / RCV_TILE * (n_rows / RCV_TILE);
  const size_t n_ask   = (n_next + n_tiles - 1) / n_tiles;

  for (size_t column = 0; column < n_in; column += RCV_TILE) {
    RcvVec acc[RCV_TILE];
    for (size_t k = 0; k < RCV_TILE; ++k) {
      acc[k] = d_in[column + k];
    }

    for (size_t row = 0; row < n_rows; row += RCV_TILE) {
      for (size_t i = 0; i < n_ask; ++i) {
        __builtin_prefetch(next++);
      }
      add_back_products(acc, weights, factors + (row / RCV_PAIR), STEPS);
      weights += (size_t)STEPS * RCV_TILE;
    }

    for (size_t k = 0; k < RCV_TILE; ++k) {
      d_in[column + k] = acc[k];
    }
  }
}

/**
   A tile of the gradient: n_columns neighbouring columns of GRADIENT_ROWS rows.

   @param gradient Of the tile's first row and column.
   @param d_sums Of the tile's first row in the first step.
   @param in Of the tile's first column in the first step.
*/
RCV_INLINE void
add_gradient_tile(RcvVec* const        gradient,
                  const size_t         gradient_stride,
                  const RcvFactorSteps d_sums,
                  const RcvFactorSteps in,
                  const uint32_t       n_steps,
                  const uint32_t       n_columns)
{
  const RcvFactors* d                                    = d_sums.first;
  const RcvFactors* i                                    = in.first;
  RcvVec            acc[GRADIENT_ROWS][GRADIENT_COLUMNS] = {{rcv_vec_set(0)}};

  for (uint32_t step = 0; step < n_steps; ++step) {
    for (size_t r = 0; r < GRADIENT_ROWS; ++r) {
      for (uint32_t c = 0; c < n_columns; ++c) {
        acc[r][c] = rcv_factors_add(acc[r][c], d[r], i[c]);
      }
    }
    d += d_sums.stride;
    i += in.stride;
  }

  for (size_t r = 0; r < GRADIENT_ROWS; ++r) {
    for (uint32_t c = 0; c < n_columns; ++c) {
      gradient[(r * gradient_stride) + c] += acc[r][c];
    }
  }
}

/// Some columns of GRADIENT_ROWS rows
static void
add_gradient_rows(RcvVec* const        gradient,
                  const size_t         gradient_stride,
                  const RcvFactorSteps d_sums,
                  RcvFactorSteps       in,
                  const uint32_t       n_steps,
                  const size_t         n_columns)
{
  size_t column = 0;
  for (; column + GRADIENT_COLUMNS <= n_columns; column += GRADIENT_COLUMNS) {
    add_gradient_tile(gradient + column,
                      gradient_stride,
                      d_sums,
                      in,
                      n_steps,
                      GRADIENT_COLUMNS);
    in.first += GRADIENT_COLUMNS;
  }
  for (; column + 2 <= n_columns; column += 2) {
    add_gradient_tile(
      gradient + column, gradient_stride, d_sums, in, n_steps, 2);
    in.first += 2;
  }
  if (column < n_columns) {
    add_gradient_tile(
      gradient + column, gradient_stride, d_sums, in, n_steps, 1);
  }
}

/// All rows and columns, of at most RCV_GRADIENT_FRAMES frames
static void
add_gradient(const RcvAffine* const affine,
             const RcvFactorSteps   d_sums,
             const RcvFactorSteps   in,
             const uint32_t         n_steps)
{
  const size_t n_columns = (size_t)affine->n_x + affine->n_h + 1;
  for (size_t first = 0; first < n_columns; first += NEAR_COLUMNS) {
    const size_t         left   = n_columns - first;
    const RcvFactorSteps in_now = {in.first + first, in.stride};
    RcvFactorSteps       d_now  = d_sums;
    for (size_t row = 0; row < affine->n_rows; row += GRADIENT_ROWS) {
      add_gradient_rows(affine->gradient + (row * n_columns) + first,
                        n_columns,
                        d_now,
                        in_now,
                        n_steps,
                        left < NEAR_COLUMNS ? left : NEAR_COLUMNS);
      d_now.first += GRADIENT_ROWS;
    }
  }
}

void
rcv_affine_gradient(RcvAffine* const    affine,
                    const RcvVec* const d_sums,
                    const RcvVec* const x,
                    const ptrdiff_t     x_stride,
                    const RcvVec* const h,
                    const ptrdiff_t     h_stride,
                    const uint32_t      n_frames)
{
  const size_t      n_x      = affine->n_x;
  const size_t      n_h      = affine->n_h;
  const ptrdiff_t   d_stride = (ptrdiff_t)rcv_frame_stride(affine->n_rows);
  const ptrdiff_t   stride   = (ptrdiff_t)(n_x + n_h + 1);
  const RcvVec      one[1]   = {rcv_vec_set(1)};
  RcvFactors* const inputs   = affine->room + inputs_in_room(affine);

  // Last frames first, as blocks come: the sum is the same to the last bit
  // however the frames are divided into blocks
  for (uint32_t end = n_frames; end > 0;) {
    const uint32_t first =
      (end - 1) / RCV_GRADIENT_FRAMES * RCV_GRADIENT_FRAMES;
    const ptrdiff_t start = first;
    const uint32_t  n     = end - first;

    rcv_factors_write_frames(
      inputs, stride, x + (start * x_stride), x_stride, n_x, n);
    rcv_factors_write_frames(
      inputs + n_x, stride, h + (start * h_stride), h_stride, n_h, n);
    rcv_factors_write_frames(inputs + n_x + n_h, stride, one, 0, 1, n);

    const RcvFactorSteps in = {inputs, stride};
    add_gradient(
      affine,
      rcv_factors_of_frames(
        affine->room, d_sums + (start * d_stride), d_stride, affine->n_rows, n),
      in,
      rcv_factor_steps(n));
    end = first;
  }
}

RcvReal
rcv_affine_take(RcvAffine* const affine, const size_t row, const size_t column)
{
  const size_t  stride  = (size_t)affine->n_x + affine->n_h + 1;
  RcvVec* const element = affine->gradient + (row * stride) + column;
  const RcvReal sum     = rcv_vec_sum(*element);

  *element = rcv_vec_set(0);
  return sum;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_AFFINE_H
#define TRAIN_BPTT_AFFINE_H

#include "dsp/kernels/vector.h"
#include "train/bptt/factors.h"
#include "train/bptt/tile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   An affine map of two inputs, W_x x + W_h h + b, and its gradients: nearly all
   of the arithmetic of training is here.  Sums are computed for a tile of rows
   (or columns) at a time, in registers.
*/

/// The map, packed for both directions, and its gradient
typedef struct {
  uint32_t    n_rows;   ///< R, in whole tiles
  uint32_t    n_x;      ///< Columns of x
  uint32_t    n_h;      ///< Columns of h, or 0
  RcvReal*    forward;  ///< [R/8][1 + n_x + n_h][8]: bias, then columns
  RcvFactor*  back_x;   ///< [n_x in tiles/8][R/RCV_PAIR][8]
  RcvFactor*  back_h;   ///< [n_h in tiles/8][R/RCV_PAIR][8]
  RcvVec*     gradient; ///< [R][n_x + n_h + 1] per lane, the bias last
  RcvFactors* room;     ///< Factors of 32 frames: of d_sums, then (x, h, 1)
} RcvAffine;

#define rcv_affine_init RCV_ISA_NAME(rcv_affine_init)
#define rcv_affine_clear RCV_ISA_NAME(rcv_affine_clear)
#define rcv_affine_set RCV_ISA_NAME(rcv_affine_set)
#define rcv_affine_forward RCV_ISA_NAME(rcv_affine_forward)
#define rcv_affine_backward RCV_ISA_NAME(rcv_affine_backward)
#define rcv_affine_gradient RCV_ISA_NAME(rcv_affine_gradient)
#define rcv_affine_take RCV_ISA_NAME(rcv_affine_take)

/// Allocate a map of zeros, to be freed with rcv_affine_clear(); false: memory
bool
rcv_affine_init(RcvAffine* affine, size_t n_rows, size_t n_x, size_t n_h);

/// Free what a map owns
void
rcv_affine_clear(RcvAffine* affine);

/// Set one element; column n_x + n_h is the bias
void
rcv_affine_set(RcvAffine* affine, size_t row, size_t column, RcvReal value);

/**
   One frame: sums [R] = W_x x + W_h h + b.

   @param x [n_x], h [n_h].
*/
void
rcv_affine_forward(const RcvAffine* affine,
                   const RcvVec*    x,
                   const RcvVec*    h,
                   RcvVec*          sums);

/**
   One frame: d_in [n in tiles] += Wᵀ d_sums for one of the two inputs.

   @param weights Its back_x or back_h.
   @param n_in n_x or n_h.
   @param next [n_next] of what is needed after, fetched meanwhile; may be
   outside of any array.
*/
void
rcv_affine_backward(const RcvAffine* affine,
                    const RcvFactor* weights,
                    size_t           n_in,
                    const RcvVec*    d_sums,
                    RcvVec*          d_in,
                    const RcvVec*    next,
                    size_t           n_next);

/**
   Several frames: gradient += Σ_t d_sums_t (x_t, h_t, 1)ᵀ.

   @param d_sums [n_frames][R], rcv_frame_stride(R) vectors apart.
   @param x Of the first frame; the next ones are x_stride vectors apart, which
   may be negative.
   @param h The same for h.
*/
void
rcv_affine_gradient(RcvAffine*    affine,
                    const RcvVec* d_sums,
                    const RcvVec* x,
                    ptrdiff_t     x_stride,
                    const RcvVec* h,
                    ptrdiff_t     h_stride,
                    uint32_t      n_frames);

/// One element of the gradient, over all lanes, which is set to zero
RcvReal
rcv_affine_take(RcvAffine* affine, size_t row, size_t column);

#endif // TRAIN_BPTT_AFFINE_H

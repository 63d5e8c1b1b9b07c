// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_AFFINE_H
#define DSP_MODEL_AFFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   An affine map y = W x + b in double precision, to which others are appended:
   layers without an activation in between are one.
*/
typedef struct {
  uint32_t n_in;
  uint32_t n_out;
  bool     is_identity; ///< Then there is no memory
  double*  weight;      ///< [n_out][n_in] owned
  double*  bias;        ///< [n_out] owned
} RcvAffine;

/// The identity, which must be cleared by the caller with rcv_affine_clear()
RcvAffine
rcv_affine_identity(uint32_t n);

/// Free what a map owns, which may be used again after rcv_affine_identity()
void
rcv_affine_clear(RcvAffine* affine);

/**
   Append a map: x goes through what was there before, then through this one.

   @param weight [n_out][n_out of the map so far].
   @param bias [n_out], or NULL for zero.
   @return False if there is no memory.
*/
bool
rcv_affine_append(RcvAffine*   affine,
                  const float* weight,
                  const float* bias,
                  uint32_t     n_out);

/// An element of W
double
rcv_affine_weight(const RcvAffine* affine, uint32_t row, uint32_t column);

/// An element of b
double
rcv_affine_bias(const RcvAffine* affine, uint32_t row);

#endif // DSP_MODEL_AFFINE_H

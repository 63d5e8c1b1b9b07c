// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_EIGENBASIS_H
#define TRAIN_OPTIMIZER_EIGENBASIS_H

#include "train/file/state_list.h"
#include "train/optimizer/lapack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   The eigenvectors of a running mean of G Gᵀ or Gᵀ G, which slowly turn with
   it: one side of SOAP's preconditioner (Vyas et al. 2024, arXiv 2409.11321,
   algorithm 4).
*/

/// A basis of n vectors, which are rows
typedef struct {
  uint32_t      n;
  float*        mean;  ///< [n][n] the running mean's upper triangle, owned
  float*        q;     ///< [n][n] vectors, that of the greatest value first
  float*        image; ///< [n][n] scratch
  void*         ranks; ///< [n] scratch
  uint32_t*     order; ///< [n] set by rcv_eigenbasis_turn()
  RcvLapackWork work;
} RcvEigenbasis;

/// Begin with a mean of zero and the identity; false: no memory
bool
rcv_eigenbasis_init(RcvEigenbasis* basis, uint32_t n);

/// Free what it owns
void
rcv_eigenbasis_clear(RcvEigenbasis* basis);

/// A mean of zero and the identity again
void
rcv_eigenbasis_reset(const RcvEigenbasis* basis);

/**
   Count a gradient in the mean.

   @param g [n][n_other] if is_left: G Gᵀ is meant, else [n_other][n]: Gᵀ G.
   @param decay Of the mean.
*/
void
rcv_eigenbasis_add(const RcvEigenbasis* basis,
                   const float*         g,
                   uint32_t             n_other,
                   bool                 is_left,
                   double               decay);

/// Take the eigenvectors of the mean; false if they cannot be had
bool
rcv_eigenbasis_find(RcvEigenbasis* basis);

/**
   Make one step of the power iteration and a QR decomposition, the vectors
   sorted by how much they hold.

   @return False if a number is not finite.  The new vector i comes from the old
   one order[i].
*/
bool
rcv_eigenbasis_turn(RcvEigenbasis* basis);

/// Add mean and vectors to a list; `prefix` begins the names; false: no memory
bool
rcv_eigenbasis_list(const RcvEigenbasis* basis,
                    const char*          prefix,
                    RcvStateList*        list);

#endif // TRAIN_OPTIMIZER_EIGENBASIS_H

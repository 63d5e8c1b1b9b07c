// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_CLIP_H
#define TRAIN_OPTIMIZER_CLIP_H

#include "train/file/state_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RCV_CLIP_NORMS = 300 };

/**
   How long a gradient may be: clipping (Pascanu et al. 2013) at twice the
   median norm of the last updates.

   A fixed limit protects nothing late in a training, when ordinary gradients
   have become far smaller.
*/
typedef struct {
  double   norms[RCV_CLIP_NORMS]; ///< The last ones, in a ring
  uint64_t n_norms;               ///< So many so far; zero to begin
} RcvClip;

/**
   The factor, at most 1, that a gradient is to be multiplied with.

   @param norm Its norm, finite; it is counted for those that follow.
*/
double
rcv_clip_factor(RcvClip* clip, double norm);

/// Add all that a factor depends on to a list; false: no memory
bool
rcv_clip_list(RcvClip* clip, RcvStateList* list);

#endif // TRAIN_OPTIMIZER_CLIP_H

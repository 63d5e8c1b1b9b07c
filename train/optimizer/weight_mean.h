// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_WEIGHT_MEAN_H
#define TRAIN_OPTIMIZER_WEIGHT_MEAN_H

#include "train/file/state_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   The mean of the weights after the last updates.

   At a high rate the weights go to and fro about where they ought to be.  Their
   mean is nearer to it than most of them, falls silent and does not amplify
   rounding where some of them do, and so it is what a training validates, keeps
   and returns to.  What the rate then is matters less.

   It is over about the last fifth of the updates since the beginning, at most
   200 (averaging: Polyak & Juditsky 1992, https://doi.org/10.1137/0330046; with
   polynomial decay: Shamir & Zhang 2013, arXiv 1212.1824, section 4).
*/
typedef struct {
  size_t   n_params;
  float*   params;    ///< [n_params] owned; the weights if there is no update
  uint64_t n_updates; ///< Since the beginning
} RcvWeightMean;

/// Allocate; false: no memory
bool
rcv_weight_mean_init(RcvWeightMean* mean, size_t n_params);

/// Free what it owns
void
rcv_weight_mean_clear(RcvWeightMean* mean);

/// Begin with weights, which count for nothing after the first update
void
rcv_weight_mean_reset(RcvWeightMean* mean, const float* params);

/// Begin anew with the next update, and be what it was until then
void
rcv_weight_mean_renew(RcvWeightMean* mean);

/// Take in the weights after an update
void
rcv_weight_mean_add(RcvWeightMean* mean, const float* params);

/// Add all that it depends on to a list; false: no memory
bool
rcv_weight_mean_list(RcvWeightMean* mean, RcvStateList* list);

#endif // TRAIN_OPTIMIZER_WEIGHT_MEAN_H

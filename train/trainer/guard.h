// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_GUARD_H
#define TRAIN_TRAINER_GUARD_H

#include "train/file/state_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RCV_GUARD_GENERATIONS = 8 };

/**
   What a training can go back to when it is lost, and how it is known that it
   is lost.

   Only validated weights are kept: what is merely recent may be spoiled
   already.  A loss takes the newest generation; more losses take older ones,
   unless a validation in between shows that the training came back to what it
   had reached.  Generations are a tenth of their error apart: what
   follows from one soon may have the same fault.
*/
typedef struct {
  size_t   n_params;
  float*   kept; ///< [RCV_GUARD_GENERATIONS][n_params] newest first, owned
  uint64_t n_kept;
  uint64_t n_returns;  ///< In all
  uint64_t n_in_vain;  ///< Since a validation was good
  uint64_t n_since;    ///< Updates since the last return
  double   calm;       ///< Factor of the rate from returns
  double   loss;       ///< Running mean of the loss over some 50 updates
  double   usual_loss; ///< The same over some 400
  double   least_loss; ///< The least that usual_loss was
  uint64_t n_losses;   ///< In the running mean
  uint64_t n_wild;     ///< Losses in a row that were not finite
  uint64_t n_unsteady; ///< Better weights in a row that could not be kept

  /// usual_loss with each of the kept weights; may be infinite
  double kept_losses[RCV_GUARD_GENERATIONS];

  double kept_esrs[RCV_GUARD_GENERATIONS]; ///< Of their validation
} RcvGuard;

/// Begin with weights to go back to; false: no memory
bool
rcv_guard_init(RcvGuard* guard, size_t n_params);

/// Free what it owns
void
rcv_guard_clear(RcvGuard* guard);

/// Begin again: nothing happened, and these are the weights to go back to
void
rcv_guard_reset(RcvGuard* guard, const float* params);

/**
   Take note of an update's loss.

   @param loss NaN if the gradient was not finite, and nothing updated: where a
   network amplifies what it does to itself, the gradient of a long window
   overflows.
   @return True if the training is lost: ten losses in a row are not finite, or
   their running mean is four times the least that a longer one was.
*/
bool
rcv_guard_see_loss(RcvGuard* guard, double loss);

/// The windows have another length: losses are not comparable with those before
void
rcv_guard_forget_losses(RcvGuard* guard);

/**
   Take note of a validation that is no better than the best.

   @return True if it is so bad that the training is lost.  Soon after a return
   it is only if it is no number: an optimiser that began anew must be given
   time to be as good again.
*/
bool
rcv_guard_see_validation(RcvGuard* guard, double val_esr, double best_esr);

/**
   Take note of better weights that latch or depend on rounding.

   @return True if they are the third in a row: then the training does not leave
   by itself where no weights can be kept, and is lost.
*/
bool
rcv_guard_see_unsteady(RcvGuard* guard);

/// Factor of the rate: less after returns, and least soon after one
double
rcv_guard_rate(const RcvGuard* guard);

/**
   Keep weights that were validated as the best so far; the rate recovers.

   They replace the newest that are kept unless they have less than 0.9 of the
   error of the ones before those.
*/
void
rcv_guard_keep(RcvGuard* guard, const float* params, double val_esr);

/// Forget the n newest generations, which are less than all
void
rcv_guard_drop(RcvGuard* guard, size_t n);

/**
   Take validated weights again, and calm the rate down.

   @param begins_anew Whether the optimiser does: then the rate is zero until it
   has seen some gradients, and rises again.
*/
void
rcv_guard_return(RcvGuard* guard, float* params, bool begins_anew);

/// Take the newest kept weights again, if there are any, as a loss would, but
/// it is none
void
rcv_guard_recall(const RcvGuard* guard, float* params);

/// Add all that it will do depends on to a list; false: no memory
bool
rcv_guard_list(RcvGuard* guard, RcvStateList* list);

#endif // TRAIN_TRAINER_GUARD_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/guard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// When validation is so many times worse than the best, something is lost
static const double lost_factor = 2.5;

// The same for the running mean of the loss, and the part of it that is new
static const double lost_loss_factor = 4.0;
static const double new_part         = 0.02;

// What is new of the mean that it is compared with.  The passages of a batch
// follow each other for some hundred updates, and of what they are the loss of
// a compressor depends up to four times as much as of how well they are learned
static const double usual_part = 0.0025;

// What the rate is multiplied by after a loss, and the least it can become
static const double calm_factor = 0.8;
static const double calm_least  = 0.1;

// And after a gain, which shows that the rate can be borne: two of them make up
// for a loss
static const double calm_recovery = 1.12;

// What part of a generation's error the second after it has at most, and the
// best of that of a validation that is as good
static const double apart = 0.9;

enum {
  LEAST_LOSSES = 50,  // In a mean that can be relied on
  USUAL_LOSSES = 400, // In one that it is compared with

  RETURNS_PER_GENERATION = 2,

  MOST_WILD     = 10,
  MOST_UNSTEADY = 3,

  // Updates after a return with an optimiser that begins anew: in which nothing
  // moves, since moments and bases of a few gradients would give wild steps; in
  // which the rate then rises; and in which no comparison is made
  HOLD  = 50,
  RISE  = 150,
  GRACE = 300,
};

bool
rcv_guard_init(RcvGuard* const guard, const size_t n_params)
{
  memset(guard, 0, sizeof(RcvGuard));
  guard->n_params = n_params;
  guard->kept     = calloc(RCV_GUARD_GENERATIONS * n_params, sizeof(float));
  return guard->kept;
}

void
rcv_guard_clear(RcvGuard* const guard)
{
  free(guard->kept);
  memset(guard, 0, sizeof(RcvGuard));
}

void
rcv_guard_reset(RcvGuard* const guard, const float* const params)
{
  memcpy(guard->kept, params, guard->n_params * sizeof(float));
  guard->n_kept     = 0; // To be replaced by the first validated ones
  guard->n_returns  = 0;
  guard->n_in_vain  = 0;
  guard->n_since    = GRACE;
  guard->calm       = 1.0;
  guard->n_wild     = 0;
  guard->n_unsteady = 0;
  rcv_guard_forget_losses(guard);
}

/// The longer mean, if it is one yet
static double
known_loss(const RcvGuard* const guard)
{
  return guard->n_losses < USUAL_LOSSES ? (double)INFINITY : guard->usual_loss;
}

void
rcv_guard_forget_losses(RcvGuard* const guard)
{
  guard->loss       = 0.0;
  guard->usual_loss = 0.0;
  guard->least_loss = (double)INFINITY;
  guard->n_losses   = 0;
  for (size_t i = 0; i < RCV_GUARD_GENERATIONS; ++i) {
    guard->kept_losses[i] = (double)INFINITY;
  }
}

bool
rcv_guard_see_loss(RcvGuard* const guard, const double loss)
{
  ++guard->n_since;
  if (!isfinite(loss)) {
    return ++guard->n_wild >= MOST_WILD;
  }
  guard->n_wild = 0;

  // A single wild window is nothing that the next updates do not mend, so no
  // loss counts for more than what is lost if it lasts
  const double most  = 2.0 * lost_loss_factor * guard->least_loss;
  const double first = 1.0 / (double)++guard->n_losses;
  const double next  = fmin(loss, most);

  guard->loss += fmax(new_part, first) * (next - guard->loss);
  guard->usual_loss += fmax(usual_part, first) * (next - guard->usual_loss);
  if (guard->n_losses >= USUAL_LOSSES) {
    guard->least_loss = fmin(guard->least_loss, guard->usual_loss);
  }
  return guard->n_losses >= LEAST_LOSSES && guard->n_since > GRACE &&
         guard->loss > lost_loss_factor * guard->least_loss;
}

bool
rcv_guard_see_validation(RcvGuard* const guard,
                         const double    val_esr,
                         const double    best_esr)
{
  if (guard->n_since <= GRACE) {
    return !isfinite(val_esr); // What was gone back to says nothing new
  }
  if (apart * val_esr <= best_esr) {
    guard->n_in_vain = 0;
  }
  return !isfinite(val_esr) || val_esr > lost_factor * best_esr;
}

bool
rcv_guard_see_unsteady(RcvGuard* const guard)
{
  return ++guard->n_unsteady >= MOST_UNSTEADY;
}

double
rcv_guard_rate(const RcvGuard* const guard)
{
  const double rise = ((double)guard->n_since - HOLD) / RISE;
  return guard->calm * fmax(0.0, fmin(rise, 1.0));
}

/// Make room for a generation before the newest
static void
add_generation(RcvGuard* const guard)
{
  const size_t n_older = RCV_GUARD_GENERATIONS - 1;
  const size_t n       = guard->n_params;

  memmove(guard->kept + n, guard->kept, n_older * n * sizeof(float));
  memmove(guard->kept_losses + 1, guard->kept_losses, n_older * sizeof(double));
  memmove(guard->kept_esrs + 1, guard->kept_esrs, n_older * sizeof(double));
  guard->n_kept += guard->n_kept < RCV_GUARD_GENERATIONS;
}

void
rcv_guard_keep(RcvGuard* const    guard,
               const float* const params,
               const double       val_esr)
{
  if (guard->n_kept < 2 || val_esr < apart * guard->kept_esrs[1]) {
    add_generation(guard);
  }
  memcpy(guard->kept, params, guard->n_params * sizeof(float));
  guard->kept_losses[0] = known_loss(guard);
  guard->kept_esrs[0]   = val_esr;
  guard->n_in_vain      = 0;
  guard->n_unsteady     = 0;
  guard->calm           = fmin(1.0, guard->calm * calm_recovery);
}

void
rcv_guard_drop(RcvGuard* const guard, const size_t n)
{
  const size_t n_left = (size_t)guard->n_kept - n;
  const size_t size   = guard->n_params;

  memmove(guard->kept, guard->kept + (n * size), n_left * size * sizeof(float));
  memmove(guard->kept_losses, guard->kept_losses + n, n_left * sizeof(double));
  memmove(guard->kept_esrs, guard->kept_esrs + n, n_left * sizeof(double));
  guard->n_kept = n_left;
}

void
rcv_guard_return(RcvGuard* const guard,
                 float* const    params,
                 const bool      begins_anew)
{
  const uint64_t wanted = guard->n_in_vain / RETURNS_PER_GENERATION;
  const uint64_t oldest = guard->n_kept ? guard->n_kept - 1 : 0;
  const size_t   which  = (size_t)(wanted < oldest ? wanted : oldest);
  memcpy(params,
         guard->kept + (which * guard->n_params),
         guard->n_params * sizeof(float));

  ++guard->n_returns;
  ++guard->n_in_vain;
  guard->n_since    = begins_anew ? 0 : GRACE;
  guard->n_wild     = 0;
  guard->n_unsteady = 0;
  guard->calm       = fmax(calm_least, guard->calm * calm_factor);

  // The mean was that of lost weights, and so was the least: what these reach
  // is compared with what they had
  guard->loss       = 0.0;
  guard->usual_loss = 0.0;
  guard->least_loss = guard->kept_losses[which];
  guard->n_losses   = 0;
}

void
rcv_guard_recall(const RcvGuard* const guard, float* const params)
{
  if (guard->n_kept) {
    memcpy(params, guard->kept, guard->n_params * sizeof(float));
  }
}

bool
rcv_guard_list(RcvGuard* const guard, RcvStateList* const list)
{
  const struct {
    const char*  name;
    RcvStateType type;
    void*        data;
    size_t       n;
  } all[] = {
    {"kept",
     RCV_STATE_F32,
     guard->kept,
     RCV_GUARD_GENERATIONS * guard->n_params},
    {"n_kept", RCV_STATE_U64, &guard->n_kept, 1},
    {"n_returns", RCV_STATE_U64, &guard->n_returns, 1},
    {"n_in_vain", RCV_STATE_U64, &guard->n_in_vain, 1},
    {"n_since", RCV_STATE_U64, &guard->n_since, 1},
    {"calm", RCV_STATE_F64, &guard->calm, 1},
    {"loss", RCV_STATE_F64, &guard->loss, 1},
    {"usual_loss", RCV_STATE_F64, &guard->usual_loss, 1},
    {"least_loss", RCV_STATE_F64, &guard->least_loss, 1},
    {"n_losses", RCV_STATE_U64, &guard->n_losses, 1},
    {"n_wild", RCV_STATE_U64, &guard->n_wild, 1},
    {"n_unsteady", RCV_STATE_U64, &guard->n_unsteady, 1},
    {"kept_losses", RCV_STATE_F64, guard->kept_losses, RCV_GUARD_GENERATIONS},
    {"kept_esrs", RCV_STATE_F64, guard->kept_esrs, RCV_GUARD_GENERATIONS},
  };

  bool good = true;
  for (size_t i = 0; good && i < sizeof(all) / sizeof(all[0]); ++i) {
    good = rcv_state_list_add(
      list, "guard.", all[i].name, all[i].type, all[i].data, all[i].n);
  }
  return good;
}

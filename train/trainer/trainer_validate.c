// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer_impl.h"

#include "train/model/bf16_weights.h"
#include "train/numbers/clock.h"
#include "train/trainer/evaluate.h"
#include "train/trainer/steadiness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A model that latches is never the best, and neither is one of which rounding
// errors change this part of what it is wrong by, which is then a 400th of its
// ESR: at least the first and at most the second part of the target
static const double rounding_share = 0.05;
static const double rounding_least = 1e-3;
static const double rounding_most  = 3e-3;

// What multiples of it leave beyond whole numbers is spread evenly
static const double golden_ratio = 0.6180339887498949;

// Places that a model is tested from: a better one, one that is checked now and
// then, and the last one.  A
// network may latch from few of them only: one did from none of 192 starts in a
// quiet validation part, and from some in most stretches of what it was trained
// on.
enum { REST_STARTS = 8, REST_STARTS_CHECK = 64, REST_STARTS_FINAL = 256 };

// How often such a check comes before the end, more than once only if that
// takes no more than this part of the time: the later something is found, the
// more is lost
enum { MOST_CHECKS = 8 };
static const double check_share = 0.03;

double
rcv_trainer_rounding_limit(const double val_esr)
{
  const double wrong = rounding_share * sqrt(val_esr);

  return fmax(rounding_least, fmin(wrong, rounding_most));
}

void
rcv_trainer_play(const RcvTrainer* const trainer,
                 const float* const      params,
                 float* const            played)
{
  memcpy(played, params, trainer->n_params * sizeof(float));
  if (trainer->settings->is_bf16) {
    rcv_bf16_weights_round(&trainer->shape, played);
  }
}

/**
   Measure how the candidate behaves beyond its error.

   @param shift Of the places, see RcvPlaces.
   @param quiet Of rcv_evaluate_rest().
   @param rest Set to its level in the silence after sound.
   @param rounding Set to how far rounding carries it.
*/
static RcvStatus
measure_steadiness(const RcvTrainer* const trainer,
                   const size_t            n_starts,
                   const double            shift,
                   const double            quiet,
                   double* const           rest,
                   double* const           rounding,
                   RcvError* const         error)
{
  // Of all that is not kept for measuring at the end
  const RcvPlaces places = {trainer->heard, trainer->n_heard, n_starts, shift};
  const RcvStatus status = rcv_evaluate_rest(
    trainer->candidate, &places, quiet, trainer->workers, rest, error);
  return status
           ? status
           : rcv_evaluate_rounding(
               trainer->candidate, &places, trainer->workers, rounding, error);
}

/**
   Test how the candidate behaves beyond its error.

   @param val_esr The candidate's.
   @param rest Set to its level in the silence after sound.
   @param steady Set to true if it falls silent, and rounding changes nothing.
*/
static RcvStatus
test_steady(const RcvTrainer* const trainer,
            const double            val_esr,
            const size_t            n_starts,
            const double            shift,
            double* const           rest,
            bool* const             steady,
            RcvError* const         error)
{
  const double target   = rcv_pairs_wet_rms(trainer->pairs);
  const double quiet    = RCV_REST_LIMIT * target;
  const double exact    = target * rcv_trainer_rounding_limit(val_esr);
  double       rounding = 0.0;

  const RcvStatus status =
    measure_steadiness(trainer, n_starts, shift, quiet, rest, &rounding, error);

  // Written so that NaN is not steady
  *steady = *rest <= quiet && rounding <= exact;
  return status;
}

/// Play the validation parts with the candidate
static RcvStatus
play_validation(const RcvTrainer* const trainer,
                RcvMetrics* const       metrics,
                RcvError* const         error)
{
  return rcv_evaluate_use(trainer->candidate,
                          trainer->pairs,
                          RCV_USE_VALIDATION,
                          trainer->workers,
                          metrics,
                          error);
}

RcvStatus
rcv_trainer_measure_costs(const RcvTrainer* const trainer,
                          double* const           validation_s,
                          double* const           check_s,
                          double* const           finish_s,
                          RcvError* const         error)
{
  const double start    = rcv_clock_now_s();
  double       rest     = 0.0;
  double       rounding = 0.0;
  RcvMetrics   metrics;
  rcv_trainer_play(trainer, trainer->params, trainer->candidate->params);

  RcvStatus status = play_validation(trainer, &metrics, error);

  // What has hardly been trained may be slow to fall silent, as what is worth
  // keeping mostly is not: it is not waited for
  const double played_s = rcv_clock_now_s() - start;
  double       tested_s = (double)INFINITY;
  for (int i = 0; !status && i < 2; ++i) {
    // The lesser of two: what another process took would be multiplied too
    const double begin = rcv_clock_now_s();

    status = measure_steadiness(
      trainer, REST_STARTS, 0.0, (double)INFINITY, &rest, &rounding, error);
    tested_s = fmin(tested_s, rcv_clock_now_s() - begin);
  }

  *validation_s = played_s + tested_s;
  *check_s      = tested_s * REST_STARTS_CHECK / REST_STARTS;
  *finish_s     = played_s + (tested_s * REST_STARTS_FINAL / REST_STARTS);
  return status;
}

void
rcv_trainer_return(RcvTrainer* const trainer, const bool begins_anew)
{
  rcv_guard_return(&trainer->guard, trainer->params, begins_anew);
  rcv_weight_mean_reset(&trainer->mean, trainer->params);
  if (begins_anew) {
    rcv_optimizer_reset(trainer->optimizer);
  }
  trainer->n_left = 0; // Their states may be lost too
}

/// Which places weights are tested from: others each time, and never the same,
/// so that what latches seldom is found sooner
static double
other_places(const RcvTrainer* const trainer)
{
  double whole = 0.0;
  return modf((double)trainer->result->n_points * golden_ratio, &whole);
}

/// Keep the weights if they are the best so far
static RcvStatus
keep_if_better(RcvTrainer* const trainer,
               const double      val_esr,
               RcvError* const   error)
{
  double       rest   = 0.0;
  bool         steady = false;
  const double shift  = other_places(trainer);
  RcvStatus    status =
    test_steady(trainer, val_esr, REST_STARTS, shift, &rest, &steady, error);
  if (status) {
    return status;
  }
  if (!steady) {
    if (rcv_guard_see_unsteady(&trainer->guard)) {
      rcv_trainer_return(trainer, false);
    }
    return RCV_OK;
  }

  trainer->best_esr       = val_esr;
  trainer->n_without_gain = 0;
  rcv_guard_keep(&trainer->guard, trainer->mean.params, val_esr);
  rcv_trainer_play(trainer, trainer->mean.params, trainer->model->params);
  trainer->model->info.validation_esr = val_esr;
  trainer->model->info.rest_level     = rest;
  return trainer->events->better(
    trainer->events->handle, trainer->model, error);
}

RcvStatus
rcv_trainer_tell(const RcvTrainer* const      trainer,
                 const RcvTrainerPoint* const point,
                 RcvError* const              error)
{
  const RcvTrainerEvents* const events = trainer->events;
  return events->validated ? events->validated(events->handle, point, error)
                           : RCV_OK;
}

static RcvStatus
add_point(RcvTrainer* const      trainer,
          const RcvTrainerPoint* point,
          RcvError* const        error)
{
  RcvTrainerResult* const result = trainer->result;
  RcvTrainerPoint* const  points =
    realloc(result->points, (result->n_points + 1) * sizeof(RcvTrainerPoint));
  if (!points) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for the history");
  }
  result->points                     = points;
  result->points[result->n_points++] = *point;
  return rcv_trainer_tell(trainer, point, error);
}

/**
   Find the newest of the kept weights that are steady from all of some places.

   @param shift Of the places, see RcvPlaces.
   @param index Set to theirs, or n_kept if there are none.
   @param rest Set to their rest level, or that of the newest.
*/
static RcvStatus
find_steady(RcvTrainer* const trainer,
            const size_t      n_starts,
            const double      shift,
            size_t* const     index,
            double* const     rest,
            RcvError* const   error)
{
  const RcvGuard* const guard  = &trainer->guard;
  double                newest = 0.0;
  for (*index = 0; *index < guard->n_kept; ++*index) {
    bool steady = false;
    rcv_trainer_play(trainer,
                     guard->kept + (*index * trainer->n_params),
                     trainer->candidate->params);

    const RcvStatus status = test_steady(
      trainer, guard->kept_esrs[*index], n_starts, shift, rest, &steady, error);
    if (status || steady) {
      return status;
    }
    newest = *index ? newest : *rest;
  }
  *rest = newest;
  return RCV_OK;
}

/// Frames that are played to test whether a model is steady, at least: from
/// each place at three levels with the silence after, and a second twice
static double
test_frames(const RcvTrainer* const trainer, const size_t n_starts)
{
  const double place_s = (3 * (0.25 + 0.5)) + 2.0;

  return place_s * (double)n_starts * trainer->pairs->pairs[0].rate_hz;
}

size_t
rcv_trainer_count_checks(const RcvTrainer* const trainer)
{
  const double steps =
    trainer->plan.n_frames * (double)trainer->settings->batch_size;
  const double n = check_share * RCV_TRAIN_COST * steps /
                   test_frames(trainer, REST_STARTS_CHECK);

  return trainer->settings->is_trial ? 0
                                     : (size_t)fmax(1.0, fmin(MOST_CHECKS, n));
}

/// Whether a check is due now, which is n_checks times before the end
static bool
is_check_due(const RcvTrainer* const trainer)
{
  const size_t n = trainer->result->n_points;
  const size_t k = trainer->n_checks + 1;

  return trainer->n_checks && n < trainer->n_validations &&
         n * k / trainer->n_validations != (n - 1) * k / trainer->n_validations;
}

/// Test what is kept more carefully: what latches from few places is left
static RcvStatus
check_kept(RcvTrainer* const trainer, RcvError* const error)
{
  RcvGuard* const guard  = &trainer->guard;
  size_t          index  = 0;
  double          rest   = 0.0;
  const RcvStatus status = find_steady(
    trainer, REST_STARTS_CHECK, other_places(trainer), &index, &rest, error);
  if (status || !index || index == guard->n_kept) {
    return status;
  }

  rcv_guard_drop(guard, index);
  rcv_trainer_return(trainer, false);
  trainer->best_esr = guard->kept_esrs[0];
  rcv_trainer_play(trainer, guard->kept, trainer->model->params);
  trainer->model->info.validation_esr = trainer->best_esr;
  trainer->model->info.rest_level     = rest;
  return trainer->events->better(
    trainer->events->handle, trainer->model, error);
}

RcvStatus
rcv_trainer_validate(RcvTrainer* const trainer,
                     const double      train_loss,
                     RcvError* const   error)
{
  rcv_trainer_play(trainer, trainer->mean.params, trainer->candidate->params);

  RcvMetrics metrics;
  RcvStatus  status = play_validation(trainer, &metrics, error);
  if (status) {
    return status;
  }

  const double rate = rcv_trainer_rate(trainer);

  ++trainer->n_without_gain;
  if (metrics.esr < trainer->best_esr) {
    status = keep_if_better(trainer, metrics.esr, error);
  } else if (rcv_guard_see_validation(
               &trainer->guard, metrics.esr, trainer->best_esr)) {
    rcv_trainer_return(trainer, true);
  }

  const RcvTrainerPoint point = {
    trainer->n_updates,
    rcv_clock_now_s() - trainer->start_time,
    train_loss,
    metrics.esr,
    rcv_plan_window(&trainer->plan, trainer->frames_done),
    trainer->n_steps,
    trainer->best_esr,
    rate,
    (uint32_t)trainer->guard.n_returns,
    rcv_trainer_update_speed(trainer)};
  status = status ? status : add_point(trainer, &point, error);
  return !status && is_check_due(trainer) ? check_kept(trainer, error) : status;
}

RcvStatus
rcv_trainer_choose(RcvTrainer* const trainer, RcvError* const error)
{
  const RcvGuard* const   guard  = &trainer->guard;
  RcvTrainerResult* const result = trainer->result;
  RcvModel* const         model  = trainer->model;
  size_t                  index  = 0;
  RcvStatus               status = find_steady(
    trainer, REST_STARTS_FINAL, 0.0, &index, &result->rest_level, error);

  // If none is silent, the best has its level in its file
  result->latches        = index == guard->n_kept;
  model->info.rest_level = result->rest_level;
  if (status || result->latches) {
    return status;
  }

  RcvMetrics metrics;
  status = rcv_evaluate_use(trainer->candidate,
                            trainer->pairs,
                            RCV_USE_VALIDATION,
                            NULL,
                            &metrics,
                            error);
  if (!status) {
    memcpy(model->params,
           trainer->candidate->params,
           trainer->n_params * sizeof(float));
    model->info.validation_esr = metrics.esr;
    result->best_esr           = metrics.esr;
    result->refused_esr        = index ? guard->kept_esrs[0] : (double)INFINITY;
  }
  return status;
}

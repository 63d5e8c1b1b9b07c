// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer_impl.h"

#include "train/numbers/clock.h"
#include "train/numbers/random.h"
#include "train/optimizer/slow_units.h"
#include "train/trainer/initial_weights.h"
#include "train/trainer/slice.h"
#include "train/trainer/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double
rcv_trainer_update_speed(const RcvTrainer* const trainer)
{
  return trainer->update_steps / fmax(trainer->update_seconds, 1e-9);
}

double
rcv_trainer_rate(const RcvTrainer* const trainer)
{
  return rcv_guard_rate(&trainer->guard) *
         rcv_plan_rate(&trainer->plan, trainer->frames_done);
}

/* One update */

/// What the workers need to do their slices of a window
typedef struct {
  RcvTrainer* trainer;
  uint32_t    start;
  uint32_t    n_frames;
  RcvEnergy   energy;
} WindowJob;

static void
begin_slice(void* const job, const uint32_t index)
{
  RcvTrainer* const trainer = job;
  const uint32_t    n_lanes = trainer->n_lanes;
  const uint32_t    first   = index * n_lanes;
  const uint32_t    left    = trainer->settings->batch_size - first;

  rcv_slice_begin(trainer->slices[index],
                  trainer->segments + first,
                  left < n_lanes ? left : n_lanes,
                  trainer->played);
}

static void
continue_slice(void* const job, const uint32_t index)
{
  RcvTrainer* const trainer = job;

  rcv_slice_continue(trainer->slices[index],
                     trainer->segments + ((size_t)index * trainer->n_lanes));
}

static void
run_slice(void* const job, const uint32_t index)
{
  const WindowJob* const window  = job;
  RcvTrainer* const      trainer = window->trainer;

  trainer->losses[index] = rcv_slice_run(trainer->slices[index],
                                         trainer->played,
                                         window->start,
                                         window->n_frames,
                                         window->energy,
                                         trainer->settings->batch_size);
}

/// Go on with the sequences; at their ends draw others and fill their states
static void
begin_segments(RcvTrainer* const trainer)
{
  if (trainer->n_left) {
    --trainer->n_left;
    for (uint32_t i = 0; i < trainer->settings->batch_size; ++i) {
      trainer->segments[i].start += trainer->plan.segment_frames;
    }
    rcv_workers_run(
      trainer->workers, continue_slice, trainer, trainer->n_slices);
    return;
  }

  trainer->n_left = trainer->n_in_row - 1;
  for (uint32_t i = 0; i < trainer->settings->batch_size; ++i) {
    trainer->segments[i] = rcv_trainer_draw_segment(trainer);
  }
  rcv_trainer_play(trainer, trainer->params, trainer->played);
  rcv_trainer_play(trainer, trainer->params, trainer->candidate->params);
  for (uint32_t i = 0; i < trainer->settings->batch_size; ++i) {
    RcvSegment* const segment = &trainer->segments[i];
    segment->rest =
      segment->gain > 0.0f ? rcv_trainer_find_rest(trainer, segment) : 0.0f;
  }
  rcv_workers_run(trainer->workers, begin_slice, trainer, trainer->n_slices);
}

/**
   Make one update from a window of the segments.

   @return The loss before it, or NaN if its gradient is not finite: then
   nothing was changed.
*/
static double
update(RcvTrainer* const trainer, const uint32_t start, const uint32_t n_frames)
{
  WindowJob job = {trainer, start, n_frames, {0.0, 0.0}};
  for (uint32_t i = 0; i < trainer->n_slices; ++i) {
    const RcvEnergy energy =
      rcv_slice_energy(trainer->slices[i], start, n_frames);

    job.energy.pre += energy.pre;
    job.energy.plain += energy.plain;
  }
  rcv_trainer_play(trainer, trainer->params, trainer->played);
  rcv_workers_run(trainer->workers, run_slice, &job, trainer->n_slices);

  // Always added in the same order, whichever thread was first
  double loss = 0.0;
  memset(trainer->gradient, 0, trainer->n_params * sizeof(float));
  for (uint32_t i = 0; i < trainer->n_slices; ++i) {
    const float* const gradient = rcv_slice_gradient(trainer->slices[i]);
    for (size_t k = 0; k < trainer->n_params; ++k) {
      trainer->gradient[k] += gradient[k];
    }
    loss += trainer->losses[i];
  }

  double norm = 0.0;
  for (size_t k = 0; k < trainer->n_params; ++k) {
    norm += (double)trainer->gradient[k] * (double)trainer->gradient[k];
  }
  norm = sqrt(norm);
  if (!isfinite(norm) || !isfinite(loss)) {
    return (double)NAN;
  }

  const float factor = (float)rcv_clip_factor(&trainer->clip, norm);
  for (size_t k = 0; k < trainer->n_params; ++k) {
    trainer->gradient[k] *= factor;
  }
  memcpy(trainer->before, trainer->params, trainer->n_params * sizeof(float));
  rcv_optimizer_update(trainer->optimizer,
                       trainer->params,
                       trainer->gradient,
                       rcv_trainer_rate(trainer));
  rcv_slow_units_temper(&trainer->shape,
                        RCV_FASTEST_FOLLOWER_S *
                          trainer->pairs->pairs[0].rate_hz,
                        trainer->before,
                        trainer->params);
  rcv_weight_mean_add(&trainer->mean, trainer->params);
  return loss;
}

/* The loop */

static void
report_progress(RcvTrainer* const trainer, const bool now)
{
  const double seconds = rcv_clock_now_s() - trainer->start_time;
  if (!now && seconds < trainer->next_report) {
    return;
  }

  const RcvTrainerResult* const result = trainer->result;
  const RcvTrainerPoint* const  last =
    result->n_points ? &result->points[result->n_points - 1] : NULL;
  const double done = fmin(trainer->frames_done / trainer->plan.n_frames, 1.0);

  trainer->next_report = seconds + 0.5;
  trainer->events->progress(trainer->events->handle,
                            last,
                            trainer->best_esr,
                            done,
                            (double)trainer->n_updates / fmax(seconds, 1e-3),
                            seconds * (1.0 - done) / fmax(done, 1e-6));
}

/// Why the loop must end now; RCV_END_PLAN if it need not
static RcvTrainerEnd
reason_to_end(const RcvTrainer* const trainer)
{
  const RcvTrainerSettings* const settings = trainer->settings;
  return trainer->events->stop && *trainer->events->stop ? RCV_END_INTERRUPTED
         : trainer->best_esr <= settings->until_esr      ? RCV_END_UNTIL
         : settings->patience && trainer->n_without_gain >= settings->patience
           ? RCV_END_PATIENCE
           : RCV_END_PLAN;
}

/// The losses since the last validation, and where in the segments it is
typedef struct {
  double   sum;
  size_t   n;
  uint32_t position;
} Course;

void
rcv_trainer_begin_stage(RcvTrainer* const trainer)
{
  if (trainer->n_without_gain) {
    rcv_guard_recall(&trainer->guard, trainer->params);
  }
  rcv_weight_mean_renew(&trainer->mean);
  rcv_guard_forget_losses(&trainer->guard);
}

/// Go through the next window
static void
make_update(RcvTrainer* const trainer, Course* const course)
{
  const uint32_t n_segment = trainer->plan.segment_frames;
  if (course->position >= n_segment) {
    begin_segments(trainer);
    course->position = 0;
  }

  const uint32_t window = rcv_plan_window(&trainer->plan, trainer->frames_done);
  if (window != trainer->window_frames) {
    rcv_trainer_begin_stage(trainer);
    trainer->window_frames = window;
  }

  const uint32_t left  = n_segment - course->position;
  const uint32_t n     = window < left ? window : left;
  const double   start = rcv_clock_now_s();
  const double   loss  = update(trainer, course->position, n);

  trainer->update_seconds += rcv_clock_now_s() - start;
  trainer->update_steps += (double)n * trainer->settings->batch_size;
  course->position += n;
  if (rcv_guard_see_loss(&trainer->guard, loss)) {
    rcv_trainer_return(trainer, true);
    course->position = n_segment;
  } else if (isfinite(loss)) {
    course->sum += loss;
    ++course->n;
  }
  ++trainer->n_updates;
  trainer->frames_done += n;
  trainer->n_steps += (double)n * trainer->settings->batch_size;
}

RcvStatus
rcv_trainer_loop(RcvTrainer* const trainer, RcvError* const error)
{
  const size_t n_updates = trainer->result->n_planned;
  const double interval =
    trainer->plan.n_frames / (double)trainer->n_validations;

  // It begins with new segments after each validation, so that no network's
  // state lives across one and a run can be resumed from there without any
  const Course anew   = {0.0, 0, trainer->plan.segment_frames};
  Course       course = anew;
  RcvStatus    status = RCV_OK;
  while (!status && trainer->n_updates < n_updates &&
         (trainer->result->end = reason_to_end(trainer)) == RCV_END_PLAN) {
    make_update(trainer, &course);
    if (trainer->frames_done >= trainer->next_validation ||
        trainer->n_updates == n_updates) {
      status = rcv_trainer_validate(
        trainer, course.sum / fmax(1.0, (double)course.n), error);
      trainer->next_validation += fmin(interval, trainer->next_validation);
      course          = anew;
      trainer->n_left = 0;
      if (!status) {
        status = rcv_trainer_save(trainer, error);
      }
      report_progress(trainer, true);
    }
    report_progress(trainer, false);
  }
  return status;
}

double
rcv_trainer_measure_speed(RcvTrainer* const trainer)
{
  // A machine is not always as fast; what is wrong here is so to the end
  const double wanted_s = fmin(fmax(0.4, 0.02 * trainer->time_s), 2.0);
  const double start    = rcv_clock_now_s();
  double       n_frames = 0.0;
  double       seconds  = 0.0;

  const RcvRandom random = trainer->random;
  while (seconds < wanted_s) {
    begin_segments(trainer);
    for (uint32_t t = 0;
         t < trainer->plan.segment_frames && seconds < wanted_s;) {
      const uint32_t left   = trainer->plan.segment_frames - t;
      const uint32_t window = trainer->plan.window_frames[0];
      const uint32_t n      = window < left ? window : left;

      update(trainer, t, n);
      t += n;
      n_frames += n;
      seconds = rcv_clock_now_s() - start;
    }
  }
  trainer->random = random;
  return n_frames / seconds;
}

RcvStatus
rcv_trainer_finish(RcvTrainer* const trainer, RcvError* const error)
{
  RcvTrainerResult* const result = trainer->result;

  result->n_updates               = trainer->n_updates;
  result->n_steps                 = trainer->n_steps;
  result->n_returns               = (uint32_t)trainer->guard.n_returns;
  result->best_esr                = trainer->best_esr;
  result->seconds                 = rcv_clock_now_s() - trainer->start_time;
  result->update_steps_per_second = rcv_trainer_update_speed(trainer);
  if (!isfinite(trainer->best_esr)) {
    return rcv_error_set(
      error,
      trainer->result->end == RCV_END_INTERRUPTED ? RCV_INTERRUPTED
                                                  : RCV_BAD_DATA,
      "no model was worth keeping after %zu updates; train longer (--time), "
      "with a lower --lr, or check that the recordings belong together",
      result->n_updates);
  }

  if (trainer->settings->is_trial) {
    return RCV_OK;
  }

  return rcv_trainer_choose(trainer, error);
}

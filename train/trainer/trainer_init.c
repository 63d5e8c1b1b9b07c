// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer.h"

#include "train/numbers/clock.h"
#include "train/trainer/engine.h"
#include "train/trainer/initial_weights.h"
#include "train/trainer/trainer_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  WARM_UP_FRAMES = 1000, // As Wright et al. have it

  // Often enough to see a loss early, also in long runs
  LEAST_VALIDATIONS = 6,
  MOST_VALIDATIONS  = 2000,

  // Units and frames of windows whose tape is kept: 64 MB for each thread, with
  // an LSTM and AVX-512
  MOST_KEPT = 160000,

  // Parts for training are at least so many times as long as what is learned in
  // a row, so that what is near their ends is not heard much less often
  LEAST_ROOM = 4,

  // Between two validations there must be time to learn something
  LEAST_UPDATES = 20,
};

// The part of the time that validation may take
static const double validation_share = 0.05;

// When the first comes, as a part of the usual time between two, and the later
// ones at twice that and so on: before it there is nothing to go back to
static const double first_validation = 0.25;

/// Those that are given, or such as a training starts from
static void
init_params(RcvTrainer* const trainer)
{
  if (trainer->settings->start) {
    memcpy(trainer->params,
           trainer->settings->start,
           trainer->n_params * sizeof(float));
    return;
  }

  rcv_initial_weights(&trainer->shape,
                      rcv_trainer_input_rms(trainer),
                      trainer->pairs->pairs[0].rate_hz,
                      &trainer->random,
                      trainer->params);
}

/// The longest windows of the plan that keep their tape; 0 if none does
static uint32_t
longest_kept(const RcvTrainer* const trainer)
{
  const RcvPlan* const plan = &trainer->plan;
  const uint32_t       n_units =
    trainer->shape.num_layers * trainer->shape.hidden_size;

  uint32_t longest = 0;
  for (uint32_t i = 0; i < plan->n_stages; ++i) {
    const uint32_t n = plan->window_frames[i];
    longest = (double)n * n_units <= MOST_KEPT && n > longest ? n : longest;
  }
  return longest;
}

/**
   Segments that follow each other in the recording and are learned with the
   state that the network has by then: slow devices come into states that half a
   second does not lead to.
*/
static uint32_t
count_in_row(const RcvTrainer* const trainer, const size_t n_frames)
{
  const double carried =
    fmin(trainer->settings->carry_s * trainer->pairs->pairs[0].rate_hz,
         (double)n_frames / LEAST_ROOM);

  return (uint32_t)fmax(1.0, floor(carried / trainer->plan.segment_frames));
}

/// Frames before a row of segments, which leave it its room in the data
static size_t
count_warm_up(const RcvTrainer* const trainer,
              const size_t            n_data,
              const size_t            n_row)
{
  if (trainer->n_in_row == 1) {
    return WARM_UP_FRAMES;
  }

  // It comes seldom, and slow states take long to fill
  const size_t slow   = trainer->pairs->pairs[0].rate_hz / 4;
  const size_t wanted = slow > WARM_UP_FRAMES ? slow : WARM_UP_FRAMES;
  const size_t room   = n_data - n_row;
  return wanted < room ? wanted : room;
}

/// Segments, shorter if the data are short
static RcvStatus
plan_segments(RcvTrainer* const trainer, RcvError* const error)
{
  const RcvTrainerSettings* const settings = trainer->settings;
  const RcvPair* const            pair     = &trainer->pairs->pairs[0];
  const size_t                    n_data   = rcv_trainer_shortest(trainer);

  // Of a clip the first half fills the states, and the second is learned
  const size_t clip   = pair->clip_frames;
  size_t       n_warm = clip ? clip / 2 : WARM_UP_FRAMES;
  const double wanted =
    clip ? (double)clip : settings->segment_s * pair->rate_hz;
  const double   longest = (double)(clip ? clip : n_data) - (double)n_warm;
  const uint32_t multiple =
    trainer->shape.bidirectional ? trainer->shape.block_frames : 1;
  if (longest < (double)multiple) {
    rcv_error_set(error,
                  RCV_BAD_DATA,
                  "%.2f s for training are too short for a block of "
                  "%u frames; record more",
                  (double)n_data / pair->rate_hz,
                  multiple);
    return RCV_BAD_DATA;
  }

  // Rounded up by the plan, so not more than fits
  const double segment = fmin(wanted, longest - (double)multiple + 1.0);

  trainer->plan     = rcv_plan_make(settings->windows,
                                settings->window_frames,
                                (uint32_t)segment,
                                multiple,
                                settings->rate);
  trainer->n_in_row = clip ? 1 : count_in_row(trainer, n_data - n_warm);

  const size_t n_row = (size_t)trainer->n_in_row * trainer->plan.segment_frames;
  n_warm             = clip ? n_warm : count_warm_up(trainer, n_data, n_row);
  trainer->n_span    = n_warm + n_row;

  const RcvSliceSettings slice = {
    rcv_engine_choose(settings->is_bf16_backward),
    trainer->shape,
    trainer->plan.segment_frames,
    (uint32_t)n_warm,
    trainer->plan.window_frames[trainer->plan.n_stages - 1],
    longest_kept(trainer),
    1e-3 * rcv_trainer_mean_energy(trainer),
    pair->rate_hz / 2};
  trainer->slice_settings = slice;
  return RCV_OK;
}

static RcvStatus
init(RcvTrainer* const trainer, RcvError* const error)
{
  const RcvTrainerSettings* const settings = trainer->settings;
  const RcvStatus                 status   = plan_segments(trainer, error);
  if (status) {
    return status;
  }

  trainer->n_lanes = trainer->slice_settings.engine.bptt->n_lanes;
  trainer->n_slices =
    (settings->batch_size + trainer->n_lanes - 1) / trainer->n_lanes;
  trainer->n_bptts   = settings->n_threads < trainer->n_slices
                         ? settings->n_threads
                         : trainer->n_slices;
  trainer->n_params  = rcv_shape_n_params(&trainer->shape);
  trainer->candidate = rcv_model_new(&trainer->shape);
  trainer->workers   = rcv_workers_new(settings->n_threads);
  trainer->bptts     = calloc(trainer->n_bptts, sizeof(RcvBptt*));
  trainer->slices    = calloc(trainer->n_slices, sizeof(RcvSlice*));
  trainer->losses    = calloc(trainer->n_slices, sizeof(double));
  trainer->segments  = calloc(settings->batch_size, sizeof(RcvSegment));
  trainer->optimizer = rcv_optimizer_new(settings->optimizer, &trainer->shape);
  trainer->params    = calloc(trainer->n_params, sizeof(float));
  trainer->played    = calloc(trainer->n_params, sizeof(float));
  trainer->before    = calloc(trainer->n_params, sizeof(float));
  trainer->gradient  = calloc(trainer->n_params, sizeof(float));

  bool good = rcv_guard_init(&trainer->guard, trainer->n_params) &&
              rcv_weight_mean_init(&trainer->mean, trainer->n_params) &&
              trainer->optimizer && trainer->candidate && trainer->workers &&
              trainer->bptts && trainer->slices && trainer->losses &&
              trainer->segments && trainer->params && trainer->played &&
              trainer->before && trainer->gradient;
  for (uint32_t i = 0; good && i < trainer->n_bptts; ++i) {
    trainer->bptts[i] = rcv_slice_new_bptt(&trainer->slice_settings);
    good              = trainer->bptts[i];
  }
  for (uint32_t i = 0, thread = 0; good && i < trainer->n_slices; ++i) {
    // In turn, as rcv_workers_run() divides the slices among the threads
    trainer->slices[i] =
      rcv_slice_new(&trainer->slice_settings, trainer->bptts[thread]);
    good   = trainer->slices[i];
    thread = thread + 1 < trainer->n_bptts ? thread + 1 : 0;
  }
  return good ? RCV_OK
              : rcv_error_set(error, RCV_NO_MEMORY, "No memory for training");
}

static void
clear(RcvTrainer* const trainer)
{
  for (uint32_t i = 0; trainer->slices && i < trainer->n_slices; ++i) {
    rcv_slice_free(trainer->slices[i]);
  }
  for (uint32_t i = 0; trainer->bptts && i < trainer->n_bptts; ++i) {
    trainer->slice_settings.engine.bptt->free_(trainer->bptts[i]);
  }
  rcv_workers_free(trainer->workers);
  rcv_optimizer_free(trainer->optimizer);
  rcv_guard_clear(&trainer->guard);
  rcv_weight_mean_clear(&trainer->mean);
  rcv_model_free(trainer->candidate);
  free(trainer->bptts);
  free(trainer->slices);
  free(trainer->losses);
  free(trainer->segments);
  free(trainer->train);
  free(trainer->heard);
  free(trainer->params);
  free(trainer->played);
  free(trainer->before);
  free(trainer->gradient);
}

/// Start from the seed, as if nothing had been computed
static void
start_over(RcvTrainer* const trainer)
{
  trainer->random.state = trainer->settings->seed;
  init_params(trainer);
  rcv_optimizer_reset(trainer->optimizer);
  rcv_guard_reset(&trainer->guard, trainer->params);
  rcv_weight_mean_reset(&trainer->mean, trainer->params);
  trainer->clip.n_norms = 0;
  trainer->n_left       = 0;
  trainer->start_time   = rcv_clock_now_s();
  trainer->next_report  = 0.0;
}

/// Plan so many updates, and return how many validations they have
static size_t
plan_validations(RcvTrainer* const trainer, const size_t n_updates)
{
  const RcvTrainerSettings* const settings = trainer->settings;
  rcv_plan_set_updates(&trainer->plan, n_updates);

  const double steps = trainer->plan.n_frames * settings->batch_size;
  const double n_played =
    (double)rcv_pairs_length(trainer->pairs, RCV_USE_VALIDATION);

  // The tests of what is better come on top of it: a return loses all that was
  // learned since the last validation, so it is not to be saved on them
  const double n    = validation_share * RCV_TRAIN_COST * steps / n_played;
  const double most = fmin(MOST_VALIDATIONS, (double)n_updates / LEAST_UPDATES);

  return settings->is_trial ? 1
                            : (size_t)fmax(LEAST_VALIDATIONS, fmin(n, most));
}

/// How many updates fit into what is left of the time, by what each part takes
static RcvStatus
plan_updates(RcvTrainer* const trainer, RcvError* const error)
{
  rcv_plan_set_updates(&trainer->plan, 1); // Any, to have a learning rate
  start_over(trainer);

  const double start        = rcv_clock_now_s();
  const double frames_per_s = rcv_trainer_measure_speed(trainer);
  double       validation_s = 0.0;
  double       check_s      = 0.0;
  double       finish_s     = 0.0;
  if (!trainer->settings->is_trial) {
    const RcvStatus status = rcv_trainer_measure_costs(
      trainer, &validation_s, &check_s, &finish_s, error);
    if (status) {
      return status;
    }
  }

  // Not less than a third to learn in, where there is hardly any time
  const double least_s = trainer->time_s / 3.0;
  const double left_s =
    trainer->time_s - finish_s - (rcv_clock_now_s() - start);

  // Without validations first, as their number depends on that of updates
  size_t n_updates =
    rcv_plan_updates_for(&trainer->plan, frames_per_s * fmax(left_s, least_s));
  const double learning_s =
    left_s - (validation_s * (double)plan_validations(trainer, n_updates));

  const double checks_s = check_s * (double)rcv_trainer_count_checks(trainer);
  n_updates             = rcv_plan_updates_for(
    &trainer->plan, frames_per_s * fmax(learning_s - checks_s, least_s));
  trainer->result->n_planned = n_updates;
  return RCV_OK;
}

/// How many updates there will be, and how many validations among them
static RcvStatus
plan_length(RcvTrainer* const trainer, RcvError* const error)
{
  RcvTrainerResult* const result = trainer->result;
  if (!result->n_planned) {
    result->n_planned = trainer->settings->n_updates;
  }

  RcvStatus status = RCV_OK;
  if (!result->n_planned) {
    status = plan_updates(trainer, error);
  }
  if (!status) {
    trainer->n_validations = plan_validations(trainer, result->n_planned);
    trainer->n_checks      = rcv_trainer_count_checks(trainer);
  }
  return status;
}

/// All but the end
static RcvStatus
run(RcvTrainer* const trainer, RcvError* const error)
{
  RcvStateFile* file   = NULL;
  RcvStatus     status = rcv_trainer_list_data(trainer, error);
  if (!status && trainer->settings->resume) {
    status = rcv_trainer_open_state(trainer, &file, error);
    status = status == RCV_NO_FILE ? RCV_OK : status; // From the beginning
  }
  if (!status) {
    trainer->model->shape.skip = trainer->shape.skip;
    status                     = init(trainer, error);
  }
  if (!status) {
    status = plan_length(trainer, error);
  }
  if (!status) {
    const bool is_trial = trainer->settings->is_trial;
    start_over(trainer);
    rcv_trainer_play(trainer, trainer->params, trainer->model->params);
    trainer->next_validation = (is_trial ? 1.0 : first_validation) *
                               trainer->plan.n_frames /
                               (double)trainer->n_validations;
  }
  if (!status && file) {
    status = rcv_trainer_load(trainer, file, error);
  }
  rcv_state_file_free(file);
  return status ? status : rcv_trainer_loop(trainer, error);
}

RcvStatus
rcv_trainer_run_decided(const RcvTrainerSettings* const settings,
                        const RcvTrainerDecision* const decision,
                        const RcvPairs* const           pairs,
                        const RcvTrainerEvents* const   events,
                        RcvModel* const                 model,
                        RcvTrainerResult* const         result,
                        RcvError* const                 error)
{
  RcvTrainer trainer;
  memset(&trainer, 0, sizeof(trainer));
  memset(result, 0, sizeof(RcvTrainerResult));
  result->refused_esr = (double)INFINITY;
  trainer.settings    = settings;
  trainer.pairs       = pairs;
  trainer.events      = events;
  trainer.result      = result;
  trainer.model       = model;
  trainer.best_esr    = (double)INFINITY;
  trainer.shape       = settings->shape;
  trainer.shape.skip  = decision->has_skip;
  trainer.time_s      = decision->time_s;

  RcvStatus status = run(&trainer, error);
  if (!status) {
    status = rcv_trainer_finish(&trainer, error);
  }
  clear(&trainer);
  return status;
}

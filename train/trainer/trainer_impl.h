// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_TRAINER_IMPL_H
#define TRAIN_TRAINER_TRAINER_IMPL_H

#include "dsp/model/model.h"
#include "train/data/pairs.h"
#include "train/file/state_file.h"
#include "train/numbers/random.h"
#include "train/optimizer/clip.h"
#include "train/optimizer/optimizer.h"
#include "train/optimizer/weight_mean.h"
#include "train/trainer/guard.h"
#include "train/trainer/plan.h"
#include "train/trainer/slice.h"
#include "train/trainer/trainer.h"
#include "train/trainer/workers.h"

#include <stddef.h>
#include <stdint.h>

/// How many times longer a frame takes to train than to play, about
#define RCV_TRAIN_COST 3.0

/// A run: begun in trainer.c, set up and taken down in trainer_init.c, its data
/// in trainer_data.c, the loop is in trainer_loop.c, validation in
/// trainer_validate.c
typedef struct {
  const RcvTrainerSettings* settings;
  const RcvPairs*           pairs;
  RcvPassage*               train; // [n_train] what segments are drawn from
  size_t                    n_train;
  RcvPassage*               heard; // [n_heard] and what is validated by
  size_t                    n_heard;
  const RcvTrainerEvents*   events;
  RcvTrainerResult*         result;
  RcvModel*                 model;     // The best, borrowed
  RcvModel*                 candidate; // With the weights of now
  RcvShape                  shape;     // With the skip that was decided on
  double                    time_s;    // Left of that of the settings
  uint64_t                  data_hash;
  RcvPlan                   plan;
  RcvSliceSettings          slice_settings;
  RcvWorkers*               workers;
  RcvBptt**                 bptts; // [n_bptts], one for each thread
  uint32_t                  n_bptts;
  RcvSlice**                slices; // [n_slices]
  double*                   losses; // [n_slices]
  uint32_t                  n_slices;
  uint32_t                  n_lanes;
  RcvSegment*               segments; // [batch]
  uint32_t                  n_in_row; // That a sequence goes through
  uint32_t                  n_left;   // Of them, after those of now
  size_t                    n_span;   // Frames of warm-up and all in a row
  size_t                    n_params;
  float*                    params;   // [n_params] that are updated
  RcvWeightMean             mean;     // Of them: what is validated and kept
  float*                    played;   // [n_params] and rcv_trainer_play()
  float*                    before;   // [n_params] weights before an update
  float*                    gradient; // [n_params]
  RcvOptimizer*             optimizer;
  RcvClip                   clip;
  RcvGuard                  guard;
  RcvRandom                 random;
  double                    frames_done;
  double                    n_steps;
  double                    update_steps;    // Of this process, in …
  double                    update_seconds;  // … so much time
  double                    next_validation; // Frames done by then
  uint64_t                  n_updates;
  size_t                    n_validations;
  size_t                    n_checks; // Of what is kept, before the end
  uint64_t                  n_without_gain;
  double                    best_esr;
  uint64_t                  window_frames; // Of the last update
  double                    seconds;       // Until the state was saved
  double                    start_time;
  double                    next_report;
} RcvTrainer;

/// List what is trained on, and check it (trainer_data.c)
RcvStatus
rcv_trainer_list_data(RcvTrainer* trainer, RcvError* error);

/// Frames of the shortest passage to train on
size_t
rcv_trainer_shortest(const RcvTrainer* trainer);

/// Mean energy of a pre-emphasised frame of the targets
double
rcv_trainer_mean_energy(const RcvTrainer* trainer);

/// RMS of the input, at least what can be divided by
double
rcv_trainer_input_rms(const RcvTrainer* trainer);

/// Draw where a sequence begins: at any frame that leaves it all of its length;
/// some are silence after sound, of which `rest` is not set
RcvSegment
rcv_trainer_draw_segment(RcvTrainer* trainer);

/**
   What the candidate comes to in half a second of silence.

   It is what silence after sound should come to as well: where a network holds
   another constant for ever, pre-emphasis leaves hardly an error to learn from.
*/
float
rcv_trainer_find_rest(const RcvTrainer* trainer, const RcvSegment* segment);

/// Weights as a model has them: themselves, or rounded to bfloat16
void
rcv_trainer_play(const RcvTrainer* trainer, const float* params, float* played);

/// RMS by which rounding may change what a network of some ESR plays, as a part
/// of the target's
double
rcv_trainer_rounding_limit(double val_esr);

/// Learning rate of now
double
rcv_trainer_rate(const RcvTrainer* trainer);

/**
   Measure what it takes to validate and to choose at the end, with the weights
   as they are.

   @param validation_s Set: seconds of a validation that finds a better model.
   @param check_s Set: seconds of a check, likewise.
   @param finish_s Set: seconds of rcv_trainer_choose() if the best is steady.
*/
RcvStatus
rcv_trainer_measure_costs(const RcvTrainer* trainer,
                          double*           validation_s,
                          double*           check_s,
                          double*           finish_s,
                          RcvError*         error);

/**
   Take validated weights again, more carefully.

   @param begins_anew Whether the optimiser forgets what it knows, which may
   have been the reason: its moments and bases are of weights that were lost.
*/
void
rcv_trainer_return(RcvTrainer* trainer, bool begins_anew);

/// Validate, keep what is better, note it in the history, and check what is
/// kept where that is due
RcvStatus
rcv_trainer_validate(RcvTrainer* trainer, double train_loss, RcvError* error);

/// How often what is kept is to be checked before the end of the plan
size_t
rcv_trainer_count_checks(const RcvTrainer* trainer);

/// Take the best of the kept weights that falls silent from many places as the
/// model; if none does, the best, which the result then says to latch
RcvStatus
rcv_trainer_choose(RcvTrainer* trainer, RcvError* error);

/// Tell of a validation
RcvStatus
rcv_trainer_tell(const RcvTrainer*      trainer,
                 const RcvTrainerPoint* point,
                 RcvError*              error);

/// What is decided before a run begins
typedef struct {
  bool   has_skip;
  double time_s; ///< Left for the run; see RcvTrainerSettings
} RcvTrainerDecision;

/// Decide by two short trials whether there is a skip (trainer_trial.c)
RcvStatus
rcv_trainer_try_skip(const RcvTrainerSettings* of_run,
                     const RcvPairs*           pairs,
                     const RcvTrainerEvents*   events,
                     RcvTrainerDecision*       decision,
                     RcvError*                 error);

/// Train without a trial; see rcv_trainer_run() (trainer_init.c)
RcvStatus
rcv_trainer_run_decided(const RcvTrainerSettings* settings,
                        const RcvTrainerDecision* decision,
                        const RcvPairs*           pairs,
                        const RcvTrainerEvents*   events,
                        RcvModel*                 model,
                        RcvTrainerResult*         result,
                        RcvError*                 error);

/// Save the state, if there is a name for its file (trainer_state.c)
RcvStatus
rcv_trainer_save(RcvTrainer* trainer, RcvError* error);

/**
   Read a state, check that it is one of this run, and take its plan.

   @param file Set, to be freed by the caller.
*/
RcvStatus
rcv_trainer_open_state(RcvTrainer*    trainer,
                       RcvStateFile** file,
                       RcvError*      error);

/// Go on where a state was saved
RcvStatus
rcv_trainer_load(RcvTrainer*         trainer,
                 const RcvStateFile* file,
                 RcvError*           error);

/// Frames of all sequences per second of the updates of this process
double
rcv_trainer_update_speed(const RcvTrainer* trainer);

/// Frames of each sequence per second; changes weights and moments
double
rcv_trainer_measure_speed(RcvTrainer* trainer);

/// Begin with windows of another length.  The last stages have few updates:
/// what was lost before is not made up for in them, and the weights before do
/// not belong into their mean.
void
rcv_trainer_begin_stage(RcvTrainer* trainer);

/// Train until the plan is done or there is a reason to end
RcvStatus
rcv_trainer_loop(RcvTrainer* trainer, RcvError* error);

/// Fill in the result, and test the model once more
RcvStatus
rcv_trainer_finish(RcvTrainer* trainer, RcvError* error);

#endif // TRAIN_TRAINER_TRAINER_IMPL_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_TRAINER_H
#define TRAIN_TRAINER_TRAINER_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/shape.h"
#include "train/data/pairs.h"
#include "train/optimizer/optimizer.h"
#include "train/trainer/plan.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   The training loop: batches of segments, back-propagation through time,
   updates, validation, and the best model so far.
*/

/// What is to be trained and how
typedef struct {
  RcvShape         shape;
  RcvOptimizerKind optimizer;
  RcvWindows       windows;
  uint32_t         window_frames; ///< Of RCV_WINDOWS_FIXED
  double           segment_s;     ///< Length of a segment
  double           carry_s;       ///< How long they follow each other
  uint32_t         batch_size;    ///< Sequences per update
  double           rate;          ///< Greatest learning rate
  uint64_t         seed;          ///< Same seed, same numbers
  uint32_t         n_threads;
  size_t           n_updates; ///< 0: as many as fit in time_s
  double           time_s;    ///< Used if n_updates is 0
  double           until_esr; ///< Stop at this validation ESR; 0: never
  uint32_t         patience;  ///< Stop after so many validations without a gain

  /// Find out by two short trials whether to have a skip; not shape.skip then
  bool try_skip;

  /// Is such a trial itself: one validation, at the end
  bool is_trial;

  /// Train weights that are exact in bfloat16, see bf16_weights.h
  bool is_bf16;

  /// Go backward in bfloat16: rcv_engine_choose(true) must have such an engine
  bool is_bf16_backward;

  /// File to save the state in at each validation, or NULL; borrowed
  const char* state_path;

  /// Go on from that file, if it is there
  bool resume;

  /// [rcv_shape_n_params()] weights to start from, borrowed, or NULL: random
  const float* start;
} RcvTrainerSettings;

/// One validation
typedef struct {
  size_t   n_updates;
  double   seconds;
  double   train_loss; ///< Mean since the last validation
  double   val_esr;
  uint32_t window_frames;
  double   n_steps;   ///< Frames of all sequences so far
  double   best_esr;  ///< So far, this validation included; may be infinite
  double   rate;      ///< Learning rate of the last update
  uint32_t n_returns; ///< So far
  double   update_steps_per_second; ///< Of this process, without validations
} RcvTrainerPoint;

/// Why a run ended
typedef enum {
  RCV_END_PLAN,        ///< All updates were made
  RCV_END_UNTIL,       ///< The wanted ESR was reached
  RCV_END_PATIENCE,    ///< It did not get better
  RCV_END_INTERRUPTED, ///< The user asked to stop
} RcvTrainerEnd;

/// What came out
typedef struct {
  RcvTrainerEnd end;
  double        best_esr;   ///< Validation ESR of the model
  double        rest_level; ///< Of the model, see rcv_evaluate_rest()
  bool          latches;    ///< After sound, or it depends on rounding
  double   refused_esr;     ///< Of the best that was left for that, or infinite
  double   seconds;
  size_t   n_updates; ///< Made
  size_t   n_planned; ///< What --updates must be to repeat this run
  double   n_steps;   ///< Frames of all sequences, forward and backward
  double   update_steps_per_second; ///< Of this process, without validations
  uint32_t n_returns;               ///< Times it went back to the best weights
  RcvTrainerPoint* points;          ///< [n_points] to be freed by the caller
  size_t           n_points;
} RcvTrainerResult;

/// What happens during a run
typedef struct {
  void* handle;

  /// A validation or a second has passed; best_esr may be infinite
  void (*progress)(void*                  handle,
                   const RcvTrainerPoint* last,
                   double                 best_esr,
                   double                 done,
                   double                 updates_per_s,
                   double                 seconds_left);

  /// There is a new best model, borrowed, or the best was left for latching and
  /// this one is what comes next; anything but RCV_OK ends the run
  RcvStatus (*better)(void* handle, const RcvModel* model, RcvError* error);

  /// Set by a signal handler to end the run; borrowed, may be NULL
  const volatile sig_atomic_t* stop;

  /// A validation was done; after a resume those before it are told again.
  /// Anything but RCV_OK ends the run; may be NULL
  RcvStatus (*validated)(void*                  handle,
                         const RcvTrainerPoint* point,
                         RcvError*              error);
} RcvTrainerEvents;

/**
   Train a model.

   Nothing but the parts for training are learned from: what fills the states
   before a segment and what bidirectional networks look ahead is in the same
   part, or silence.  Parts that overlap are refused.

   Same settings but for n_threads, same bytes, whether the run was resumed from
   its state or never interrupted; that of a run that ended otherwise than by
   an interruption may be removed by the caller.

   @param model Its shape must be settings->shape, of which the skip is set if
   it is to be tried; its weights are set to the best that were found by
   validation.
   @param result Its points must be freed by the caller, also after a failure.
*/
RcvStatus
rcv_trainer_run(const RcvTrainerSettings* settings,
                const RcvPairs*           pairs,
                const RcvTrainerEvents*   events,
                RcvModel*                 model,
                RcvTrainerResult*         result,
                RcvError*                 error);

#endif // TRAIN_TRAINER_TRAINER_H

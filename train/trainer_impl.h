// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_IMPL_H
#define TRAIN_TRAINER_IMPL_H

#include "dsp/model/model.h"
#include "train/clip.h"
#include "train/guard.h"
#include "train/optimizer.h"
#include "train/pair.h"
#include "train/plan.h"
#include "train/random.h"
#include "train/slice.h"
#include "train/trainer.h"
#include "train/workers.h"

#include <stddef.h>
#include <stdint.h>

/// A run: set up and taken down in trainer_init.c, the loop is in trainer.c,
/// validation in trainer_validate.c
typedef struct {
  const RcvTrainerSettings* settings;
  const RcvPair*            pair;
  const RcvTrainerEvents*   events;
  RcvTrainerResult*         result;
  RcvModel*                 model;     // The best, borrowed
  RcvModel*                 candidate; // With the weights of now
  RcvPlan                   plan;
  RcvSliceSettings          slice_settings;
  RcvWorkers*               workers;
  RcvSlice**                slices; // [n_slices]
  double*                   losses; // [n_slices]
  uint32_t                  n_slices;
  uint32_t                  n_lanes;
  RcvSegment*               segments; // [batch]
  size_t                    n_span;   // Frames of warm-up and segment
  size_t                    n_params;
  float*                    params;   // [n_params]
  float*                    gradient; // [n_params]
  RcvOptimizer*             optimizer;
  RcvClip                   clip;
  RcvGuard                  guard;
  RcvRandom                 random;
  double                    frames_done;
  double                    n_steps;
  double                    next_validation; // Frames done by then
  uint64_t                  n_updates;
  size_t                    n_validations;
  uint64_t                  n_without_gain;
  double                    best_esr;
  double                    start_time;
  double                    next_report;
} RcvTrainer;

/// Seconds on a clock that only goes forward
double
rcv_trainer_now(void);

/// Learning rate of now
double
rcv_trainer_rate(const RcvTrainer* trainer);

/// Take validated weights again, more carefully
void
rcv_trainer_return(RcvTrainer* trainer);

/// Validate, keep what is better, and note it in the history
RcvStatus
rcv_trainer_validate(RcvTrainer* trainer, double train_loss, RcvError* error);

/// Frames of each sequence per second; changes weights and moments
double
rcv_trainer_measure_speed(RcvTrainer* trainer);

/// Train until the plan is done or there is a reason to end
RcvStatus
rcv_trainer_loop(RcvTrainer* trainer, RcvError* error);

/// Fill in the result, and test the model once more
RcvStatus
rcv_trainer_finish(RcvTrainer* trainer, RcvError* error);

#endif // TRAIN_TRAINER_IMPL_H

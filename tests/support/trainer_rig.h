// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_TRAINER_RIG_H
#define TESTS_SUPPORT_TRAINER_RIG_H

#include "train/data/pairs.h"
#include "train/trainer/trainer.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   Training on a device that is known: a low-pass, a clipper and a low-pass.
   Whatever fails here fails the test.
*/

/// The capture signal, and what the device makes of it
extern RcvPair rcv_trainer_rig_pair;

/// That pair, as all that there is
extern const RcvPairs rcv_trainer_rig_pairs;

/// Its part for a use: there is one for each, in order
RcvRegion
rcv_trainer_rig_region(RcvUse use);

/// What the trainer told
typedef struct {
  uint32_t              n_better;
  uint32_t              n_progress;
  uint32_t              stop_after; ///< Better models; 0: never
  double                last_esr;
  volatile sig_atomic_t stop;
} RcvTrainerRigEvents;

/// Make the pair: the set-up of a group of tests
int
rcv_trainer_rig_set_up(void** unused);

/// Free it
int
rcv_trainer_rig_tear_down(void** unused);

/// Count, and check what is told
void
rcv_trainer_rig_on_progress(void*                  handle,
                            const RcvTrainerPoint* last,
                            double                 best_esr,
                            double                 done,
                            double                 updates_per_s,
                            double                 seconds_left);

/// Count, and check that it is better
RcvStatus
rcv_trainer_rig_on_better(void* handle, const RcvModel* model, RcvError* error);

/// An LSTM 8 without a skip, with Adam
RcvTrainerSettings
rcv_trainer_rig_settings(size_t n_updates, uint32_t n_threads);

/// Train; the model must be freed by the caller, the points are freed
RcvModel*
rcv_trainer_rig_train(RcvTrainerSettings   settings,
                      RcvTrainerRigEvents* state,
                      RcvTrainerResult*    result);

/// The plain ESR of a model on the part for a use
double
rcv_trainer_rig_esr(const RcvModel* model, RcvUse use);

#endif // TESTS_SUPPORT_TRAINER_RIG_H

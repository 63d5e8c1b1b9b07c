// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer.h"

#include "train/trainer/trainer_impl.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/// Return whether there is a state to go on from, which has decided already
static bool
has_state(const RcvTrainerSettings* const settings)
{
  return settings->resume && settings->state_path &&
         !access(settings->state_path, R_OK);
}

RcvStatus
rcv_trainer_run(const RcvTrainerSettings* const settings,
                const RcvPairs* const           pairs,
                const RcvTrainerEvents* const   events,
                RcvModel* const                 model,
                RcvTrainerResult* const         result,
                RcvError* const                 error)
{
  RcvTrainerDecision decision = {settings->shape.skip, settings->time_s};
  RcvStatus          status   = RCV_OK;
  memset(result, 0, sizeof(RcvTrainerResult)); // For who frees its points
  if (settings->try_skip && !has_state(settings)) {
    status = rcv_trainer_try_skip(settings, pairs, events, &decision, error);
  }
  return status ? status
                : rcv_trainer_run_decided(
                    settings, &decision, pairs, events, model, result, error);
}

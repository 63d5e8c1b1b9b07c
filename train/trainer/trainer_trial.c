// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer_impl.h"

#include "train/numbers/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What each of the two trials may take of the run
static const double trial_share = 0.015;

// A skip must be so much better: early on it flatters, as it gives at once what
// a network without one learns soon
static const double wanted_gain = 0.5;

enum {
  LEAST_UPDATES = 40, // Fewer say nothing

  // Of growing windows, those of a trial
  TRIAL_WINDOW = 512,
};

static void
ignore_progress(void* const                  handle,
                const RcvTrainerPoint* const last,
                const double                 best_esr,
                const double                 done,
                const double                 updates_per_s,
                const double                 seconds_left)
{
  (void)handle;
  (void)last;
  (void)best_esr;
  (void)done;
  (void)updates_per_s;
  (void)seconds_left;
}

static RcvStatus
ignore_better(void* const           handle,
              const RcvModel* const model,
              RcvError* const       error)
{
  (void)handle;
  (void)model;
  (void)error;
  return RCV_OK;
}

/// Train for a little while; the ESR is infinite if nothing came of it
static RcvStatus
try_once(const RcvTrainerSettings* const settings,
         const RcvPairs* const           pairs,
         const RcvTrainerEvents* const   of_run,
         RcvTrainerResult* const         result,
         RcvError* const                 error)
{
  const RcvTrainerDecision decision = {settings->shape.skip, settings->time_s};
  const RcvTrainerEvents   events   = {
        NULL, ignore_progress, ignore_better, of_run->stop, NULL};

  RcvModel* const model = rcv_model_new(&settings->shape);
  if (!model) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a trial");
  }

  RcvError        why    = {RCV_OK, ""};
  const RcvStatus status = rcv_trainer_run_decided(
    settings, &decision, pairs, &events, model, result, &why);
  rcv_model_free(model);
  free(result->points);
  result->points = NULL;

  // That no model was worth keeping is an answer too
  const bool is_answer =
    !status || status == RCV_BAD_DATA || status == RCV_INTERRUPTED;
  return is_answer ? RCV_OK : rcv_error_set(error, status, "%s", why.message);
}

RcvStatus
rcv_trainer_try_skip(const RcvTrainerSettings* const of_run,
                     const RcvPairs* const           pairs,
                     const RcvTrainerEvents* const   events,
                     RcvTrainerDecision* const       decision,
                     RcvError* const                 error)
{
  const double       start    = rcv_clock_now_s();
  RcvTrainerSettings settings = *of_run;
  RcvTrainerResult   results[2];
  memset(results, 0, sizeof(results));

  settings.try_skip   = false;
  settings.is_trial   = true;
  settings.state_path = NULL;
  settings.resume     = false;
  settings.until_esr  = 0.0;
  settings.patience   = 0;
  settings.time_s *= trial_share;
  settings.n_updates = (size_t)((double)settings.n_updates * trial_share);
  if (settings.windows == RCV_WINDOWS_GROW) {
    settings.windows       = RCV_WINDOWS_FIXED;
    settings.window_frames = TRIAL_WINDOW;
  }

  // Without a number of updates it is the first one's time that sets it
  decision->has_skip = false;
  if (of_run->n_updates && settings.n_updates < LEAST_UPDATES) {
    return RCV_OK;
  }
  for (size_t i = 0; i < 2; ++i) {
    settings.shape.skip = i == 1;

    const RcvStatus status =
      try_once(&settings, pairs, events, &results[i], error);
    if (status) {
      return status;
    }
    if (results[i].n_planned < LEAST_UPDATES) {
      break;
    }
    settings.n_updates = results[0].n_planned;
  }

  decision->has_skip = results[1].n_planned >= LEAST_UPDATES &&
                       results[1].best_esr < wanted_gain * results[0].best_esr;
  decision->time_s =
    fmax(of_run->time_s - (rcv_clock_now_s() - start), 0.5 * of_run->time_s);
  return RCV_OK;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/trainer_rig.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "train/signal/capture_signal.h"
#include "train/trainer/evaluate.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 16000 };

RcvPair        rcv_trainer_rig_pair;
const RcvPairs rcv_trainer_rig_pairs = {&rcv_trainer_rig_pair, 1};

static RcvRegion
region_of(const RcvSignalRole role)
{
  const RcvSignalPart part =
    rcv_capture_signal_span(RCV_SIGNAL_SHORT, RATE_HZ, role);
  const RcvRegion region = {part.start, part.start + part.n_frames};
  return region;
}

RcvRegion
rcv_trainer_rig_region(const RcvUse use)
{
  return rcv_trainer_rig_pair.parts[use].region;
}

int
rcv_trainer_rig_set_up(void** const unused)
{
  (void)unused;
  const size_t   n       = rcv_capture_signal_length(RCV_SIGNAL_SHORT, RATE_HZ);
  int32_t* const samples = calloc(n, sizeof(int32_t));

  rcv_trainer_rig_pair.dry      = calloc(n, sizeof(float));
  float* const wet              = calloc(n, sizeof(float));
  rcv_trainer_rig_pair.n_frames = n;
  rcv_trainer_rig_pair.rate_hz  = RATE_HZ;
  if (!samples || !rcv_trainer_rig_pair.dry || !wet ||
      rcv_capture_signal_render(RCV_SIGNAL_SHORT, RATE_HZ, samples, NULL)) {
    free(samples);
    free(wet);
    return -1;
  }

  double energy = 0.0;
  float  low    = 0.0f;
  float  out    = 0.0f;
  for (size_t t = 0; t < n; ++t) {
    rcv_trainer_rig_pair.dry[t] =
      (float)samples[t] / (float)RCV_SIGNAL_FULL_SCALE;
    low += 0.3f * (rcv_trainer_rig_pair.dry[t] - low);
    out += 0.5f * ((0.4f * tanhf(6.0f * low)) - out);
    wet[t] = out;
    energy += (double)out * (double)out;
  }
  rcv_trainer_rig_pair.takes.takes    = calloc(1, sizeof(RcvTake));
  rcv_trainer_rig_pair.takes.n_takes  = 1;
  rcv_trainer_rig_pair.takes.n_frames = n;
  rcv_trainer_rig_pair.takes.rate_hz  = RATE_HZ;
  if (!rcv_trainer_rig_pair.takes.takes) {
    free(wet);
    free(samples);
    return -1;
  }
  rcv_trainer_rig_pair.takes.takes[0].wet = wet;

  rcv_trainer_rig_pair.wet_levels.rms = sqrt(energy / (double)n);

  static const RcvSignalRole roles[RCV_N_USES] = {
    RCV_ROLE_TRAIN, RCV_ROLE_VALIDATION, RCV_ROLE_TEST};
  for (size_t i = 0; i < RCV_N_USES; ++i) {
    if (rcv_pair_add_part(
          &rcv_trainer_rig_pair, (RcvUse)i, region_of(roles[i]), NULL)) {
      free(samples);
      return -1;
    }
  }
  free(samples);
  return 0;
}

int
rcv_trainer_rig_tear_down(void** const unused)
{
  (void)unused;
  rcv_pair_clear(&rcv_trainer_rig_pair);
  return 0;
}

void
rcv_trainer_rig_on_progress(void* const                  handle,
                            const RcvTrainerPoint* const last,
                            const double                 best_esr,
                            const double                 done,
                            const double                 updates_per_s,
                            const double                 seconds_left)
{
  RcvTrainerRigEvents* const events = handle;
  assert_true(done >= 0.0 && done <= 1.01);
  assert_true(updates_per_s >= 0.0 && isfinite(seconds_left));
  assert_true(!last || last->n_updates > 0);
  assert_true(best_esr > 0.0);
  ++events->n_progress;
}

RcvStatus
rcv_trainer_rig_on_better(void* const           handle,
                          const RcvModel* const model,
                          RcvError* const       error)
{
  (void)error;
  RcvTrainerRigEvents* const events = handle;
  assert_true(!events->n_better ||
              model->info.validation_esr < events->last_esr);
  events->last_esr = model->info.validation_esr;
  events->stop     = ++events->n_better == events->stop_after;
  return RCV_OK;
}

RcvTrainerSettings
rcv_trainer_rig_settings(const size_t n_updates, const uint32_t n_threads)
{
  RcvTrainerSettings s;
  memset(&s, 0, sizeof(s));
  s.shape      = rcv_fixture_shape(8);
  s.shape.skip = false;
  s.windows    = RCV_WINDOWS_GROW;
  s.segment_s  = 0.25;
  s.carry_s    = 1.0;
  s.batch_size = 40; // More than two slices, and not whole ones
  s.rate       = 0.01;
  s.seed       = 1;
  s.n_threads  = n_threads;
  s.n_updates  = n_updates;
  return s;
}

RcvModel*
rcv_trainer_rig_train(const RcvTrainerSettings   settings,
                      RcvTrainerRigEvents* const state,
                      RcvTrainerResult* const    result)
{
  const RcvTrainerEvents events = {state,
                                   rcv_trainer_rig_on_progress,
                                   rcv_trainer_rig_on_better,
                                   &state->stop,
                                   NULL};
  RcvError               error  = {RCV_OK, ""};
  RcvModel* const        model  = rcv_model_new(&settings.shape);
  assert_non_null(model);
  if (rcv_trainer_run(
        &settings, &rcv_trainer_rig_pairs, &events, model, result, &error)) {
    fail_msg("%s", error.message);
  }
  free(result->points);
  result->points = NULL;
  return model;
}

double
rcv_trainer_rig_esr(const RcvModel* const model, const RcvUse use)
{
  RcvMetrics m = {0.0, 0.0, 0.0, 0.0, 0};
  assert_int_equal(rcv_evaluate_region(model,
                                       &rcv_trainer_rig_pair,
                                       rcv_trainer_rig_region(use),
                                       NULL,
                                       &m,
                                       NULL),
                   RCV_OK);
  return m.esr;
}

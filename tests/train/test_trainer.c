// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "train/capture_signal.h"
#include "train/evaluate.h"

#include <stdlib.h>
#include <string.h>

/**
   @file

   Training on a device that is known: a low-pass, a clipper and a low-pass.
*/

enum { RATE_HZ = 16000 };

static RcvPair pair;
static float*  wet; // Of its only take

static RcvRegion
region_of(const RcvSignalRole role)
{
  const RcvSignalPart part =
    rcv_capture_signal_span(RCV_SIGNAL_SHORT, RATE_HZ, role);
  const RcvRegion region = {part.start, part.start + part.n_frames};
  return region;
}

static int
set_up(void** const unused)
{
  (void)unused;
  const size_t   n       = rcv_capture_signal_length(RCV_SIGNAL_SHORT, RATE_HZ);
  int32_t* const samples = calloc(n, sizeof(int32_t));

  pair.dry      = calloc(n, sizeof(float));
  wet           = calloc(n, sizeof(float));
  pair.n_frames = n;
  pair.rate_hz  = RATE_HZ;
  if (!samples || !pair.dry || !wet ||
      rcv_capture_signal_render(RCV_SIGNAL_SHORT, RATE_HZ, samples, NULL)) {
    free(samples);
    return -1;
  }

  double energy = 0.0;
  float  low    = 0.0f;
  float  out    = 0.0f;
  for (size_t t = 0; t < n; ++t) {
    pair.dry[t] = (float)samples[t] / (float)RCV_SIGNAL_FULL_SCALE;
    low += 0.3f * (pair.dry[t] - low);
    out += 0.5f * ((0.4f * tanhf(6.0f * low)) - out);
    wet[t] = out;
    energy += (double)out * (double)out;
  }
  pair.takes.takes    = calloc(1, sizeof(RcvTake));
  pair.takes.n_takes  = 1;
  pair.takes.n_frames = n;
  pair.takes.rate_hz  = RATE_HZ;
  if (!pair.takes.takes) {
    return -1;
  }
  pair.takes.takes[0].wet = wet;

  pair.wet_levels.rms = sqrt(energy / (double)n);
  pair.train          = region_of(RCV_ROLE_TRAIN);
  pair.validation     = region_of(RCV_ROLE_VALIDATION);
  pair.test           = region_of(RCV_ROLE_TEST);
  free(samples);
  return 0;
}

static int
tear_down(void** const unused)
{
  (void)unused;
  rcv_pair_clear(&pair);
  return 0;
}

/// What the trainer told
typedef struct {
  uint32_t              n_better;
  uint32_t              n_progress;
  uint32_t              stop_after; ///< Better models; 0: never
  double                last_esr;
  volatile sig_atomic_t stop;
} Events;

static void
on_progress(void* const                  handle,
            const RcvTrainerPoint* const last,
            const double                 best_esr,
            const double                 done,
            const double                 updates_per_s,
            const double                 seconds_left)
{
  Events* const events = handle;
  assert_true(done >= 0.0 && done <= 1.01);
  assert_true(updates_per_s >= 0.0 && isfinite(seconds_left));
  assert_true(!last || last->n_updates > 0);
  assert_true(best_esr > 0.0);
  ++events->n_progress;
}

static RcvStatus
on_better(void* const           handle,
          const RcvModel* const model,
          RcvError* const       error)
{
  (void)error;
  Events* const events = handle;
  assert_true(!events->n_better ||
              model->info.validation_esr < events->last_esr);
  events->last_esr = model->info.validation_esr;
  events->stop     = ++events->n_better == events->stop_after;
  return RCV_OK;
}

static RcvTrainerSettings
settings_for(const size_t n_updates, const uint32_t n_threads)
{
  RcvTrainerSettings s;
  memset(&s, 0, sizeof(s));
  s.shape      = rcv_fixture_shape(8);
  s.shape.skip = false;
  s.windows    = RCV_WINDOWS_GROW;
  s.segment_s  = 0.25;
  s.batch_size = 40; // More than two slices, and not whole ones
  s.rate       = 0.01;
  s.seed       = 1;
  s.n_threads  = n_threads;
  s.n_updates  = n_updates;
  return s;
}

/// Train; the model must be freed by the caller, the points are freed
static RcvModel*
train(const RcvTrainerSettings settings,
      Events* const            state,
      RcvTrainerResult* const  result)
{
  const RcvTrainerEvents events = {state, on_progress, on_better, &state->stop};
  RcvError               error  = {RCV_OK, ""};
  RcvModel* const        model  = rcv_model_new(&settings.shape);
  assert_non_null(model);
  if (rcv_trainer_run(&settings, &pair, &events, model, result, &error)) {
    fail_msg("%s", error.message);
  }
  free(result->points);
  result->points = NULL;
  return model;
}

static double
esr_of(const RcvModel* const model, const RcvRegion region)
{
  RcvMetrics m = {0.0, 0.0, 0.0, 0.0, 0};
  assert_int_equal(rcv_evaluate_region(model, &pair, region, NULL, &m, NULL),
                   RCV_OK);
  return m.esr;
}

static void
test_learns(void** const unused)
{
  (void)unused;
  Events           events = {0, 0, 0, 0.0, 0};
  RcvTrainerResult result;
  RcvModel* const  model = train(settings_for(600, 1), &events, &result);
  const double     esr   = esr_of(model, pair.test);
  print_message("ESR %.4g for validation, %.4g for testing, %.1f s\n",
                result.best_esr,
                esr,
                result.seconds);
  assert_int_equal(result.end, RCV_END_PLAN);
  assert_int_equal(result.n_updates, 600);
  assert_true(result.best_esr < 0.003); // Measured: 3.5e-4
  assert_true(esr < 0.003);
  assert_true(events.n_better > 1 && events.n_progress > 1);

  // What it says is what the model does
  assert_close(esr_of(model, pair.validation), result.best_esr, 0.0);
  assert_close(model->info.validation_esr, result.best_esr, 0.0);
  assert_close(events.last_esr, result.best_esr, 0.0);
  rcv_model_free(model);
}

/// The same bytes again, with any number of threads; another seed is another
static void
test_repeats(void** const unused)
{
  (void)unused;
  RcvModel*        models[4];
  RcvTrainerResult result;
  for (size_t i = 0; i < 4; ++i) {
    Events             events   = {0, 0, 0, 0.0, 0};
    RcvTrainerSettings settings = settings_for(40, i == 1 ? 2 : 1);
    settings.seed               = i == 3 ? 2 : 1;
    models[i]                   = train(settings, &events, &result);
  }

  const size_t size = rcv_shape_n_params(&models[0]->shape) * sizeof(float);
  assert_memory_equal(models[0]->params, models[1]->params, size);
  assert_memory_equal(models[0]->params, models[2]->params, size);
  assert_memory_not_equal(models[0]->params, models[3]->params, size);
  for (size_t i = 0; i < 4; ++i) {
    rcv_model_free(models[i]);
  }
}

/// A user who stops keeps the best so far
static void
test_interrupt(void** const unused)
{
  (void)unused;
  Events           events = {0, 0, 2, 0.0, 0};
  RcvTrainerResult result;
  RcvModel* const  model = train(settings_for(400, 1), &events, &result);
  assert_int_equal(result.end, RCV_END_INTERRUPTED);
  assert_true(result.n_updates < 400);
  assert_int_equal(events.n_better, 2);
  assert_close(esr_of(model, pair.validation), events.last_esr, 0.0);
  rcv_model_free(model);
}

/// Stopped before anything was worth keeping: an error of its own kind
static void
test_interrupt_at_once(void** const unused)
{
  (void)unused;
  Events                   state    = {0, 0, 0, 0.0, 1};
  const RcvTrainerSettings settings = settings_for(400, 1);
  const RcvTrainerEvents events = {&state, on_progress, on_better, &state.stop};
  RcvTrainerResult       result;
  RcvError               error = {RCV_OK, ""};
  RcvModel* const        model = rcv_model_new(&settings.shape);
  assert_int_equal(
    rcv_trainer_run(&settings, &pair, &events, model, &result, &error),
    RCV_INTERRUPTED);
  assert_int_equal(state.n_better, 0);
  assert_int_equal(result.n_updates, 0);
  free(result.points);
  rcv_model_free(model);
}

static void
test_until(void** const unused)
{
  (void)unused;
  Events             events   = {0, 0, 0, 0.0, 0};
  RcvTrainerSettings settings = settings_for(400, 1);
  RcvTrainerResult   result;
  settings.until_esr    = 0.5;
  RcvModel* const model = train(settings, &events, &result);
  assert_int_equal(result.end, RCV_END_UNTIL);
  assert_true(result.best_esr <= 0.5 && result.n_updates < 400);
  rcv_model_free(model);
}

/// h ← tanh(w·h + x), y = h: rests at zero, holds, or swings for ever
static void
test_rest(void** const unused)
{
  (void)unused;
  static const float  w[]        = {0.5f, -0.5f, 3.0f, -3.0f};
  static const double expected[] = {0.0, 0.0, 0.9949, 0.9949};
  for (size_t i = 0; i < 4; ++i) {
    RcvShape shape   = rcv_fixture_shape(1);
    double   level   = -1.0;
    shape.cell       = RCV_CELL_RNN;
    shape.skip       = false;
    RcvModel* model  = rcv_model_new(&shape);
    model->params[0] = 1.0f; // W_ih
    model->params[1] = w[i]; // W_hh
    model->params[4] = 1.0f; // W_o
    assert_int_equal(
      rcv_evaluate_rest(model, &pair, pair.validation, 8, &level, NULL),
      RCV_OK);
    assert_close(level, expected[i], 1e-4);
    rcv_model_free(model);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_learns),
    cmocka_unit_test(test_repeats),
    cmocka_unit_test(test_interrupt),
    cmocka_unit_test(test_interrupt_at_once),
    cmocka_unit_test(test_until),
    cmocka_unit_test(test_rest),
  };

  return cmocka_run_group_tests(tests, set_up, tear_down);
}

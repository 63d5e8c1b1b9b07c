// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/trainer_rig.h"
#include "train/evaluate.h"
#include "train/random.h"
#include "train/steadiness.h"

#include <stdlib.h>
#include <string.h>

static double
esr_of(const RcvModel* const model, const RcvRegion region)
{
  RcvMetrics m = {0.0, 0.0, 0.0, 0.0, 0};
  assert_int_equal(
    rcv_evaluate_region(model, &rcv_trainer_rig_pair, region, NULL, &m, NULL),
    RCV_OK);
  return m.esr;
}

static void
test_learns(void** const unused)
{
  (void)unused;
  RcvTrainerRigEvents events = {0, 0, 0, 0.0, 0};
  RcvTrainerResult    result;
  RcvModel* const     model =
    rcv_trainer_rig_train(rcv_trainer_rig_settings(600, 1), &events, &result);
  const double esr = esr_of(model, rcv_trainer_rig_pair.test);
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
  assert_close(
    esr_of(model, rcv_trainer_rig_pair.validation), result.best_esr, 0.0);
  assert_close(model->info.validation_esr, result.best_esr, 0.0);
  assert_close(events.last_esr, result.best_esr, 0.0);
  rcv_model_free(model);
}

/// What is in the first halves of clips is neither learned nor measured
static void
test_clips(void** const unused)
{
  (void)unused;
  enum { CLIP = 4000 };
  const RcvPair  whole = rcv_trainer_rig_pair;
  RcvPair* const pair  = &rcv_trainer_rig_pair;
  float* const   wet   = malloc(pair->n_frames * sizeof(float));
  float* const   good  = pair->takes.takes[0].wet;
  assert_non_null(wet);
  for (size_t t = 0; t < pair->n_frames; ++t) {
    wet[t] = t % CLIP < CLIP / 2 ? -1.0f : good[t];
  }
  pair->clip_frames        = CLIP;
  pair->takes.takes[0].wet = wet;
  pair->train.start        = pair->train.start / CLIP * CLIP;
  rcv_pair_blank(pair, 0, wet, pair->n_frames);

  RcvTrainerRigEvents events = {0, 0, 0, 0.0, 0};
  RcvTrainerResult    result;
  RcvModel* const     model =
    rcv_trainer_rig_train(rcv_trainer_rig_settings(600, 1), &events, &result);
  const double esr                        = esr_of(model, pair->test);
  rcv_trainer_rig_pair                    = whole;
  rcv_trainer_rig_pair.takes.takes[0].wet = good;
  free(wet);

  const double esr_of_all = esr_of(model, whole.test);
  print_message(
    "ESR %.4g of the second halves, %.4g of all\n", esr, esr_of_all);
  assert_true(esr < 0.003);
  assert_true(esr_of_all < 0.003);
  assert_true(fabs(esr - esr_of_all) > 0.0);
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
    RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
    RcvTrainerSettings  settings = rcv_trainer_rig_settings(40, i == 1 ? 2 : 1);
    settings.seed                = i == 3 ? 2 : 1;
    models[i] = rcv_trainer_rig_train(settings, &events, &result);
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
  RcvTrainerRigEvents events = {0, 0, 2, 0.0, 0};
  RcvTrainerResult    result;
  RcvModel* const     model =
    rcv_trainer_rig_train(rcv_trainer_rig_settings(400, 1), &events, &result);
  assert_int_equal(result.end, RCV_END_INTERRUPTED);
  assert_true(result.n_updates < 400);
  assert_int_equal(events.n_better, 2);
  assert_close(
    esr_of(model, rcv_trainer_rig_pair.validation), events.last_esr, 0.0);
  rcv_model_free(model);
}

/// Stopped before anything was worth keeping: an error of its own kind
static void
test_interrupt_at_once(void** const unused)
{
  (void)unused;
  RcvTrainerRigEvents      state    = {0, 0, 0, 0.0, 1};
  const RcvTrainerSettings settings = rcv_trainer_rig_settings(400, 1);
  const RcvTrainerEvents   events   = {&state,
                                       rcv_trainer_rig_on_progress,
                                       rcv_trainer_rig_on_better,
                                       &state.stop,
                                       NULL};
  RcvTrainerResult         result;
  RcvError                 error = {RCV_OK, ""};
  RcvModel* const          model = rcv_model_new(&settings.shape);
  assert_int_equal(
    rcv_trainer_run(
      &settings, &rcv_trainer_rig_pair, &events, model, &result, &error),
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
  RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
  RcvTrainerSettings  settings = rcv_trainer_rig_settings(400, 1);
  RcvTrainerResult    result;
  settings.until_esr    = 0.5;
  RcvModel* const model = rcv_trainer_rig_train(settings, &events, &result);
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
    assert_int_equal(rcv_evaluate_rest(model,
                                       &rcv_trainer_rig_pair,
                                       rcv_trainer_rig_pair.validation,
                                       8,
                                       NULL,
                                       &level,
                                       NULL),
                     RCV_OK);
    assert_close(level, expected[i], 1e-4);
    rcv_model_free(model);
  }
}

/// A constant at rest, which an output bias makes, is not heard as going on
static void
test_rest_of_constant(void** const unused)
{
  (void)unused;
  RcvShape shape                                = rcv_fixture_shape(1);
  double   level                                = -1.0;
  shape.cell                                    = RCV_CELL_RNN;
  shape.skip                                    = false;
  RcvModel* model                               = rcv_model_new(&shape);
  model->params[rcv_shape_n_params(&shape) - 1] = 0.5f; // b_o
  assert_int_equal(rcv_evaluate_rest(model,
                                     &rcv_trainer_rig_pair,
                                     rcv_trainer_rig_pair.validation,
                                     8,
                                     NULL,
                                     &level,
                                     NULL),
                   RCV_OK);
  assert_close(level, 0.0, 1e-6);
  rcv_model_free(model);
}

/// h ← tanh(W h + 0.1 x), y = Σ h: small weights forget a difference, greater
/// ones of many units make more and more of it
static void
test_rounding(void** const unused)
{
  (void)unused;
  static const size_t n_hidden = 16;
  static const float  scales[] = {0.2f, 1.5f};
  for (size_t i = 0; i < 2; ++i) {
    RcvRandom random = {1};
    RcvShape  shape  = rcv_fixture_shape((uint32_t)n_hidden);
    double    level  = -1.0;
    shape.cell       = RCV_CELL_RNN;
    shape.skip       = false;
    RcvModel* model  = rcv_model_new(&shape);
    for (size_t k = 0; k < n_hidden; ++k) {
      model->params[k]                               = 0.1f;
      model->params[(n_hidden * (n_hidden + 3)) + k] = 1.0f; // W_o
    }
    for (size_t k = n_hidden; k < n_hidden * (n_hidden + 1); ++k) {
      model->params[k] =
        scales[i] * (float)((2.0 * rcv_random_unit(&random)) - 1.0);
    }
    assert_int_equal(rcv_evaluate_rounding(model,
                                           &rcv_trainer_rig_pair,
                                           rcv_trainer_rig_pair.validation,
                                           4,
                                           NULL,
                                           &level,
                                           NULL),
                     RCV_OK);
    print_message("distance by rounding %g\n", level);
    assert_true(i ? level > 0.1 : level < 1e-6);
    rcv_model_free(model);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_learns),
    cmocka_unit_test(test_clips),
    cmocka_unit_test(test_repeats),
    cmocka_unit_test(test_interrupt),
    cmocka_unit_test(test_interrupt_at_once),
    cmocka_unit_test(test_until),
    cmocka_unit_test(test_rest),
    cmocka_unit_test(test_rest_of_constant),
    cmocka_unit_test(test_rounding),
  };

  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

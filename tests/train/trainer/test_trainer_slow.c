// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/trainer_rig.h"
#include "train/trainer/trainer_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// SOAP learns more in the same updates, whatever the cell
static void
test_soap(void** const unused)
{
  (void)unused;
  for (uint32_t cell = RCV_CELL_RNN; cell <= RCV_CELL_GRU; ++cell) {
    double esr[2] = {0.0, 0.0};
    for (uint32_t kind = 0; kind < 2; ++kind) {
      RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
      RcvTrainerSettings  settings = rcv_trainer_rig_settings(200, 1);
      RcvTrainerResult    result;
      settings.shape.cell = (RcvCell)cell;
      settings.optimizer  = (RcvOptimizerKind)kind;
      settings.rate       = kind == RCV_OPTIMIZER_SOAP ? 0.03 : 0.01;
      rcv_model_free(rcv_trainer_rig_train(settings, &events, &result));
      esr[kind] = result.best_esr;
    }
    print_message("%u: ESR %.3g with Adam, %.3g with SOAP\n",
                  cell,
                  esr[RCV_OPTIMIZER_ADAM],
                  esr[RCV_OPTIMIZER_SOAP]);
    assert_true(esr[RCV_OPTIMIZER_SOAP] < 0.5 * esr[RCV_OPTIMIZER_ADAM]);
  }
}

/// Train h ← tanh(w·h + x), y = h from there, almost without changing it
static RcvStatus
train_from(const float                w,
           const double               rate,
           RcvTrainerRigEvents* const state,
           RcvTrainerResult* const    result)
{
  // W_ih, W_hh, b_ih, b_hh, W_o, b_o
  const float            start[]  = {1.0f, w, 0.0f, 0.0f, 1.0f, 0.0f};
  RcvTrainerSettings     settings = rcv_trainer_rig_settings(60, 1);
  const RcvTrainerEvents events   = {state,
                                     rcv_trainer_rig_on_progress,
                                     rcv_trainer_rig_on_better,
                                     &state->stop,
                                     NULL};
  settings.shape                  = rcv_fixture_shape(1);
  settings.shape.cell             = RCV_CELL_RNN;
  settings.shape.skip             = false;
  settings.start                  = start;
  settings.rate                   = rate;

  RcvModel* const model  = rcv_model_new(&settings.shape);
  const RcvStatus status = rcv_trainer_run(
    &settings, &rcv_trainer_rig_pairs, &events, model, result, NULL);
  free(result->points);
  rcv_model_free(model);
  return status;
}

/// A network that swings or holds for ever is never the best
static void
test_latching(void** const unused)
{
  (void)unused;
  static const float w[] = {3.0f, -3.0f, 0.5f};
  for (size_t i = 0; i < 3; ++i) {
    RcvTrainerRigEvents state = {0, 0, 0, 0.0, 0};
    RcvTrainerResult    result;
    const RcvStatus     status = train_from(w[i], 1e-7, &state, &result);
    assert_int_equal(status, i < 2 ? RCV_BAD_DATA : RCV_OK);
    assert_int_equal(state.n_better > 0, i == 2);
    assert_int_equal(result.n_updates, 60);

    // Every third time that none can be kept, it goes back
    print_message(
      "%zu validations, %u returns\n", result.n_points, result.n_returns);
    assert_int_equal(result.n_returns, i < 2 ? result.n_points / 3 : 0);
  }

  // When it learns to rest, it is kept
  RcvTrainerRigEvents state = {0, 0, 0, 0.0, 0};
  RcvTrainerResult    result;
  assert_int_equal(train_from(1.5f, 0.05, &state, &result), RCV_OK);
  assert_true(state.n_better > 0);
  assert_true(result.rest_level <= 0.05 * rcv_trainer_rig_pair.wet_levels.rms);
}

/// Of the kept weights the newest that falls silent from all places is taken
static void
test_choice(void** const unused)
{
  (void)unused;
  enum { N = 6 };
  RcvShape         shape  = rcv_fixture_shape(1);
  RcvTrainerResult result = {0};
  RcvTrainer       trainer;

  const RcvTrainerSettings settings = rcv_trainer_rig_settings(1, 1);
  memset(&trainer, 0, sizeof(trainer));
  shape.cell        = RCV_CELL_RNN;
  shape.skip        = false;
  trainer.settings  = &settings;
  trainer.pairs     = &rcv_trainer_rig_pairs;
  trainer.result    = &result;
  trainer.model     = rcv_model_new(&shape);
  trainer.candidate = rcv_model_new(&shape);
  trainer.n_params  = N;
  assert_int_equal(rcv_shape_n_params(&shape), N);
  assert_true(rcv_guard_init(&trainer.guard, N));
  assert_int_equal(rcv_trainer_list_data(&trainer, NULL), RCV_OK);

  static const float w[] = {3.0f, 0.5f, -3.0f, 2.0f};
  for (size_t i = 0; i < 4; ++i) {
    const float params[N] = {1.0f, w[i], 0.0f, 0.0f, 1.0f, 0.0f};
    rcv_guard_keep(&trainer.guard, params, pow(0.5, (double)i));
    assert_int_equal(rcv_trainer_choose(&trainer, NULL), RCV_OK);
    assert_int_equal(result.latches, i == 0);
    assert_close(trainer.model->params[1], i ? 0.5 : 0.0, 0.0);
    assert_close(result.rest_level, i ? 0.0 : 0.9949, 1e-3);
    assert_close(trainer.model->info.rest_level, result.rest_level, 0.0);
    assert_true(!i || result.best_esr > 0.0);
  }
  free(trainer.train);
  free(trainer.heard);
  rcv_guard_clear(&trainer.guard);
  rcv_model_free(trainer.candidate);
  rcv_model_free(trainer.model);
}

/// Two trials see that a device which mostly passes its input wants a skip
static void
test_skip_by_trial(void** const unused)
{
  (void)unused;
  float* const wet  = rcv_trainer_rig_pair.takes.takes[0].wet;
  float* const thin = calloc(rcv_trainer_rig_pair.n_frames, sizeof(float));
  assert_non_null(thin);
  for (size_t t = 0; t < rcv_trainer_rig_pair.n_frames; ++t) {
    thin[t] = rcv_trainer_rig_pair.dry[t] + (0.02f * wet[t]);
  }
  for (int passes = 0; passes < 2; ++passes) {
    RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
    RcvTrainerSettings  settings = rcv_trainer_rig_settings(3000, 1);
    RcvTrainerResult    result;
    events.stop_after                       = 1;
    settings.optimizer                      = RCV_OPTIMIZER_SOAP;
    settings.rate                           = 0.03;
    settings.try_skip                       = true;
    rcv_trainer_rig_pair.takes.takes[0].wet = passes ? thin : wet;
    RcvModel* const model = rcv_trainer_rig_train(settings, &events, &result);
    assert_int_equal(model->shape.skip, passes);
    rcv_model_free(model);
  }
  rcv_trainer_rig_pair.takes.takes[0].wet = wet;
  free(thin);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_soap),
    cmocka_unit_test(test_latching),
    cmocka_unit_test(test_choice),
    cmocka_unit_test(test_skip_by_trial),
  };

  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

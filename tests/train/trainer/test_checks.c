// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   What a training keeps and goes back to, and that what latches and was kept
   is left in the midst of it, and at its end.
*/

#include "train/trainer/trainer_impl.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/trainer_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Of what is kept; the newest two latch
static const double esrs[] = {0.1, 0.2, 0.4};

enum { LATCHING = 2, N_KEPT = sizeof(esrs) / sizeof(esrs[0]) };

static RcvTrainerSettings settings;
static RcvTrainer         trainer;
static RcvTrainerResult   result;
static uint32_t           n_better;
static float              better_gain;

static RcvStatus
on_better(void* const           handle,
          const RcvModel* const model,
          RcvError* const       error)
{
  (void)handle;
  (void)error;
  ++n_better;
  better_gain =
    model->params[rcv_shape_tensor(&model->shape, RCV_TENSOR_LIN_W).offset];
  return RCV_OK;
}

static const RcvTrainerEvents events = {NULL, NULL, on_better, NULL, NULL};

/**
   An RNN of one unit that plays gain·tanh(x), or, latching, holds on to the
   sign of what was loud: h = tanh(w·h + x) has two points of rest for w > 1.
*/
static void
set_params(const RcvShape* const shape,
           float* const          params,
           const float           recurrent,
           const float           gain)
{
  memset(params, 0, trainer.n_params * sizeof(float));
  params[rcv_shape_tensor(shape, RCV_TENSOR_W_IH).offset]  = 1.0f;
  params[rcv_shape_tensor(shape, RCV_TENSOR_W_HH).offset]  = recurrent;
  params[rcv_shape_tensor(shape, RCV_TENSOR_LIN_W).offset] = gain;
}

static int
set_up(void** const unused)
{
  (void)unused;
  memset(&trainer, 0, sizeof(trainer));
  memset(&result, 0, sizeof(result));
  settings            = rcv_trainer_rig_settings(10, 1);
  settings.shape      = rcv_fixture_shape(1);
  settings.shape.cell = RCV_CELL_RNN;
  settings.shape.skip = false;

  const RcvShape* const shape = &settings.shape;
  trainer.settings            = &settings;
  trainer.pairs               = &rcv_trainer_rig_pairs;
  trainer.events              = &events;
  trainer.result              = &result;
  trainer.shape               = *shape;
  trainer.n_params            = rcv_shape_n_params(shape);
  trainer.n_span              = 1000;
  trainer.plan = rcv_plan_make(RCV_WINDOWS_FIXED, 100, 1000, 1, 0.01);
  rcv_plan_set_updates(&trainer.plan, 10);
  trainer.n_validations = 4;
  trainer.n_checks      = 1; // After the second
  trainer.best_esr      = esrs[0];
  trainer.model         = rcv_model_new(shape);
  trainer.candidate     = rcv_model_new(shape);
  trainer.params        = calloc(trainer.n_params, sizeof(float));
  trainer.optimizer     = rcv_optimizer_new(settings.optimizer, shape);
  assert_true(trainer.model && trainer.candidate && trainer.params &&
              trainer.optimizer &&
              rcv_guard_init(&trainer.guard, trainer.n_params) &&
              rcv_weight_mean_init(&trainer.mean, trainer.n_params));
  assert_int_equal(rcv_trainer_list_data(&trainer, NULL), RCV_OK);

  // What is validated now plays nothing, and so is no better
  rcv_guard_reset(&trainer.guard, trainer.params);
  rcv_weight_mean_reset(&trainer.mean, trainer.params);
  for (size_t i = N_KEPT; i-- > 0;) {
    set_params(
      shape, trainer.params, i < LATCHING ? 3.0f : 0.1f, 0.1f * (float)(i + 1));
    rcv_guard_keep(&trainer.guard, trainer.params, esrs[i]);
  }
  n_better = 0;
  return 0;
}

static int
tear_down(void** const unused)
{
  (void)unused;
  rcv_model_free(trainer.model);
  rcv_model_free(trainer.candidate);
  rcv_optimizer_free(trainer.optimizer);
  rcv_guard_clear(&trainer.guard);
  rcv_weight_mean_clear(&trainer.mean);
  free(trainer.params);
  free(trainer.train);
  free(trainer.heard);
  free(result.points);
  return 0;
}

/// Only when it is due; then the training goes on from what does not latch
static void
test_check(void** const unused)
{
  (void)unused;
  assert_int_equal(rcv_trainer_validate(&trainer, 1.0, NULL), RCV_OK);
  assert_int_equal(n_better, 0);
  assert_int_equal(trainer.guard.n_kept, N_KEPT);

  assert_int_equal(rcv_trainer_validate(&trainer, 1.0, NULL), RCV_OK);
  assert_int_equal(n_better, 1);
  assert_close((double)better_gain, 0.3, 1e-6);
  assert_int_equal(trainer.guard.n_kept, N_KEPT - LATCHING);
  assert_int_equal(trainer.guard.n_returns, 1);
  assert_true(rcv_guard_rate(&trainer.guard) > 0.5); // At once
  assert_close(trainer.best_esr, esrs[LATCHING], 0.0);
  assert_memory_equal(
    trainer.params, trainer.guard.kept, trainer.n_params * sizeof(float));
  assert_close(trainer.model->info.validation_esr, esrs[LATCHING], 0.0);

  assert_int_equal(rcv_trainer_validate(&trainer, 1.0, NULL), RCV_OK);
  assert_int_equal(n_better, 1);
}

/// At the end what does not latch is the model, and what was left is told
static void
test_choose(void** const unused)
{
  (void)unused;
  assert_int_equal(rcv_trainer_choose(&trainer, NULL), RCV_OK);
  assert_false(result.latches);
  assert_close(result.refused_esr, esrs[0], 0.0);
  assert_memory_equal(trainer.model->params,
                      trainer.guard.kept + (LATCHING * trainer.n_params),
                      trainer.n_params * sizeof(float));

  rcv_guard_drop(&trainer.guard, LATCHING);
  assert_int_equal(rcv_trainer_choose(&trainer, NULL), RCV_OK);
  assert_true(isinf(result.refused_esr));
}

/// The mean of the weights is what is validated and kept, and not the weights
static void
test_mean(void** const unused)
{
  (void)unused;
  const size_t size = trainer.n_params * sizeof(float);
  set_params(&settings.shape, trainer.params, 0.1f, 0.5f);
  rcv_weight_mean_reset(&trainer.mean, trainer.params);
  set_params(&settings.shape, trainer.params, 0.1f, 0.2f);
  trainer.best_esr = (double)INFINITY;

  assert_int_equal(rcv_trainer_validate(&trainer, 1.0, NULL), RCV_OK);
  assert_int_equal(n_better, 1);
  assert_close((double)better_gain, 0.5, 1e-6);
  assert_memory_equal(trainer.guard.kept, trainer.mean.params, size);
  assert_memory_not_equal(trainer.params, trainer.mean.params, size);
  assert_close(trainer.best_esr,
               rcv_trainer_rig_esr(trainer.model, RCV_USE_VALIDATION),
               1e-12);
}

/// A stage begins with the best weights, and a mean of its own
static void
test_stage(void** const unused)
{
  (void)unused;
  const size_t size = trainer.n_params * sizeof(float);
  rcv_weight_mean_add(&trainer.mean, trainer.params);
  set_params(&settings.shape, trainer.params, 0.1f, 0.7f);
  assert_false(rcv_guard_see_loss(&trainer.guard, 1.0));
  assert_int_equal(trainer.guard.n_losses, 1);

  // The last validation was the best: the weights went on from there
  rcv_trainer_begin_stage(&trainer);
  assert_memory_not_equal(trainer.params, trainer.guard.kept, size);
  assert_int_equal(trainer.guard.n_losses, 0);
  assert_int_equal(trainer.mean.n_updates, 0);

  trainer.n_without_gain = 1;
  rcv_trainer_begin_stage(&trainer);
  assert_memory_equal(trainer.params, trainer.guard.kept, size);
  assert_int_equal(trainer.guard.n_returns, 0);
}

/// A twentieth of what it is wrong by, within bounds
static void
test_rounding_limit(void** const unused)
{
  (void)unused;
  assert_close(rcv_trainer_rounding_limit(0.0), 0.001, 1e-12);
  assert_close(rcv_trainer_rounding_limit(0.0004), 0.001, 1e-12);
  assert_close(rcv_trainer_rounding_limit(0.0016), 0.002, 1e-12);
  assert_close(rcv_trainer_rounding_limit(0.0036), 0.003, 1e-12);
  assert_close(rcv_trainer_rounding_limit(1.0), 0.003, 1e-12);
  assert_close(rcv_trainer_rounding_limit((double)INFINITY), 0.003, 1e-12);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_mean, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_stage, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_check, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_choose, set_up, tear_down),
    cmocka_unit_test(test_rounding_limit),
  };

  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

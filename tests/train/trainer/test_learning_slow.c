// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer.h"

#include "tests/support/assert_close.h"
#include "tests/support/trainer_rig.h"
#include "train/model/bf16_weights.h"
#include "train/trainer/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
test_learns(void** const unused)
{
  (void)unused;
  RcvTrainerRigEvents events = {0, 0, 0, 0.0, 0};
  RcvTrainerResult    result;
  RcvModel* const     model =
    rcv_trainer_rig_train(rcv_trainer_rig_settings(600, 1), &events, &result);
  const double esr = rcv_trainer_rig_esr(model, RCV_USE_TEST);
  print_message("ESR %.4g for validation, %.4g for testing, %.1f s\n",
                result.best_esr,
                esr,
                result.seconds);
  assert_int_equal(result.end, RCV_END_PLAN);
  assert_int_equal(result.n_updates, 600);
  assert_true(result.best_esr < 0.003); // Measured: 3.5e-4
  assert_true(esr < 0.003);
  assert_true(events.n_better > 1 && events.n_progress > 1);

  // Nothing was rounded that need not be
  assert_false(rcv_bf16_weights_are_exact(&model->shape, model->params));

  // What it says is what the model does
  assert_close(
    rcv_trainer_rig_esr(model, RCV_USE_VALIDATION), result.best_esr, 0.0);
  assert_close(model->info.validation_esr, result.best_esr, 0.0);
  assert_close(events.last_esr, result.best_esr, 0.0);
  rcv_model_free(model);
}

/// Weights that are exact in bfloat16 learn as well
static void
test_bf16(void** const unused)
{
  (void)unused;
  RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
  RcvTrainerSettings  settings = rcv_trainer_rig_settings(600, 1);
  RcvTrainerResult    result;
  settings.is_bf16      = true;
  RcvModel* const model = rcv_trainer_rig_train(settings, &events, &result);
  print_message("ESR %.4g\n", result.best_esr);
  assert_true(rcv_bf16_weights_are_exact(&model->shape, model->params));
  assert_true(result.best_esr < 0.003);
  assert_close(
    rcv_trainer_rig_esr(model, RCV_USE_VALIDATION), result.best_esr, 0.0);
  rcv_model_free(model);
}

/// With a backward pass in bfloat16 it learns as well
static void
test_bf16_backward(void** const unused)
{
  (void)unused;
  if (!rcv_engine_choose(true).bptt) {
    print_message("no AVX-512 BF16 here\n");
    skip();
  }

  RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
  RcvTrainerSettings  settings = rcv_trainer_rig_settings(600, 1);
  RcvTrainerResult    result;
  RcvModel* const floats = rcv_trainer_rig_train(settings, &events, &result);
  memset(&events, 0, sizeof(events));
  settings.is_bf16_backward = true;
  RcvModel* const model     = rcv_trainer_rig_train(settings, &events, &result);
  print_message("ESR %.4g\n", result.best_esr);
  assert_true(result.best_esr < 0.003);
  assert_memory_not_equal(model->params,
                          floats->params,
                          rcv_shape_n_params(&model->shape) * sizeof(float));
  rcv_model_free(floats);
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
  RcvRegion* const train   = &pair->parts[RCV_USE_TRAIN].region;
  const size_t     start   = train->start;
  train->start             = start / CLIP * CLIP;
  rcv_pair_blank(pair, 0, wet, pair->n_frames);

  RcvTrainerRigEvents events = {0, 0, 0, 0.0, 0};
  RcvTrainerResult    result;
  RcvModel* const     model =
    rcv_trainer_rig_train(rcv_trainer_rig_settings(600, 1), &events, &result);
  const double esr     = rcv_trainer_rig_esr(model, RCV_USE_TEST);
  rcv_trainer_rig_pair = whole;
  rcv_trainer_rig_pair.takes.takes[0].wet = good;
  train->start                            = start;
  free(wet);

  const double esr_of_all = rcv_trainer_rig_esr(model, RCV_USE_TEST);
  print_message(
    "ESR %.4g of the second halves, %.4g of all\n", esr, esr_of_all);
  assert_true(esr < 0.003);
  assert_true(esr_of_all < 0.003);
  assert_true(fabs(esr - esr_of_all) > 0.0);
  rcv_model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_learns),
    cmocka_unit_test(test_bf16),
    cmocka_unit_test(test_bf16_backward),
    cmocka_unit_test(test_clips),
  };

  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/trainer_rig.h"
#include "train/numbers/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// How far the weights of one unit's forget gate have moved at most
static double
farthest(const RcvModel* const model,
         const float* const    start,
         const uint32_t        unit)
{
  const RcvTensor w_hh = rcv_shape_tensor(&model->shape, 1);
  const size_t    row =
    w_hh.offset + ((size_t)(model->shape.hidden_size + unit) * w_hh.n_cols);
  double most = 0.0;
  for (size_t k = row; k < row + w_hh.n_cols; ++k) {
    most = fmax(most, fabs((double)(model->params[k] - start[k])));
  }
  return most;
}

/// Adam moves all weights equally far, but those of units that remember long
static void
test_slow_units(void** const unused)
{
  (void)unused;
  enum { SLOW = 5, FAST = 2, N_UPDATES = 4 };
  RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
  RcvTrainerSettings  settings = rcv_trainer_rig_settings(N_UPDATES, 1);
  RcvTrainerResult    result;
  RcvModel* const     start  = rcv_model_new(&settings.shape);
  RcvRandom           random = {1};
  assert_non_null(start);
  for (size_t i = 0; i < rcv_shape_n_params(&settings.shape); ++i) {
    start->params[i] = (float)(0.2 * (rcv_random_unit(&random) - 0.5));
  }
  // 1097 frames, nearly six times 4 ms at 48 kHz
  const RcvTensor b_ih = rcv_shape_tensor(&settings.shape, 2);
  start->params[b_ih.offset + settings.shape.hidden_size + SLOW] = 7.0f;

  settings.start        = start->params;
  RcvModel* const model = rcv_trainer_rig_train(settings, &events, &result);
  const double    fast  = farthest(model, start->params, FAST);
  const double    slow  = farthest(model, start->params, SLOW);
  print_message("%g, slow %g\n", fast, slow);
  assert_true(fast > 0.0);
  assert_true(slow < 0.3 * fast && slow > 0.05 * fast);
  rcv_model_free(start);
  rcv_model_free(model);
}

/**
   A gradient that is not finite changes nothing.

   h is 0 with what an RNN of one unit hears, as it hears nothing; but what it
   would be if it did is three times as much with every frame.
*/
static void
test_overflow(void** const unused)
{
  (void)unused;
  RcvTrainerRigEvents events   = {0, 0, 0, 0.0, 0};
  RcvTrainerSettings  settings = rcv_trainer_rig_settings(8, 1);
  RcvTrainerResult    result;
  settings.shape        = rcv_fixture_shape(1);
  settings.shape.cell   = RCV_CELL_RNN;
  settings.shape.skip   = false;
  RcvModel* const start = rcv_model_new(&settings.shape);
  const size_t    n     = rcv_shape_n_params(&settings.shape);
  const RcvTensor w_hh  = rcv_shape_tensor(&settings.shape, RCV_TENSOR_W_HH);
  const RcvTensor lin_w = rcv_shape_tensor(&settings.shape, RCV_TENSOR_LIN_W);
  assert_non_null(start);
  memset(start->params, 0, n * sizeof(float));
  start->params[w_hh.offset]  = 3.0f;
  start->params[lin_w.offset] = 0.1f;

  settings.start        = start->params;
  RcvModel* const model = rcv_trainer_rig_train(settings, &events, &result);
  assert_int_equal(result.n_updates, 8);
  assert_int_equal(result.n_returns, 0);
  assert_memory_equal(model->params, start->params, n * sizeof(float));
  rcv_model_free(start);
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
    rcv_trainer_rig_esr(model, RCV_USE_VALIDATION), events.last_esr, 0.0);
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
      &settings, &rcv_trainer_rig_pairs, &events, model, &result, &error),
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

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_slow_units),
    cmocka_unit_test(test_overflow),
    cmocka_unit_test(test_repeats),
    cmocka_unit_test(test_interrupt),
    cmocka_unit_test(test_interrupt_at_once),
    cmocka_unit_test(test_until),
  };

  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

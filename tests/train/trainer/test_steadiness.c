// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/steadiness.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/trainer_rig.h"
#include "train/numbers/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double quiet_level = 0.05;

static RcvStatus
level_at_rest(const RcvModel* const   model,
              const RcvPassage* const passages,
              const size_t            n_passages,
              const size_t            n_starts,
              const double            quiet,
              RcvWorkers* const       workers,
              double* const           level)
{
  const RcvPlaces places = {passages, n_passages, n_starts, 0.0};
  return rcv_evaluate_rest(model, &places, quiet, workers, level, NULL);
}

static RcvStatus
level_by_rounding(const RcvModel* const   model,
                  const RcvPassage* const passage,
                  const size_t            n_starts,
                  RcvWorkers* const       workers,
                  double* const           level)
{
  const RcvPlaces places = {passage, 1, n_starts, 0.0};
  return rcv_evaluate_rounding(model, &places, workers, level, NULL);
}

/// h ← tanh(w·h + x), y = h: rests at zero, holds, or swings for ever
static void
test_rest(void** const unused)
{
  (void)unused;
  const RcvPassage    passage    = {&rcv_trainer_rig_pair,
                                    rcv_trainer_rig_region(RCV_USE_VALIDATION)};
  static const float  w[]        = {0.5f, -0.5f, 3.0f, -3.0f};
  RcvWorkers* const   workers    = rcv_workers_new(3);
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
      level_at_rest(model, &passage, 1, 8, quiet_level, NULL, &level), RCV_OK);
    assert_close(level, expected[i], 1e-4);

    double shared = -1.0;
    assert_int_equal(
      level_at_rest(model, &passage, 1, 8, quiet_level, workers, &shared),
      RCV_OK);
    assert_memory_equal(&shared, &level, sizeof(level));
    rcv_model_free(model);
  }
  rcv_workers_free(workers);
}

/// Each place is tested, by whoever does it: the one that latches is found
static void
test_all_places(void** const unused)
{
  (void)unused;
  enum { N_PLACES = 5 };

  RcvPair          pair    = rcv_trainer_rig_pair;
  const RcvRegion  train   = rcv_trainer_rig_region(RCV_USE_TRAIN);
  const RcvPassage passage = {&pair, train};
  const size_t     n       = rcv_region_length(train);
  const size_t     n_sound = pair.rate_hz / 4;
  assert_true((n - n_sound) / N_PLACES >= n_sound); // They do not overlap
  pair.dry = calloc(pair.n_frames, sizeof(float));

  // h ← tanh(3·h + x) keeps to 0 until there is sound
  RcvShape shape        = rcv_fixture_shape(1);
  shape.cell            = RCV_CELL_RNN;
  shape.skip            = false;
  RcvModel* const model = rcv_model_new(&shape);
  model->params[0]      = 1.0f; // W_ih
  model->params[1]      = 3.0f; // W_hh
  model->params[4]      = 1.0f; // W_o
  for (size_t k = 0; k / 2 <= N_PLACES; ++k) {
    RcvWorkers* const workers = k % 2 ? rcv_workers_new(3) : NULL;
    const size_t      place   = k / 2;
    const size_t      start = train.start + ((n - n_sound) * place / N_PLACES);
    double            level = -1.0;
    memset(pair.dry, 0, pair.n_frames * sizeof(float));
    for (size_t t = 0; place < N_PLACES && t < n_sound; ++t) {
      pair.dry[start + t] = 0.5f;
    }
    assert_int_equal(
      level_at_rest(model, &passage, 1, N_PLACES, quiet_level, workers, &level),
      RCV_OK);
    assert_close(level, place < N_PLACES ? 0.9949 : 0.0, 1e-4);
    rcv_workers_free(workers);
  }

  // Half of the way to a second place, which there is none of
  for (size_t t = 0; t < n_sound; ++t) {
    pair.dry[train.start + ((n - n_sound) / 2) + t] = 0.5f;
  }
  for (int i = 0; i < 2; ++i) {
    const RcvPlaces places = {&passage, 1, 1, 0.5 * i};
    double          level  = -1.0;
    assert_int_equal(
      rcv_evaluate_rest(model, &places, quiet_level, NULL, &level, NULL),
      RCV_OK);
    assert_close(level, i ? 0.9949 : 0.0, 1e-4);
  }
  rcv_model_free(model);
  free(pair.dry);
}

/// The same over regions of several recordings, of which some are too short:
/// no place is passed over, and no piece is of two regions
static void
test_passages(void** const unused)
{
  (void)unused;
  enum { N_PLACES = 6 };

  RcvPair      pairs[2] = {rcv_trainer_rig_pair, rcv_trainer_rig_pair};
  const size_t n_sound  = pairs[0].rate_hz / 4;
  for (size_t i = 0; i < 2; ++i) {
    pairs[i].dry = calloc(pairs[i].n_frames, sizeof(float));
  }
  const RcvPassage passages[] = {
    {&pairs[0], {0, n_sound - 1}},
    {&pairs[0], {2 * n_sound, 7 * n_sound}}, // Three places: 0, 4/3, 8/3
    {&pairs[1], {0, n_sound}},
    {&pairs[1], {n_sound, 6 * n_sound}}, // 0, 4/3, 8/3
  };

  RcvShape shape        = rcv_fixture_shape(1);
  shape.cell            = RCV_CELL_RNN;
  shape.skip            = false;
  RcvModel* const model = rcv_model_new(&shape);
  model->params[0]      = 1.0f; // W_ih
  model->params[1]      = 3.0f; // W_hh
  model->params[4]      = 1.0f; // W_o
  for (size_t place = 0; place <= N_PLACES; ++place) {
    float* const dry = pairs[place >= N_PLACES / 2].dry;
    const size_t start =
      (place < N_PLACES / 2 ? 2 * n_sound : n_sound) +
      ((4 * n_sound * (place % (N_PLACES / 2))) / (N_PLACES / 2));
    double level = -1.0;
    for (size_t t = 0; place < N_PLACES && t < n_sound / 4; ++t) {
      dry[start + t] = 0.5f;
    }
    assert_int_equal(
      level_at_rest(model, passages, 4, N_PLACES, quiet_level, NULL, &level),
      RCV_OK);
    assert_close(level, place < N_PLACES ? 0.9949 : 0.0, 1e-4);
    memset(dry, 0, pairs[0].n_frames * sizeof(float));
  }

  // What is between the regions is not heard
  memset(pairs[0].dry, 0xff, 2 * n_sound * sizeof(float)); // NaN
  double level = -1.0;
  assert_int_equal(
    level_at_rest(model, passages, 4, N_PLACES, quiet_level, NULL, &level),
    RCV_OK);
  assert_close(level, 0.0, 1e-4);
  assert_int_equal(
    level_at_rest(model, passages, 1, N_PLACES, quiet_level, NULL, &level),
    RCV_OK);
  assert_true(isnan(level)); // Too short for any piece
  rcv_model_free(model);
  free(pairs[0].dry);
  free(pairs[1].dry);
}

/// What is only slow is waited for, up to four seconds
static void
test_rest_of_slow(void** const unused)
{
  (void)unused;
  const RcvPassage    passage  = {&rcv_trainer_rig_pair,
                                  rcv_trainer_rig_region(RCV_USE_VALIDATION)};
  static const double slow_s[] = {0.05, 0.5, 3.0};
  const double        quiet    = 1e-3;
  for (size_t i = 0; i < 3; ++i) {
    const double rate_hz  = (double)rcv_trainer_rig_pair.rate_hz;
    RcvShape     shape    = rcv_fixture_shape(1);
    double       level    = -1.0;
    shape.cell            = RCV_CELL_RNN;
    shape.skip            = false;
    RcvModel* const model = rcv_model_new(&shape);
    model->params[0]      = 0.01f;                                    // W_ih
    model->params[1]      = (float)exp(-1.0 / (slow_s[i] * rate_hz)); // W_hh
    model->params[4]      = 1.0f;                                     // W_o
    assert_int_equal(level_at_rest(model, &passage, 1, 8, quiet, NULL, &level),
                     RCV_OK);
    assert_true(i < 2 ? level < quiet : level > quiet);
    rcv_model_free(model);
  }
}

/// A constant at rest, which an output bias makes, is not heard as going on
static void
test_rest_of_constant(void** const unused)
{
  (void)unused;
  const RcvPassage passage                      = {&rcv_trainer_rig_pair,
                                                   rcv_trainer_rig_region(RCV_USE_VALIDATION)};
  RcvShape         shape                        = rcv_fixture_shape(1);
  double           level                        = -1.0;
  shape.cell                                    = RCV_CELL_RNN;
  shape.skip                                    = false;
  RcvModel* model                               = rcv_model_new(&shape);
  model->params[rcv_shape_n_params(&shape) - 1] = 0.5f; // b_o
  assert_int_equal(
    level_at_rest(model, &passage, 1, 8, quiet_level, NULL, &level), RCV_OK);
  assert_close(level, 0.0, 1e-6);
  rcv_model_free(model);
}

/// h ← tanh(W h + 0.1 x), y = Σ h: small weights forget a difference, greater
/// ones of many units make more and more of it
static void
test_rounding(void** const unused)
{
  (void)unused;
  const RcvPassage    passage  = {&rcv_trainer_rig_pair,
                                  rcv_trainer_rig_region(RCV_USE_VALIDATION)};
  static const size_t n_hidden = 16;
  RcvWorkers* const   workers  = rcv_workers_new(3);
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
    assert_int_equal(level_by_rounding(model, &passage, 4, NULL, &level),
                     RCV_OK);
    print_message("distance by rounding %g\n", level);

    // Shared among threads it is the same to the last bit
    double shared = -1.0;
    assert_int_equal(level_by_rounding(model, &passage, 4, workers, &shared),
                     RCV_OK);
    assert_memory_equal(&shared, &level, sizeof(level));
    assert_true(i ? level > 0.1 : level < 1e-6);
    rcv_model_free(model);
  }
  rcv_workers_free(workers);
}

/// What differs in the first quarter of a piece only, after the start in the
/// midst of sound, does not count
static void
test_rounding_at_start(void** const unused)
{
  (void)unused;
  RcvPair      pair = rcv_trainer_rig_pair;
  const size_t n    = pair.rate_hz;
  float* const dry  = calloc(n, sizeof(float));
  assert_non_null(dry);
  memcpy(dry, pair.dry, n / 4 * sizeof(float));
  pair.dry = dry;

  // Its large output weight makes something of the smallest steps
  RcvShape shape = rcv_fixture_shape(1);
  shape.cell     = RCV_CELL_RNN;
  shape.skip     = false;

  const RcvPassage passage = {&pair, {0, n}};
  RcvModel* const  model   = rcv_model_new(&shape);
  double           level   = -1.0;
  model->params[0]         = 0.001f; // W_ih
  model->params[4]         = 1e6f;   // W_o
  assert_int_equal(level_by_rounding(model, &passage, 1, NULL, &level), RCV_OK);
  assert_close(level, 0.0, 0.0);

  dry[n / 2] = 0.5f;
  assert_int_equal(level_by_rounding(model, &passage, 1, NULL, &level), RCV_OK);
  assert_true(level > 1e-7);
  rcv_model_free(model);
  free(dry);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rest),
    cmocka_unit_test(test_all_places),
    cmocka_unit_test(test_passages),
    cmocka_unit_test(test_rest_of_slow),
    cmocka_unit_test(test_rest_of_constant),
    cmocka_unit_test(test_rounding),
    cmocka_unit_test(test_rounding_at_start),
  };

  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

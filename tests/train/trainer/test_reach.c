// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/reach.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 2000, N_FRAMES = 10000, N_LAGS = 100 };

static RcvPair   pair;
static RcvModel* model;

/// h_t = tanh(x_t + 0.9 h_{t-1}); silence, then what saturates it
static int
set_up(void** const unused)
{
  (void)unused;
  static const float params[] = {1.0f, 0.9f, 0.0f, 0.0f, 1.0f, 0.0f};

  RcvShape shape = rcv_fixture_shape(1);
  shape.cell     = RCV_CELL_RNN;
  shape.skip     = false;
  model          = rcv_fixture_model(&shape, RATE_HZ, 1);
  memcpy(model->params, params, sizeof(params));

  pair.rate_hz  = RATE_HZ;
  pair.n_frames = N_FRAMES;
  pair.dry      = network_rig_floats(N_FRAMES);
  for (size_t t = N_FRAMES / 2; t < N_FRAMES; ++t) {
    pair.dry[t] = 5.0f;
  }
  return 0;
}

static int
tear_down(void** const unused)
{
  (void)unused;
  rcv_model_free(model);
  free(pair.dry);
  return 0;
}

static RcvReachResult
measure(const size_t start, const size_t end)
{
  const RcvRegion region = {start, end};
  RcvReachResult  result;
  RcvError        error = {RCV_OK, ""};
  assert_int_equal(
    rcv_reach_measure(model, &pair, region, N_LAGS, 32, &result, &error),
    RCV_OK);
  assert_true(result.n_points > 20);
  assert_int_equal(result.points[result.n_points - 1].lag <= N_LAGS, true);
  return result;
}

/// In silence it is the power of the recurrent weight, in the clipper nothing
static void
test_regions(void** const unused)
{
  (void)unused;
  RcvReachResult quiet = measure(2000, N_FRAMES / 2);
  for (size_t i = 0; i < quiet.n_points; ++i) {
    const double expected = pow(0.9, quiet.points[i].lag);
    assert_close(quiet.points[i].median, expected, 1e-5);
    assert_close(quiet.points[i].quartiles[0], expected, 1e-5);
    assert_close(quiet.points[i].quartiles[1], expected, 1e-5);
  }
  assert_int_equal(quiet.verdict, RCV_REACH_VANISHES);
  assert_true(quiet.lag >= 44 && quiet.lag <= 47); // ln 0.01 / ln 0.9 = 43.7
  free(quiet.points);

  RcvReachResult loud = measure((N_FRAMES / 2) + N_LAGS, N_FRAMES);
  for (size_t i = 1; i < loud.n_points; ++i) {
    assert_true(loud.points[i].quartiles[1] < 1e-3);
  }
  free(loud.points);
}

/// What lies outside, but for what fills the states, is never looked at
static void
test_outside(void** const unused)
{
  (void)unused;
  const size_t start = 3000;
  const size_t end   = 4000;
  float* const kept  = pair.dry;
  pair.dry           = network_rig_floats(N_FRAMES);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    const bool heard = t >= start - (RATE_HZ / 2) - N_LAGS && t < end;

    pair.dry[t] = heard ? 0.0f : (float)NAN;
  }

  RcvReachResult result = measure(start, end);
  assert_close(result.points[10].median, pow(0.9, 10.0), 1e-5);
  free(result.points);
  free(pair.dry);
  pair.dry = kept;
}

static void
test_words(void** const unused)
{
  (void)unused;
  static const char* const words[] = {"vanish", "explode", "last"};
  for (size_t i = 0; i < 3; ++i) {
    char                 text[256];
    const RcvReachResult result = {NULL, 0, (RcvReachVerdict)i, 48, 96};
    rcv_reach_say(&result, 48000, text, sizeof(text));
    assert_non_null(strstr(text, words[i]));
    assert_non_null(strstr(text, "48 frames (1.0 ms)"));
  }

  const RcvRegion early = {0, 1000};
  RcvReachResult  result;
  RcvError        error = {RCV_OK, ""};
  assert_int_equal(
    rcv_reach_measure(model, &pair, early, N_LAGS, 32, &result, &error),
    RCV_BAD_DATA);
  assert_non_null(strstr(error.message, "; give a longer recording"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_regions),
    cmocka_unit_test(test_outside),
    cmocka_unit_test(test_words),
  };

  return cmocka_run_group_tests(tests, set_up, tear_down);
}

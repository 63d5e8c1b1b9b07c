// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   What of a file's self-test is played when it is loaded.
*/

#include "dsp/model/model.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"

#include <stdlib.h>

// Weights of about a fifth of a million: ten thousand frames are the second or
// so that is played
enum { HIDDEN = 220, N_FRAMES = 40000, PLAYED = 10000 };

/// A model with a self-test that is longer than what is played of it
static RcvModel*
model_with_test(const RcvShape* const shape, const size_t n_frames)
{
  RcvModel* const model = rcv_fixture_model(shape, 48000.0, 1);
  float* const    x     = calloc(n_frames, sizeof(float));
  assert_non_null(x);
  rcv_fixture_signal(x, n_frames, 1);
  assert_int_equal(rcv_model_set_test(model, x, n_frames, NULL), RCV_OK);
  free(x);
  return model;
}

/// What is wrong in a frame of the test's output is found, or is not
static bool
is_found(RcvModel* const model, const size_t frame)
{
  RcvError error = {RCV_OK, ""};
  model->test_output[frame] += 0.25f;
  const RcvStatus status = rcv_model_check(model, "model", &error);
  model->test_output[frame] -= 0.25f;
  return status == RCV_BAD_FILE;
}

/// A long one costs no more than a second: its beginning is played
static void
test_long(void** const unused)
{
  (void)unused;
  const RcvShape  shape = rcv_fixture_shape(HIDDEN);
  RcvModel* const model = model_with_test(&shape, N_FRAMES);
  assert_int_equal(rcv_model_check(model, "model", NULL), RCV_OK);
  assert_true(is_found(model, 0));
  assert_true(is_found(model, PLAYED - 1000));
  assert_false(is_found(model, N_FRAMES - 1));
  rcv_model_free(model);
}

/// What a short one says is compared to its end
static void
test_short(void** const unused)
{
  (void)unused;
  const RcvShape  shape = rcv_fixture_shape(HIDDEN);
  RcvModel* const model = model_with_test(&shape, 1024);
  assert_true(is_found(model, 1023));
  rcv_model_free(model);
}

/// Of a network of both directions the end of what is played hears what comes
/// after it, and is not compared
static void
test_bidirectional(void** const unused)
{
  (void)unused;
  RcvShape shape         = rcv_fixture_shape(64);
  shape.bidirectional    = true;
  shape.block_frames     = 4;
  shape.lookahead_frames = 800;
  RcvModel* const model  = model_with_test(&shape, N_FRAMES / 8);
  assert_int_equal(rcv_model_check(model, "model", NULL), RCV_OK);
  assert_true(is_found(model, 900));
  assert_false(is_found(model, (N_FRAMES / 8) - 1));
  rcv_model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_long),
    cmocka_unit_test(test_short),
    cmocka_unit_test(test_bidirectional),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

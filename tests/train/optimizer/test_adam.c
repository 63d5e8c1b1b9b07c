// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/adam.h"

#include "tests/support/assert_close.h"

#include <stdlib.h>

/// The first step is the rate, whatever the gradient's size; the second by hand
static void
test_first_steps(void** const unused)
{
  (void)unused;
  RcvAdam adam;
  assert_true(rcv_adam_init(&adam, 3));

  float       params[] = {1.0f, -2.0f, 0.5f};
  const float first[]  = {0.1f, -300.0f, 0.0f};
  const float second[] = {-0.2f, -300.0f, 0.0f};
  rcv_adam_update(&adam, params, first, 0.01);
  assert_close(params[0], 0.99, 1e-7);
  assert_close(params[1], -1.99, 1e-6);
  assert_close(params[2], 0.5, 0.0);

  // m = 0.9·0.01 − 0.1·0.2 = −0.011, v = 0.999·1e-5 + 4e-5 = 4.999e-5
  rcv_adam_update(&adam, params, second, 0.01);
  const double m = -0.011 / (1.0 - 0.81);
  const double v = 4.999e-5 / (1.0 - (0.999 * 0.999));
  assert_close(params[0], 0.99 - (0.01 * m / sqrt(v)), 2e-7);
  assert_close(params[1], -1.98, 1e-6);
  assert_close(params[2], 0.5, 0.0);
  assert_int_equal(adam.n_updates, 2);
  rcv_adam_clear(&adam);
  assert_null(adam.m);
}

/// To the bottom of a bowl that is a thousand times steeper one way
static void
test_bowl(void** const unused)
{
  (void)unused;
  RcvAdam adam;
  assert_true(rcv_adam_init(&adam, 2));
  float params[] = {3.0f, -2.0f};
  for (int i = 0; i < 2000; ++i) {
    const float d[] = {2.0f * (params[0] - 1.0f), 2000.0f * (params[1] - 0.5f)};
    rcv_adam_update(&adam, params, d, 0.05 * (1.0 - (i / 2000.0)));
  }
  assert_close(params[0], 1.0, 1e-4);
  assert_close(params[1], 0.5, 1e-4);
  rcv_adam_clear(&adam);
}

static void
test_reset(void** const unused)
{
  (void)unused;
  RcvAdam adam;
  assert_true(rcv_adam_init(&adam, 1));
  float       a    = 1.0f;
  float       b    = 1.0f;
  const float d    = 0.3f;
  const float last = -5.0f;
  rcv_adam_update(&adam, &a, &d, 0.01);
  rcv_adam_update(&adam, &b, &last, 0.01);
  rcv_adam_reset(&adam);
  b = 1.0f;
  rcv_adam_update(&adam, &b, &d, 0.01);
  assert_close(b, a, 0.0);
  rcv_adam_clear(&adam);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_first_steps),
    cmocka_unit_test(test_bowl),
    cmocka_unit_test(test_reset),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/weight_mean.h"

#include "tests/support/assert_close.h"

#include <math.h>

/// The part of the mean that weights have after updates without them
static double
part_left(const int n_before, const int n_after)
{
  const float   none[] = {0.0f, 0.0f};
  const float   some[] = {1.0f, -1.0f};
  RcvWeightMean mean;
  assert_true(rcv_weight_mean_init(&mean, 2));
  rcv_weight_mean_reset(&mean, some);
  for (int i = 0; i < n_before; ++i) {
    rcv_weight_mean_add(&mean, some);
  }
  assert_close(mean.params[0], 1.0, 1e-6);
  for (int i = 0; i < n_after; ++i) {
    rcv_weight_mean_add(&mean, none);
  }

  const double left = (double)mean.params[0];
  assert_close(mean.params[1], -left, 0.0);
  rcv_weight_mean_clear(&mean);
  return left;
}

/// What it began with is gone after the first update
static void
test_beginning(void** const unused)
{
  (void)unused;
  assert_close(part_left(0, 0), 1.0, 0.0);
  assert_close(part_left(0, 1), 0.0, 0.0);
  assert_close(part_left(1, 1), 1.0 - (1.0 / 1.2), 1e-6);
}

/// It is over the last fifth, of which 1/e is older
static void
test_length(void** const unused)
{
  (void)unused;
  assert_close(part_left(400, 100), pow(400.0 / 500.0, 5.0), 0.01);
  assert_close(part_left(5000, 200), exp(-1.0), 0.01);
  assert_close(part_left(20000, 200), exp(-1.0), 0.01);
}

/// Anew, the next weights are all there is; before, it stays what it is
static void
test_renewal(void** const unused)
{
  (void)unused;
  const float   first[]  = {1.0f};
  const float   second[] = {5.0f};
  RcvWeightMean mean;
  assert_true(rcv_weight_mean_init(&mean, 1));
  rcv_weight_mean_reset(&mean, first);
  for (int i = 0; i < 300; ++i) {
    rcv_weight_mean_add(&mean, first);
  }
  rcv_weight_mean_renew(&mean);
  assert_close(mean.params[0], 1.0, 0.0);
  rcv_weight_mean_add(&mean, second);
  assert_close(mean.params[0], 5.0, 1e-6);
  rcv_weight_mean_clear(&mean);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_beginning),
    cmocka_unit_test(test_length),
    cmocka_unit_test(test_renewal),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// What `recurve bench` measures; how long it takes is not tested

#include "train/bench.h"

#include "dsp/kernels/kernels.h"
#include "tests/support/assert_close.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const RcvShape shapes[] = {
  {RCV_CELL_LSTM,
   RCV_HEAD_LINEAR,
   1,
   12,
   1,
   1,
   false,
   false,
   0,
   0,
   0.0f,
   {{{0}}}},
  {RCV_CELL_GRU, RCV_HEAD_LINEAR, 3, 8, 2, 1, false, true, 0, 0, 0.0f, {{{0}}}},
  {RCV_CELL_RNN,
   RCV_HEAD_SOFTMAX,
   1,
   5,
   1,
   16,
   true,
   false,
   32,
   8,
   0.0f,
   {{{0}}}},
};

static void
test_error_is_small(void** const state)
{
  (void)state;
  for (uint32_t i = 0; rcv_kernels_supported(i); ++i) {
    const RcvKernels* const kernels = rcv_kernels_supported(i);
    for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); ++k) {
      RcvBenchResult result;
      RcvError       error = {RCV_OK, ""};
      assert_int_equal(
        rcv_bench_network(&shapes[k], NULL, kernels, 2, &result, &error),
        RCV_OK);
      assert_string_equal(result.kernels, kernels->name);
      assert_int_equal(result.n_channels, 2);
      assert_true(result.ns_per_sample > 0.0);
      assert_true(result.max_error > 0.0); // Floats are not exact
      assert_close(result.max_error, 0.0, 2e-6);
    }
  }
}

static void
test_error_is_seen(void** const state)
{
  (void)state;

  // NaN must not pass for a small error
  const RcvShape shape  = shapes[0];
  float* const   params = calloc(rcv_shape_n_params(&shape), sizeof(float));
  RcvBenchResult result;
  RcvError       error = {RCV_OK, ""};
  params[0]            = (float)NAN;
  assert_int_equal(
    rcv_bench_network(
      &shape, params, rcv_kernels_choose(NULL), 1, &result, &error),
    RCV_OK);
  assert_true(isnan(result.max_error));
  free(params);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_error_is_small),
    cmocka_unit_test(test_error_is_seen),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

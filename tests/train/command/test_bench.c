// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// What `recurve bench` measures; how long it takes is not tested

#include "train/command/bench.h"

#include "dsp/kernels/kernels.h"
#include "tests/support/assert_close.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const RcvShape shapes[] = {
  {.cell        = RCV_CELL_LSTM,
   .input_size  = 1,
   .hidden_size = 12,
   .num_layers  = 1,
   .output_size = 1},
  {.cell        = RCV_CELL_GRU,
   .input_size  = 3,
   .hidden_size = 8,
   .num_layers  = 2,
   .output_size = 1,
   .skip        = true},
  {.cell             = RCV_CELL_RNN,
   .head             = RCV_HEAD_SOFTMAX,
   .input_size       = 1,
   .hidden_size      = 5,
   .num_layers       = 1,
   .output_size      = 16,
   .bidirectional    = true,
   .block_frames     = 32,
   .lookahead_frames = 8},
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
      &shape, params, rcv_kernels_choose(NULL, 0), 1, &result, &error),
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

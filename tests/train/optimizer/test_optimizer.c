// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/optimizer.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { UPDATES = 1500 };

/// Where parameter i is to go
static double
target(const size_t i)
{
  return 0.1 * (double)((i * 7) % 11) - 0.5;
}

/**
   Descend into a bowl, in which both biases of an RNN and an LSTM act by their
   sum, as they do in the network.

   @return The mean square of what is left.
*/
static double
descend(const RcvOptimizerKind kind, const RcvShape* const shape)
{
  const size_t n = rcv_shape_n_params(shape);

  RcvOptimizer* const optimizer = rcv_optimizer_new(kind, shape);
  float* const        params    = calloc(n, sizeof(float));
  float* const        gradient  = calloc(n, sizeof(float));
  double              left      = 0.0;
  assert_non_null(optimizer);
  assert_non_null(params);
  assert_non_null(gradient);
  for (size_t update = 0; update < UPDATES; ++update) {
    left = 0.0;
    for (size_t i = 0; i < n; ++i) {
      gradient[i] = (float)((double)params[i] - target(i));
    }
    for (uint32_t k = 0; k < rcv_shape_n_tensors(shape); ++k) {
      const RcvTensor b_ih = rcv_shape_tensor(shape, k);
      if (b_ih.kind == RCV_TENSOR_B_IH && shape->cell != RCV_CELL_GRU) {
        float* const d_ih = gradient + b_ih.offset;
        float* const d_hh = gradient + rcv_shape_tensor(shape, k + 1).offset;
        for (size_t i = 0; i < b_ih.size; ++i) {
          d_ih[i] += d_hh[i];
          d_hh[i] = d_ih[i];
        }
      }
    }
    for (size_t i = 0; i < n; ++i) {
      left += (double)gradient[i] * (double)gradient[i] / (double)n;
    }
    rcv_optimizer_update(
      optimizer, params, gradient, 0.02 * (1.0 - ((double)update / UPDATES)));
  }
  rcv_optimizer_free(optimizer);
  free(gradient);
  free(params);
  return left;
}

/// Every tensor of every kind of network comes to where it belongs
static void
test_reaches_all(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < 12; ++i) {
    RcvShape shape         = rcv_fixture_shape(6);
    shape.cell             = (RcvCell)(i % 3);
    shape.input_size       = 2;
    shape.num_layers       = i / 6 ? 2 : 1;
    shape.bidirectional    = (i / 3) % 2;
    shape.block_frames     = shape.bidirectional ? 8 : 0;
    shape.lookahead_frames = shape.bidirectional ? 8 : 0;
    assert_true(descend(RCV_OPTIMIZER_ADAM, &shape) < 1e-6);
    assert_true(descend(RCV_OPTIMIZER_SOAP, &shape) < 1e-6);
  }
}

/// The first SOAP update finds the bases; Adam's part, the head, moves at once
static void
test_first_update(void** const unused)
{
  (void)unused;
  const RcvShape shape = rcv_fixture_shape(4);
  const size_t   n     = rcv_shape_n_params(&shape);
  const size_t   head  = rcv_shape_tensor(&shape, 4).offset;

  RcvOptimizer* const optimizer = rcv_optimizer_new(RCV_OPTIMIZER_SOAP, &shape);
  float* const        params    = calloc(n, sizeof(float));
  float* const        gradient  = calloc(n, sizeof(float));
  for (size_t i = 0; i < n; ++i) {
    gradient[i] = (float)target(i) + 0.05f;
  }
  rcv_optimizer_update(optimizer, params, gradient, 0.01);
  for (size_t i = 0; i < n; ++i) {
    assert_close(fabsf(params[i]), i < head ? 0.0 : 0.01, 1e-6);
  }
  rcv_optimizer_free(optimizer);
  free(gradient);
  free(params);
}

/// After a reset all is as at the beginning
static void
test_reset(void** const unused)
{
  (void)unused;
  const RcvShape shape = rcv_fixture_shape(4);
  const size_t   n     = rcv_shape_n_params(&shape);

  RcvOptimizer* const optimizer = rcv_optimizer_new(RCV_OPTIMIZER_SOAP, &shape);
  float* const        first     = calloc(n, sizeof(float));
  float* const        second    = calloc(n, sizeof(float));
  float* const        gradient  = calloc(n, sizeof(float));
  for (uint32_t run = 0; run < 2; ++run) {
    for (uint32_t update = 0; update < 25; ++update) {
      for (size_t i = 0; i < n; ++i) {
        gradient[i] = (float)target(i + update);
      }
      rcv_optimizer_update(optimizer, run ? second : first, gradient, 0.01);
    }
    rcv_optimizer_reset(optimizer);
  }
  assert_memory_equal(first, second, n * sizeof(float));
  rcv_optimizer_free(optimizer);
  free(gradient);
  free(second);
  free(first);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_reaches_all),
    cmocka_unit_test(test_first_update),
    cmocka_unit_test(test_reset),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

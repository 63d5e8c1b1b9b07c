// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   Every parameter's gradient, in double precision, against central differences,
   for every combination of cell, number of layers, direction, head and skip.
*/

// The same sources as the product's, compiled for double
#define RCV_DOUBLE 1

#include "tests/train/bptt/network_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/// ∂L/∂ one parameter from the losses on both sides, of fourth order
static double
difference(NetworkCase* const c, const size_t i)
{
  const double  step = 1e-3;
  const double  here = c->params[i];
  double        losses[4];
  const double  steps[4] = {-2.0, -1.0, 1.0, 2.0};
  RcvBpttWindow window;
  for (size_t k = 0; k < 4; ++k) {
    c->params[i] = here + (steps[k] * step);
    losses[k]    = case_loss(c, &window);
  }
  c->params[i] = here;
  return ((8.0 * (losses[2] - losses[1])) - (losses[3] - losses[0])) /
         (12.0 * step);
}

static void
test_gradients(void** const unused)
{
  (void)unused;
  double greatest = 0.0;
  for (uint32_t index = 0; index < N_CASES; ++index) {
    const RcvShape shape = case_shape(index);
    NetworkCase    c     = case_new(&rcv_bptt_exact, rcv_loss_exact, shape);
    case_gradient(&c);

    double* const expected = calloc(c.n_params, sizeof(double));
    for (size_t i = 0; i < c.n_params; ++i) {
      expected[i] = difference(&c, i);
    }

    for (uint32_t k = 0; k < rcv_shape_n_tensors(&shape); ++k) {
      const RcvTensor tensor = rcv_shape_tensor(&shape, k);
      const double    error  = case_relative_error(
        c.gradient + tensor.offset, expected + tensor.offset, tensor.size);
      if (!(error <= 1e-6)) {
        fail_msg("network %u, tensor %u: relative error %g", index, k, error);
      }
      greatest = error > greatest ? error : greatest;
    }
    free(expected);
    case_free(&c);
  }
  print_message("greatest relative error of a tensor: %.2g\n", greatest);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradients)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   Loss and gradients of every network against PyTorch's, which stand in
   pytorch_gradients.txt beside this file with the script that made them.
*/

// The same sources as the product's, compiled for double
#define RCV_DOUBLE 1

#include "tests/support/assert_close.h"
#include "tests/train/bptt/network_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double tolerance = 1e-5;

static FILE*
open_fixture(void)
{
  const char* const top = getenv("RECURVE_TOP");
  char              path[4096];
  snprintf(path,
           sizeof(path),
           "%s/tests/train/bptt/pytorch_gradients.txt",
           top ? top : ".");

  FILE* const file = fopen(path, "r");
  assert_non_null(file);

  char comment[256];
  assert_non_null(fgets(comment, sizeof(comment), file));
  return file;
}

static void
test_all_networks(void** const unused)
{
  (void)unused;
  FILE* const file     = open_fixture();
  double      greatest = 0.0;
  for (uint32_t index = 0; index < N_CASES; ++index) {
    unsigned number   = 0;
    size_t   n_params = 0;
    double   loss     = 0.0;
    // NOLINTNEXTLINE(cert-err34-c): the file is our own
    assert_int_equal(
      fscanf(file, " case %u %zu %lf", &number, &n_params, &loss), 3);
    assert_int_equal(number, index);

    const RcvShape shape = case_shape(index);
    NetworkCase    c     = case_new(&rcv_bptt_exact, rcv_loss_exact, shape);
    assert_int_equal(n_params, c.n_params);

    double* const expected = calloc(n_params, sizeof(double));
    for (size_t i = 0; i < n_params; ++i) {
      // NOLINTNEXTLINE(cert-err34-c)
      assert_int_equal(fscanf(file, "%lf", &expected[i]), 1);
    }

    assert_close(case_gradient(&c), loss, tolerance * loss);
    for (uint32_t k = 0; k < rcv_shape_n_tensors(&shape); ++k) {
      const RcvTensor tensor = rcv_shape_tensor(&shape, k);
      const double    error  = case_relative_error(
        c.gradient + tensor.offset, expected + tensor.offset, tensor.size);
      if (!(error <= tolerance)) {
        fail_msg("network %u, tensor %u: relative error %g", index, k, error);
      }
      greatest = error > greatest ? error : greatest;
    }
    free(expected);
    case_free(&c);
  }
  fclose(file);
  print_message("greatest relative error of a tensor: %.2g\n", greatest);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_networks)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

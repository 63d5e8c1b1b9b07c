// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/eigenbasis.h"

#include "tests/support/assert_close.h"

#include <string.h>

enum { N = 3 };

/// Vectors of [[2, 1, 0], [1, 2, 0], [0, 0, 5]]: values 5, 3 and 1
static void
assert_basis(const float* const q, const double tolerance)
{
  static const double expected[N][N] = {{0.0, 0.0, 1.0},
                                        {0.70710678, 0.70710678, 0.0},
                                        {0.70710678, -0.70710678, 0.0}};
  for (size_t i = 0; i < N; ++i) {
    double product = 0.0;
    for (size_t k = 0; k < N; ++k) {
      product += expected[i][k] * (double)q[(i * N) + k];
    }
    assert_close(fabs(product), 1.0, tolerance);
  }
}

/// Gradients of which G Gᵀ (or Gᵀ G, for the other side) is that matrix
static void
add_gradients(const RcvEigenbasis* const basis, const bool is_left)
{
  // Columns (√3 (1 1 0)/√2), ((1 −1 0)/√2), (√5 (0 0 1))
  static const float g[N][N] = {{1.2247449f, 0.70710678f, 0.0f},
                                {1.2247449f, -0.70710678f, 0.0f},
                                {0.0f, 0.0f, 2.2360680f}};

  float transposed[N][N];
  for (size_t i = 0; i < N; ++i) {
    for (size_t k = 0; k < N; ++k) {
      transposed[i][k] = g[k][i];
    }
  }
  rcv_eigenbasis_add(basis, is_left ? g[0] : transposed[0], N, is_left, 0.5);
}

static void
test_find(void** const unused)
{
  (void)unused;
  for (int is_left = 0; is_left < 2; ++is_left) {
    RcvEigenbasis basis;
    assert_true(rcv_eigenbasis_init(&basis, N));
    assert_close(basis.q[0], 1.0, 0.0);
    assert_close(basis.q[1], 0.0, 0.0);
    add_gradients(&basis, is_left);
    assert_close(basis.mean[0], 1.0, 1e-6); // Half of it is new
    assert_close(basis.mean[1], 0.5, 1e-6);
    assert_true(rcv_eigenbasis_find(&basis));
    assert_basis(basis.q, 1e-6);
    rcv_eigenbasis_reset(&basis);
    assert_close(basis.mean[0], 0.0, 0.0);
    assert_close(basis.q[0], 1.0, 0.0);
    rcv_eigenbasis_clear(&basis);
  }
}

/// Step by step from the identity, which has them in another order
static void
test_turn(void** const unused)
{
  (void)unused;
  RcvEigenbasis basis;
  assert_true(rcv_eigenbasis_init(&basis, N));
  add_gradients(&basis, true);
  assert_true(rcv_eigenbasis_turn(&basis));
  assert_int_equal(basis.order[0], 2); // The 5 was the last
  assert_int_equal(basis.order[1], 0);
  assert_int_equal(basis.order[2], 1);
  for (int i = 0; i < 20; ++i) {
    assert_true(rcv_eigenbasis_turn(&basis));
  }
  assert_int_equal(basis.order[0], 0);
  assert_basis(basis.q, 1e-6);
  rcv_eigenbasis_clear(&basis);
}

/// What is not finite is told, and nothing hangs
static void
test_not_finite(void** const unused)
{
  (void)unused;
  RcvEigenbasis basis;
  assert_true(rcv_eigenbasis_init(&basis, N));
  basis.mean[1] = (float)NAN;
  assert_false(rcv_eigenbasis_find(&basis));
  rcv_eigenbasis_reset(&basis);
  basis.mean[2] = (float)INFINITY;
  assert_false(rcv_eigenbasis_turn(&basis));
  rcv_eigenbasis_clear(&basis);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_find),
    cmocka_unit_test(test_turn),
    cmocka_unit_test(test_not_finite),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

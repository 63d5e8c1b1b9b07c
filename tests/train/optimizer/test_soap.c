// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/soap.h"

#include "tests/support/assert_close.h"
#include "train/numbers/random.h"
#include "train/optimizer/adam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 12, COLS = 5, SIZE = ROWS * COLS };

static void
fill(RcvRandom* const random, float* const values, const size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    values[i] = (float)((2.0 * rcv_random_unit(random)) - 1.0);
  }
}

/// Without bases and bounds it is Adam
static void
test_identity_is_adam(void** const unused)
{
  (void)unused;
  RcvSoapSettings settings = rcv_soap_defaults();
  settings.beta_2          = 0.999;
  settings.period          = 0;
  settings.max_rms         = 1e9;
  settings.max_change      = 1e9;
  RcvSoap* const soap      = rcv_soap_new(ROWS, COLS, &settings);
  RcvAdam        adam;
  RcvRandom      random = {3};
  float          w[SIZE];
  float          expected[SIZE];
  assert_non_null(soap);
  assert_true(rcv_adam_init(&adam, SIZE));
  fill(&random, w, SIZE);
  memcpy(expected, w, sizeof(w));
  for (int i = 0; i < 50; ++i) {
    float d[SIZE];
    fill(&random, d, SIZE);
    rcv_soap_update(soap, w, d, 0.01);
    rcv_adam_update(&adam, expected, d, 0.01);
  }
  for (size_t i = 0; i < SIZE; ++i) {
    assert_close(w[i], expected[i], 1e-5);
  }
  rcv_adam_clear(&adam);
  rcv_soap_free(soap);
}

/// A bowl ‖A (W − W*) B‖²/2 whose axes are not those of W
typedef struct {
  double a[ROWS][ROWS];
  double b[COLS][COLS];
  double target[ROWS][COLS];
} Bowl;

/// A symmetric matrix with eigenvalues from 1 to `least`: H diag H, H a mirror
static void
make_steep(RcvRandom* const random,
           const size_t     n,
           const double     least,
           double* const    a)
{
  double u[ROWS];
  double norm = 0.0;
  for (size_t i = 0; i < n; ++i) {
    u[i] = rcv_random_unit(random) - 0.5;
    norm += u[i] * u[i];
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) {
      a[(i * n) + k] = 0.0;
      for (size_t j = 0; j < n; ++j) {
        const double value = pow(least, (double)j / (double)(n - 1));
        const double left  = (i == j) - (2.0 * u[i] * u[j] / norm);
        const double right = (k == j) - (2.0 * u[k] * u[j] / norm);
        a[(i * n) + k] += left * value * right;
      }
    }
  }
}

static void
make_bowl(Bowl* const bowl)
{
  RcvRandom random = {17};
  make_steep(&random, ROWS, 0.03, &bowl->a[0][0]);
  make_steep(&random, COLS, 0.1, &bowl->b[0][0]);
  for (size_t i = 0; i < ROWS; ++i) {
    for (size_t k = 0; k < COLS; ++k) {
      bowl->target[i][k] = (2.0 * rcv_random_unit(&random)) - 1.0;
    }
  }
}

/// p = A q B for ROWS × COLS matrices
static void
stretch(const Bowl* const bowl, double q[ROWS][COLS], double p[ROWS][COLS])
{
  double aq[ROWS][COLS] = {{0.0}};
  for (size_t i = 0; i < ROWS; ++i) {
    for (size_t k = 0; k < COLS; ++k) {
      for (size_t j = 0; j < ROWS; ++j) {
        aq[i][k] += bowl->a[i][j] * q[j][k];
      }
    }
  }
  for (size_t i = 0; i < ROWS; ++i) {
    for (size_t k = 0; k < COLS; ++k) {
      p[i][k] = 0.0;
      for (size_t j = 0; j < COLS; ++j) {
        p[i][k] += aq[i][j] * bowl->b[j][k];
      }
    }
  }
}

/// Loss of W; its gradient is A² (W − W*) B²
static double
slope(const Bowl* const bowl, const float* const w, float* const d_w)
{
  double q[ROWS][COLS];
  double p[ROWS][COLS];
  double loss = 0.0;
  for (size_t i = 0; i < SIZE; ++i) {
    q[i / COLS][i % COLS] = (double)w[i] - bowl->target[i / COLS][i % COLS];
  }
  stretch(bowl, q, p);
  for (size_t i = 0; i < SIZE; ++i) {
    loss += 0.5 * p[i / COLS][i % COLS] * p[i / COLS][i % COLS];
  }
  stretch(bowl, p, q);
  for (size_t i = 0; i < SIZE; ++i) {
    d_w[i] = (float)q[i / COLS][i % COLS];
  }
  return loss;
}

enum { DESCENTS = 400 };

static double
descend(const Bowl* const bowl, RcvSoap* const soap, RcvAdam* const adam)
{
  float  w[SIZE]   = {0.0f};
  float  d_w[SIZE] = {0.0f};
  double loss      = 0.0;
  for (int i = 0; i < DESCENTS; ++i) {
    const double rate = 0.1 * (1.0 - ((double)i / DESCENTS));

    loss = slope(bowl, w, d_w);
    if (soap) {
      rcv_soap_update(soap, w, d_w, rate);
    } else {
      rcv_adam_update(adam, w, d_w, rate);
    }
  }
  return loss;
}

static void
test_beats_adam(void** const unused)
{
  (void)unused;
  Bowl bowl;
  make_bowl(&bowl);

  const RcvSoapSettings settings = rcv_soap_defaults();
  RcvSoap* const        soap     = rcv_soap_new(ROWS, COLS, &settings);
  RcvAdam               adam;
  assert_true(rcv_adam_init(&adam, SIZE));

  const double with_adam = descend(&bowl, NULL, &adam);
  const double with_soap = descend(&bowl, soap, &adam);
  print_message("loss: %.3g with Adam, %.3g with SOAP\n", with_adam, with_soap);
  assert_true(with_soap < 0.1 * with_adam);
  rcv_adam_clear(&adam);
  rcv_soap_free(soap);
}

static void
assert_orthonormal(const float* const q, const size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k <= i; ++k) {
      double product = 0.0;
      for (size_t j = 0; j < n; ++j) {
        product += (double)q[(i * n) + j] * (double)q[(k * n) + j];
      }
      assert_close(product, i == k, 3e-6);
    }
  }
}

/// A gradient of independent numbers, but for a mirror: row u is ten times as
/// long
static void
draw_gradient(RcvRandom* const random, const float* const u, float* const d)
{
  fill(random, d, SIZE);
  for (size_t k = 0; k < COLS; ++k) {
    float along = 0.0f;
    for (size_t i = 0; i < ROWS; ++i) {
      along += u[i] * d[(i * COLS) + k];
    }
    for (size_t i = 0; i < ROWS; ++i) {
      d[(i * COLS) + k] += 9.0f * along * u[i];
    }
  }
}

/// The bases stay orthonormal and find where the gradients are
static void
test_bases(void** const unused)
{
  (void)unused;
  const RcvSoapSettings settings = rcv_soap_defaults();
  RcvSoap* const        soap     = rcv_soap_new(ROWS, COLS, &settings);
  RcvRandom             random   = {5};
  const float*          left     = NULL;
  const float*          right    = NULL;
  float                 w[SIZE];
  float                 u[ROWS];
  float                 norm = 0.0f;
  fill(&random, w, SIZE);
  fill(&random, u, ROWS);
  for (size_t i = 0; i < ROWS; ++i) {
    norm += u[i] * u[i];
  }
  for (size_t i = 0; i < ROWS; ++i) {
    u[i] /= sqrtf(norm);
  }
  for (int i = 0; i < 2000; ++i) {
    float d[SIZE];
    draw_gradient(&random, u, d);
    rcv_soap_update(soap, w, d, 1e-3);
    rcv_soap_bases(soap, &left, &right);
    assert_orthonormal(left, ROWS);
    assert_orthonormal(right, COLS);
  }

  double along = 0.0;
  for (size_t i = 0; i < ROWS; ++i) {
    along += (double)left[i] * (double)u[i];
  }
  assert_true(fabs(along) > 0.99);
  rcv_soap_free(soap);
}

/// When the vectors change places, their squares go along: under a gradient
/// that stays the same, so do the steps
static void
test_order(void** const unused)
{
  (void)unused;
  RcvSoapSettings settings = rcv_soap_defaults();
  settings.max_rms         = 1e9;
  settings.max_change      = 1e9;
  RcvSoap* const soap      = rcv_soap_new(2, 2, &settings);
  const float*   left      = NULL;
  const float*   right     = NULL;
  bool           is_other  = false;
  float          w[]       = {1.0f, 0.0f, 0.0f, 1.0f};
  for (int i = 0; i < 200; ++i) {
    const float d[]    = {i < 4 ? 1.0f : 0.0f, 0.0f, 0.0f, 0.3f};
    const float before = w[3];
    rcv_soap_update(soap, w, d, 1e-3);
    assert_close(before - w[3], i ? 1e-3 : 0.0, 1e-6);

    // Which of them is the first
    rcv_soap_bases(soap, &left, &right);
    is_other |= fabsf(left[0]) < 0.5f;
    assert_true(i > 10 || fabsf(left[0]) > 0.5f);
  }
  assert_true(is_other);
  rcv_soap_free(soap);
}

/// The same again, also after a reset
static void
test_repeats(void** const unused)
{
  (void)unused;
  const RcvSoapSettings settings = rcv_soap_defaults();
  RcvSoap* const        soap     = rcv_soap_new(ROWS, COLS, &settings);
  float                 first[SIZE];
  for (int run = 0; run < 3; ++run) {
    RcvRandom random = {9};
    float     w[SIZE];
    float     d[SIZE];
    fill(&random, w, SIZE);
    for (int i = 0; i < 35; ++i) {
      fill(&random, d, SIZE);
      rcv_soap_update(soap, w, d, run == 2 ? 0.011 : 0.01);
    }
    if (run == 0) {
      memcpy(first, w, sizeof(w));
    } else if (run == 1) {
      assert_memory_equal(w, first, sizeof(w));
    } else {
      assert_memory_not_equal(w, first, sizeof(w));
    }
    rcv_soap_reset(soap);
  }
  rcv_soap_free(soap);
}

/// No update is greater than the bounds, however wild the gradient
static void
test_bounds(void** const unused)
{
  (void)unused;
  for (int which = 0; which < 2; ++which) {
    RcvSoapSettings settings = rcv_soap_defaults();
    settings.max_rms         = which ? 1e9 : 0.5;
    settings.max_change      = which ? 0.01 : 1e9;
    RcvSoap* const soap      = rcv_soap_new(ROWS, COLS, &settings);
    RcvRandom      random    = {11};
    double         greatest  = 0.0; // Part of the bound
    float          w[SIZE];
    fill(&random, w, SIZE);
    for (int i = 0; i < 300; ++i) {
      const float gain = i % 29 == 0 ? 1000.0f : 1.0f;
      double      norm = 0.0;
      double      step = 0.0;
      float       d[SIZE];
      float       before[SIZE];
      fill(&random, d, SIZE);
      for (size_t k = 0; k < SIZE; ++k) {
        d[k] *= gain;
        norm += (double)w[k] * (double)w[k];
      }
      memcpy(before, w, sizeof(w));
      rcv_soap_update(soap, w, d, 0.02);
      for (size_t k = 0; k < SIZE; ++k) {
        const double change = (double)w[k] - (double)before[k];
        step += change * change;
      }
      const double most = which ? 0.01 * sqrt(norm) : 0.02 * 0.5 * sqrt(SIZE);
      greatest          = fmax(greatest, sqrt(step) / most);
    }
    assert_close(greatest, 1.0, 1e-3); // Reached, and not passed
    rcv_soap_free(soap);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_identity_is_adam),
    cmocka_unit_test(test_beats_adam),
    cmocka_unit_test(test_bases),
    cmocka_unit_test(test_order),
    cmocka_unit_test(test_repeats),
    cmocka_unit_test(test_bounds),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The gradients that training uses, in float and for several sequences at once,
   against those of the same sequences in double precision, one by one.
*/

#include "dsp/kernels/kernels.h"
#include "tests/support/assert_close.h"
#include "tests/support/exact_gradient.h"
#include "tests/train/bptt/network_case.h"
#include "train/trainer/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Relative error of a tensor; measured: 3.4e-6
static const double tolerance = 1e-5;

// The same where the backward pass is in bfloat16, in networks of so few units
// that little cancels out; measured: 0.021
static const double bf16_tolerance = 0.04;

/// Those whose kernels this machine can run
static size_t
find_engines(RcvEngine engines[4])
{
  static const RcvEngine all[] = {
#ifdef RCV_HAVE_X86_TABLES
    {&rcv_bptt_avx512, rcv_loss_avx512},
    {&rcv_bptt_avx2, rcv_loss_avx2},
#endif
    {&rcv_bptt_generic, rcv_loss_generic},
  };

  size_t n = 0;
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); ++i) {
    if (rcv_kernels_choose(all[i].bptt->name, 0)) {
      engines[n++] = all[i];
    }
  }

  const RcvEngine bf16 = rcv_engine_choose(true);
  if (bf16.bptt) {
    engines[n++] = bf16;
  }
  return n;
}

/// The sum over all lanes of what double precision says
static double
run_exact(const NetworkCase* const c,
          const uint32_t           index,
          double* const            gradient)
{
  const size_t n_lanes = c->table->n_lanes;
  const size_t n_in =
    (CASE_FRAMES + (size_t)c->shape.lookahead_frames) * c->shape.input_size;
  float* const x = calloc(n_in, sizeof(float));
  float        target[CASE_FRAMES];
  uint32_t     classes[CASE_FRAMES];
  double       loss = 0.0;
  for (size_t lane = 0; lane < n_lanes; ++lane) {
    for (size_t i = 0; i < n_in; ++i) {
      x[i] = c->x[(i * n_lanes) + lane];
    }
    for (size_t t = 0; t < CASE_FRAMES; ++t) {
      target[t]  = c->target[(t * n_lanes) + lane];
      classes[t] = c->classes[(t * n_lanes) + lane];
    }

    const ExactSequence sequence = {
      index, c->params, x, target, classes, (double)c->lane_values[lane]};
    loss += exact_gradient_add(&sequence, gradient);
  }
  free(x);
  return loss;
}

/// ‖a − b‖ / ‖b‖ over one tensor
static double
relative_error(const float* const a, const double* const b, const size_t n)
{
  double distance = 0.0;
  double norm     = 0.0;
  for (size_t i = 0; i < n; ++i) {
    distance += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    norm += b[i] * b[i];
  }
  return sqrt(distance) / sqrt(norm);
}

static double
compare(const RcvEngine engine, const double limit, const uint32_t index)
{
  const RcvShape shape    = case_shape(index);
  NetworkCase    c        = case_new(engine.bptt, engine.loss, shape);
  double* const  expected = calloc(c.n_params, sizeof(double));
  const double   loss     = case_gradient(&c);
  const double   exact    = run_exact(&c, index, expected);
  assert_close(loss, exact, 1e-5 * fabs(exact));

  double greatest = 0.0;
  for (uint32_t k = 0; k < rcv_shape_n_tensors(&shape); ++k) {
    const RcvTensor tensor = rcv_shape_tensor(&shape, k);
    const double    error  = relative_error(
      c.gradient + tensor.offset, expected + tensor.offset, tensor.size);
    if (!(error <= limit)) {
      fail_msg("%s, network %u, tensor %u: relative error %g",
               engine.bptt->name,
               index,
               k,
               error);
    }
    greatest = fmax(greatest, error);
  }
  free(expected);
  case_free(&c);
  return greatest;
}

static void
test_gradients(void** const unused)
{
  (void)unused;
  RcvEngine    engines[4];
  const size_t n_engines = find_engines(engines);
  assert_true(n_engines > 0);
  for (size_t i = 0; i < n_engines; ++i) {
    const char* const name  = engines[i].bptt->name;
    const double      limit = strstr(name, "bf16") ? bf16_tolerance : tolerance;
    double            greatest = 0.0;
    for (uint32_t index = 0; index < N_CASES; ++index) {
      greatest = fmax(greatest, compare(engines[i], limit, index));
    }
    print_message(
      "%-8s greatest relative error of a tensor: %.2g\n", name, greatest);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradients)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

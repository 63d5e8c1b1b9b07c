// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   What is trained is what is played: the forward pass of training against
   rcv_network_run() of the same instruction set, for every network.
*/

#include "dsp/kernels/kernels.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "tests/train/bptt/network_case.h"
#include "train/trainer/engine.h"

#include <stdlib.h>
#include <string.h>

/// Compare all lanes; return the greatest distance
static double
compare(const RcvKernels* const kernels, const uint32_t index)
{
  const RcvShape  shape   = case_shape(index);
  const RcvEngine engine  = rcv_engine_choose(false);
  NetworkCase     c       = case_new(engine.bptt, engine.loss, shape);
  const size_t    n_lanes = engine.bptt->n_lanes;
  const uint32_t  late    = rcv_shape_latency(&shape);
  // Half vectors are played only; whole ones train for them, and begin alike
  assert_memory_equal(
    engine.bptt->name, kernels->name, strlen(engine.bptt->name));

  RcvBpttWindow window;
  (void)case_loss(&c, &window);

  // A window of T frames reads D more; then the signal goes on with zeros
  const size_t n_known  = CASE_FRAMES + (size_t)shape.lookahead_frames;
  const size_t n        = CASE_FRAMES + (size_t)late;
  const size_t n_in     = shape.input_size;
  float* const x        = network_rig_floats((n + n_known) * n_in);
  float* const y        = network_rig_floats(n);
  double       greatest = 0.0;
  for (size_t lane = 0; lane < n_lanes; ++lane) {
    for (size_t i = 0; i < n_known * n_in; ++i) {
      x[i] = c.x[(i * n_lanes) + lane];
    }
    NetworkRig rig = network_rig_new(&shape, c.params, kernels);
    network_rig_run(&rig, x, y, n, 7);

    // The last block is complete in training only where T is whole blocks
    const size_t n_whole = shape.bidirectional
                             ? CASE_FRAMES / CASE_BLOCK * (size_t)CASE_BLOCK
                             : CASE_FRAMES;
    for (size_t t = 0; t < n_whole; ++t) {
      const double played = (double)y[late + t];
      assert_close(c.y[(t * n_lanes) + lane], played, 7e-7);
      greatest =
        fmax(greatest, fabs((double)c.y[(t * n_lanes) + lane] - played));
    }
    network_rig_free(&rig);
  }
  free(x);
  free(y);
  case_free(&c);
  return greatest;
}

static void
test_forward(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    double greatest = 0.0;
    setenv("RECURVE_KERNELS", kernels->name, 1);
    for (uint32_t index = 0; index < N_CASES; ++index) {
      greatest = fmax(greatest, compare(kernels, index));
    }
    print_message("%-8s %.2g at most\n", kernels->name, greatest);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_forward)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/network.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "train/model/reference.h"

#include <stdio.h>
#include <stdlib.h>

/**
   @file

   Ten minutes through a real capture: rounding errors must not pile up.  What
   the kernels play at the end is what the network says in double precision that
   starts from silence two seconds before: by then it has forgotten its start.
*/

enum { RATE_HZ = 48000, MINUTES = 10, BLOCK = 64, N_LAST = 2 * RATE_HZ };

static const double tolerance = 1.5e-5;

/// A decaying chord that begins again every second, at a level that wanders
static float
signal_at(const uint64_t t)
{
  const double second = (double)(t % RATE_HZ) / RATE_HZ;
  const double level  = 0.1 + (0.08 * (double)(t / RATE_HZ % 10));
  const double phase  = 2.0 * M_PI * second;

  return (float)(level * exp(-3.0 * second) *
                 (sin(110.0 * phase) + (0.6 * sin(165.0 * phase)) +
                  (0.3 * sin(1320.0 * phase))));
}

static void
test_ten_minutes(void** const unused)
{
  (void)unused;
  const char* const top = getenv("RECURVE_TOP");
  char              path[1024];
  RcvError          error = {RCV_OK, ""};
  assert_non_null(top);
  snprintf(path, sizeof(path), "%s/presets/chump/model.safetensors", top);
  RcvModel* const model = rcv_model_load(path, &error);
  if (!model) {
    fail_msg("%s", error.message);
    return;
  }

  const RcvKernels* const kernels =
    rcv_kernels_choose(getenv("RECURVE_KERNELS"), 0);
  const uint64_t n_all = (uint64_t)MINUTES * 60 * RATE_HZ;

  NetworkRig    rig   = network_rig_new(&model->shape, model->params, kernels);
  float* const  x     = network_rig_floats(N_LAST);
  float* const  y     = network_rig_floats(N_LAST);
  double* const exact = calloc(N_LAST, sizeof(double));
  assert_non_null(exact);
  for (uint64_t t = 0; t < n_all; t += BLOCK) {
    const uint64_t at = t < n_all - N_LAST ? 0 : t - (n_all - N_LAST);
    for (uint32_t i = 0; i < BLOCK; ++i) {
      x[at + i] = signal_at(t + i);
    }
    rcv_network_run(rig.network, rig.state, x + at, y + at, BLOCK);
  }

  rcv_reference_network_exact(&model->shape, model->params, x, N_LAST, exact);

  double greatest = 0.0;
  for (size_t t = N_LAST / 2; t < N_LAST; ++t) {
    assert_close(y[t], exact[t], tolerance);
    greatest = fmax(greatest, fabs((double)y[t] - exact[t]));
  }
  print_message("%s: %.2g from double\n", kernels->name, greatest);
  network_rig_free(&rig);
  rcv_model_free(model);
  free(x);
  free(y);
  free(exact);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ten_minutes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

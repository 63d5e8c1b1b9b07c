// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/kernels.h"

#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <float.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   The hyperbolic tangent of every table, through an RNN layer whose unit j
   reads the input j alone.
*/

enum { UNITS = 16, N_FRAMES = 64, N = UNITS * N_FRAMES };

/// Where products are rounded, too, there is more error than the table states
static double
tolerance_of(const RcvKernels* const kernels)
{
  const double stated = (double)kernels->tanh_error;
#ifdef __SSE2__
  return strcmp(kernels->name, "generic") ? stated : stated + 7e-8;
#else
  return stated;
#endif
}

/// y = tanh(x)
static void
kernel_tanh(const RcvKernels* const kernels, const float* x, float* const y)
{
  static float weights[(UNITS + UNITS + 2) * UNITS]; // W_ih, W_hh, b_ih, b_hh
  for (uint32_t j = 0; j < UNITS; ++j) {
    weights[(j * UNITS) + j] = 1.0f;
  }

  const float* const zero   = weights + ((size_t)UNITS * UNITS);
  const RcvLayer     layer  = {UNITS, UNITS, weights, zero, zero, zero};
  float* const       packed = network_rig_floats(
    rcv_kernels_packed_floats(kernels, RCV_CELL_RNN, UNITS, UNITS));
  float* const h = network_rig_floats((size_t)(1 + N_FRAMES) * UNITS);
  float        c[1];

  const RcvPackedLayer l =
    rcv_kernels_pack(kernels, RCV_CELL_RNN, &layer, 0, packed);
  const RcvLayerStream stream = {x, UNITS, l.biases, h, c};
  rcv_kernels_layer(kernels, RCV_CELL_RNN, UNITS)
    ->run_one(&l, &stream, N_FRAMES);
  memcpy(y, h + UNITS, N * sizeof(float));
  free(packed);
  free(h);
}

/// Every 31st float, and every 5th where tanh is neither its argument nor 1
static void
test_error(void** const unused)
{
  (void)unused;
  bool              failed  = false;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    double   greatest = 0.0;
    float    at       = 0.0f;
    uint32_t bits     = 0;
    while (bits < 0x7F800000) {
      float x[N];
      float y[N];
      for (uint32_t k = 0; k < N; ++k) {
        const uint32_t now = bits < 0x7F800000 ? bits : 0x7F7FFFFF;

        memcpy(&x[k], &now, sizeof(float));
        x[k] = k % 2 ? -x[k] : x[k];
        bits += now > 0x3D000000 && now < 0x41200000 ? 5 : 31;
      }
      kernel_tanh(kernels, x, y);
      for (uint32_t k = 0; k < N; ++k) {
        const double error = fabs((double)y[k] - tanh((double)x[k]));
        if (!(error <= greatest)) {
          greatest = error;
          at       = x[k];
        }
      }
    }
    print_message("%-13s %.4g at %.9g\n", kernels->name, greatest, (double)at);
    failed = failed || !(greatest <= tolerance_of(kernels));
  }
  assert_false(failed);
}

/// ±0 keep to 0, infinities give ±1, NaN stays
static void
test_ends(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    float x[N] = {0.0f, -0.0f, FLT_MAX, -FLT_MAX, FLT_MIN, 1e-45f, 9.0f, -9.0f};
    float y[N];

    kernel_tanh(kernels, x, y);
    for (uint32_t k = 0; k < 8; ++k) {
      assert_close(y[k], tanh((double)x[k]), tolerance_of(kernels));
    }
    assert_true(y[0] == 0.0f && y[1] == 0.0f);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_error),
    cmocka_unit_test(test_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

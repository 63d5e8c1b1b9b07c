// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The kernels against the readable cells in double precision, for a processor
   that tests/dsp/check_aarch64_slow.sh compiles this for: needs dsp/ and the
   reference, no library.
*/

#include "dsp/network.h"
#include "train/model/reference.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_FRAMES = 100, N_IN = 2 };

/// −1 to 1, always the same
static float
noise(uint32_t* const state)
{
  *state = (*state * 1664525U) + 1013904223U;
  return ((float)(*state >> 8) / 8388608.0f) - 1.0f;
}

static void*
aligned(const size_t size)
{
  void* const memory = aligned_alloc(
    RCV_ALIGNMENT, (size + RCV_ALIGNMENT - 1) / RCV_ALIGNMENT * RCV_ALIGNMENT);
  if (!memory) {
    exit(1);
  }
  return memory;
}

/// The greatest distance of two voices of one network from the definition
static double
distance(const RcvShape* const shape, const RcvKernels* const kernels)
{
  uint32_t     seed     = shape->hidden_size;
  const size_t n_params = rcv_shape_n_params(shape);
  float* const params   = aligned(n_params * sizeof(float));
  float        x[2][N_FRAMES * N_IN];
  float        y[2][N_FRAMES];
  double       exact[N_FRAMES];
  for (size_t i = 0; i < n_params; ++i) {
    params[i] = noise(&seed) / sqrtf((float)shape->hidden_size);
  }
  for (size_t i = 0; i < (size_t)N_FRAMES * N_IN; ++i) {
    x[0][i] = noise(&seed);
    x[1][i] = i % N_IN ? 0.5f : noise(&seed);
  }

  void* const       memory = aligned(rcv_network_size(shape, kernels));
  RcvNetwork* const network =
    rcv_network_init(memory, shape, params, NULL, kernels);
  RcvState* states[2];
  for (uint32_t s = 0; s < 2; ++s) {
    states[s] =
      rcv_state_init(aligned(rcv_state_size(shape, kernels)), network);
  }
  const float* const inputs[2]  = {x[0], x[1]};
  float* const       outputs[2] = {y[0], y[1]};
  rcv_network_run_streams(network, states, inputs, outputs, 2, N_FRAMES);

  double greatest = 0.0;
  for (uint32_t s = 0; s < 2; ++s) {
    rcv_reference_network_exact(shape, params, x[s], N_FRAMES, exact);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      const double d = fabs((double)y[s][t] - exact[t]);

      greatest = d <= greatest ? greatest : d; // NaN is greater
    }
    free(states[s]);
  }
  free(memory);
  free(params);
  return greatest;
}

/// All cells, one layer or two, of sizes up to one; return 1 if one is too far
/// off
static int
compare(const RcvKernels* const kernels,
        const uint32_t          n_sizes,
        const double            tolerance)
{
  double greatest = 0.0;
  for (uint32_t k = 0; k < 3 * 2 * n_sizes; ++k) {
    RcvShape shape    = {0};
    shape.cell        = (RcvCell)(k % 3);
    shape.num_layers  = 1 + (k / 3 % 2);
    shape.hidden_size = 1 + (k / 6);
    shape.input_size  = N_IN;
    shape.output_size = 1;

    const double d = distance(&shape, kernels);
    if (!(d <= tolerance)) {
      printf("cell %d, L %u, H %u: %g from double\n",
             (int)shape.cell,
             shape.num_layers,
             shape.hidden_size,
             d);
      return 1;
    }
    greatest = fmax(greatest, d);
  }
  printf("%s: %.2g from double\n", kernels->name, greatest);
  return 0;
}

int
main(void)
{
  const RcvKernels* const exact = rcv_kernels_choose(NULL, 0);

  return compare(exact, 100, 2e-6) ||
         compare(rcv_kernels_fast(exact), 40, 3e-5);
}

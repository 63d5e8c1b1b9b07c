// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// The filters' product in every table of kernels

#include "dsp/kernels/kernels.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <stdlib.h>

enum { MAX_TAPS = 512, N_PLACES = 17 };

static void
test_convolve(void** const unused)
{
  (void)unused;
  float* const filter = network_rig_floats(MAX_TAPS);
  float* const one    = network_rig_floats(MAX_TAPS + N_PLACES);
  float* const two    = network_rig_floats(MAX_TAPS + N_PLACES);
  network_rig_random(filter, MAX_TAPS, 1.0f, 1);
  network_rig_random(one, MAX_TAPS + N_PLACES, 1.0f, 2);
  network_rig_random(two, MAX_TAPS + N_PLACES, 1.0f, 3);

  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    for (uint32_t n = 16; n <= MAX_TAPS; n += 16) {
      const uint32_t     place    = n / 16 % N_PLACES; // Of any alignment
      const float* const frames[] = {one + place, two + N_PLACES - 1 - place};
      float              sums[2]  = {0.0f, 0.0f};
      kernels->convolve(filter, frames, sums, 2, n);
      for (uint32_t s = 0; s < 2; ++s) {
        double expected = 0.0;
        float  alone    = 0.0f;
        for (uint32_t k = 0; k < n; ++k) {
          expected += (double)filter[k] * (double)frames[s][k];
        }
        kernels->convolve(filter, &frames[s], &alone, 1, n);
        assert_memory_equal(&alone, &sums[s], sizeof(float));
        assert_close(sums[s], expected, 1e-5);
      }
    }
  }
  free(filter);
  free(one);
  free(two);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_convolve)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

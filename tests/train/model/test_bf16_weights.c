// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/model/bf16_weights.h"

#include "dsp/kernels/bf16.h"
#include "dsp/shape.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <stdlib.h>
#include <string.h>

/// The matrices with a column for each unit are rounded, and nothing else
static void
test_round(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < NETWORK_RIG_SHAPES; ++i) {
    const RcvShape shape   = network_rig_shape(i, 3, 9);
    const size_t   n       = rcv_shape_n_params(&shape);
    float* const   params  = network_rig_floats(n);
    float* const   rounded = network_rig_floats(n);
    network_rig_random(params, n, 1.0f, i + 1);
    memcpy(rounded, params, n * sizeof(float));

    assert_false(rcv_bf16_weights_are_exact(&shape, rounded));
    rcv_bf16_weights_round(&shape, rounded);
    assert_true(rcv_bf16_weights_are_exact(&shape, rounded));

    for (uint32_t k = 0; k < rcv_shape_n_tensors(&shape); ++k) {
      const RcvTensor tensor = rcv_shape_tensor(&shape, k);
      const bool      heavy  = tensor.kind == RCV_TENSOR_W_HH ||
                         (tensor.kind == RCV_TENSOR_W_IH && tensor.layer > 0);
      for (size_t e = tensor.offset; e < tensor.offset + tensor.size; ++e) {
        const float wanted = heavy ? rcv_bf16_round(params[e]) : params[e];
        assert_close(rounded[e], wanted, 0.0);
      }
    }

    // One that is not exact is seen
    const RcvTensor w_hh = rcv_shape_tensor(&shape, RCV_TENSOR_W_HH);
    rounded[w_hh.offset + w_hh.size - 1] = 0.1f;
    assert_false(rcv_bf16_weights_are_exact(&shape, rounded));
    free(params);
    free(rounded);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   Units that remember long make shorter steps, and the others those that they
   were told to.
*/

#include "tests/support/assert_close.h"
#include "train/optimizer/slow_units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HIDDEN = 3, SLOW = 1 };

static const double fast_frames = 200.0;

static RcvShape
shape_of(const RcvCell cell, const bool bidirectional)
{
  const RcvShape shape = {cell,
                          RCV_HEAD_LINEAR,
                          2,
                          HIDDEN,
                          2,
                          1,
                          bidirectional,
                          false,
                          bidirectional ? 16 : 0,
                          0,
                          0.0f,
                          {{{0}}},
                          {{0}}};
  return shape;
}

/// Set the bias of the gate that keeps a unit's state, half in each of the two
static void
set_bias(const RcvShape* const shape,
         float* const          params,
         const uint32_t        layer,
         const uint32_t        unit,
         const float           bias)
{
  for (uint32_t i = 2; i < 4; ++i) {
    const RcvTensor tensor = rcv_shape_tensor(shape, (4 * layer) + i);
    params[tensor.offset + HIDDEN + unit] = 0.5f * bias;
  }
}

/// The part of a step that is left in a layer's tensor, for the row of a unit
static float
part_left(const RcvShape* const shape,
          const uint32_t        layer,
          const uint32_t        unit,
          const uint32_t        index)
{
  const size_t n      = rcv_shape_n_params(shape);
  float* const before = calloc(n, sizeof(float));
  float* const params = calloc(n, sizeof(float));
  set_bias(shape, before, layer, SLOW, (float)log(799.0)); // 800 frames
  set_bias(shape, before, layer, 2, (float)log(198.0));    // 199: fast yet
  for (size_t i = 0; i < n; ++i) {
    params[i] = before[i] + 0.25f;
  }
  rcv_slow_units_temper(shape, fast_frames, before, params);

  const RcvTensor tensor = rcv_shape_tensor(shape, index);
  const size_t    n_cols = tensor.n_cols ? tensor.n_cols : 1;
  const size_t    row    = tensor.offset + ((2 * HIDDEN + unit) * n_cols);
  const float     part   = (params[row] - before[row]) / 0.25f;
  for (size_t k = row; k < row + n_cols; ++k) {
    assert_close(params[k] - before[k], 0.25 * (double)part, 1e-6);
  }
  free(before);
  free(params);
  return part;
}

/// Of all four tensors of its layer in its direction, and of no other one
static void
test_parts(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < 4; ++i) {
    const RcvShape shape =
      shape_of(i % 2 ? RCV_CELL_GRU : RCV_CELL_LSTM, i / 2);
    const uint32_t n_layers = i / 2 ? 4 : 2;
    for (uint32_t layer = 0; layer < n_layers; ++layer) {
      for (uint32_t tensor = 0; tensor < 4 * n_layers; ++tensor) {
        const bool   own  = tensor / 4 == layer;
        const double slow = (double)part_left(&shape, layer, SLOW, tensor);
        assert_close(slow, own ? 0.25 : 1.0, 1e-5);
        for (uint32_t unit = 0; unit < HIDDEN; unit += 2) {
          assert_close(
            (double)part_left(&shape, layer, unit, tensor), 1.0, 0.0);
        }
      }
    }
  }
}

/// Neither the head nor a plain RNN have any
static void
test_others(void** const unused)
{
  (void)unused;
  const RcvShape lstm = shape_of(RCV_CELL_LSTM, false);
  const RcvShape rnn  = shape_of(RCV_CELL_RNN, false);
  float          before[512];
  float          params[512];
  const size_t   n_lstm = rcv_shape_n_params(&lstm);
  const size_t   n_rnn  = rcv_shape_n_params(&rnn);
  assert_true(n_lstm <= 512 && n_rnn <= 512);
  for (size_t i = 0; i < 512; ++i) {
    before[i] = 9.0f; // All gates would be open for thousands of frames
    params[i] = 9.5f;
  }

  rcv_slow_units_temper(&rnn, fast_frames, before, params);
  for (size_t i = 0; i < n_rnn; ++i) {
    assert_close((double)params[i], 9.5, 0.0);
  }

  rcv_slow_units_temper(&lstm, fast_frames, before, params);
  const size_t head = rcv_shape_tensor(&lstm, 8).offset;
  for (size_t i = 0; i < n_lstm; ++i) {
    assert_true(i < head ? params[i] < 9.01f : params[i] > 9.49f);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parts),
    cmocka_unit_test(test_others),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/shape.h"

#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

static void
test_tensors(void** const unused)
{
  (void)unused;
  static const uint32_t n_gates[] = {1, 4, 3};

  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const RcvShape s      = network_rig_shape(index, 2, 5);
    const uint32_t rows   = n_gates[s.cell] * s.hidden_size;
    const uint32_t n_dirs = s.bidirectional ? 2 : 1;
    assert_int_equal(rcv_cell_n_gates(s.cell), n_gates[s.cell]);
    assert_int_equal(rcv_shape_n_directions(&s), n_dirs);
    assert_int_equal(rcv_shape_n_tensors(&s), (n_dirs * s.num_layers * 4) + 2);

    // One after another, without a gap
    size_t end = 0;
    for (uint32_t i = 0; i < rcv_shape_n_tensors(&s); ++i) {
      const RcvTensor t = rcv_shape_tensor(&s, i);
      assert_int_equal(t.offset, end);
      assert_int_equal(t.size, (size_t)t.n_rows * (t.n_cols ? t.n_cols : 1));
      end += t.size;
      if (i + 2 < rcv_shape_n_tensors(&s)) {
        assert_int_equal(t.kind, i % 4);
        assert_int_equal(t.layer, (i / 4) % s.num_layers);
        assert_int_equal(t.direction, i / 4 / s.num_layers);
        assert_int_equal(t.n_rows, rows);
        assert_int_equal(t.n_cols,
                         t.kind == RCV_TENSOR_W_IH   ? (t.layer ? 5 : 2)
                         : t.kind == RCV_TENSOR_W_HH ? 5
                                                     : 0);
      } else {
        assert_int_equal(t.n_rows, s.output_size);
      }
    }
    assert_int_equal(rcv_shape_n_params(&s), end);
  }
}

/// Counted as PyTorch does: 4·16·(1 + 16 + 2) and a head of 17
static void
test_count(void** const unused)
{
  (void)unused;
  RcvShape s = network_rig_shape(1, 1, 16);
  assert_int_equal(rcv_shape_n_params(&s), 1216 + 17);
  s.num_layers = 2;
  assert_int_equal(rcv_shape_n_params(&s), 1216 + (64 * 34) + 17);
}

static void
test_layer_view(void** const unused)
{
  (void)unused;
  const RcvShape s = network_rig_shape(10, 2, 5); // LSTM, 3 layers, both ways
  static float   params[4096];
  for (uint32_t d = 0; d < 2; ++d) {
    for (uint32_t l = 0; l < 3; ++l) {
      const RcvLayer layer = rcv_shape_layer(&s, params, d, l);
      const uint32_t first = 4 * ((d * 3) + l);
      assert_int_equal(layer.input_size, l ? 5 : 2);
      assert_int_equal(layer.hidden_size, 5);
      assert_int_equal(layer.w_ih - params, rcv_shape_tensor(&s, first).offset);
      assert_int_equal(layer.b_hh - params,
                       rcv_shape_tensor(&s, first + 3).offset);
    }
  }
}

/// Expect a shape to be refused
#define assert_invalid(member, value)       \
  do {                                      \
    RcvShape bad = good;                    \
    bad.member   = (value);                 \
    assert_false(rcv_shape_is_valid(&bad)); \
  } while (0)

static void
test_limits(void** const unused)
{
  (void)unused;
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const RcvShape good = network_rig_shape(index, 2, 5);
    assert_true(rcv_shape_is_valid(&good));
    assert_invalid(cell, (RcvCell)3);
    assert_invalid(head, (RcvHead)2);
    assert_invalid(input_size, 0);
    assert_invalid(input_size, RCV_MAX_INPUTS + 1);
    assert_invalid(hidden_size, 0);
    assert_invalid(hidden_size, RCV_MAX_HIDDEN + 1);
    assert_invalid(num_layers, 0);
    assert_invalid(num_layers, RCV_MAX_LAYERS + 1);
    assert_invalid(output_size, 0);
    assert_invalid(output_size, RCV_MAX_CLASSES + 1);
    assert_invalid(bidirectional, !good.bidirectional);
    assert_invalid(block_frames, good.bidirectional ? 0 : 1);
    assert_invalid(block_frames, RCV_MAX_BLOCK + 1);
    assert_invalid(lookahead_frames, RCV_MAX_LOOKAHEAD + 1);
    assert_invalid(
      head, good.head == RCV_HEAD_SOFTMAX ? RCV_HEAD_LINEAR : RCV_HEAD_SOFTMAX);
    assert_int_equal(rcv_shape_latency(&good), good.bidirectional ? 21 : 0);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tensors),
    cmocka_unit_test(test_count),
    cmocka_unit_test(test_layer_view),
    cmocka_unit_test(test_limits),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

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

  for (uint32_t index = 0; index < NETWORK_RIG_UNIFORM; ++index) {
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

/// lstm 16, gru 8, gru 8: views, sizes and limits
static void
test_mixed(void** const unused)
{
  (void)unused;
  static const RcvShape empty   = {.input_size = 2, .output_size = 1};
  static const uint32_t rows[]  = {64, 24, 24};
  static const uint32_t n_in[]  = {2, 16, 8};
  static const uint32_t sizes[] = {16, 8, 8};
  static float          params[4096];

  RcvShape s = empty;
  rcv_shape_add_layer(&s, RCV_CELL_LSTM, 16);
  assert_false(rcv_shape_is_mixed(&s));
  for (uint32_t l = 0; l < 2; ++l) {
    rcv_shape_add_layer(&s, RCV_CELL_GRU, 8);
    assert_true(rcv_shape_is_mixed(&s));
    assert_true(rcv_shape_is_valid(&s));
  }
  assert_int_equal(s.num_layers, 3);
  assert_int_equal(s.cell, RCV_CELL_GRU);
  assert_int_equal(s.hidden_size, 8);
  assert_int_equal(rcv_shape_widest(&s), 16);
  assert_int_equal(rcv_shape_n_states(&s), 2 * (16 + 8 + 8));
  assert_int_equal(rcv_shape_head_inputs(&s), 8);

  size_t end = 0;
  for (uint32_t l = 0; l < 3; ++l) {
    const RcvLayer layer = rcv_shape_layer(&s, params, 0, l);
    assert_int_equal(rcv_shape_layer_at(&s, l).cell,
                     l ? RCV_CELL_GRU : RCV_CELL_LSTM);
    assert_int_equal(layer.input_size, n_in[l]);
    assert_int_equal(layer.hidden_size, sizes[l]);
    assert_int_equal(layer.w_ih - params, end);
    assert_int_equal(layer.w_hh - layer.w_ih, (size_t)rows[l] * n_in[l]);
    assert_int_equal(layer.b_ih - layer.w_hh, (size_t)rows[l] * sizes[l]);
    assert_int_equal(layer.b_hh - layer.b_ih, rows[l]);
    end += (size_t)rows[l] * (n_in[l] + sizes[l] + 2);
  }
  assert_int_equal(rcv_shape_n_params(&s), end + 8 + 1);
}

/// The same layers one after another make the shape that the plain numbers make
static void
test_uniform(void** const unused)
{
  (void)unused;
  const RcvShape expected = {.cell        = RCV_CELL_LSTM,
                             .input_size  = 1,
                             .hidden_size = 12,
                             .num_layers  = 3,
                             .output_size = 1};
  RcvShape       shape    = {.input_size = 1, .output_size = 1};
  for (uint32_t l = 0; l < 3; ++l) {
    rcv_shape_add_layer(&shape, RCV_CELL_LSTM, 12);
  }
  assert_memory_equal(&shape, &expected, sizeof(shape));
  assert_int_equal(rcv_shape_widest(&shape), 12);
  assert_int_equal(rcv_shape_n_states(&shape), 2 * 3 * 12);
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
  for (uint32_t index = 0; index < NETWORK_RIG_UNIFORM; ++index) {
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

/// A list of layers that disagrees with the rest of the shape, or with itself
static void
test_mixed_limits(void** const unused)
{
  (void)unused;
  const RcvShape good = network_rig_shape(NETWORK_RIG_UNIFORM, 2, 0);
  assert_true(rcv_shape_is_valid(&good));
  assert_invalid(cell, RCV_CELL_RNN);
  assert_invalid(hidden_size, 16);
  assert_invalid(num_layers, 1);
  assert_invalid(num_layers, 3);
  assert_invalid(num_layers, RCV_MAX_LAYERS + 1);
  assert_invalid(num_layers, UINT32_MAX);
  assert_invalid(stack[0].cell, (RcvCell)3);
  assert_invalid(stack[0].hidden_size, RCV_MAX_HIDDEN + 1);
  assert_invalid(stack[1].hidden_size, 0);
  assert_invalid(stack[2].hidden_size, 8);
  assert_invalid(stack[7].hidden_size, 8);

  RcvShape both      = good;
  both.bidirectional = true;
  both.block_frames  = 16;
  assert_false(rcv_shape_is_valid(&both));

  // All the same is no list
  RcvShape same = good;
  same.stack[0] = same.stack[1];
  assert_false(rcv_shape_is_valid(&same));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tensors),
    cmocka_unit_test(test_count),
    cmocka_unit_test(test_layer_view),
    cmocka_unit_test(test_mixed),
    cmocka_unit_test(test_uniform),
    cmocka_unit_test(test_limits),
    cmocka_unit_test(test_mixed_limits),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

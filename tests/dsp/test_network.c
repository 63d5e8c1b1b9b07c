// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/network.h"

#include "dsp/gru.h"
#include "dsp/kernels/kernels.h"
#include "dsp/lstm.h"
#include "dsp/rnn.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "train/model/reference.h"

#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 4500, N_IN = 2, N_HIDDEN = 7, B = 16, D = 5 };

/// A network's weights and a signal
typedef struct {
  RcvShape shape;
  float*   params;
  float*   x; ///< [N_FRAMES][N_IN]
} Case;

static Case
case_new(const uint32_t index)
{
  Case         c = {network_rig_shape(index, N_IN, N_HIDDEN), NULL, NULL};
  const size_t n = rcv_shape_n_params(&c.shape);
  c.params       = network_rig_floats(n);
  c.x            = network_rig_floats((size_t)N_FRAMES * N_IN);
  network_rig_random(
    c.params, n, index < NETWORK_RIG_UNIFORM ? 0.6f : 0.3f, index);
  network_rig_random(c.x, (size_t)N_FRAMES * N_IN, 1.0f, 100 + index);
  return c;
}

static void
case_free(Case* const c)
{
  free(c->params);
  free(c->x);
}

/// The same to the bit, however the signal is divided
static void
test_blocks(void** const unused)
{
  (void)unused;
  static float      whole[N_FRAMES];
  static float      y[N_FRAMES];
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
      Case       c   = case_new(index);
      NetworkRig rig = network_rig_new(&c.shape, c.params, kernels);
      rcv_network_run(rig.network, rig.state, c.x, whole, N_FRAMES);
      for (uint32_t b = 0; b < 5; ++b) {
        rcv_state_reset(rig.state, rig.network);
        network_rig_run(&rig, c.x, y, N_FRAMES, network_rig_blocks[b]);
        assert_memory_equal(y, whole, sizeof(y));
      }
      network_rig_free(&rig);
      case_free(&c);
    }
  }
}

/// Late by exactly the latency, silent before, and what the cells say
static void
test_reference(void** const unused)
{
  (void)unused;
  enum { N = 400, N_LATE = B + D };

  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    double greatest = 0.0;
    for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
      float          y[N + N_LATE];
      double         expected[N];
      Case           c       = case_new(index);
      const uint32_t latency = rcv_shape_latency(&c.shape);
      assert_int_equal(latency, c.shape.bidirectional ? N_LATE : 0);

      memset(
        c.x + ((size_t)N * N_IN), 0, (size_t)N_LATE * N_IN * sizeof(float));
      NetworkRig rig = network_rig_new(&c.shape, c.params, kernels);
      network_rig_run(&rig, c.x, y, N + latency, 7);
      rcv_reference_network_exact(&c.shape, c.params, c.x, N, expected);
      for (size_t t = 0; t < latency; ++t) {
        assert_close(y[t], 0.0, 0.0);
      }
      for (size_t t = 0; t < N; ++t) {
        assert_close(y[t + latency], expected[t], 5e-6);
        greatest = fmax(greatest, fabs((double)y[t + latency] - expected[t]));
      }
      network_rig_free(&rig);
      case_free(&c);
    }
    print_message("%-8s %.2g from double\n", kernels->name, greatest);
  }
}

/// A window that holds the whole signal is reading it from both ends
static void
test_one_window(void** const unused)
{
  (void)unused;
  enum { N = 200 };

  for (uint32_t cell = 0; cell < 3; ++cell) {
    float  y[2 * N];
    double expected[N];
    Case   c                 = case_new(6 + cell);
    c.shape.block_frames     = N;
    c.shape.lookahead_frames = 0;
    memset(c.x + ((size_t)N * N_IN), 0, (size_t)N * N_IN * sizeof(float));
    NetworkRig rig =
      network_rig_new(&c.shape, c.params, rcv_kernels_choose(NULL, 0));
    network_rig_run(&rig, c.x, y, (size_t)2 * N, 64);
    rcv_reference_network_exact(&c.shape, c.params, c.x, N, expected);
    for (size_t t = 0; t < N; ++t) {
      assert_close(y[t + N], expected[t], 5e-6);
    }

    // The last frame of the signal is heard in the first frame of the output
    c.x[(size_t)(N - 1) * N_IN] += 1.0f;
    float y_other[2 * N];
    rcv_state_reset(rig.state, rig.network);
    network_rig_run(&rig, c.x, y_other, (size_t)2 * N, 64);
    assert_true(fabsf(y_other[(2 * N) - 1] - y[(2 * N) - 1]) > 1e-4f);
    network_rig_free(&rig);
    case_free(&c);
  }
}

/// Each frame of the output needs its lookahead, and none needs more
static void
test_lookahead(void** const unused)
{
  (void)unused;
  enum { N = 10 * B, CHANGED = (5 * B) + D - 1 };

  float      before[N];
  float      after[N];
  Case       c = case_new(7);
  NetworkRig rig =
    network_rig_new(&c.shape, c.params, rcv_kernels_choose(NULL, 0));
  network_rig_run(&rig, c.x, before, N, 0);
  c.x[(size_t)CHANGED * N_IN] += 1.0f;
  rcv_state_reset(rig.state, rig.network);
  network_rig_run(&rig, c.x, after, N, 0);

  // It is the last frame of the window of block 4, whose output comes next
  for (size_t t = 0; t < N; ++t) {
    if (t < (size_t)(4 * B) + B + D) {
      assert_true(before[t] >= after[t] && before[t] <= after[t]);
    }
  }
  const size_t first = (size_t)(4 * B) + B + D;
  assert_memory_not_equal(before + first, after + first, B * sizeof(float));
  network_rig_free(&rig);
  case_free(&c);
}

static void
test_reset(void** const unused)
{
  (void)unused;
  enum { N = 333 };

  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    float      first[N];
    float      second[N];
    Case       c = case_new(index);
    NetworkRig rig =
      network_rig_new(&c.shape, c.params, rcv_kernels_choose(NULL, 0));
    network_rig_run(&rig, c.x, first, N, 64);
    network_rig_run(&rig, c.x, second, N, 64);
    assert_memory_not_equal(first, second, sizeof(first));

    // NaN does not outlive a reset
    const float was = c.x[0];
    c.x[0]          = NAN;
    network_rig_run(&rig, c.x, second, N, 64);
    c.x[0] = was;
    rcv_state_reset(rig.state, rig.network);
    network_rig_run(&rig, c.x, second, N, 64);
    assert_memory_equal(first, second, sizeof(first));
    network_rig_free(&rig);
    case_free(&c);
  }
}

/// A skip adds the audio of the same frame, and not the knobs
static void
test_skip(void** const unused)
{
  (void)unused;
  enum { N = 200 };

  for (uint32_t index = 0; index < NETWORK_RIG_UNIFORM / 2; ++index) {
    float             plain[N];
    float             skip[N];
    Case              c       = case_new(index);
    const RcvKernels* kernels = rcv_kernels_choose(NULL, 0);
    NetworkRig        rig     = network_rig_new(&c.shape, c.params, kernels);
    c.shape.skip              = true;
    NetworkRig rig_skip       = network_rig_new(&c.shape, c.params, kernels);
    network_rig_run(&rig, c.x, plain, N, 64);
    network_rig_run(&rig_skip, c.x, skip, N, 64);
    for (size_t t = rcv_shape_latency(&c.shape); t < N; ++t) {
      const size_t at = (t - rcv_shape_latency(&c.shape)) * N_IN;
      assert_close(skip[t], plain[t] + c.x[at], 0.0);
    }
    network_rig_free(&rig);
    network_rig_free(&rig_skip);
    case_free(&c);
  }
}

/// What the readable cells remember after some frames of a network of one
/// direction: of each layer h, then c
static void
remember(const Case* const c, const size_t n_frames, float* const states)
{
  float gates[4 * 64];
  for (size_t t = 0; t < n_frames; ++t) {
    const float* x = c->x + (t * N_IN);
    float*       h = states;
    for (uint32_t l = 0; l < c->shape.num_layers; ++l) {
      const RcvLayer layer = rcv_shape_layer(&c->shape, c->params, 0, l);
      const RcvCell  cell  = rcv_shape_layer_at(&c->shape, l).cell;
      if (cell == RCV_CELL_RNN) {
        rcv_rnn_step(&layer, x, h, gates);
      } else if (cell == RCV_CELL_LSTM) {
        rcv_lstm_step(&layer, x, h, h + layer.hidden_size, gates);
      } else {
        rcv_gru_step(&layer, x, h, gates);
      }
      x = h;
      h += (size_t)2 * layer.hidden_size;
    }
  }
}

/// From the states that some frames leave a network goes on as after them
static void
test_initial_state(void** const unused)
{
  (void)unused;
  enum { N = 300, N_BEFORE = 100 };

  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
      Case c = case_new(index);
      if (!c.shape.bidirectional) {
        float        whole[N];
        float        y[N];
        float* const states = network_rig_floats(rcv_shape_n_states(&c.shape));
        NetworkRig   rig    = network_rig_new(&c.shape, c.params, kernels);
        network_rig_run(&rig, c.x, whole, N, 64);

        remember(&c, N_BEFORE, states);
        rcv_network_init(rig.network, &c.shape, c.params, states, kernels);
        rcv_state_reset(rig.state, rig.network);
        network_rig_run(
          &rig, c.x + ((size_t)N_BEFORE * N_IN), y, N - N_BEFORE, 64);
        for (size_t t = 0; t < N - N_BEFORE; ++t) {
          assert_close(y[t], whole[N_BEFORE + t], 5e-6);
        }
        network_rig_free(&rig);
        free(states);
      }
      case_free(&c);
    }
  }
}

/// Every number that is remembered counts, whichever layer's it is
static void
test_moved(void** const unused)
{
  (void)unused;
  const RcvKernels* const kernels = rcv_kernels_choose(NULL, 0);
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    Case         c      = case_new(index);
    const size_t n      = rcv_shape_n_states(&c.shape);
    float* const states = network_rig_floats(2 * n); // Of both directions
    NetworkRig   rig    = network_rig_new(&c.shape, c.params, kernels);
    for (size_t k = 0; k < n; ++k) {
      states[k] = 0.125f * (float)(k % 7);
    }
    rcv_network_init(rig.network, &c.shape, c.params, states, kernels);
    for (size_t k = 0; !c.shape.bidirectional && k < n; ++k) {
      rcv_state_reset(rig.state, rig.network);
      rcv_state_moved(rig.state, rig.network);
      assert_close(rcv_state_moved(rig.state, rig.network), 0.0, 0.0);

      states[k] -= 0.25f;
      rcv_network_init(rig.network, &c.shape, c.params, states, kernels);
      rcv_state_reset(rig.state, rig.network);
      assert_close(rcv_state_moved(rig.state, rig.network), 0.25, 0.0);
      states[k] += 0.25f;
      rcv_network_init(rig.network, &c.shape, c.params, states, kernels);
    }
    network_rig_free(&rig);
    free(states);
    case_free(&c);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_blocks),
    cmocka_unit_test(test_reference),
    cmocka_unit_test(test_one_window),
    cmocka_unit_test(test_lookahead),
    cmocka_unit_test(test_reset),
    cmocka_unit_test(test_skip),
    cmocka_unit_test(test_initial_state),
    cmocka_unit_test(test_moved),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

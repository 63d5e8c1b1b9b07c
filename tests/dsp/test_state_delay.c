// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// A network at any multiple of its rate, whose state is read between the frames

#include "dsp/state_delay.h"

#include "dsp/model/model.h"
#include "dsp/phases.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 1500, N_IN = 2 };

static const double pi = 3.14159265358979323846;

static float inputs[2][N_FRAMES * N_IN];
static float expected[2][N_FRAMES];
static float outputs[2][N_FRAMES];

static int
set_up(void** const unused)
{
  (void)unused;
  for (uint32_t c = 0; c < 2; ++c) {
    network_rig_random(inputs[c], (size_t)N_FRAMES * N_IN, 1.0f, 5 + c);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      inputs[c][(t * N_IN) + 1] = 0.125f * floorf((float)t / 300.0f); // A knob
    }
  }
  return 0;
}

/// A network and what plays it, in memory of its own
typedef struct {
  RcvModel*     model;
  void*         memory;
  RcvStateDelay delay;
} Rig;

static Rig
rig_new(const RcvShape* const shape,
        const uint32_t        n_channels,
        const double          r,
        const uint32_t        n_taps)
{
  const RcvKernels* const kernels = rcv_model_kernels(shape);

  Rig      rig  = {rcv_fixture_model(shape, 48000.0, 3), NULL, {0}};
  RcvArena size = {NULL, rcv_network_size(shape, kernels) + RCV_ALIGNMENT};
  rcv_state_delay_place(&size, shape, kernels, n_channels, r, n_taps);
  rig.memory = aligned_alloc(RCV_ALIGNMENT, size.size / 64 * 64 + 64);

  RcvArena    arena = {rig.memory, 0};
  void* const place = rcv_arena_take(&arena, rcv_network_size(shape, kernels));
  rig.delay =
    rcv_state_delay_place(&arena, shape, kernels, n_channels, r, n_taps);
  rcv_state_delay_init(
    &rig.delay,
    rcv_network_init(place, shape, rig.model->params, NULL, kernels));
  return rig;
}

static void
rig_free(const Rig* const rig)
{
  free(rig->memory);
  rcv_model_free(rig->model);
}

static void
play(Rig* const rig, const uint32_t first, float y[][N_FRAMES], uint32_t block)
{
  for (uint32_t t = 0, n = 0; t < N_FRAMES; t += n) {
    n = N_FRAMES - t < block ? N_FRAMES - t : block;

    const float* in[RCV_MAX_CHANNELS]  = {NULL};
    float*       out[RCV_MAX_CHANNELS] = {NULL};
    for (uint32_t c = 0; c < rig->delay.n_channels; ++c) {
      in[c]  = inputs[first + c] + ((size_t)t * N_IN);
      out[c] = y[first + c] + t;
    }
    rcv_state_delay_run(&rig->delay, in, out, n);
  }
}

/// Every r-th frame is a signal of its own if r is a whole number
static void
test_whole_numbers(void** const unused)
{
  (void)unused;
  static float x[N_FRAMES * N_IN];
  static float y[N_FRAMES];
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const RcvShape shape = network_rig_shape(index, N_IN, 9);
    assert_int_equal(rcv_state_delay_is_possible(&shape), !shape.bidirectional);
    for (uint32_t r = 1; !shape.bidirectional && r <= 5; ++r) {
      Rig rig = rig_new(&shape, 1, r, 4);
      play(&rig, 0, outputs, 64);
      NetworkRig plain =
        network_rig_new(&shape, rig.model->params, rcv_model_kernels(&shape));
      for (uint32_t p = 0; p < r; ++p) {
        const size_t n = N_FRAMES / r;
        for (size_t t = 0; t < n; ++t) {
          memcpy(x + (t * N_IN),
                 inputs[0] + (((t * r) + p) * N_IN),
                 N_IN * sizeof(float));
        }
        rcv_state_reset(plain.state, plain.network);
        network_rig_run(&plain, x, y, n, 64);
        for (size_t t = 0; t < n; ++t) {
          assert_close(outputs[0][(t * r) + p], y[t], 0.0);
        }
      }
      network_rig_free(&plain);
      rig_free(&rig);
    }
  }
}

/// Neither blocks nor a second channel nor what was before make a difference
static void
test_blocks_and_channels(void** const unused)
{
  (void)unused;
  static const double times[] = {0.91875, 1.0884353741496598, 2.5, 7.3};
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const RcvShape shape = network_rig_shape(index, N_IN, 9);
    for (uint32_t i = 0; !shape.bidirectional && i < 4; ++i) {
      for (uint32_t c = 0; c < 2; ++c) {
        Rig one = rig_new(&shape, 1, times[i], 2 + (index % 3));
        play(&one, c, expected, N_FRAMES);
        rig_free(&one);
      }
      Rig both = rig_new(&shape, 2, times[i], 2 + (index % 3));
      play(&both, 0, outputs, 17);
      assert_memory_equal(outputs, expected, sizeof(outputs));
      rcv_state_delay_reset_channel(&both.delay, 1);
      rcv_state_delay_reset_channel(&both.delay, 0);
      play(&both, 0, outputs, 64);
      assert_memory_equal(outputs, expected, sizeof(outputs));
      rig_free(&both);
    }
  }
}

/// Moved: what is asked twice has not, what goes on has, to rest it has not
static void
test_moved(void** const unused)
{
  (void)unused;
  const RcvShape shape = network_rig_shape(0, N_IN, 9);
  Rig            rig   = rig_new(&shape, 2, 1.5, 4);
  assert_close(rcv_state_delay_moved(&rig.delay), 0.0, 0.0);
  play(&rig, 0, outputs, 64);
  assert_true(rcv_state_delay_moved(&rig.delay) > 1e-3f);
  assert_close(rcv_state_delay_moved(&rig.delay), 0.0, 0.0);
  rig.delay.rings[1][rig.delay.n_floats + 1] += 0.125f;
  assert_close(rcv_state_delay_moved(&rig.delay), 0.125, 1e-3);
  rig_free(&rig);
}

/// What a smooth signal gives at r times the rate is what it gives at its own
static void
test_between(void** const unused)
{
  (void)unused;
  static const double times[] = {0.91875, 1.0884353741496598, 1.5, 2.5, 7.3};

  const RcvShape shape = rcv_fixture_shape(9);
  for (uint32_t i = 0; i < 5; ++i) {
    enum { N_SLOW = 4000, N_MOST = 30000 };
    static float x[N_MOST];
    static float slow[N_SLOW];
    static float fast[N_MOST];

    // So many periods that some frames of both stand at the same time
    const double r = times[i];
    for (uint32_t t = 0; t < N_SLOW; ++t) {
      x[t] = (float)(0.5 * sin(2.0 * pi * 0.01 * t));
    }
    Rig          rig   = rig_new(&shape, 1, 1.0, 4);
    const float* in[]  = {x};
    float*       out[] = {slow};
    rcv_state_delay_run(&rig.delay, in, out, N_SLOW);
    rig_free(&rig);

    const uint32_t n = (uint32_t)floor(r * N_SLOW);
    for (uint32_t t = 0; t < n; ++t) {
      x[t] = (float)(0.5 * sin(2.0 * pi * 0.01 * t / r));
    }
    rig    = rig_new(&shape, 1, r, 4);
    out[0] = fast;
    rcv_state_delay_run(&rig.delay, in, out, n);
    rig_free(&rig);

    double error  = 0.0;
    double energy = 0.0;
    for (uint32_t t = N_SLOW / 2; t < N_SLOW; ++t) {
      const double place = t * r;
      const double near  = round(place);
      if (fabs(place - near) < 0.002 && near < n) {
        const double e = (double)fast[(uint32_t)near] - (double)slow[t];

        error += e * e;
        energy += (double)slow[t] * (double)slow[t];
      }
    }
    print_message("%g times: %.1f dB\n", r, 10.0 * log10(energy / error));
    assert_true(energy > 0.0);
    assert_true(10.0 * log10(energy / error) > 100.0);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_whole_numbers),
    cmocka_unit_test(test_blocks_and_channels),
    cmocka_unit_test(test_moved),
    cmocka_unit_test(test_between),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

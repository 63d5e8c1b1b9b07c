// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/slice.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/trainer_rig.h"
#include "train/numbers/metrics.h"

#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 50, WINDOW = 200, N_WINDOWS = 4, SETTLED = 2 * WINDOW };

static RcvSliceSettings
slice_settings(const RcvShape* const shape, const uint32_t segment_frames)
{
  const RcvSliceSettings settings = {rcv_engine_choose(false),
                                     *shape,
                                     segment_frames,
                                     WARM_UP,
                                     WINDOW,
                                     WINDOW,
                                     1e-6,
                                     SETTLED};

  return settings;
}

/// Segments that follow each other give what one as long as all of them does,
/// though two slices take turns in one network
static void
test_continue(void** const unused)
{
  (void)unused;
  for (int bidirectional = 0; bidirectional < 2; ++bidirectional) {
    RcvShape shape         = rcv_fixture_shape(8);
    shape.bidirectional    = bidirectional;
    shape.block_frames     = bidirectional ? 40 : 0;
    shape.lookahead_frames = bidirectional ? 30 : 0;

    const size_t         n      = rcv_shape_n_params(&shape);
    float* const         params = network_rig_floats(n);
    const size_t         size   = n * sizeof(float);
    const RcvPair* const pair   = &rcv_trainer_rig_pair;
    const RcvPassage passage    = {pair, rcv_trainer_rig_region(RCV_USE_TRAIN)};
    const size_t     start      = passage.region.start;
    RcvSegment       segments[2] = {{passage, start + 9000, 0, 0.0f, 0.0f},
                                    {passage, start, 0, 0.0f, 0.0f}};
    network_rig_random(params, n, 0.3f, 5);

    const RcvSliceSettings long_one =
      slice_settings(&shape, N_WINDOWS * WINDOW);
    const RcvSliceSettings short_one = slice_settings(&shape, WINDOW);
    RcvBptt* const         bptt      = rcv_slice_new_bptt(&long_one);
    RcvSlice* const        whole     = rcv_slice_new(&long_one, bptt);
    RcvSlice* const        parts     = rcv_slice_new(&short_one, bptt);
    rcv_slice_begin(whole, segments, 2, params);
    rcv_slice_begin(parts, segments, 2, params);
    for (uint32_t i = 0; i < N_WINDOWS; ++i) {
      if (i) {
        segments[0].start += WINDOW;
        segments[1].start += WINDOW;
        rcv_slice_continue(parts, segments);
      }

      const RcvEnergy a = rcv_slice_energy(whole, i * WINDOW, WINDOW);
      const RcvEnergy b = rcv_slice_energy(parts, 0, WINDOW);
      assert_memory_equal(&a, &b, sizeof(a));

      const double loss =
        rcv_slice_run(whole, params, i * WINDOW, WINDOW, a, 2);
      const double part = rcv_slice_run(parts, params, 0, WINDOW, b, 2);
      assert_true(loss > 0.0);
      assert_memory_equal(&loss, &part, sizeof(loss));
      assert_memory_equal(
        rcv_slice_gradient(whole), rcv_slice_gradient(parts), size);
    }
    rcv_slice_free(whole);
    rcv_slice_free(parts);
    long_one.engine.bptt->free_(bptt);
    free(params);
  }
}

/// The loss of silence after sound, whose target is a constant, from the output
/// of its frames and of the one before them
static double
silent_loss(const float* const y, const double rest, const bool has_dc)
{
  const double least  = 1e-6 * WINDOW;
  const double emph   = (1.0 - RCV_PRE_EMPHASIS) * rest;
  const double pre    = (WINDOW * emph * emph) + least;
  const double plain  = (WINDOW * rest * rest) + least;
  double       energy = 0.0;
  double       sum    = 0.0;
  for (size_t t = 1; t <= WINDOW; ++t) {
    const double e      = (double)y[t] - rest;
    const double before = (double)y[t - 1] - rest;
    const double now    = e - (RCV_PRE_EMPHASIS * before);

    energy += now * now;
    sum += e;
  }
  return (0.75 * energy / pre) +
         (has_dc ? 0.25 * sum * sum / (plain * WINDOW) : 0.0);
}

/// Silence after sound: the network has heard it, louder, and is to come to
/// rest; its DC counts from the third window on
static void
test_silence(void** const unused)
{
  (void)unused;
  enum { N_SOUND = 40, N = WARM_UP + (4 * WINDOW) };

  const RcvShape shape   = rcv_fixture_shape(8);
  RcvModel*      model   = rcv_fixture_model(&shape, 48000.0, 3);
  const RcvPair* pair    = &rcv_trainer_rig_pair;
  RcvPassage     passage = {pair, rcv_trainer_rig_region(RCV_USE_TRAIN)};

  passage.region.start += 9000;

  // One that remembers what it heard
  const RcvTensor biases = rcv_shape_tensor(&shape, RCV_TENSOR_B_IH);
  for (size_t i = 0; i < 8; ++i) {
    model->params[biases.offset + 8 + i] += 4.0f;
  }
  RcvSegment segment = {passage, passage.region.start, 0, 3.0f, 0.1f};

  float x[N] = {0.0f};
  float y[N];
  for (size_t t = 0; t < N_SOUND; ++t) {
    x[t] = 3.0f * pair->dry[segment.start + t];
  }
  assert_int_equal(rcv_model_run(model, x, y, N, NULL), RCV_OK);

  const RcvSliceSettings settings = slice_settings(&shape, WINDOW);
  RcvBptt* const         bptt     = rcv_slice_new_bptt(&settings);
  RcvSlice* const        slice    = rcv_slice_new(&settings, bptt);
  rcv_slice_begin(slice, &segment, 1, model->params);

  for (size_t i = 0; i < 4; ++i) {
    const RcvEnergy energy = rcv_slice_energy(slice, 0, WINDOW);
    const double    expected =
      silent_loss(y + WARM_UP + (i * WINDOW) - 1, (double)segment.rest, i >= 2);
    assert_close(rcv_slice_run(slice, model->params, 0, WINDOW, energy, 1),
                 expected,
                 1e-4 * expected);
    segment.start += WINDOW;
    rcv_slice_continue(slice, &segment);
  }
  rcv_slice_free(slice);
  settings.engine.bptt->free_(bptt);
  rcv_model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_continue),
    cmocka_unit_test(test_silence),
  };
  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

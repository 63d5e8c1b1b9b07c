// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer_impl.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/trainer_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_DRAWN = 20000, N_SPAN = 5000 };

/// Draw many segments of a pair, and return how many are silence after sound
static size_t
draw(RcvPair* const pair)
{
  const RcvTrainerSettings settings = rcv_trainer_rig_settings(1, 1);
  const RcvRegion          region   = rcv_trainer_rig_region(RCV_USE_TRAIN);
  const RcvPairs           pairs    = {pair, 1};

  RcvTrainer trainer;
  memset(&trainer, 0, sizeof(trainer));
  trainer.settings = &settings;
  trainer.pairs    = &pairs;
  trainer.n_span   = N_SPAN;
  assert_int_equal(rcv_trainer_list_data(&trainer, NULL), RCV_OK);

  size_t n_silent = 0;
  double least    = 1.0;
  double most     = 1.0;
  for (size_t i = 0; i < N_DRAWN; ++i) {
    const RcvSegment segment = rcv_trainer_draw_segment(&trainer);
    assert_in_range(segment.start, region.start, region.end - N_SPAN);
    if (segment.gain > 0.0f) {
      ++n_silent;
      least = fmin(least, (double)segment.gain);
      most  = fmax(most, (double)segment.gain);
    }
  }
  if (n_silent) {
    // As quiet and as loud as the test of latching, and somewhat beyond
    assert_in_range((int)(1000.0 * least), 200, 220);
    assert_in_range((int)(1000.0 * most), 4500, 5000);
  }
  free(trainer.train);
  free(trainer.heard);
  return n_silent;
}

/// One of 32 is silence after sound
static void
test_silence(void** const unused)
{
  (void)unused;
  assert_in_range(draw(&rcv_trainer_rig_pair), N_DRAWN / 40, N_DRAWN / 25);
}

/// It is to come to what the network comes to without any sound
static void
test_rest(void** const unused)
{
  (void)unused;
  RcvShape shape    = rcv_fixture_shape(1);
  shape.cell        = RCV_CELL_RNN;
  shape.skip        = false;
  RcvModel* const m = rcv_model_new(&shape);
  assert_non_null(m);
  m->params[rcv_shape_tensor(&shape, RCV_TENSOR_LIN_B).offset] = 0.25f;

  RcvTrainer trainer;
  memset(&trainer, 0, sizeof(trainer));
  trainer.candidate        = m;
  const RcvSegment segment = {
    {&rcv_trainer_rig_pair, rcv_trainer_rig_region(RCV_USE_TRAIN)},
    0,
    0,
    1.0f,
    0.0f};
  assert_close((double)rcv_trainer_find_rest(&trainer, &segment), 0.25, 1e-6);
  rcv_model_free(m);
}

/// What starts anew with each clip has no sound that goes on
static void
test_clips(void** const unused)
{
  (void)unused;
  RcvPair pair     = rcv_trainer_rig_pair;
  pair.clip_frames = N_SPAN;
  assert_int_equal(draw(&pair), 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_silence),
    cmocka_unit_test(test_rest),
    cmocka_unit_test(test_clips),
  };
  return cmocka_run_group_tests(
    tests, rcv_trainer_rig_set_up, rcv_trainer_rig_tear_down);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/trainer_rig.h"

#include <stdlib.h>
#include <string.h>

/**
   @file

   What is not for training is not learned from: neither by the warm-up of
   segments nor by the frames that bidirectional networks look ahead.  The
   training part is shorter than a segment is to be, so that every segment fills
   it to both ends.
*/

enum { RATE_HZ = 16000, N_TRAIN = 3300, N_VALIDATION = 16000 };

/// What came out of a training
typedef struct {
  RcvTrainerRigEvents counts; ///< First, since the rig counts in it
  float*              params;
  size_t              size; ///< Of params in bytes
  double              train_loss;
  double              val_esr;
} Outcome;

static RcvStatus
on_validated(void* const                  handle,
             const RcvTrainerPoint* const point,
             RcvError* const              error)
{
  (void)error;
  Outcome* const outcome = handle;
  outcome->train_loss    = point->train_loss;
  outcome->val_esr       = point->val_esr;
  return RCV_OK;
}

static RcvTrainerSettings
make_settings(const bool bidirectional)
{
  RcvTrainerSettings settings = rcv_trainer_rig_settings(30, 1);
  settings.is_trial           = true; // One validation, at the end
  settings.segment_s          = 1.0;
  if (bidirectional) {
    settings.shape.bidirectional    = true;
    settings.shape.block_frames     = 100;
    settings.shape.lookahead_frames = 250;
  }
  return settings;
}

static Outcome
train(const bool bidirectional)
{
  const RcvTrainerSettings settings = make_settings(bidirectional);
  const size_t             n        = rcv_shape_n_params(&settings.shape);

  Outcome outcome;
  memset(&outcome, 0, sizeof(outcome));
  const RcvTrainerEvents events = {&outcome,
                                   rcv_trainer_rig_on_progress,
                                   rcv_trainer_rig_on_better,
                                   &outcome.counts.stop,
                                   on_validated};
  RcvModel* const        model  = rcv_model_new(&settings.shape);
  RcvError               error  = {RCV_OK, ""};
  RcvTrainerResult       result;
  assert_non_null(model);
  if (rcv_trainer_run(
        &settings, &rcv_trainer_rig_pairs, &events, model, &result, &error)) {
    fail_msg("%s", error.message);
  }
  free(result.points);

  outcome.size   = n * sizeof(float);
  outcome.params = network_rig_floats(n);
  memcpy(outcome.params, model->params, outcome.size);
  rcv_model_free(model);
  return outcome;
}

/// Put noise, or what must not be read at all, into a stretch of both
static void
replace(const size_t start, const size_t end, const float value)
{
  float* const wet = rcv_trainer_rig_pair.takes.takes[0].wet;
  network_rig_random(rcv_trainer_rig_pair.dry + start, end - start, value, 3);
  network_rig_random(wet + start, end - start, value, 4);
}

/// The rig's recording with parts of our own, to be put back
static int
set_up(void** const unused)
{
  if (rcv_trainer_rig_set_up(unused)) {
    return -1;
  }

  RcvPart* const   parts      = rcv_trainer_rig_pair.parts;
  RcvRegion* const train      = &parts[RCV_USE_TRAIN].region;
  RcvRegion* const validation = &parts[RCV_USE_VALIDATION].region;
  RcvRegion* const test       = &parts[RCV_USE_TEST].region;
  train->end                  = validation->start;
  train->start                = train->end - N_TRAIN;
  validation->end             = validation->start + N_VALIDATION;
  test->start                 = validation->end;
  test->end                   = rcv_trainer_rig_pair.n_frames;
  return 0;
}

static void
test_nothing_leaks(void** const unused)
{
  (void)unused;
  RcvPair* const  pair       = &rcv_trainer_rig_pair;
  const RcvRegion train_part = rcv_trainer_rig_region(RCV_USE_TRAIN);
  const RcvRegion validation = rcv_trainer_rig_region(RCV_USE_VALIDATION);
  const RcvRegion test       = rcv_trainer_rig_region(RCV_USE_TEST);
  const size_t    size       = pair->n_frames * sizeof(float);
  float* const    wet        = pair->takes.takes[0].wet;
  float* const    kept       = network_rig_floats(2 * pair->n_frames);
  memcpy(kept, pair->dry, size);
  memcpy(kept + pair->n_frames, wet, size);
  for (int bidirectional = 0; bidirectional < 2; ++bidirectional) {
    const Outcome whole = train(bidirectional);

    // What is for testing is not read, nor what is before; but for what a
    // validation hears first
    const size_t before = validation.start - RATE_HZ;
    replace(0, before, (float)NAN);
    replace(test.start, pair->n_frames, (float)NAN);
    const Outcome blind = train(bidirectional);
    assert_memory_equal(whole.params, blind.params, whole.size);
    assert_close(whole.train_loss, blind.train_loss, 0.0);
    if (!bidirectional) { // It hears the lookahead after the last frame
      assert_close(whole.val_esr, blind.val_esr, 0.0);
    }
    replace(0, before, 0.0f);
    replace(test.start, pair->n_frames, 0.0f);

    // What is for validation chooses, and is not learned
    replace(validation.start, validation.end, 0.5f);
    const Outcome other = train(bidirectional);
    assert_memory_equal(whole.params, other.params, whole.size);
    assert_close(whole.train_loss, other.train_loss, 0.0);
    assert_true(fabs(whole.val_esr - other.val_esr) > 1e-3);

    // The last frame for training is
    pair->dry[train_part.end - 1] += 0.5f;
    const Outcome changed = train(bidirectional);
    assert_memory_not_equal(whole.params, changed.params, whole.size);

    memcpy(pair->dry, kept, size);
    memcpy(wet, kept + pair->n_frames, size);
    free(whole.params);
    free(blind.params);
    free(other.params);
    free(changed.params);
  }
  free(kept);
}

/// Parts that share a frame are refused, whoever made them
static void
test_overlap(void** const unused)
{
  (void)unused;
  RcvPart* const parts = rcv_trainer_rig_pair.parts;
  RcvPart        good[RCV_N_USES];
  memcpy(good, parts, sizeof(good));
  for (size_t i = 0; i < 4; ++i) {
    parts[RCV_USE_TRAIN].region.end += i == 0;
    parts[RCV_USE_TEST].region.start -= i == 1;
    parts[RCV_USE_TEST].region.end += i == 2; // Beyond the recording
    parts[RCV_USE_VALIDATION] =
      i == 3 ? parts[RCV_USE_TRAIN] : parts[RCV_USE_VALIDATION];

    const RcvTrainerSettings settings = make_settings(false);
    Outcome                  outcome;
    memset(&outcome, 0, sizeof(outcome));
    const RcvTrainerEvents events = {&outcome,
                                     rcv_trainer_rig_on_progress,
                                     rcv_trainer_rig_on_better,
                                     &outcome.counts.stop,
                                     on_validated};
    RcvModel* const        model  = rcv_model_new(&settings.shape);
    RcvError               error  = {RCV_OK, ""};
    RcvTrainerResult       result;
    assert_int_equal(
      rcv_trainer_run(
        &settings, &rcv_trainer_rig_pairs, &events, model, &result, &error),
      RCV_BAD_DATA);
    assert_non_null(strstr(error.message, "overlap"));
    assert_int_equal(result.n_points, 0);
    free(result.points);
    rcv_model_free(model);
    memcpy(parts, good, sizeof(good));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_nothing_leaks),
    cmocka_unit_test(test_overlap),
  };

  return cmocka_run_group_tests(tests, set_up, rcv_trainer_rig_tear_down);
}

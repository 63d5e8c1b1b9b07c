// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer.h"

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
train_pairs(const RcvPairs* const pairs, const RcvTrainerSettings settings)
{
  const size_t n = rcv_shape_n_params(&settings.shape);

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
  if (rcv_trainer_run(&settings, pairs, &events, model, &result, &error)) {
    fail_msg("%s", error.message);
  }
  free(result.points);

  outcome.size   = n * sizeof(float);
  outcome.params = network_rig_floats(n);
  memcpy(outcome.params, model->params, outcome.size);
  rcv_model_free(model);
  return outcome;
}

static Outcome
train(const bool bidirectional)
{
  return train_pairs(&rcv_trainer_rig_pairs, make_settings(bidirectional));
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

/// A recording with only what its parts may hear; the rest is NaN
static RcvPair
blind_pair(const RcvPart* const parts, const size_t n_parts)
{
  const RcvPair* const from = &rcv_trainer_rig_pair;
  const size_t         n    = from->n_frames;
  RcvPair              pair;
  memset(&pair, 0, sizeof(pair));
  pair.dry         = network_rig_floats(n);
  pair.takes       = from->takes;
  pair.takes.takes = calloc(1, sizeof(RcvTake));
  pair.n_frames    = n;
  pair.rate_hz     = from->rate_hz;
  pair.wet_levels  = from->wet_levels;
  assert_non_null(pair.takes.takes);
  pair.takes.takes[0].wet = network_rig_floats(n);
  network_rig_random(pair.dry, n, (float)NAN, 3);
  network_rig_random(pair.takes.takes[0].wet, n, (float)NAN, 4);
  for (size_t i = 0; i < n_parts; ++i) {
    const RcvRegion region   = parts[i].region;
    const size_t    n_before = parts[i].use == RCV_USE_TRAIN ? 0 : RATE_HZ;
    const size_t    start    = region.start - n_before;
    memcpy(pair.dry + start,
           from->dry + start,
           (region.end - start) * sizeof(float));
    memcpy(pair.takes.takes[0].wet + region.start,
           from->takes.takes[0].wet + region.start,
           rcv_region_length(region) * sizeof(float));
    assert_int_equal(rcv_pair_add_part(&pair, parts[i].use, region, NULL),
                     RCV_OK);
  }
  return pair;
}

/// Nor do segments that follow each other go beyond the training part
static void
test_rows(void** const unused)
{
  (void)unused;
  static const RcvPart parts[] = {
    {RCV_USE_TRAIN, {90000, 90000 + N_TRAIN}},
    {RCV_USE_VALIDATION, {120000, 120000 + N_VALIDATION}},
  };
  RcvPair whole = rcv_trainer_rig_pair;
  RcvPair blind = blind_pair(parts, 2);
  whole.parts   = blind.parts;
  whole.n_parts = blind.n_parts;

  RcvTrainerSettings settings = make_settings(false);
  settings.n_updates          = 300; // Of a window each
  settings.segment_s          = 100.0 / RATE_HZ;
  settings.carry_s            = 1.0; // As long as there is room: five in a row

  const RcvPairs pairs[]  = {{&whole, 1}, {&blind, 1}};
  const Outcome  expected = train_pairs(&pairs[0], settings);
  const Outcome  found    = train_pairs(&pairs[1], settings);
  assert_memory_equal(expected.params, found.params, expected.size);

  settings.carry_s    = 0.0;
  const Outcome alone = train_pairs(&pairs[1], settings);
  assert_memory_not_equal(expected.params, alone.params, expected.size);
  free(expected.params);
  free(found.params);
  free(alone.params);
  rcv_pair_clear(&blind);
}

/// The same with several regions in several recordings: each segment is in one
/// of them, and each of them is learned from
static void
test_several(void** const unused)
{
  (void)unused;
  static const RcvPart first[] = {
    {RCV_USE_TRAIN, {90000, 90000 + N_TRAIN}},
    {RCV_USE_VALIDATION, {120000, 120000 + N_VALIDATION}},
    {RCV_USE_TRAIN, {140000, 140000 + N_TRAIN}},
  };
  static const RcvPart second[] = {
    {RCV_USE_VALIDATION, {60000, 60000 + N_VALIDATION}},
    {RCV_USE_TRAIN, {100000, 100000 + N_TRAIN}},
  };
  const RcvPart* const lists[] = {first, second};
  for (int bidirectional = 0; bidirectional < 2; ++bidirectional) {
    RcvPair all[2] = {rcv_trainer_rig_pair, rcv_trainer_rig_pair};
    for (size_t i = 0; i < 2; ++i) {
      all[i].parts   = NULL;
      all[i].n_parts = 0;
      for (size_t k = 0; k < 3 - i; ++k) {
        const RcvPart part = lists[i][k];
        assert_int_equal(
          rcv_pair_add_part(&all[i], part.use, part.region, NULL), RCV_OK);
      }
    }

    const RcvTrainerSettings settings    = make_settings(bidirectional);
    const RcvPairs           whole_pairs = {all, 2};
    RcvPair        blind_all[] = {blind_pair(first, 3), blind_pair(second, 2)};
    const RcvPairs blind_pairs = {blind_all, 2};
    const Outcome  whole       = train_pairs(&whole_pairs, settings);
    const Outcome  blind       = train_pairs(&blind_pairs, settings);
    assert_memory_equal(whole.params, blind.params, whole.size);
    assert_close(whole.train_loss, blind.train_loss, 0.0);
    if (!bidirectional) { // It hears the lookahead after the last frame
      assert_close(whole.val_esr, blind.val_esr, 0.0);
    }
    free(blind.params);

    for (size_t i = 0; i < 5; ++i) {
      const RcvPart* const part  = i < 3 ? &first[i] : &second[i - 3];
      float* const         frame = &blind_all[i / 3].dry[part->region.end - 1];
      const float          kept  = *frame;
      *frame += 0.5f;

      const Outcome changed = train_pairs(&blind_pairs, settings);
      const bool    learned =
        memcmp(whole.params, changed.params, whole.size) != 0;
      assert_true(learned == (part->use == RCV_USE_TRAIN));
      free(changed.params);
      *frame = kept;
    }
    free(whole.params);
    for (size_t i = 0; i < 2; ++i) {
      free(all[i].parts);
      rcv_pair_clear(&blind_all[i]);
    }
  }
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
    cmocka_unit_test(test_rows),
    cmocka_unit_test(test_several),
    cmocka_unit_test(test_overlap),
  };

  return cmocka_run_group_tests(tests, set_up, rcv_trainer_rig_tear_down);
}

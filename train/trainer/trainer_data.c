// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer_impl.h"

#include "train/numbers/metrics.h"
#include "train/trainer/steadiness.h"

#include <math.h>
#include <stdlib.h>

// The part of the sequences that are silence after sound, and how much quieter
// or louder than recorded that is: more than the test of latching asks for
static const double silent_share = 1.0 / 32.0;
static const double least_gain   = 0.2;
static const double most_gain    = 5.0;

// A part in which the device is quieter than this part of the loudest take has
// nothing to learn or to choose by
static const double least_sound = 1e-3;

/// A part must be in its recording, and after the one before
static RcvStatus
check_parts(const RcvPair* const pair, RcvError* const error)
{
  size_t end = 0;
  for (size_t i = 0; i < pair->n_parts; ++i) {
    const RcvRegion region = pair->parts[i].region;
    if (region.start < end || region.end <= region.start ||
        region.end > pair->n_frames) {
      return rcv_error_set(error,
                           RCV_BAD_DATA,
                           "the parts for training, validation and testing "
                           "overlap or are not in the recording; move them");
    }
    end = region.end;
  }
  return RCV_OK;
}

/// RMS of the targets of some passages
static double
target_rms(const RcvPassage* const passages, const size_t n_passages)
{
  double energy   = 0.0;
  double n_frames = 0.0;
  for (size_t i = 0; i < n_passages; ++i) {
    const RcvRegion       region = passages[i].region;
    const RcvTakes* const takes  = &passages[i].pair->takes;
    for (size_t k = 0; k < takes->n_takes; ++k) {
      const float* const wet = takes->takes[k].wet;
      for (size_t t = region.start; t < region.end; ++t) {
        energy += (double)wet[t] * (double)wet[t];
      }
    }
    n_frames += (double)(rcv_region_length(region) * takes->n_takes);
  }
  return sqrt(energy / n_frames);
}

/// Where the device is silent, no network is better than another
static RcvStatus
check_sound(const RcvPairs* const pairs, RcvError* const error)
{
  static const struct {
    RcvUse      use;
    const char* name;
  } parts[] = {{RCV_USE_TRAIN, "training"}, {RCV_USE_VALIDATION, "validation"}};

  const double least = least_sound * rcv_pairs_wet_rms(pairs);
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i) {
    size_t            n = 0;
    RcvPassage* const passages =
      rcv_pairs_passages(pairs, RCV_USE_BIT(parts[i].use), &n);
    const bool is_silent = passages && target_rms(passages, n) < least;
    free(passages);
    if (is_silent) {
      return rcv_error_set(error,
                           RCV_BAD_DATA,
                           "the device is silent in the part for %s; choose "
                           "another one with --val-from or --regions",
                           parts[i].name);
    }
  }
  return RCV_OK;
}

RcvStatus
rcv_trainer_list_data(RcvTrainer* const trainer, RcvError* const error)
{
  const RcvPairs* const pairs  = trainer->pairs;
  RcvStatus             status = RCV_OK;
  for (size_t i = 0; !status && i < pairs->n_pairs; ++i) {
    status = check_parts(&pairs->pairs[i], error);
  }
  if (status) {
    return status;
  }

  const unsigned train      = RCV_USE_BIT(RCV_USE_TRAIN);
  const unsigned validation = RCV_USE_BIT(RCV_USE_VALIDATION);

  trainer->train = rcv_pairs_passages(pairs, train, &trainer->n_train);
  trainer->heard =
    rcv_pairs_passages(pairs, train | validation, &trainer->n_heard);
  if (!trainer->train || !trainer->heard) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for training");
  }
  return trainer->n_train && rcv_pairs_length(pairs, RCV_USE_VALIDATION)
           ? check_sound(pairs, error)
           : rcv_error_set(error,
                           RCV_BAD_DATA,
                           "there is no part for training or none for "
                           "validation; give both");
}

size_t
rcv_trainer_shortest(const RcvTrainer* const trainer)
{
  size_t n_least = rcv_region_length(trainer->train[0].region);
  for (size_t i = 1; i < trainer->n_train; ++i) {
    const size_t n = rcv_region_length(trainer->train[i].region);
    n_least        = n < n_least ? n : n_least;
  }
  return n_least;
}

double
rcv_trainer_mean_energy(const RcvTrainer* const trainer)
{
  double energy   = 0.0;
  double n_frames = 0.0;
  for (size_t i = 0; i < trainer->n_train; ++i) {
    const RcvPassage* const passage = &trainer->train[i];
    const RcvTakes* const   takes   = &passage->pair->takes;
    for (size_t k = 0; k < takes->n_takes; ++k) {
      const float* const wet = takes->takes[k].wet;
      for (size_t t = passage->region.start + 1; t < passage->region.end; ++t) {
        const double pre =
          (double)wet[t] - (RCV_PRE_EMPHASIS * (double)wet[t - 1]);

        energy += pre * pre;
      }
    }
    n_frames += (double)(rcv_region_length(passage->region) * takes->n_takes);
  }
  return energy / n_frames;
}

double
rcv_trainer_input_rms(const RcvTrainer* const trainer)
{
  double energy   = 0.0;
  double n_frames = 0.0;
  for (size_t i = 0; i < trainer->n_train; ++i) {
    const RcvRegion    region = trainer->train[i].region;
    const float* const dry    = trainer->train[i].pair->dry;
    for (size_t t = region.start; t < region.end; ++t) {
      energy += (double)dry[t] * (double)dry[t];
    }
    n_frames += (double)rcv_region_length(region);
  }
  return fmax(sqrt(energy / n_frames), 1e-4);
}

/// Frames, or clips, that a segment of a passage can begin with
static uint64_t
n_places(const RcvTrainer* const trainer, const RcvPassage* const passage)
{
  const size_t clip = passage->pair->clip_frames;
  const size_t n    = rcv_region_length(passage->region);

  return clip ? n / clip : n - trainer->n_span + 1;
}

/// How often a passage is drawn, beside the others
static uint64_t
weight(const RcvTrainer* const trainer, const RcvPassage* const passage)
{
  return n_places(trainer, passage) * passage->pair->takes.n_takes;
}

RcvSegment
rcv_trainer_draw_segment(RcvTrainer* const trainer)
{
  RcvRandom* const random = &trainer->random;
  size_t           index  = 0;
  if (trainer->n_train > 1) {
    uint64_t all = 0;
    for (size_t i = 0; i < trainer->n_train; ++i) {
      all += weight(trainer, &trainer->train[i]);
    }

    uint64_t place = rcv_random_below(random, all);
    while (place >= weight(trainer, &trainer->train[index])) {
      place -= weight(trainer, &trainer->train[index++]);
    }
  }

  const RcvPassage* const passage = &trainer->train[index];
  const size_t            clip    = passage->pair->clip_frames;
  const size_t            n_takes = passage->pair->takes.n_takes;
  const uint64_t place = rcv_random_below(random, n_places(trainer, passage));

  RcvSegment segment = {*passage, passage->region.start, 0, 0.0f, 0.0f};
  segment.start += clip ? clip * place : place;
  segment.take = n_takes > 1 ? rcv_random_below(random, n_takes) : 0;
  if (!clip && rcv_random_unit(random) < silent_share) {
    const double loud = rcv_random_unit(random);

    segment.gain = (float)(least_gain * pow(most_gain / least_gain, loud));
  }
  return segment;
}

float
rcv_trainer_find_rest(const RcvTrainer* const trainer,
                      const RcvSegment* const segment)
{
  const RcvPair* const  pair  = segment->passage.pair;
  const RcvTakes* const takes = &pair->takes;
  double                rest  = 0.0;

  // Without memory for it there is none but silence
  return rcv_evaluate_silence(trainer->candidate,
                              takes->n_knobs ? takes->takes[segment->take].knobs
                                             : NULL,
                              pair->rate_hz,
                              pair->rate_hz / 2,
                              &rest,
                              NULL)
           ? 0.0f
           : (float)rest;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/pair.h"

#include "train/data/align.h"
#include "train/data/excess_delay.h"
#include "train/data/split.h"
#include "train/file/resample.h"
#include "train/signal/capture_signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// What is quieter than this is silence: −100 dB
static const double silence_level = 1e-5;

void
rcv_pair_clear(RcvPair* const pair)
{
  free(pair->dry);
  free(pair->checks);
  free(pair->parts);
  rcv_takes_clear(&pair->takes);
  memset(pair, 0, sizeof(RcvPair));
}

void
rcv_pair_blank(const RcvPair* const pair,
               const size_t         start,
               float* const         samples,
               const size_t         n_frames)
{
  const size_t clip = pair->clip_frames;
  for (size_t t = 0; clip && t < n_frames; ++t) {
    if ((start + t) % clip < clip / 2) {
      samples[t] = 0.0f;
    }
  }
}

RcvStatus
rcv_pair_add_part(RcvPair* const  pair,
                  const RcvUse    use,
                  const RcvRegion region,
                  RcvError* const error)
{
  RcvPart* const last = pair->n_parts ? &pair->parts[pair->n_parts - 1] : NULL;
  if (!rcv_region_length(region)) {
    return RCV_OK;
  }
  if (region.end > pair->n_frames ||
      (last && region.start < last->region.end)) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "the parts for training, validation and testing "
                         "overlap or are not in the recording; move them");
  }
  if (last && last->use == use && last->region.end == region.start) {
    last->region.end = region.end;
    return RCV_OK;
  }

  RcvPart* const parts =
    realloc(pair->parts, (pair->n_parts + 1) * sizeof(RcvPart));
  if (!parts) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a recording");
  }
  pair->parts                       = parts;
  pair->parts[pair->n_parts].use    = use;
  pair->parts[pair->n_parts].region = region;
  ++pair->n_parts;
  return RCV_OK;
}

size_t
rcv_pair_length(const RcvPair* const pair, const RcvUse use)
{
  size_t n = 0;
  for (size_t i = 0; i < pair->n_parts; ++i) {
    n +=
      pair->parts[i].use == use ? rcv_region_length(pair->parts[i].region) : 0;
  }
  return n;
}

static RcvStatus
check_pair(const RcvPair* const pair,
           const char* const    dry_path,
           const char* const    wet_path,
           RcvError* const      error)
{
  const RcvTakes* const takes = &pair->takes;
  if (pair->rate_hz < RCV_LEAST_RATE_HZ || pair->rate_hz > RCV_MOST_RATE_HZ) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u Hz, and models are for %.0f to %.0f; give "
                         "the recording its true rate",
                         dry_path,
                         pair->rate_hz,
                         RCV_LEAST_RATE_HZ,
                         RCV_MOST_RATE_HZ);
  }
  if (pair->rate_hz != takes->rate_hz) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u Hz, but %s has %u Hz; resample them to "
                         "the same one (--rate %u)",
                         wet_path,
                         takes->rate_hz,
                         dry_path,
                         pair->rate_hz,
                         pair->rate_hz);
  }
  if (pair->n_frames != takes->n_frames) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %zu frames, but %s has %zu; cut both to the "
                         "same stretch of time",
                         wet_path,
                         takes->n_frames,
                         dry_path,
                         pair->n_frames);
  }
  return RCV_OK;
}

static RcvStatus
check_sound(const RcvLevels* const levels,
            const char* const      path,
            RcvError* const        error)
{
  return levels->rms >= silence_level
           ? RCV_OK
           : rcv_error_set(error,
                           RCV_BAD_DATA,
                           "%s: is silent; check what was recorded",
                           path);
}

/// Take off the delay: all begin where the later ones begin
static RcvStatus
shift_pair(RcvPair* const pair, const double delay, RcvError* const error)
{
  // Of what is between the frames, the later ones are read
  const double whole    = floor(delay);
  const double fraction = delay - whole;
  const size_t shift    = (size_t)fabs(whole);
  const size_t n_kept   = pair->n_frames - shift;
  RcvStatus    status   = RCV_OK;
  for (size_t i = 0; !status && i < pair->takes.n_takes; ++i) {
    float* const wet = pair->takes.takes[i].wet;
    if (whole > 0.0) {
      memmove(wet, wet + shift, n_kept * sizeof(float));
    }
    if (fraction > 0.0) {
      status = rcv_resample_between(
        wet, whole > 0.0 ? n_kept : pair->n_frames, fraction, error);
    }
  }
  if (whole < 0.0) {
    memmove(pair->dry, pair->dry + shift, n_kept * sizeof(float));
  }

  // Between the last and the one after, which is there if dry lost some
  pair->n_frames       = n_kept - (fraction > 0.0 && whole >= 0.0);
  pair->takes.n_frames = pair->n_frames;
  pair->delay_frames   = delay;
  return status;
}

/// Look for a delay that stands out
static RcvStatus
find_delay(const RcvPair* const pair, const size_t take, RcvError* const error)
{
  RcvTakeCheck* const check    = &pair->checks[take];
  RcvDelayEstimate    estimate = {0, 1.0, 0.0, 0};
  const float* const  wet      = pair->takes.takes[take].wet;
  RcvStatus           status =
    rcv_align_find(pair->dry, wet, pair->n_frames, &estimate, error);

  check->compared = true;
  if (!status && estimate.confidence >= RCV_DELAY_CONFIDENCE) {
    RcvExcessDelay excess;
    status = rcv_excess_delay_find(
      pair->dry, wet, pair->n_frames, estimate.delay_frames, &excess, error);

    check->clear    = true;
    check->polarity = estimate.polarity;
    check->delay_frames =
      rcv_excess_delay_choose(&excess, estimate.delay_frames);
  }
  return status;
}

/// A device's delay is the same wherever its knobs stand
static RcvStatus
align_pair(RcvPair* const pair, RcvError* const error)
{
  RcvTakeCheck* const check  = &pair->checks[pair->loudest];
  const RcvStatus     status = find_delay(pair, pair->loudest, error);
  if (!status && 4.0 * fabs(check->delay_frames) < (double)pair->n_frames) {
    return shift_pair(pair, check->delay_frames, error);
  }
  check->clear        = false;
  check->delay_frames = 0.0;
  return status;
}

/// Take off a delay that the caller knows
static RcvStatus
take_off(RcvPair* const    pair,
         const double      delay,
         const char* const dry_path,
         RcvError* const   error)
{
  const double parts = 1024.0;
  return 4.0 * fabs(delay) < (double)pair->n_frames
           ? shift_pair(pair, round(delay * parts) / parts, error)
           : rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "%s: has %zu frames, too few to take off a delay "
                           "of %g; give a lower --delay",
                           dry_path,
                           pair->n_frames,
                           delay);
}

/// What is found by comparing the takes with the dry recording and themselves
static RcvStatus
check_takes(RcvPair* const pair, RcvError* const error)
{
  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < pair->takes.n_takes; ++i) {
    RcvTakeCheck* const check = &pair->checks[i];
    if (i != pair->loudest) {
      status = find_delay(pair, i, error);
      check->delay_frames += check->clear ? pair->delay_frames : 0.0;
    }
    if (!status && check->clear) {
      status = rcv_drift_measure(pair->dry,
                                 pair->takes.takes[i].wet,
                                 pair->n_frames,
                                 &check->drift,
                                 error);
    }
  }
  if (!status && pair->is_signal) {
    status = rcv_repeat_measure_signal(pair->takes.takes[pair->loudest].wet,
                                       pair->n_frames,
                                       pair->rate_hz,
                                       &pair->repeat,
                                       error);
  }
  return status;
}

static RcvStatus
measure_levels(RcvPair* const pair, RcvError* const error)
{
  const size_t n = pair->n_frames;

  pair->checks = calloc(pair->takes.n_takes, sizeof(RcvTakeCheck));
  if (!pair->checks) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a recording");
  }

  pair->dry_levels = rcv_levels_measure(pair->dry, n, pair->rate_hz);
  for (size_t i = 0; i < pair->takes.n_takes; ++i) {
    RcvLevels* const levels = &pair->checks[i].levels;
    float* const     wet    = pair->takes.takes[i].wet;

    // With a knob at its end a take may be silent
    rcv_pair_blank(pair, 0, wet, n);
    *levels = rcv_levels_measure(wet, n, pair->rate_hz);
    if (i == 0 || levels->rms > pair->wet_levels.rms) {
      pair->wet_levels = *levels;
      pair->loudest    = i;
    }
  }
  return RCV_OK;
}

/// Give it its parts as the options say
static RcvStatus
split(RcvPair* const              pair,
      const RcvPairOptions* const options,
      RcvError* const             error)
{
  const RcvSplitting what = {pair->n_frames,
                             pair->rate_hz,
                             pair->clip_frames,
                             pair->is_signal,
                             options->validation_s,
                             options->test_s};
  RcvRegion          regions[RCV_N_USES];

  RcvStatus status = rcv_split(&what, pair->dry_path, regions, error);
  for (size_t i = 0; !status && i < RCV_N_USES; ++i) {
    status = rcv_pair_add_part(pair, (RcvUse)i, regions[i], error);
  }
  return status;
}

RcvStatus
rcv_pair_read(RcvPair* const              pair,
              const char* const           dry_path,
              const char* const           wet_path,
              const RcvPairOptions* const options,
              RcvError* const             error)
{
  memset(pair, 0, sizeof(RcvPair));
  pair->dry_path = dry_path;
  pair->wet_path = wet_path;

  RcvTakes* const takes  = &pair->takes;
  RcvStatus       status = RCV_OK;
  if ((status = rcv_takes_read_mono(dry_path,
                                    &options->reading,
                                    &pair->dry,
                                    &pair->n_frames,
                                    &pair->rate_hz,
                                    &pair->is_signal,
                                    error)) ||
      (status = rcv_takes_read(takes, wet_path, &options->reading, error)) ||
      (status = check_pair(pair, dry_path, wet_path, error))) {
    return status;
  }

  pair->clip_frames = options->clip_frames;
  if ((status = measure_levels(pair, error))) {
    return status;
  }

  const bool given = options->delay_frames;
  const bool align = options->align && !given && !pair->clip_frames;
  if ((status = check_sound(&pair->dry_levels, dry_path, error)) ||
      (status = check_sound(&pair->wet_levels, wet_path, error)) ||
      (align && (status = align_pair(pair, error))) ||
      (given &&
       (status = take_off(pair, *options->delay_frames, dry_path, error))) ||
      options->purpose == RCV_PAIR_COMPARE) {
    return status;
  }

  if (options->purpose == RCV_PAIR_TRAIN) {
    status = split(pair, options, error);
  }
  return status || !align ? status : check_takes(pair, error);
}

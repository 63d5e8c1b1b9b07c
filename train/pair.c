// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/pair.h"

#include "train/align.h"
#include "train/capture_signal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Less than this much is no training data
static const double least_train_s = 1.0;

/// A recording of a slower rate is none of an audio device
static const uint32_t least_rate_hz = 1000;

/// What is quieter than this is silence: −100 dB
static const double silence_level = 1e-5;

void
rcv_pair_clear(RcvPair* const pair)
{
  free(pair->dry);
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

static RcvLevels
measure_levels(const float* const x, const size_t n, const uint32_t rate_hz)
{
  RcvLevels    levels  = {0.0, 0.0, 0.0, (double)INFINITY, 0};
  const size_t n_quiet = rate_hz / 20;
  double       energy  = 0.0;
  double       part    = 0.0;
  for (size_t t = 0; t < n; ++t) {
    const double value = (double)x[t];

    levels.peak = fmax(levels.peak, fabs(value));
    levels.dc += value / (double)n;
    part += value * value;
    if ((t + 1) % n_quiet == 0) {
      levels.noise_floor = fmin(levels.noise_floor, part / (double)n_quiet);
      energy += part;
      part = 0.0;
    }
  }
  levels.rms         = sqrt((energy + part) / (double)n);
  levels.noise_floor = sqrt(levels.noise_floor);

  // Clipping is flat: three frames or more at the very top
  size_t n_run = 0;
  for (size_t t = 0; t <= n; ++t) {
    const bool at_top =
      t < n && levels.peak > 0.5 && fabs((double)x[t]) >= levels.peak * 0.9999;

    if (!at_top && n_run >= 3) {
      levels.n_clipped += n_run;
    }
    n_run = at_top ? n_run + 1 : 0;
  }
  return levels;
}

static RcvStatus
check_pair(const RcvPair* const pair,
           const char* const    dry_path,
           const char* const    wet_path,
           RcvError* const      error)
{
  const RcvTakes* const takes = &pair->takes;
  if (pair->rate_hz < least_rate_hz) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u Hz, at least %u Hz are needed; give the "
                         "recording its true rate",
                         dry_path,
                         pair->rate_hz,
                         least_rate_hz);
  }
  if (pair->rate_hz != takes->rate_hz) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u Hz, but %s has %u Hz; resample one of "
                         "them (sox IN -r %u OUT)",
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
static void
shift_pair(RcvPair* const pair, const long delay)
{
  const size_t shift = (size_t)labs(delay);

  pair->n_frames -= shift;
  pair->takes.n_frames = pair->n_frames;
  pair->delay_frames   = delay;
  if (delay < 0) {
    memmove(pair->dry, pair->dry + shift, pair->n_frames * sizeof(float));
    return;
  }
  for (size_t i = 0; i < pair->takes.n_takes; ++i) {
    float* const wet = pair->takes.takes[i].wet;
    memmove(wet, wet + shift, pair->n_frames * sizeof(float));
  }
}

/// A device's delay is the same wherever its knobs stand
static RcvStatus
align_pair(RcvPair* const pair, RcvError* const error)
{
  RcvDelayEstimate estimate = {0, 1.0, 0.0};
  const RcvStatus  status   = rcv_align_find(pair->dry,
                                          pair->takes.takes[pair->loudest].wet,
                                          pair->n_frames,
                                          &estimate,
                                          error);

  const size_t shift = (size_t)labs(estimate.delay_frames);
  if (!status && estimate.confidence >= RCV_DELAY_CONFIDENCE &&
      shift < pair->n_frames / 4) {
    shift_pair(pair, estimate.delay_frames);
  }
  return status;
}

/// The parts of `recurve signal` that are in what is left
static void
split_signal(RcvPair* const pair)
{
  const struct {
    RcvSignalRole role;
    RcvRegion*    region;
  } roles[] = {{RCV_ROLE_TRAIN, &pair->train},
               {RCV_ROLE_VALIDATION, &pair->validation},
               {RCV_ROLE_TEST, &pair->test}};

  for (size_t i = 0; i < 3; ++i) {
    const RcvSignalPart span =
      rcv_capture_signal_span(RCV_SIGNAL_ALL, pair->rate_hz, roles[i].role);

    roles[i].region->start = span.start;
    roles[i].region->end   = span.start + span.n_frames;
    if (roles[i].region->end > pair->n_frames) {
      roles[i].region->end = pair->n_frames;
    }
  }
}

static RcvStatus
split_pair(RcvPair* const              pair,
           const RcvPairOptions* const options,
           const char* const           name,
           RcvError* const             error)
{
  const double rate  = pair->rate_hz;
  const double n     = (double)pair->n_frames;
  const bool   timed = options->validation_s >= 0.0;

  const double validation = timed ? options->validation_s * rate : 0.8 * n;
  const double test       = options->test_s >= 0.0 ? options->test_s * rate
                            : timed                ? n
                                                   : 0.9 * n;
  if (pair->is_signal && !timed && !pair->clip_frames) {
    split_signal(pair);
  } else {
    const size_t clip      = pair->clip_frames ? pair->clip_frames : 1;
    pair->train.end        = (size_t)fmin(validation, n) / clip * clip;
    pair->validation.start = pair->train.end;
    pair->validation.end   = (size_t)fmin(test, n) / clip * clip;
    pair->test.start       = pair->validation.end;
    pair->test.end         = pair->n_frames;
  }

  if ((double)rcv_region_length(pair->train) < least_train_s * rate ||
      rcv_region_length(pair->validation) < pair->rate_hz / 10) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: %.2f s for training and %.2f s for validation "
                         "are too short; record more (three minutes are good) "
                         "or move --val-from",
                         name,
                         (double)rcv_region_length(pair->train) / rate,
                         (double)rcv_region_length(pair->validation) / rate);
  }
  return RCV_OK;
}

RcvStatus
rcv_pair_read(RcvPair* const              pair,
              const char* const           dry_path,
              const char* const           wet_path,
              const RcvPairOptions* const options,
              RcvError* const             error)
{
  memset(pair, 0, sizeof(RcvPair));

  RcvTakes* const takes  = &pair->takes;
  RcvStatus       status = RCV_OK;
  if ((status = rcv_takes_read_mono(
         dry_path, &pair->dry, &pair->n_frames, &pair->rate_hz, error)) ||
      (status = rcv_takes_read(takes, wet_path, error)) ||
      (status = check_pair(pair, dry_path, wet_path, error))) {
    return status;
  }

  pair->clip_frames = options->clip_frames;
  pair->dry_levels  = measure_levels(pair->dry, pair->n_frames, pair->rate_hz);
  for (size_t i = 0; i < takes->n_takes; ++i) {
    rcv_pair_blank(pair, 0, takes->takes[i].wet, pair->n_frames);

    // With a knob at its end a take may be silent
    const RcvLevels levels =
      measure_levels(takes->takes[i].wet, pair->n_frames, pair->rate_hz);
    if (i == 0 || levels.rms > pair->wet_levels.rms) {
      pair->wet_levels = levels;
      pair->loudest    = i;
    }
  }
  pair->is_signal =
    rcv_capture_signal_recognise(pair->dry, pair->n_frames, pair->rate_hz);

  if ((status = check_sound(&pair->dry_levels, dry_path, error)) ||
      (status = check_sound(&pair->wet_levels, wet_path, error)) ||
      (options->align && !pair->clip_frames &&
       (status = align_pair(pair, error)))) {
    return status;
  }
  return options->any_length ? RCV_OK
                             : split_pair(pair, options, dry_path, error);
}

static double
to_db(const double level)
{
  return 20.0 * log10(fmax(level, 1e-10));
}

static void
describe_levels(const char* const name, const RcvLevels* const levels)
{
  fprintf(stderr,
          "%s: peak %.1f dB, RMS %.1f dB, noise floor %.1f dB",
          name,
          to_db(levels->peak),
          to_db(levels->rms),
          to_db(levels->noise_floor));
  if (fabs(levels->dc) > 0.01 * levels->rms) {
    fprintf(stderr, ", DC %.2g", levels->dc);
  }
  if (levels->n_clipped) {
    fprintf(stderr, ", %zu frames look clipped", levels->n_clipped);
  }
  fputc('\n', stderr);
}

void
rcv_pair_describe(const RcvPair* const pair)
{
  const double rate = pair->rate_hz;

  fprintf(stderr,
          "%.1f s at %u Hz%s, delay %ld frames%s\n",
          (double)pair->n_frames / rate,
          pair->rate_hz,
          pair->is_signal ? " of the capture signal" : "",
          pair->delay_frames,
          pair->delay_frames ? " (taken off)" : "");
  describe_levels("dry", &pair->dry_levels);
  describe_levels("wet", &pair->wet_levels);
  if (pair->takes.n_knobs) {
    fprintf(stderr, "%zu takes, knobs:", pair->takes.n_takes);
    for (uint32_t k = 0; k < pair->takes.n_knobs; ++k) {
      fprintf(stderr, " %s", pair->takes.knobs[k].name);
    }
    fputc('\n', stderr);
  }
  fprintf(stderr,
          "train %.1f s, validation %.1f s, test %.1f s\n",
          (double)rcv_region_length(pair->train) / rate,
          (double)rcv_region_length(pair->validation) / rate,
          (double)rcv_region_length(pair->test) / rate);
}

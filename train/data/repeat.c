// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/repeat.h"

#include "train/data/align.h"
#include "train/signal/capture_signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

// Frames to each side that a value between frames is made of, and lags around
// the whole-frame delay in which the fraction is looked for
enum { REACH = 64, MOST_LAG = 4, N_LAGS = REACH + MOST_LAG };

/// The part of both in which every value can be computed
typedef struct {
  const float* a;
  const float* b;
  size_t       start;
  size_t       end;
  double       energy; ///< Of a
} Takes;

/// Weight of a frame that is so far away: a sinc under a Hann window
static double
weight_at(const double distance)
{
  if (fabs(distance) >= REACH) {
    return 0.0;
  }

  const double angle = pi * distance;
  const double sinc  = fabs(angle) < 1e-9 ? 1.0 : sin(angle) / angle;
  return sinc * (0.5 + (0.5 * cos(angle / REACH)));
}

/// Correlation at whole lags: [2 N_LAGS + 1]
static void
correlate(const Takes* const takes, double* const r)
{
  for (long lag = -N_LAGS; lag <= N_LAGS; ++lag) {
    const float* const b   = takes->b + lag;
    double             sum = 0.0;
    for (size_t t = takes->start; t < takes->end; ++t) {
      sum += (double)takes->a[t] * (double)b[t];
    }
    r[lag + N_LAGS] = sum;
  }
}

static double
correlation_at(const double* const r, const double lag)
{
  double sum = 0.0;
  for (long k = -N_LAGS; k <= N_LAGS; ++k) {
    sum += r[k + N_LAGS] * weight_at(lag - (double)k);
  }
  return sum;
}

/// The lag at which the correlation is greatest, by ever finer steps
static double
find_fraction(const double* const r)
{
  enum { N_HALVINGS = 14 };

  double best  = 0.0;
  double value = fabs(correlation_at(r, best));
  for (int i = 0; i < N_HALVINGS; ++i) {
    const double step  = ldexp(1.0, -i);
    bool         moved = true;
    while (moved && fabs(best) < MOST_LAG) {
      moved = false;
      for (int sign = -1; sign <= 1; sign += 2) {
        const double there = fabs(correlation_at(r, best + (sign * step)));
        if (there > value) {
          value = there;
          best += sign * step;
          moved = true;
        }
      }
    }
  }
  return best;
}

/// Compare a with b read `lag` later
static void
compare(const Takes* const takes, const double lag, RcvRepeat* const repeat)
{
  double weights[2 * REACH];
  for (long k = 0; k < 2L * REACH; ++k) {
    weights[k] = weight_at(lag - (double)(k - REACH + 1));
  }

  double product  = 0.0;
  double energy_b = 0.0;
  for (size_t t = takes->start; t < takes->end; ++t) {
    const float* const b     = takes->b + t - (REACH - 1);
    double             value = 0.0;
    for (size_t k = 0; k < 2 * (size_t)REACH; ++k) {
      value += weights[k] * (double)b[k];
    }
    product += value * (double)takes->a[t];
    energy_b += value * value;
  }

  const double energy = takes->energy * energy_b;
  const double rho    = energy > 0.0 ? fabs(product) / sqrt(energy) : 0.0;
  repeat->gain        = energy_b > 0.0 ? product / energy_b : 0.0;
  repeat->esr         = fmax(1.0 - (rho * rho), 0.0);
  repeat->floor       = fmax(1.0 - rho, 0.0);
}

RcvStatus
rcv_repeat_measure(const float* const first,
                   const float* const second,
                   const size_t       n_frames,
                   RcvRepeat* const   repeat,
                   RcvError* const    error)
{
  memset(repeat, 0, sizeof(RcvRepeat));

  RcvDelayEstimate estimate = {0, 1.0, 0.0, 0};
  const RcvStatus  status =
    rcv_align_find(first, second, n_frames, &estimate, error);
  if (status) {
    return status;
  }

  const long   delay = estimate.peak_frames;
  const size_t shift = (size_t)labs(delay);
  if (!(estimate.confidence >= RCV_DELAY_CONFIDENCE) ||
      n_frames < shift + (4 * (size_t)N_LAGS)) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "has nothing in common with the other take at a delay "
                         "of up to %d frames; record the same piece twice",
                         RCV_MAX_DELAY);
  }

  Takes takes = {first + (delay < 0 ? shift : 0),
                 second + (delay > 0 ? shift : 0),
                 N_LAGS,
                 n_frames - shift - N_LAGS,
                 0.0};
  for (size_t t = takes.start; t < takes.end; ++t) {
    takes.energy += (double)takes.a[t] * (double)takes.a[t];
  }

  double r[(2 * N_LAGS) + 1];
  correlate(&takes, r);

  const double fraction = find_fraction(r);
  compare(&takes, fraction, repeat);
  repeat->measured     = true;
  repeat->delay_frames = (double)delay + fraction;
  return RCV_OK;
}

RcvStatus
rcv_repeat_measure_signal(const float* const wet,
                          const size_t       n_frames,
                          const uint32_t     rate_hz,
                          RcvRepeat* const   repeat,
                          RcvError* const    error)
{
  memset(repeat, 0, sizeof(RcvRepeat));

  RcvSignalPart passage = {"", RCV_ROLE_TRAIN, 0, 0};
  for (size_t i = 0; i < rcv_capture_signal_n_parts(RCV_SIGNAL_ALL); ++i) {
    const RcvSignalPart part =
      rcv_capture_signal_part(RCV_SIGNAL_ALL, rate_hz, i);
    passage = strcmp(part.name, "passage") != 0 ? passage : part;
  }

  const RcvSignalPart again =
    rcv_capture_signal_span(RCV_SIGNAL_ALL, rate_hz, RCV_ROLE_REPEAT);
  const size_t settled = rate_hz;
  if (again.start + again.n_frames > n_frames || again.n_frames <= settled) {
    return RCV_OK;
  }

  RcvError        problem = {RCV_OK, ""};
  const RcvStatus status  = rcv_repeat_measure(wet + passage.start + settled,
                                              wet + again.start + settled,
                                              again.n_frames - settled,
                                              repeat,
                                              &problem);
  return status == RCV_NO_MEMORY
           ? rcv_error_set(error, status, "%s", problem.message)
           : RCV_OK;
}

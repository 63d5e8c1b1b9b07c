// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/drift.h"

// Before fftw3.h, whose numbers are then C's own
#include <complex.h>

#include <fftw3.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  N_FFT       = 32768,
  N_BINS      = (N_FFT / 2) + 1,
  N_HOP       = N_FFT / 2,
  N_STRETCHES = 3, // At one place
  N_PLACE     = N_FFT + ((N_STRETCHES - 1) * N_HOP),
  MOST_PLACES = 24,
  MOST_LAG    = N_FFT / 8,
  N_ROUNDS    = 3,
  FINER       = 8, // Lags per frame
};

static const double two_pi = 6.283185307179586476925;

// Places that are further from their line say nothing, in frames
static const double most_deviation = 16.0;

// A place that is quieter than this part of the loudest says nothing
static const double quiet = 1e-5;

/// Spectra of what is around one place
typedef struct {
  double          time; ///< Of its middle, in frames
  double          delay;
  double          energy; ///< Of dry
  double*         s_xx;   ///< [N_BINS]
  double*         s_yy;   ///< [N_BINS]
  double complex* s_xy;   ///< [N_BINS]
} Place;

/// What the measurement is made with
typedef struct {
  Place           places[MOST_PLACES];
  size_t          n_places;
  float*          frame;    ///< [N_FFT]
  fftwf_complex*  x;        ///< [N_BINS]
  fftwf_complex*  y;        ///< [N_BINS]
  double complex* response; ///< [N_BINS] of the device
  double*         s_xx;     ///< [N_BINS] of all places
  fftwf_complex*  fine;     ///< [FINER N_FFT / 2 + 1]
  float*          lags;     ///< [FINER N_FFT]
  fftwf_plan      to_x;
  fftwf_plan      to_y;
  fftwf_plan      to_lags;
} Drift;

static bool
drift_init(Drift* const d, const size_t n_places)
{
  const size_t n_fine = (FINER * (size_t)N_FFT / 2) + 1;

  d->frame    = fftwf_malloc(N_FFT * sizeof(float));
  d->x        = fftwf_malloc(N_BINS * sizeof(fftwf_complex));
  d->y        = fftwf_malloc(N_BINS * sizeof(fftwf_complex));
  d->fine     = fftwf_malloc(n_fine * sizeof(fftwf_complex));
  d->lags     = fftwf_malloc(FINER * (size_t)N_FFT * sizeof(float));
  d->response = calloc(N_BINS, sizeof(double complex));
  d->s_xx     = calloc(N_BINS, sizeof(double));
  if (!d->frame || !d->x || !d->y || !d->fine || !d->lags || !d->response ||
      !d->s_xx) {
    return false;
  }

  d->to_x    = fftwf_plan_dft_r2c_1d(N_FFT, d->frame, d->x, FFTW_ESTIMATE);
  d->to_y    = fftwf_plan_dft_r2c_1d(N_FFT, d->frame, d->y, FFTW_ESTIMATE);
  d->to_lags = fftwf_plan_dft_c2r_1d(
    FINER * N_FFT, d->fine, d->lags, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
  for (; d->n_places < n_places; ++d->n_places) {
    Place* const place = &d->places[d->n_places];

    place->s_xx = calloc(N_BINS, sizeof(double));
    place->s_yy = calloc(N_BINS, sizeof(double));
    place->s_xy = calloc(N_BINS, sizeof(double complex));
    if (!place->s_xx || !place->s_yy || !place->s_xy) {
      ++d->n_places;
      return false;
    }
  }
  return d->to_x && d->to_y && d->to_lags;
}

static void
drift_clear(const Drift* const d)
{
  fftwf_destroy_plan(d->to_x);
  fftwf_destroy_plan(d->to_y);
  fftwf_destroy_plan(d->to_lags);
  fftwf_free(d->frame);
  fftwf_free(d->x);
  fftwf_free(d->y);
  fftwf_free(d->fine);
  fftwf_free(d->lags);
  free(d->response);
  free(d->s_xx);
  for (size_t i = 0; i < d->n_places; ++i) {
    free(d->places[i].s_xx);
    free(d->places[i].s_yy);
    free(d->places[i].s_xy);
  }
}

static void
transform(Drift* const d, const float* const signal, fftwf_plan plan)
{
  for (size_t t = 0; t < N_FFT; ++t) {
    const double window = 0.5 - (0.5 * cos(two_pi * (double)t / N_FFT));

    d->frame[t] = (float)(window * (double)signal[t]);
  }
  fftwf_execute(plan);
}

/// Take the spectra at one place
static void
listen(Drift* const       d,
       Place* const       place,
       const float* const dry,
       const float* const wet)
{
  for (size_t i = 0; i < N_STRETCHES; ++i) {
    transform(d, dry + (i * N_HOP), d->to_x);
    transform(d, wet + (i * N_HOP), d->to_y);
    for (size_t k = 1; k < N_BINS; ++k) {
      const double complex x = (double complex)d->x[k];
      const double complex y = (double complex)d->y[k];

      place->s_xx[k] += creal(x * conj(x));
      place->s_yy[k] += creal(y * conj(y));
      place->s_xy[k] += y * conj(x);
    }
  }
  for (size_t k = 1; k < N_BINS; ++k) {
    place->energy += place->s_xx[k];
  }
}

/// Leave out the places where next to nothing was played
static void
drop_quiet(Drift* const d)
{
  double loudest = 0.0;
  for (size_t i = 0; i < d->n_places; ++i) {
    loudest = fmax(loudest, d->places[i].energy);
  }

  size_t n = 0;
  for (size_t i = 0; i < d->n_places; ++i) {
    if (d->places[i].energy > quiet * loudest) {
      const Place kept = d->places[i];
      d->places[i]     = d->places[n];
      d->places[n++]   = kept;
    }
  }
  for (size_t i = n; i < d->n_places; ++i) {
    free(d->places[i].s_xx);
    free(d->places[i].s_yy);
    free(d->places[i].s_xy);
  }
  d->n_places = n;
}

static double
mean(const double* const values)
{
  double sum = 0.0;
  for (size_t k = 0; k < N_BINS; ++k) {
    sum += values[k] / N_BINS;
  }
  return sum;
}

/// The device's response over all places, each moved to where it belongs
static void
estimate_response(Drift* const d)
{
  memset(d->response, 0, N_BINS * sizeof(double complex));
  memset(d->s_xx, 0, N_BINS * sizeof(double));
  for (size_t i = 0; i < d->n_places; ++i) {
    const Place* const place = &d->places[i];
    for (size_t k = 0; k < N_BINS; ++k) {
      const double angle = two_pi * (double)k * place->delay / N_FFT;

      d->response[k] += place->s_xy[k] * cexp(angle * (double complex)I);
      d->s_xx[k] += place->s_xx[k];
    }
  }

  const double floor_energy = 1e-3 * mean(d->s_xx);
  for (size_t k = 0; k < N_BINS; ++k) {
    d->response[k] /= d->s_xx[k] + floor_energy;
  }
}

/**
   Where the response fits best at a place.

   @param any_sign While nothing is known of the device, it may invert.
*/
static double
find_delay(const Drift* const d, const Place* const place, const bool any_sign)
{
  memset(d->fine, 0, ((FINER * (size_t)N_FFT / 2) + 1) * sizeof(fftwf_complex));

  const double floor_energy = 1e-3 * mean(place->s_yy);
  for (size_t k = 0; k < N_BINS; ++k) {
    const double complex product = place->s_xy[k] * conj(d->response[k]);
    const double         weight  = place->s_yy[k] + floor_energy;

    d->fine[k] = (fftwf_complex)(product / (weight > 0.0 ? weight : 1.0));
  }
  fftwf_execute(d->to_lags);

  const long n    = (long)FINER * N_FFT;
  const long most = (long)FINER * MOST_LAG;
  long       best = 0;
  for (long lag = -most; lag <= most; ++lag) {
    const float value = d->lags[(lag + n) % n];
    const float least = d->lags[(best + n) % n];

    best =
      (any_sign ? fabsf(value) > fabsf(least) : value > least) ? lag : best;
  }

  // The top of the parabola through the greatest and its neighbours
  const double sign   = d->lags[(best + n) % n] < 0.0f ? -1.0 : 1.0;
  const double before = sign * (double)d->lags[(best - 1 + n) % n];
  const double top    = sign * (double)d->lags[(best + n) % n];
  const double after  = sign * (double)d->lags[(best + 1 + n) % n];
  const double bend   = before - (2.0 * top) + after;
  const double to_top = bend < 0.0 ? 0.5 * (before - after) / bend : 0.0;
  return ((double)best + to_top) / FINER;
}

static int
compare_numbers(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double
median(double* const values, const size_t n)
{
  qsort(values, n, sizeof(double), compare_numbers);
  return n % 2 ? values[n / 2] : 0.5 * (values[(n / 2) - 1] + values[n / 2]);
}

/// The line of Theil and Sen through the places' delays
static void
fit_line(const Drift* const d, const size_t n_frames, RcvDrift* const drift)
{
  double values[MOST_PLACES * MOST_PLACES / 2] = {0.0};
  size_t n                                     = 0;
  for (size_t i = 0; i < d->n_places; ++i) {
    for (size_t k = 0; k < i; ++k) {
      const Place* const a = &d->places[k];
      const Place* const b = &d->places[i];

      values[n++] = (b->delay - a->delay) / (b->time - a->time);
    }
  }
  const double slope = median(values, n);

  for (size_t i = 0; i < d->n_places; ++i) {
    values[i] = d->places[i].delay - (slope * d->places[i].time);
  }
  const double start = median(values, d->n_places);

  for (size_t i = 0; i < d->n_places; ++i) {
    values[i] = fabs(d->places[i].delay - start - (slope * d->places[i].time));
  }

  // Of a normal distribution, spread evenly over the time
  const double deviation = 1.4826 * median(values, d->n_places);

  drift->measured        = deviation < most_deviation;
  drift->early_frames    = start;
  drift->late_frames     = start + (slope * (double)n_frames);
  drift->ppm             = 1e6 * slope;
  drift->accuracy_frames = deviation * sqrt(12.0 / (double)d->n_places);
}

static void
measure(Drift* const       d,
        const float* const dry,
        const float* const wet,
        const size_t       n_frames,
        RcvDrift* const    drift)
{
  for (size_t i = 0; i < d->n_places; ++i) {
    const size_t start = (n_frames - N_PLACE) * i / (d->n_places - 1);

    d->places[i].time = (double)start + (0.5 * N_PLACE);
    listen(d, &d->places[i], dry + start, wet + start);
  }
  drop_quiet(d);
  if (d->n_places < 3) {
    return;
  }

  for (size_t k = 0; k < N_BINS; ++k) {
    d->response[k] = 1.0;
  }
  drift->measured = true;
  for (size_t round = 0; drift->measured && round < N_ROUNDS; ++round) {
    if (round) {
      estimate_response(d);
    }
    for (size_t i = 0; i < d->n_places; ++i) {
      d->places[i].delay = find_delay(d, &d->places[i], !round);
    }
    fit_line(d, n_frames, drift);

    // The next response is put together along the line
    for (size_t i = 0; i < d->n_places && round + 1 < N_ROUNDS; ++i) {
      d->places[i].delay =
        drift->early_frames + (1e-6 * drift->ppm * d->places[i].time);
    }
  }
  if (!drift->measured) {
    memset(drift, 0, sizeof(RcvDrift));
  }
}

RcvStatus
rcv_drift_measure(const float* const dry,
                  const float* const wet,
                  const size_t       n_frames,
                  RcvDrift* const    drift,
                  RcvError* const    error)
{
  memset(drift, 0, sizeof(RcvDrift));

  // Places may overlap a little
  const size_t n_fit = n_frames / (N_PLACE / 2);
  if (n_fit < 4) {
    return RCV_OK;
  }

  Drift d;
  memset(&d, 0, sizeof(d));
  RcvStatus status = RCV_OK;
  if (drift_init(&d, n_fit < MOST_PLACES ? n_fit : MOST_PLACES)) {
    measure(&d, dry, wet, n_frames, drift);
  } else {
    status = rcv_error_set(error, RCV_NO_MEMORY, "No memory for the drift");
  }
  drift_clear(&d);
  return status;
}

bool
rcv_drift_matters(const RcvDrift* const drift)
{
  const double frames = fabs(rcv_drift_frames(drift));

  return drift->measured && frames > RCV_DRIFT_MOST &&
         frames > 4.0 * drift->accuracy_frames;
}

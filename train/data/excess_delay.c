// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/excess_delay.h"

// Before fftw3.h, whose numbers are then C's own
#include <complex.h>

#include <fftw3.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
  N_FFT  = 8192,
  N_BINS = (N_FFT / 2) + 1,
  N_HOP  = N_FFT / 2,

  MOST_STRETCHES = 2000,
  FIRST_BIN      = 3, // Below, the window mixes in DC

  // Above, converters and resamplers cut off, in linear phase and very steeply,
  // which a minimum phase would make a delay of
  LAST_BIN = N_BINS * 85 / 100,

  MOST_EXCESS = 512,
};

static const double two_pi = 6.283185307179586476925;

// What is less coherent says nothing about the response
static const double least_coherence = 0.2;

// Of a device that is not a filter and a delay, as one with a cabinet, or of
// which the bands say different things, as one that oversamples by filters with
// a linear phase: they ring before the delay that they have.  A frame too much
// costs more than two too few: a RAT was five times worse for it.
static const double least_trust = 0.8;
static const double most_apart  = 0.3; // Frames

// Of one of which the fraction is sure
static const double trust_fraction   = 0.95;
static const double apart_fraction   = 0.1;
static const double error_of_devices = 0.15; // Frames

/// What the delay is computed with
typedef struct {
  float*          frame;  ///< [N_FFT]
  fftwf_complex*  bins;   ///< [N_BINS]
  double complex* x;      ///< [N_BINS] of one stretch
  double complex* s_xy;   ///< [N_BINS], at last the excess phase
  double*         s_xx;   ///< [N_BINS]
  double*         s_yy;   ///< [N_BINS]
  double*         weight; ///< [N_BINS] by coherence; 0: not to be trusted
  fftwf_plan      forward;
  fftwf_plan      back;
} Work;

static bool
work_init(Work* const w)
{
  memset(w, 0, sizeof(Work));
  w->frame  = fftwf_malloc(N_FFT * sizeof(float));
  w->bins   = fftwf_malloc(N_BINS * sizeof(fftwf_complex));
  w->x      = calloc(N_BINS, sizeof(double complex));
  w->s_xy   = calloc(N_BINS, sizeof(double complex));
  w->s_xx   = calloc(N_BINS, sizeof(double));
  w->s_yy   = calloc(N_BINS, sizeof(double));
  w->weight = calloc(N_BINS, sizeof(double));
  if (!w->frame || !w->bins || !w->x || !w->s_xy || !w->s_xx || !w->s_yy ||
      !w->weight) {
    return false;
  }
  w->forward = fftwf_plan_dft_r2c_1d(N_FFT, w->frame, w->bins, FFTW_ESTIMATE);
  w->back    = fftwf_plan_dft_c2r_1d(N_FFT, w->bins, w->frame, FFTW_ESTIMATE);
  return w->forward && w->back;
}

static void
work_clear(Work* const w)
{
  fftwf_destroy_plan(w->forward);
  fftwf_destroy_plan(w->back);
  fftwf_free(w->frame);
  fftwf_free(w->bins);
  free(w->x);
  free(w->s_xy);
  free(w->s_xx);
  free(w->s_yy);
  free(w->weight);
}

/// e^jφ
static double complex
turn(const double phase)
{
  return cos(phase) + ((double complex)I * sin(phase));
}

/// Spectrum of one stretch under a Hann window
static void
transform(Work* const w, const float* const signal)
{
  const double step = two_pi / N_FFT;
  for (size_t t = 0; t < N_FFT; ++t) {
    const double window = 0.5 - (0.5 * cos(step * (double)t));

    w->frame[t] = (float)(window * (double)signal[t]);
  }
  fftwf_execute(w->forward);
}

static void
add_stretch(Work* const w, const float* const dry, const float* const wet)
{
  transform(w, dry);
  for (size_t k = 0; k < N_BINS; ++k) {
    w->x[k] = (double complex)w->bins[k];
  }
  transform(w, wet);
  for (size_t k = 0; k < N_BINS; ++k) {
    const double complex y = (double complex)w->bins[k];

    w->s_xx[k] += creal(w->x[k] * conj(w->x[k]));
    w->s_yy[k] += creal(y * conj(y));
    w->s_xy[k] += y * conj(w->x[k]);
  }
}

/// Weights like the inverse variance of a phase; false if none is trusted
static bool
weigh(Work* const w)
{
  bool any = false;
  for (size_t k = FIRST_BIN; k < LAST_BIN; ++k) {
    const double power     = creal(w->s_xy[k] * conj(w->s_xy[k]));
    const double both      = w->s_xx[k] * w->s_yy[k];
    const double coherence = both > 0.0 ? power / both : 0.0;

    w->weight[k] =
      coherence >= least_coherence ? coherence / (1.01 - coherence) : 0.0;
    any = any || w->weight[k] > 0.0;
  }
  return any;
}

/// The logarithm of the magnitude; where it is not known, from its neighbours
static void
load_log_magnitude(Work* const w)
{
  size_t last = N_BINS; // None yet
  for (size_t k = 0; k < N_BINS; ++k) {
    if (w->weight[k] > 0.0) {
      const double here = log(cabs(w->s_xy[k]) / w->s_xx[k]);
      const size_t from = last < N_BINS ? last : 0;
      const double before =
        last < N_BINS ? creal((double complex)w->bins[last]) : here;
      for (size_t i = from; i < k; ++i) {
        const double part = (double)(i - from) / (double)(k - from);

        w->bins[i] = (float)(before + (part * (here - before)));
      }
      w->bins[k] = (float)here;
      last       = k;
    }
  }
  for (size_t k = last + 1; k < N_BINS; ++k) {
    w->bins[k] = w->bins[last];
  }
}

/// Leave of the response its phase, and of that what is not minimal
static void
take_off_minimum_phase(Work* const w)
{
  load_log_magnitude(w);
  fftwf_execute(w->back);
  w->frame[0] /= N_FFT;
  w->frame[N_FFT / 2] /= N_FFT;
  for (size_t t = 1; t < N_FFT / 2; ++t) {
    w->frame[t] *= 2.0f / N_FFT;
    w->frame[N_FFT - t] = 0.0f;
  }
  fftwf_execute(w->forward);
  for (size_t k = 0; k < N_BINS; ++k) {
    const double phase =
      carg(w->s_xy[k]) - (double)cimag((double complex)w->bins[k]);

    w->s_xy[k] = w->weight[k] * turn(phase);
  }
}

/// What the excess adds up to at a delay
static double
sum_at(const Work* const w, const double delay)
{
  double sum = 0.0;
  for (size_t k = FIRST_BIN; k < LAST_BIN; ++k) {
    const double angle = two_pi * (double)k * delay / N_FFT;

    sum += (creal(w->s_xy[k]) * cos(angle)) - (cimag(w->s_xy[k]) * sin(angle));
  }
  return fabs(sum);
}

/// How far apart the second and the last third of all that is known are in
/// what they say alone: the slopes of what is left of the phase
static double
compare_bands(const Work* const w, const double delay, const double all)
{
  double slopes[3] = {0.0, 0.0, 0.0};
  double sums[3]   = {0.0, 0.0, 0.0};
  double so_far    = 0.0;
  for (size_t k = FIRST_BIN; k < LAST_BIN; ++k) {
    const double         omega = two_pi * (double)k / N_FFT;
    const double         angle = omega * delay;
    const double complex rest  = w->s_xy[k] * turn(angle);
    const size_t         band  = (size_t)fmin(3.0 * so_far / all, 2.0);

    // Twice the angle is the same for a device that inverts
    slopes[band] -= 0.5 * w->weight[k] * omega * carg(rest * rest);
    sums[band] += w->weight[k] * omega * omega;
    so_far += w->weight[k];
  }
  return fabs((slopes[1] / sums[1]) - (slopes[2] / sums[2]));
}

/// The delay at which it adds up to the most
static RcvExcessDelay
find_peak(Work* const w)
{
  double all = 0.0;
  for (size_t k = 0; k < N_BINS; ++k) {
    w->bins[k] = (fftwf_complex)w->s_xy[k];
    all += w->weight[k];
  }
  fftwf_execute(w->back);

  long   peak  = 0;
  double value = 0.0;
  for (long lag = -MOST_EXCESS; lag <= MOST_EXCESS; ++lag) {
    const double there = fabs((double)w->frame[(lag + N_FFT) % N_FFT]);
    if (there > value) {
      value = there;
      peak  = lag;
    }
  }

  // Between the frames around it, where there is one maximum
  const double golden = 0.6180339887498949;
  double       low    = (double)peak - 1.0;
  double       high   = (double)peak + 1.0;
  while (high - low > 1e-5) {
    const double a = high - (golden * (high - low));
    const double b = low + (golden * (high - low));
    if (sum_at(w, a) > sum_at(w, b)) {
      high = b;
    } else {
      low = a;
    }
  }
  const double         delay  = 0.5 * (low + high);
  const RcvExcessDelay excess = {
    delay, sum_at(w, delay) / all, compare_bands(w, delay, all)};
  return excess;
}

RcvStatus
rcv_excess_delay_find(const float* const    dry,
                      const float* const    wet,
                      const size_t          n_frames,
                      const long            near_frames,
                      RcvExcessDelay* const excess,
                      RcvError* const       error)
{
  excess->delay_frames = (double)near_frames;
  excess->trust        = 0.0;
  excess->apart_frames = 0.0;

  const size_t shift = (size_t)labs(near_frames);
  if (n_frames < shift + N_FFT) {
    return RCV_OK; // Too short to tell
  }

  Work w;
  if (!work_init(&w)) {
    work_clear(&w);
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to find the delay");
  }

  const float* const x      = dry + (near_frames < 0 ? shift : 0);
  const float* const y      = wet + (near_frames > 0 ? shift : 0);
  const size_t       n_all  = 1 + ((n_frames - shift - N_FFT) / N_HOP);
  const size_t       stride = 1 + (n_all / MOST_STRETCHES);
  for (size_t i = 0; i < n_all; i += stride) {
    add_stretch(&w, x + (i * N_HOP), y + (i * N_HOP));
  }
  if (weigh(&w)) {
    take_off_minimum_phase(&w);
    *excess = find_peak(&w);
    excess->delay_frames += (double)near_frames;
  }
  work_clear(&w);
  return RCV_OK;
}

double
rcv_excess_delay_choose(const RcvExcessDelay* const excess,
                        const long                  onset_frames)
{
  const double parts   = 1024.0;
  const double onset   = (double)onset_frames;
  const double delay   = excess->delay_frames;
  const double nearest = round(delay);
  if (!(excess->trust >= least_trust && excess->apart_frames <= most_apart)) {
    return onset;
  }
  if (excess->trust >= trust_fraction &&
      excess->apart_frames <= apart_fraction &&
      fabs(delay - nearest) > error_of_devices) {
    return round(delay * parts) / parts;
  }
  return fmax(onset, floor(delay + error_of_devices));
}

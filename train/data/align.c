// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/align.h"

// Before fftw3.h, whose numbers are then C's own
#include <complex.h>

#include <fftw3.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  N_FFT  = 4 * RCV_MAX_DELAY,
  N_BINS = (N_FFT / 2) + 1,
  N_HOP  = N_FFT / 4,
};

/// What the estimate is computed with
typedef struct {
  float*          frame; ///< [N_FFT]
  fftwf_complex*  x;     ///< [N_BINS] spectrum of dry
  fftwf_complex*  y;     ///< [N_BINS] spectrum of wet, at last of the response
  double*         s_xx;  ///< [N_BINS]
  double complex* s_xy;  ///< [N_BINS]
  fftwf_plan      to_x;
  fftwf_plan      to_y;
  fftwf_plan      back;
} Spectra;

static bool
spectra_init(Spectra* const s)
{
  s->frame = fftwf_malloc(N_FFT * sizeof(float));
  s->x     = fftwf_malloc(N_BINS * sizeof(fftwf_complex));
  s->y     = fftwf_malloc(N_BINS * sizeof(fftwf_complex));
  s->s_xx  = calloc(N_BINS, sizeof(double));
  s->s_xy  = calloc(N_BINS, sizeof(double complex));
  if (!s->frame || !s->x || !s->y || !s->s_xx || !s->s_xy) {
    return false;
  }
  s->to_x = fftwf_plan_dft_r2c_1d(N_FFT, s->frame, s->x, FFTW_ESTIMATE);
  s->to_y = fftwf_plan_dft_r2c_1d(N_FFT, s->frame, s->y, FFTW_ESTIMATE);
  s->back = fftwf_plan_dft_c2r_1d(N_FFT, s->y, s->frame, FFTW_ESTIMATE);
  return s->to_x && s->to_y && s->back;
}

static void
spectra_clear(Spectra* const s)
{
  fftwf_destroy_plan(s->to_x);
  fftwf_destroy_plan(s->to_y);
  fftwf_destroy_plan(s->back);
  fftwf_free(s->frame);
  fftwf_free(s->x);
  fftwf_free(s->y);
  free(s->s_xx);
  free(s->s_xy);
}

/// One stretch under a Hann window, zeros beyond the end
static void
load_frame(Spectra* const     s,
           const float* const signal,
           const size_t       n_frames,
           const size_t       start)
{
  const double step = 2.0 * 3.14159265358979323846 / N_FFT;
  for (size_t t = 0; t < N_FFT; ++t) {
    const double window = 0.5 - (0.5 * cos(step * (double)t));

    s->frame[t] =
      start + t < n_frames ? (float)(window * (double)signal[start + t]) : 0.0f;
  }
}

static void
add_stretch(Spectra* const     s,
            const float* const dry,
            const float* const wet,
            const size_t       n_frames,
            const size_t       start)
{
  load_frame(s, dry, n_frames, start);
  fftwf_execute(s->to_x);
  load_frame(s, wet, n_frames, start);
  fftwf_execute(s->to_y);
  for (size_t k = 0; k < N_BINS; ++k) {
    const double complex x = (double complex)s->x[k];
    const double complex y = (double complex)s->y[k];

    s->s_xx[k] += creal(x * conj(x));
    s->s_xy[k] += y * conj(x);
  }
}

/// The response over the lag, in s->frame; negative lags stand at its end
static void
compute_response(Spectra* const s)
{
  double mean = 0.0;
  for (size_t k = 0; k < N_BINS; ++k) {
    mean += s->s_xx[k] / N_BINS;
  }

  // Where the dry signal has next to nothing, nothing can be said
  const double floor_energy = 1e-3 * mean;
  for (size_t k = 0; k < N_BINS; ++k) {
    s->y[k] = (fftwf_complex)(s->s_xy[k] / (s->s_xx[k] + floor_energy));
  }
  fftwf_execute(s->back);
}

static RcvDelayEstimate
read_response(const float* const response)
{
  long   peak_lag = 0;
  double peak     = 0.0;
  double energy   = 0.0;
  for (long lag = -RCV_MAX_DELAY; lag <= RCV_MAX_DELAY; ++lag) {
    const double value = (double)response[(lag + N_FFT) % N_FFT];

    energy += value * value;
    if (fabs(value) > fabs(peak)) {
      peak     = value;
      peak_lag = lag;
    }
  }

  // The sound arrives before the peak if the device is slow
  const double near     = 0.25 * fabs(peak);
  const long   n_before = 256;
  long         first    = peak_lag;
  for (long lag = peak_lag; lag >= peak_lag - n_before; --lag) {
    if (fabs((double)response[(lag + N_FFT) % N_FFT]) >= near) {
      first = lag;
    }
  }

  const double rms =
    sqrt(fmax(energy - (peak * peak), 1e-30) / (2.0 * RCV_MAX_DELAY));
  const RcvDelayEstimate estimate = {
    first, peak < 0.0 ? -1.0 : 1.0, fabs(peak) / rms, peak_lag};
  return estimate;
}

RcvStatus
rcv_align_find(const float* const      dry,
               const float* const      wet,
               const size_t            n_frames,
               RcvDelayEstimate* const estimate,
               RcvError* const         error)
{
  Spectra s;
  memset(&s, 0, sizeof(s));
  if (!spectra_init(&s)) {
    spectra_clear(&s);
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to find the delay");
  }

  // All of a short recording, parts all over a long one
  enum { MOST_STRETCHES = 40 };
  const size_t n_all  = 1 + (n_frames / N_HOP);
  const size_t stride = 1 + (n_all / MOST_STRETCHES);
  for (size_t i = 0; i < n_all; i += stride) {
    add_stretch(&s, dry, wet, n_frames, i * N_HOP);
  }

  compute_response(&s);
  *estimate = read_response(s.frame);
  spectra_clear(&s);
  return RCV_OK;
}

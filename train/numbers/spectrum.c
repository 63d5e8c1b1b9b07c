// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/numbers/spectrum.h"

// Before fftw3.h, whose numbers are then C's own
#include <complex.h>

#include <fftw3.h>

#include <math.h>
#include <string.h>

enum { N_FFT = 2 * (RCV_SPECTRUM_BINS - 1) };

RcvStatus
rcv_spectrum_db(const float* const x,
                const size_t       n_frames,
                double* const      db,
                RcvError* const    error)
{
  float* const         frame = fftwf_malloc(N_FFT * sizeof(float));
  fftwf_complex* const bins =
    fftwf_malloc(RCV_SPECTRUM_BINS * sizeof(fftwf_complex));
  fftwf_plan plan = NULL;
  if (frame && bins) {
    plan = fftwf_plan_dft_r2c_1d(N_FFT, frame, bins, FFTW_ESTIMATE);
  }
  if (!plan) {
    fftwf_free(frame);
    fftwf_free(bins);
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a spectrum");
  }

  memset(db, 0, RCV_SPECTRUM_BINS * sizeof(double));
  size_t n_stretches = 0;
  for (size_t t = 0; t == 0 || t + N_FFT <= n_frames; t += N_FFT / 2) {
    for (size_t i = 0; i < N_FFT; ++i) {
      const double window =
        0.5 - (0.5 * cos(2.0 * 3.14159265358979323846 * (double)i / N_FFT));

      frame[i] = t + i < n_frames ? (float)(window * (double)x[t + i]) : 0.0f;
    }
    fftwf_execute(plan);
    for (size_t k = 0; k < RCV_SPECTRUM_BINS; ++k) {
      const double complex bin = (double complex)bins[k];

      db[k] += creal(bin * conj(bin));
    }
    ++n_stretches;
  }

  // A sine of amplitude 1 has the magnitude N/4 under a Hann window
  const double full = (double)n_stretches * (N_FFT / 4.0) * (N_FFT / 4.0);
  for (size_t k = 0; k < RCV_SPECTRUM_BINS; ++k) {
    db[k] = 10.0 * log10(fmax(db[k] / full, 1e-16));
  }

  fftwf_destroy_plan(plan);
  fftwf_free(frame);
  fftwf_free(bins);
  return RCV_OK;
}

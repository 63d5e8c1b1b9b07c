// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/numbers/metrics.h"

// Before fftw3.h, whose numbers are then C's own
#include <complex.h>

#include <fftw3.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

void
rcv_metrics_add(RcvErrorSums* const sums,
                const float* const  y,
                const float* const  y_hat,
                const size_t        n_frames)
{
  double y_before = 0.0;
  double e_before = 0.0;
  for (size_t t = 0; t < n_frames; ++t) {
    const double y_t   = (double)y[t];
    const double e_t   = y_t - (double)y_hat[t];
    const double y_pre = y_t - (RCV_PRE_EMPHASIS * y_before);
    const double e_pre = e_t - (RCV_PRE_EMPHASIS * e_before);

    sums->target_energy += y_t * y_t;
    sums->error_energy += e_t * e_t;
    sums->target_energy_pre += y_pre * y_pre;
    sums->error_energy_pre += e_pre * e_pre;
    sums->error_sum += e_t;
    y_before = y_t;
    e_before = e_t;
  }
  sums->n_frames += n_frames;
}

void
rcv_metrics_add_sums(RcvErrorSums* const sums, const RcvErrorSums* const others)
{
  sums->error_energy += others->error_energy;
  sums->target_energy += others->target_energy;
  sums->error_energy_pre += others->error_energy_pre;
  sums->target_energy_pre += others->target_energy_pre;
  sums->error_sum += others->error_sum;
  sums->n_frames += others->n_frames;
}

RcvMetrics
rcv_metrics_from_sums(const RcvErrorSums* const sums)
{
  const double     n       = (double)sums->n_frames;
  const double     mean    = sums->error_sum / n;
  const RcvMetrics metrics = {
    sums->error_energy / sums->target_energy,
    sums->error_energy_pre / sums->target_energy_pre,
    mean * mean / (sums->target_energy / n),
    (double)NAN,
    sums->n_frames,
  };
  return metrics;
}

/// One resolution, in frames
typedef struct {
  int n_fft;
  int n_hop;
  int n_window;
} Resolution;

/// Buffers for the magnitudes of one frame
typedef struct {
  float*         frame;
  fftwf_complex* bins;
  fftwf_plan     plan;
} Transform;

/// Squared magnitudes of a frame under a Hann window in its middle
static void
transform(const Transform* const  transform,
          const Resolution* const resolution,
          const float* const      signal,
          double* const           energies)
{
  const int offset = (resolution->n_fft - resolution->n_window) / 2;
  memset(transform->frame, 0, (size_t)resolution->n_fft * sizeof(float));
  for (int i = 0; i < resolution->n_window; ++i) {
    const double window =
      0.5 -
      (0.5 * cos(2.0 * 3.14159265358979323846 * i / resolution->n_window));

    transform->frame[offset + i] = (float)(window * (double)signal[offset + i]);
  }

  fftwf_execute(transform->plan);
  for (int k = 0; k <= resolution->n_fft / 2; ++k) {
    const double complex bin   = (double complex)transform->bins[k];
    const double         least = 1e-8; // So that silence has a logarithm

    energies[k] = fmax(creal(bin * conj(bin)), least);
  }
}

/// Spectral convergence plus log magnitude distance of one resolution
static double
compare_spectra(const Transform* const  buffers,
                const Resolution* const resolution,
                const float* const      y,
                const float* const      y_hat,
                const size_t            n_frames)
{
  enum { MOST_BINS = 1025 };

  double energies[MOST_BINS];
  double energies_hat[MOST_BINS];
  double distance     = 0.0;
  double norm         = 0.0;
  double log_distance = 0.0;
  size_t n_bins       = 0;
  for (size_t t = 0; t + (size_t)resolution->n_fft <= n_frames;
       t += (size_t)resolution->n_hop) {
    transform(buffers, resolution, y + t, energies);
    transform(buffers, resolution, y_hat + t, energies_hat);
    for (int k = 0; k <= resolution->n_fft / 2; ++k) {
      const double difference = sqrt(energies[k]) - sqrt(energies_hat[k]);

      distance += difference * difference;
      norm += energies[k];
      log_distance += fabs(0.5 * log(energies[k] / energies_hat[k]));
      ++n_bins;
    }
  }
  return sqrt(distance / norm) + (log_distance / (double)n_bins);
}

RcvStatus
rcv_metrics_mr_stft(const float* const y,
                    const float* const y_hat,
                    const size_t       n_frames,
                    double* const      value,
                    RcvError* const    error)
{
  static const Resolution resolutions[] = {
    {1024, 120, 600}, {2048, 240, 1200}, {512, 50, 240}};

  *value = 0.0;
  for (size_t i = 0; i < 3; ++i) {
    const int n = resolutions[i].n_fft;
    Transform t = {fftwf_malloc((size_t)n * sizeof(float)),
                   fftwf_malloc(((size_t)n / 2 + 1) * sizeof(fftwf_complex)),
                   NULL};
    if (t.frame && t.bins) {
      t.plan = fftwf_plan_dft_r2c_1d(n, t.frame, t.bins, FFTW_ESTIMATE);
    }

    const bool good = t.plan != NULL;
    if (good) {
      *value += compare_spectra(&t, &resolutions[i], y, y_hat, n_frames) / 3.0;
    }
    fftwf_destroy_plan(t.plan);
    fftwf_free(t.frame);
    fftwf_free(t.bins);
    if (!good) {
      return rcv_error_set(error, RCV_NO_MEMORY, "No memory for the MR-STFT");
    }
  }
  return RCV_OK;
}

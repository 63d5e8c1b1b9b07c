// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_NUMBERS_METRICS_H
#define TRAIN_NUMBERS_METRICS_H

#include "dsp/model/error.h"

#include <stddef.h>

/// The pre-emphasis 1 − 0.85 z⁻¹ of Wright et al. 2020
#define RCV_PRE_EMPHASIS 0.85

/// How far a signal is from another
typedef struct {
  double esr;     ///< Σ(y − ŷ)² / Σy²: error-to-signal ratio
  double esr_pre; ///< The same after pre-emphasis
  double dc;      ///< (mean of y − ŷ)² / mean of y²
  double mr_stft; ///< rcv_metrics_mr_stft(), or NaN if not computed
  size_t n_frames;
} RcvMetrics;

/// Sums from which the ratios are made, so that stretches can be added up
typedef struct {
  double error_energy;
  double target_energy;
  double error_energy_pre;
  double target_energy_pre;
  double error_sum;
  size_t n_frames;
} RcvErrorSums;

/// Add a stretch; y is the target, y_hat [n_frames] the model's output
void
rcv_metrics_add(RcvErrorSums* sums,
                const float*  y,
                const float*  y_hat,
                size_t        n_frames);

/// Add the sums of other stretches
void
rcv_metrics_add_sums(RcvErrorSums* sums, const RcvErrorSums* others);

/// The ratios; a silent target makes them infinite or NaN
RcvMetrics
rcv_metrics_from_sums(const RcvErrorSums* sums);

/**
   Multi-resolution STFT loss: Yamamoto et al., "Parallel WaveGAN", 2020, arXiv
   1910.11480: the mean over three resolutions of spectral convergence plus the
   mean absolute difference of log magnitudes.

   @param value Set.
*/
RcvStatus
rcv_metrics_mr_stft(const float* y,
                    const float* y_hat,
                    size_t       n_frames,
                    double*      value,
                    RcvError*    error);

#endif // TRAIN_NUMBERS_METRICS_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_STRETCHES_H
#define TRAIN_REPORT_STRETCHES_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pair.h"
#include "train/numbers/metrics.h"

#include <stddef.h>

/// How good a model is in one stretch of a recording
typedef struct {
  RcvRegion  region;
  RcvMetrics metrics;    ///< MR-STFT is NaN in less than 2048 frames
  double     rest_level; ///< Of rcv_evaluate_rest(); NaN if it is too short
} RcvStretch;

/**
   Measure a model in stretches of a region, of the first take.

   @param y_hat [length of the region] its output there.
   @param length Frames of a stretch, at least 1; the last may be shorter.
   @param stretches [n_stretches] set, to be freed by the caller with free().
*/
RcvStatus
rcv_stretches_measure(const RcvModel* model,
                      const RcvPair*  pair,
                      RcvRegion       region,
                      const float*    y_hat,
                      size_t          length,
                      RcvStretch**    stretches,
                      size_t*         n_stretches,
                      RcvError*       error);

#endif // TRAIN_REPORT_STRETCHES_H

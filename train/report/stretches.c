// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/stretches.h"

#include "train/trainer/evaluate.h"
#include "train/trainer/steadiness.h"

#include <math.h>
#include <stdlib.h>

enum {
  REST_STARTS  = 4,    // Places per level
  LEAST_FRAMES = 2048, // The longest window of the MR-STFT
};

static RcvStatus
measure(const RcvModel* const model,
        const RcvPair* const  pair,
        const float* const    y_hat,
        RcvStretch* const     stretch,
        RcvError* const       error)
{
  const size_t       n       = rcv_region_length(stretch->region);
  const float* const wet     = pair->takes.takes[0].wet + stretch->region.start;
  const RcvPassage   passage = {pair, stretch->region};
  const RcvPlaces    places  = {&passage, 1, REST_STARTS, 0.0};
  RcvErrorSums       sums    = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  rcv_metrics_add(&sums, wet, y_hat, n);
  stretch->metrics         = rcv_metrics_from_sums(&sums);
  stretch->metrics.mr_stft = (double)NAN;

  const RcvStatus status =
    n < LEAST_FRAMES
      ? RCV_OK
      : rcv_metrics_mr_stft(wet, y_hat, n, &stretch->metrics.mr_stft, error);
  return status ? status
                : rcv_evaluate_rest(model,
                                    &places,
                                    RCV_REST_LIMIT * pair->wet_levels.rms,
                                    NULL,
                                    &stretch->rest_level,
                                    error);
}

RcvStatus
rcv_stretches_measure(const RcvModel* const model,
                      const RcvPair* const  pair,
                      const RcvRegion       region,
                      const float* const    y_hat,
                      const size_t          length,
                      RcvStretch** const    stretches,
                      size_t* const         n_stretches,
                      RcvError* const       error)
{
  const size_t      n    = (rcv_region_length(region) + length - 1) / length;
  RcvStretch* const list = calloc(n + 1, sizeof(RcvStretch));
  if (!list) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to compare");
  }

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < n; ++i) {
    const size_t from = region.start + (i * length);
    const size_t left = region.end - from;

    list[i].region.start = from;
    list[i].region.end   = left < length ? region.end : from + length;
    status = measure(model, pair, y_hat + (i * length), &list[i], error);
  }
  if (status) {
    free(list);
    return status;
  }

  *stretches   = list;
  *n_stretches = n;
  return RCV_OK;
}

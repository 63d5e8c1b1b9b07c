// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/split.h"

#include "train/signal/capture_signal.h"

#include <math.h>
#include <string.h>

/// The parts of `recurve signal` that are in what is left
static void
split_signal(const RcvSplitting* const what, RcvRegion* const regions)
{
  static const RcvSignalRole roles[RCV_N_USES] = {
    RCV_ROLE_TRAIN, RCV_ROLE_VALIDATION, RCV_ROLE_TEST};

  for (size_t i = 0; i < RCV_N_USES; ++i) {
    const RcvSignalPart span =
      rcv_capture_signal_span(RCV_SIGNAL_ALL, what->rate_hz, roles[i]);
    const size_t end = span.start + span.n_frames;

    regions[i].start = span.start;
    regions[i].end   = end < what->n_frames ? end : what->n_frames;
  }
}

RcvStatus
rcv_split(const RcvSplitting* const what,
          const char* const         name,
          RcvRegion* const          regions,
          RcvError* const           error)
{
  const double rate  = what->rate_hz;
  const double n     = (double)what->n_frames;
  const bool   timed = what->validation_s >= 0.0;

  const double validation = timed ? what->validation_s * rate : 0.8 * n;
  const double test       = what->test_s >= 0.0 ? what->test_s * rate
                            : timed             ? n
                                                : 0.9 * n;

  memset(regions, 0, RCV_N_USES * sizeof(RcvRegion));
  if (what->is_signal && !timed && !what->clip_frames) {
    split_signal(what, regions);
  } else {
    const size_t clip   = what->clip_frames ? what->clip_frames : 1;
    const size_t middle = (size_t)fmin(validation, n) / clip * clip;
    const size_t end    = (size_t)fmin(test, n) / clip * clip;

    regions[RCV_USE_TRAIN].end        = middle;
    regions[RCV_USE_VALIDATION].start = middle;
    regions[RCV_USE_VALIDATION].end   = end;
    regions[RCV_USE_TEST].start       = end;
    regions[RCV_USE_TEST].end         = what->n_frames;
  }

  const double train_s =
    (double)rcv_region_length(regions[RCV_USE_TRAIN]) / rate;
  const double validation_s =
    (double)rcv_region_length(regions[RCV_USE_VALIDATION]) / rate;
  if (train_s < RCV_LEAST_TRAIN_S || validation_s < RCV_LEAST_VALIDATION_S) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: %.2f s for training and %.2f s for validation "
                         "are too short; record more (three minutes are good) "
                         "or move --val-from",
                         name,
                         train_s,
                         validation_s);
  }
  return RCV_OK;
}

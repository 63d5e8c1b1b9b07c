// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_DRIFT_H
#define TRAIN_DATA_DRIFT_H

#include "dsp/model/error.h"

#include <stdbool.h>
#include <stddef.h>

/**
   @file

   Whether two recordings ran on one clock.  If not, the delay between them
   changes from their start to their end, which no network can learn.
*/

/// How the delay changes; a line through what was measured at some places
typedef struct {
  bool   measured;        ///< Else too little was found, and all is 0
  double early_frames;    ///< How much later `wet` is at the start
  double late_frames;     ///< The same at the end
  double ppm;             ///< Change in millionths; > 0: `wet` falls behind
  double accuracy_frames; ///< Standard error of late_frames - early_frames
} RcvDrift;

/// A change that costs accuracy, in frames from the start to the end
#define RCV_DRIFT_MOST 0.5

/**
   Measure how the delay changes, to a fraction of a frame.

   At up to 24 places the cross-spectrum is compared with that of all places
   together, in which what the device does to the phase cancels; the line is
   that of Theil and Sen, which a few places that say nothing do not move.

   @param dry,wet [n_frames], whose delay is at most 4096 frames everywhere.
*/
RcvStatus
rcv_drift_measure(const float* dry,
                  const float* wet,
                  size_t       n_frames,
                  RcvDrift*    drift,
                  RcvError*    error);

/// Change from the start to the end in frames
static inline double
rcv_drift_frames(const RcvDrift* const drift)
{
  return drift->late_frames - drift->early_frames;
}

/// Whether there is so much drift, beyond doubt, that it costs accuracy
bool
rcv_drift_matters(const RcvDrift* drift);

#endif // TRAIN_DATA_DRIFT_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_REACH_H
#define TRAIN_TRAINER_REACH_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   How far back gradients reach: ‖∂L_t/∂h_{t−k}‖ and ‖∂L_t/∂c_{t−k}‖ over the
   lag k, where L_t is the loss of frame t alone (Hochreiter 1991; Bengio,
   Simard & Frasconi 1994).  It decides between cells, and how long segments
   must be.
*/

/// Median and quartiles over t at one lag, relative to the median at lag 0
typedef struct {
  uint32_t lag;
  double   median;
  double   quartiles[2];
  double   median_c; ///< NaN for cells without c
  double   quartiles_c[2];
} RcvReachPoint;

/// What becomes of gradients
typedef enum {
  RCV_REACH_VANISHES, ///< The median falls below 1 %
  RCV_REACH_EXPLODES, ///< The median grows above 10
  RCV_REACH_LASTS,    ///< Neither, as far as was looked
} RcvReachVerdict;

/// Result of rcv_reach_measure()
typedef struct {
  RcvReachPoint*  points; ///< [n_points] to be freed by the caller
  size_t          n_points;
  RcvReachVerdict verdict;
  uint32_t        lag;            ///< At which the verdict was reached
  uint32_t        segment_frames; ///< Length of segments that this suggests
} RcvReachResult;

/**
   Measure the reach of a model's left-to-right layers on real sound, after half
   a second that fills the state from zero.

   @param region Where the frames t lie; the lags and the half second before
   them may lie before it.
   @param n_lags Greatest lag.
   @param n_places Frames t, spread over the region.
*/
RcvStatus
rcv_reach_measure(const RcvModel* model,
                  const RcvPair*  pair,
                  RcvRegion       region,
                  uint32_t        n_lags,
                  uint32_t        n_places,
                  RcvReachResult* result,
                  RcvError*       error);

/// The verdict, in one sentence without a full stop
void
rcv_reach_say(const RcvReachResult* result,
              uint32_t              rate_hz,
              char*                 text,
              size_t                size);

#endif // TRAIN_TRAINER_REACH_H

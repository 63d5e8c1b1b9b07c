// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_ALIGN_H
#define TRAIN_DATA_ALIGN_H

#include "dsp/model/error.h"

#include <stddef.h>

/// How far apart two recordings are
typedef struct {
  long   delay_frames; ///< How much later `wet` is; negative: earlier
  double polarity;     ///< −1 if the device inverts, else 1
  double confidence;   ///< Peak of the response over its RMS elsewhere
  long   peak_frames;  ///< Lag of the peak, at or after delay_frames
} RcvDelayEstimate;

/// The greatest delay that is found, either way
enum { RCV_MAX_DELAY = 65536 };

/// The least confidence with which a delay is worth removing
#define RCV_DELAY_CONFIDENCE 12.0

/**
   Find the delay between a device's input and output.

   The device's linear part is estimated as a response over the lag, Sxy/Sxx
   over the loudest stretches.  Its first lag that is within 12 dB of its peak
   is where the sound arrives.  Where the dry signal has little treble that is
   some frames early: see train/data/excess_delay.h.

   @param dry,wet [n_frames].
*/
RcvStatus
rcv_align_find(const float*      dry,
               const float*      wet,
               size_t            n_frames,
               RcvDelayEstimate* estimate,
               RcvError*         error);

#endif // TRAIN_DATA_ALIGN_H

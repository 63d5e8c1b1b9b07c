// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_EXCESS_DELAY_H
#define TRAIN_DATA_EXCESS_DELAY_H

#include "dsp/model/error.h"

#include <stddef.h>

/// What a device's response is later than it would have to be
typedef struct {
  double delay_frames; ///< With its fraction
  double trust;        ///< 0 to 1: how far the rest is without any phase
  double apart_frames; ///< Between what two bands say alone
} RcvExcessDelay;

/**
   Find the pure delay between a device's input and output, to a fraction.

   The device's linear part, Sxy/Sxx, is divided by the minimum-phase response
   of the same magnitude, which the real cepstrum gives (Oppenheim & Schafer,
   Discrete-Time Signal Processing, ch. 13): what is left has the delay without
   what the device's filters delay.  Each frequency counts as much as its
   coherence allows.  The delay is that at which the rest adds up to the most,
   so that no phase needs to be unwrapped.

   @param dry,wet [n_frames].
   @param near_frames What the delay is near to: within some hundred frames.
*/
RcvStatus
rcv_excess_delay_find(const float*    dry,
                      const float*    wet,
                      size_t          n_frames,
                      long            near_frames,
                      RcvExcessDelay* excess,
                      RcvError*       error);

/**
   What to take off, in frames: whole ones, or a multiple of 1/1024.

   The whole frames of the pure delay where the device has one, by which its
   bands agree, but never less than what is before the sound arrives; the rest
   of it too where it is sure and is not within the error that was seen on real
   devices, a seventh of a frame. Then nothing is resampled for nothing, and no
   model must look ahead: beside a pure delay a device is minimum phase, and so
   causal.

   @param onset_frames Where the sound arrives: of rcv_align_find().
*/
double
rcv_excess_delay_choose(const RcvExcessDelay* excess, long onset_frames);

#endif // TRAIN_DATA_EXCESS_DELAY_H

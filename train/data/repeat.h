// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_REPEAT_H
#define TRAIN_DATA_REPEAT_H

#include "dsp/model/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   How well a device repeats itself: the same was played into it twice.  What
   differs then is noise, hum, drift of its parts and of the recording, which
   no model can know.
*/

/// What is between two takes
typedef struct {
  bool   measured;     ///< Else all is 0
  double delay_frames; ///< How much later the second is, with its fraction
  double gain;         ///< What the second must be multiplied by; < 0: inverted
  double esr;          ///< Of the second, so aligned, to the first

  /**
     ESR, to a take, of a model that has all that takes have in common.

     Takes of equal noise correlate by rho = S/(S + N), so that esr is
     1 - rho^2, of the noise of both, and this 1 - rho = N/(S + N), of one.
  */
  double floor;
} RcvRepeat;

/**
   Compare two takes, aligned to a fraction of a frame and of equal gain.

   @param first,second [n_frames].
   @return RCV_BAD_DATA with a way out if they are not the same piece.
*/
RcvStatus
rcv_repeat_measure(const float* first,
                   const float* second,
                   size_t       n_frames,
                   RcvRepeat*   repeat,
                   RcvError*    error);

/**
   Compare the two passages that are the same in `recurve signal`, without
   their first second, in which the device still hears what was before.

   @param wet [n_frames] what came out, aligned with the signal's start.
   @param repeat Not measured if the recording has not both, or is silent.
*/
RcvStatus
rcv_repeat_measure_signal(const float* wet,
                          size_t       n_frames,
                          uint32_t     rate_hz,
                          RcvRepeat*   repeat,
                          RcvError*    error);

#endif // TRAIN_DATA_REPEAT_H

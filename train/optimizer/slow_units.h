// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_SLOW_UNITS_H
#define TRAIN_OPTIMIZER_SLOW_UNITS_H

#include "dsp/shape.h"

/**
   Shorten the step of an update for units that remember long.

   A unit of an LSTM or GRU whose forget (or update) gate has the bias b keeps
   its state for about 1 + e^b frames.  Windows are shorter than what the slow
   ones remember, so that their gradients are what is left of longer ones, and
   the optimizer, which makes steps of the same size of all, would have them
   wander.  Beyond fast_frames the step of all of a unit's weights is shorter in
   proportion; a plain RNN has no such units.

   @param fast_frames What a unit may remember to learn at the full rate.
   @param before [rcv_shape_n_params()] weights before the update.
   @param params [rcv_shape_n_params()] weights after it, changed.
*/
void
rcv_slow_units_temper(const RcvShape* shape,
                      double          fast_frames,
                      const float*    before,
                      float*          params);

#endif // TRAIN_OPTIMIZER_SLOW_UNITS_H

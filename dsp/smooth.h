// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_SMOOTH_H
#define DSP_SMOOTH_H

#include "dsp/realtime.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/// A control that moves to its target without a click (one-pole low-pass)
typedef struct {
  float value;  ///< Now
  float target; ///< Where it goes
  float coeff;  ///< Part of the way that is gone in a frame
} RcvSmooth;

/**
   @param time_s Time constant: 63 % of the way is gone after it.
   @param value The first value and target.
*/
static inline RcvSmooth
rcv_smooth_init(const double rate_hz, const double time_s, const float value)
{
  const RcvSmooth smooth = {
    value, value, (float)(1.0 - exp(-1.0 / (time_s * rate_hz)))};
  return smooth;
}

/// Go to the target at once
RCV_REALTIME static inline void
rcv_smooth_jump(RcvSmooth* const smooth)
{
  smooth->value = smooth->target;
}

/// True if it stands at its target
RCV_REALTIME static inline bool
rcv_smooth_is_still(const RcvSmooth* const smooth)
{
  return smooth->value >= smooth->target && smooth->value <= smooth->target;
}

/**
   Write the values of some frames.

   Within 1e-6 of the target, or where the next step is too small for a float,
   the value becomes the target, so that a control at rest is exact.

   @param values [n_frames] set.
*/
RCV_REALTIME static inline void
rcv_smooth_run(RcvSmooth* const smooth,
               float* const     values,
               const uint32_t   n_frames)
{
  const float target = smooth->target;
  const float coeff  = smooth->coeff;
  const float near   = 1e-6f;

  float value = smooth->value;
  for (uint32_t t = 0; t < n_frames; ++t) {
    const float distance = target - value;
    const float next     = value + (coeff * distance);
    const bool  moves    = next < value || next > value;

    value     = fabsf(distance) < near || !moves ? target : next;
    values[t] = value;
  }
  smooth->value = value;
}

#endif // DSP_SMOOTH_H

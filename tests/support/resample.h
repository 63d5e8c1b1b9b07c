// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_RESAMPLE_H
#define TESTS_SUPPORT_RESAMPLE_H

#include <stdint.h>

/**
   Bring a signal to another sample rate as well as can be, offline: 256 frames
   of the slower rate to each side, Kaiser window with β = 12 (−120 dB).

   @param x [n_x], zero before and after.
   @param band_hz Where the low-pass is; at most half of either rate.
   @param y [n_y] set; the same time as x from the first frame on.
*/
void
rcv_resample(const float* x,
             uint32_t     n_x,
             uint32_t     from_hz,
             uint32_t     to_hz,
             double       band_hz,
             float*       y,
             uint32_t     n_y);

#endif // TESTS_SUPPORT_RESAMPLE_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_NUMBERS_LEVELS_H
#define TRAIN_NUMBERS_LEVELS_H

#include <stddef.h>
#include <stdint.h>

/// What was found in a recording; 1 is full scale
typedef struct {
  double peak;        ///< Greatest absolute value
  double rms;         ///< Root of the mean square
  double dc;          ///< Mean
  double noise_floor; ///< RMS of the quietest 50 ms
  size_t n_clipped;   ///< Frames in runs at the greatest value
} RcvLevels;

/// Measure the levels of x [n_frames]
RcvLevels
rcv_levels_measure(const float* x, size_t n_frames, uint32_t rate_hz);

/// A level in dB of full scale, at least -200
double
rcv_levels_db(double level);

#endif // TRAIN_NUMBERS_LEVELS_H

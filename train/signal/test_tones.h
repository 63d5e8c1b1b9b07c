// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_SIGNAL_TEST_TONES_H
#define TRAIN_SIGNAL_TEST_TONES_H

#include <stddef.h>
#include <stdint.h>

/**
   @file test_tones.h The parts of the capture signal that no musician plays.

   Each fills samples [n_frames], which are zero before, 1 being full scale.
*/

/// Two clicks of one frame, at a quarter and three quarters
void
rcv_tones_clicks(double* samples, size_t n_frames);

/// Steps of rcv_tones_level_steps(): four frequencies, each at eight levels
enum { RCV_TONES_N_STEPS = 32 };

/// One of them
typedef struct {
  double hz;
  double level_db; ///< Of the amplitude
} RcvToneStep;

/// A step, 0 to RCV_TONES_N_STEPS - 1, each as long as the others
RcvToneStep
rcv_tones_level_step(size_t step);

/// Sines at four frequencies and eight levels, from soft to loud
void
rcv_tones_level_steps(double* samples, size_t n_frames, uint32_t rate_hz);

/// Logarithmic sweeps over the audible range, at three levels
void
rcv_tones_sweeps(double* samples, size_t n_frames, uint32_t rate_hz);

/// Bursts of white noise at eight levels, with gaps
void
rcv_tones_noise(double* samples, size_t n_frames, uint32_t rate_hz);

#endif // TRAIN_SIGNAL_TEST_TONES_H

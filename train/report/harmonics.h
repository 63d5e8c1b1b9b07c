// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_HARMONICS_H
#define TRAIN_REPORT_HARMONICS_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The fundamental and those above it, and levels at which they are measured
enum { RCV_N_HARMONICS = 10, RCV_N_HARMONIC_LEVELS = 3 };

/// What becomes of a sine; 0 dB is a sine of amplitude 1, -120 dB the least
typedef struct {
  double hz;
  double level_db;                   ///< Of the sine
  double model_db[RCV_N_HARMONICS];  ///< NaN from half the sample rate on
  double device_db[RCV_N_HARMONICS]; ///< NaN if it was not recorded
} RcvHarmonics;

/**
   Measure amplitudes at multiples of a frequency, under a Hann window.

   @param x [n_frames] a steady tone, of some periods.
   @param db [RCV_N_HARMONICS] set; NaN from half the sample rate on.
*/
void
rcv_harmonics_read(const float* x,
                   size_t       n_frames,
                   double       hz,
                   uint32_t     rate_hz,
                   double*      db);

/**
   Play the 440 Hz of the capture signal's level steps at -27, -15 and -4 dB,
   with the knobs in the middle, and measure what becomes of them.

   If the pair is the capture signal, and a take has its knobs (if any) in the
   middle, what the device made of them is measured too.

   @param harmonics [RCV_N_HARMONIC_LEVELS] set, from soft to loud.
   @param has_device Set.
*/
RcvStatus
rcv_harmonics_measure(const RcvModel* model,
                      const RcvPair*  pair,
                      RcvHarmonics*   harmonics,
                      bool*           has_device,
                      RcvError*       error);

#endif // TRAIN_REPORT_HARMONICS_H

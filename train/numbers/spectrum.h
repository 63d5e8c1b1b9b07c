// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_NUMBERS_SPECTRUM_H
#define TRAIN_NUMBERS_SPECTRUM_H

#include "dsp/model/error.h"

#include <stddef.h>

enum { RCV_SPECTRUM_BINS = 2049 };

/**
   Mean power of a signal over frequency (Welch's method, Hann windows of 4096
   frames that overlap by half).

   @param x [n_frames].
   @param db [RCV_SPECTRUM_BINS] set; 0 dB is a full-scale sine.
*/
RcvStatus
rcv_spectrum_db(const float* x, size_t n_frames, double* db, RcvError* error);

#endif // TRAIN_NUMBERS_SPECTRUM_H

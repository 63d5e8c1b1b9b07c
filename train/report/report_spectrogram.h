// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_SPECTROGRAM_H
#define TRAIN_REPORT_REPORT_SPECTROGRAM_H

#include "dsp/model/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
   Draw a spectrogram up to 12 kHz into an HTML file, with gnuplot, as
   rcv_report_plot() does.

   Colours are levels from -120 to 0 dB, the same in all, so that pictures can
   be compared; nothing is drawn of less than a window of 4096 frames.

   @param title Without quotes.
   @param x [n_frames].
*/
RcvStatus
rcv_report_spectrogram(FILE*        html,
                       const char*  title,
                       const float* x,
                       size_t       n_frames,
                       uint32_t     rate_hz,
                       RcvError*    error);

#endif // TRAIN_REPORT_REPORT_SPECTROGRAM_H

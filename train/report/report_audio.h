// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_AUDIO_H
#define TRAIN_REPORT_REPORT_AUDIO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
   Write audio as the address of a 16-bit WAV file that stands in the address
   itself ("data:audio/wav;base64,…").

   @param x [n_frames] mono.
   @param gain Applied before the rounding.
*/
void
rcv_report_audio(FILE*        html,
                 const float* x,
                 size_t       n_frames,
                 uint32_t     rate_hz,
                 double       gain);

#endif // TRAIN_REPORT_REPORT_AUDIO_H

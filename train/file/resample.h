// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_RESAMPLE_H
#define TRAIN_FILE_RESAMPLE_H

#include "dsp/model/error.h"

#include <stddef.h>
#include <stdint.h>

/**
   Bring a recording to another sample rate, with libsoxr at its very high
   quality (linear phase, no delay).

   @param samples [*n_frames] owned by the caller, who gets others in exchange.
   @param n_frames Replaced.
   @param path What messages name.
*/
RcvStatus
rcv_resample_recording(float**     samples,
                       size_t*     n_frames,
                       uint32_t    from_hz,
                       uint32_t    to_hz,
                       const char* path,
                       RcvError*   error);

/**
   Read a recording between its frames, with the sinc of dsp/sinc.h; at the ends
   there is silence beyond.

   @param samples [n_frames] frame t is replaced by what is at t + fraction.
   @param fraction 0 to 1, in 1024ths of a frame.
*/
RcvStatus
rcv_resample_between(float*    samples,
                     size_t    n_frames,
                     double    fraction,
                     RcvError* error);

#endif // TRAIN_FILE_RESAMPLE_H

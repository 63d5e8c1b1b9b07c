// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_TAKES_H
#define TRAIN_DATA_TAKES_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   What came out of one device at one or several settings of its knobs, all for
   the same input: a WAV file, or the capture.json of `recurve capture --grid`,
   which names several.
*/

/// How recordings are read
typedef struct {
  uint32_t channel; ///< Of those with several, from 1; 0: they must have one
  uint32_t rate_hz; ///< To resample to; 0: as they are
} RcvReading;

/// One recording and where the knobs stood
typedef struct {
  float* wet;                  ///< [n_frames] owned by RcvTakes
  float  knobs[RCV_MAX_KNOBS]; ///< 0 to 1
} RcvTake;

/// All recordings of a device, of the same length and rate
typedef struct {
  RcvTake*    takes; ///< [n_takes] owned
  size_t      n_takes;
  size_t      n_frames;
  uint32_t    rate_hz;
  uint32_t    n_knobs;
  RcvKnobInfo knobs[RCV_MAX_KNOBS]; ///< Names and ranges
} RcvTakes;

/**
   Read a WAV file (one take without knobs) or a capture.json.

   @param takes To be freed with rcv_takes_clear(), also after a failure.
*/
RcvStatus
rcv_takes_read(RcvTakes*         takes,
               const char*       path,
               const RcvReading* reading,
               RcvError*         error);

/// Free what it owns
void
rcv_takes_clear(RcvTakes* takes);

/**
   Read one channel of a recording; if none is chosen, it must have one.

   @param samples [n_frames] set, to be freed by the caller with free().
   @param rate_hz Set: that of the recording, or what it was resampled to.
   @param is_signal Set, unless NULL: whether it is `recurve signal`'s, which
   shows at its own rate only.
*/
RcvStatus
rcv_takes_read_mono(const char*       path,
                    const RcvReading* reading,
                    float**           samples,
                    size_t*           n_frames,
                    uint32_t*         rate_hz,
                    bool*             is_signal,
                    RcvError*         error);

#endif // TRAIN_DATA_TAKES_H

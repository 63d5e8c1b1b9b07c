// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_DELAY_H
#define DSP_DELAY_H

#include "dsp/realtime.h"

#include <stdint.h>
#include <string.h>

/// A ring of past frames, of which any delay can be read
typedef struct {
  float*   frames;   ///< [size], borrowed
  uint32_t size;     ///< A power of two
  uint32_t position; ///< Where the next frame is written
} RcvDelay;

/// Add the newest frames; n_frames plus the delays read must be ≤ size
RCV_REALTIME static inline void
rcv_delay_write(RcvDelay* const    delay,
                const float* const x,
                const uint32_t     n_frames)
{
  if (!n_frames) {
    return;
  }

  const uint32_t n_left  = delay->size - delay->position;
  const uint32_t n_first = n_frames < n_left ? n_frames : n_left;

  memcpy(delay->frames + delay->position, x, n_first * sizeof(float));
  if (n_first < n_frames) {
    memcpy(delay->frames, x + n_first, (n_frames - n_first) * sizeof(float));
  }
  delay->position = (delay->position + n_frames) & (delay->size - 1);
}

/**
   Read what was written last, late by some frames.

   @param delay_frames 0 to size − n_frames.
   @param y [n_frames] set.
*/
RCV_REALTIME static inline void
rcv_delay_read(const RcvDelay* const delay,
               const uint32_t        delay_frames,
               float* const          y,
               const uint32_t        n_frames)
{
  if (!n_frames) {
    return;
  }

  const uint32_t first =
    (delay->position - n_frames - delay_frames) & (delay->size - 1);
  const uint32_t n_left  = delay->size - first;
  const uint32_t n_first = n_frames < n_left ? n_frames : n_left;

  memcpy(y, delay->frames + first, n_first * sizeof(float));
  if (n_first < n_frames) {
    memcpy(y + n_first, delay->frames, (n_frames - n_first) * sizeof(float));
  }
}

#endif // DSP_DELAY_H

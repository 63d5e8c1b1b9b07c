// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_SIGNAL_STROKES_H
#define TRAIN_SIGNAL_STROKES_H

#include "train/signal/plucked_string.h"

#include <stddef.h>
#include <stdint.h>

/// One stroke of the pick, as tablature
typedef struct {
  char    frets[RCV_GUITAR_STRINGS + 1]; ///< Lowest string first; - not played
  uint8_t steps;                         ///< Until the next stroke
  uint8_t force;                         ///< 0 to 100
  char    how; ///< s down, u up, r let ring, m muted, b bend, v vibrato, . rest
} RcvStroke;

/// What is being played
typedef struct {
  RcvGuitar* guitar;
  double*    samples;  ///< [n_frames]
  size_t     n_frames; ///< Where it ends
  size_t     at;       ///< What comes next
  size_t     damp_at;  ///< When all strings are stopped
  double     rate_hz;
  double     step_s; ///< Length of a step
  double     level;  ///< Linear
} RcvStrokePlayer;

/// Return how tablature shows a fret, of 0 to 35
char
rcv_stroke_fret(unsigned fret);

/**
   Play one stroke and the time until the next.

   @param strength 0 (softest) to 1, of the stroke's own force.
*/
void
rcv_stroke_play(RcvStrokePlayer* player,
                const RcvStroke* stroke,
                double           strength);

#endif // TRAIN_SIGNAL_STROKES_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_SIGNAL_CAPTURE_SCORE_H
#define TRAIN_SIGNAL_CAPTURE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What is played in one stretch of the capture signal
typedef enum {
  RCV_SCORE_NONE,       ///< Nothing
  RCV_SCORE_PASSAGE,    ///< A bit of everything; played twice
  RCV_SCORE_POWER,      ///< Power chords
  RCV_SCORE_OPEN,       ///< Open chords, strummed
  RCV_SCORE_MUTED,      ///< Palm-muted chugs
  RCV_SCORE_ARPEGGIO,   ///< Broken chords that ring
  RCV_SCORE_VALIDATION, ///< The notes that training has not
  RCV_SCORE_TEST,       ///< A quarter-tone lower than all others
  RCV_SCORE_RIFF,       ///< For demonstrations
} RcvScore;

/**
   Play a piece.

   Its strokes are repeated at other strengths until the time is over; the
   strings are stopped shortly before.

   @param samples [n_frames] where to, 1 being full scale.
   @param rate_hz 8000 to 192000.
   @return False if memory is short.
*/
bool
rcv_score_play(RcvScore score,
               double*  samples,
               size_t   n_frames,
               uint32_t rate_hz);

#endif // TRAIN_SIGNAL_CAPTURE_SCORE_H

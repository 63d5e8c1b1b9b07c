// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/strokes.h"

#include <stdbool.h>
#include <string.h>

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

char
rcv_stroke_fret(const unsigned fret)
{
  return (char)(fret < 10U ? '0' + (int)fret : 'a' + (int)fret - 10);
}

static unsigned
fret_of(const char c)
{
  return c >= 'a' ? (unsigned)(c - 'a') + 10U : (unsigned)(c - '0');
}

static RcvPluck
pluck_of(const char how)
{
  return how == 'm'   ? RCV_PLUCK_MUTED
         : how == 'b' ? RCV_PLUCK_BEND
         : how == 'v' ? RCV_PLUCK_VIBRATO
                      : RCV_PLUCK_OPEN;
}

void
rcv_stroke_play(RcvStrokePlayer* const player,
                const RcvStroke* const stroke,
                const double           strength)
{
  // A chord is not as much louder than a note as it has strings
  static const double chord_parts[] = {1.0, 1.0, 0.94, 0.89, 0.85, 0.82, 0.8};

  RcvGuitar* const guitar  = player->guitar;
  const double     force   = strength * (double)stroke->force / 100.0;
  const double     steps_s = (double)stroke->steps * player->step_s;
  const double     late_s  = 0.004 * (1.0 + rcv_guitar_random(guitar));
  const double     spread  = 0.005 + 0.006 * (1.0 - force);
  const size_t     n       = strlen(stroke->frets);

  size_t   when[RCV_GUITAR_STRINGS];
  unsigned order = 0U;
  for (size_t i = 0U; i < RCV_GUITAR_STRINGS; ++i) {
    const size_t s   = stroke->how == 'u' ? RCV_GUITAR_STRINGS - 1U - i : i;
    const bool plays = s < n && stroke->how != '.' && stroke->frets[s] != '-' &&
                       stroke->frets[s] != 'x';
    const double delay_s = late_s + spread * (double)order;
    when[s] = plays ? (size_t)(delay_s * player->rate_hz) : SIZE_MAX;
    order += plays ? 1U : 0U;
    if (!plays && stroke->how != 'r') {
      rcv_guitar_damp(guitar, (unsigned)s);
    }
  }

  const double part   = chord_parts[order];
  const size_t length = (size_t)(steps_s * player->rate_hz);
  for (size_t i = 0U; i < length && player->at < player->n_frames; ++i) {
    for (size_t s = 0U; s < RCV_GUITAR_STRINGS; ++s) {
      if (when[s] == i && player->at < player->damp_at) {
        const double vary = 1.0 + 0.06 * rcv_guitar_random(guitar);
        rcv_guitar_pluck(guitar,
                         (unsigned)s,
                         fret_of(stroke->frets[s]),
                         force * part * vary,
                         pluck_of(stroke->how));
      }
      if (player->at == player->damp_at) {
        rcv_guitar_damp(guitar, (unsigned)s);
      }
    }
    player->samples[player->at++] = player->level * rcv_guitar_next(guitar);
  }
}

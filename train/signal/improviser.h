// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_SIGNAL_IMPROVISER_H
#define TRAIN_SIGNAL_IMPROVISER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   Improvise on guitars and basses that change from phrase to phrase.

   A network knows a device as far as it has heard it, so no two phrases are
   alike: the instrument with its pickup, tuning and touch; what is played,
   from palm mutes to chords that ring; how hard, and how loud the whole is.
   Half of the phrases are squeezed as by a compressor.  Levels, and the part of
   the bass, are those of recordings of real playing: -16 to -25 dBFS RMS, a
   fifth of it softer, and no peak above -1 dBFS.

   @param seed Which improvisation: others share no phrase with it.
   @param samples [n_frames] where to, 1 being full scale.
   @param rate_hz 8000 to 192000.
   @return False if memory is short.
*/
bool
rcv_improvise(uint32_t seed,
              double*  samples,
              size_t   n_frames,
              uint32_t rate_hz);

#endif // TRAIN_SIGNAL_IMPROVISER_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_PAIR_H
#define TRAIN_PAIR_H

#include "dsp/model/error.h"
#include "train/levels.h"
#include "train/repeat.h"
#include "train/take_check.h"
#include "train/takes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   A recording of a device: what went in and what came out, aligned.
*/

/// Frames from start to end, end not included
typedef struct {
  size_t start;
  size_t end;
} RcvRegion;

/// What went in and came out, of the same length, and what it is used for
typedef struct {
  float*        dry;      ///< [n_frames] owned
  RcvTakes      takes;    ///< Each [n_frames]; the delay is taken off
  size_t        n_frames; ///< What both have after the alignment
  uint32_t      rate_hz;
  long          delay_frames; ///< What was taken off
  bool          is_signal;    ///< The dry one is `recurve signal`'s
  size_t        loudest;      ///< The take that the delay is read from
  RcvLevels     dry_levels;
  RcvLevels     wet_levels; ///< Of the loudest take
  RcvTakeCheck* checks;     ///< [n_takes] owned
  RcvRepeat     repeat;     ///< Of the loudest take, if it is the signal
  RcvRegion     train;
  RcvRegion     validation;
  RcvRegion     test;        ///< Empty if there is none
  size_t        clip_frames; ///< Not 0: see RcvPairOptions; wet is blank there
} RcvPair;

/// How a pair is to be read
typedef struct {
  bool   align;        ///< Find and remove the delay
  double validation_s; ///< Start of the validation part; < 0: the last fifth
  double test_s;       ///< Start of the test part; < 0: see above, or none
  bool   any_length; ///< Nothing is trained: not split, and only levels checked

  /// 0, or the recordings are clips of so many frames in a row, and the device
  /// was started anew for each: only the second half of a clip counts.  They
  /// are not aligned, and parts begin with a clip.
  uint32_t clip_frames;

  RcvReading reading; ///< How each recording is read
} RcvPairOptions;

/// To compare and not to train: aligned, all of it, at the rate that it has
static inline RcvPairOptions
rcv_pair_options_compare(void)
{
  const RcvPairOptions options = {true, -1.0, -1.0, true, 0, {0, 0}};
  return options;
}

/**
   Read recordings, check that they belong together, and take off the delay.

   Without times in the options the parts of `recurve signal` are used where it
   is recognised; else the first 80 % is for training, 10 % for validation and
   10 % for testing.

   @param wet_path An audio file, or the capture.json of several knob positions.
   @param pair To be freed with rcv_pair_clear(), also after a failure.
*/
RcvStatus
rcv_pair_read(RcvPair*              pair,
              const char*           dry_path,
              const char*           wet_path,
              const RcvPairOptions* options,
              RcvError*             error);

/// Free what a pair owns
void
rcv_pair_clear(RcvPair* pair);

/**
   Make silent what does not count, the first half of each clip; without clips,
   do nothing.

   @param start Of the frames in the pair.
   @param samples [n_frames]
*/
void
rcv_pair_blank(const RcvPair* pair,
               size_t         start,
               float*         samples,
               size_t         n_frames);

/// Number of frames of a region
static inline size_t
rcv_region_length(const RcvRegion region)
{
  return region.end > region.start ? region.end - region.start : 0;
}

#endif // TRAIN_PAIR_H

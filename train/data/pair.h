// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_PAIR_H
#define TRAIN_DATA_PAIR_H

#include "dsp/model/error.h"
#include "train/data/region.h"
#include "train/data/repeat.h"
#include "train/data/take_check.h"
#include "train/data/takes.h"
#include "train/numbers/levels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   A recording of a device: what went in and what came out, aligned.
*/

/// A region that is used
typedef struct {
  RcvUse    use;
  RcvRegion region;
} RcvPart;

/// What went in and came out, of the same length, and what it is used for
typedef struct {
  const char*   dry_path; ///< Borrowed from the caller of rcv_pair_read()
  const char*   wet_path; ///< The same
  float*        dry;      ///< [n_frames] owned
  RcvTakes      takes;    ///< Each [n_frames]; the delay is taken off
  size_t        n_frames; ///< What both have after the alignment
  uint32_t      rate_hz;
  double        delay_frames; ///< What was taken off
  bool          is_signal;    ///< The dry one is `recurve signal`'s
  size_t        loudest;      ///< The take that the delay is read from
  RcvLevels     dry_levels;
  RcvLevels     wet_levels;  ///< Of the loudest take
  RcvTakeCheck* checks;      ///< [n_takes] owned
  RcvRepeat     repeat;      ///< Of the loudest take, if it is the signal
  size_t        clip_frames; ///< Not 0: see RcvPairOptions; wet is blank there

  /// [n_parts] owned: in order, so that no frame is in two of them; none is
  /// empty, and what is in none is not used
  RcvPart* parts;
  size_t   n_parts;
} RcvPair;

/// What a pair is read for
typedef enum {
  RCV_PAIR_TRAIN,    ///< Checked, and split by the options
  RCV_PAIR_COMPARE,  ///< Of any length, not split, and only levels checked
  RCV_PAIR_BY_LISTS, ///< Checked, and split by the caller: train/data/regions.h
} RcvPairPurpose;

/// How a pair is to be read
typedef struct {
  bool   align;        ///< Find and remove the delay
  double validation_s; ///< Start of the validation part; < 0: the last fifth
  double test_s;       ///< Start of the test part; < 0: see above, or none

  RcvPairPurpose purpose;

  /// 0, or the recordings are clips of so many frames in a row, and the device
  /// was started anew for each: only the second half of a clip counts.  They
  /// are not aligned, and parts begin with a clip.
  uint32_t clip_frames;

  RcvReading reading; ///< How each recording is read

  const double* delay_frames; ///< To take off, borrowed; NULL: find it
} RcvPairOptions;

/// To compare and not to train: aligned, all of it, at the rate that it has
static inline RcvPairOptions
rcv_pair_options_compare(void)
{
  const RcvPairOptions options = {
    true, -1.0, -1.0, RCV_PAIR_COMPARE, 0, {0, 0}, NULL};
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

/**
   Add a part after the others, joined with the last if it goes on with it; an
   empty one is passed over.

   @return RCV_NO_MEMORY, or RCV_BAD_DATA if it is not after the others.
*/
RcvStatus
rcv_pair_add_part(RcvPair* pair, RcvUse use, RcvRegion region, RcvError* error);

/// Number of frames with a use
size_t
rcv_pair_length(const RcvPair* pair, RcvUse use);

#endif // TRAIN_DATA_PAIR_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_PAIRS_H
#define TRAIN_DATA_PAIRS_H

#include "dsp/model/error.h"
#include "train/data/pair.h"

#include <stddef.h>

/**
   @file

   Several recordings of one device, for one model.

   Each stays by itself: aligned by itself, and in memory of its own, so that
   nothing that plays or learns from a region can go over into another
   recording.
*/

/// Pairs of the same rate and the same knobs
typedef struct {
  RcvPair* pairs;   ///< [n_pairs] owned
  size_t   n_pairs; ///< At least 1
} RcvPairs;

/// A region of one of the pairs
typedef struct {
  const RcvPair* pair;
  RcvRegion      region;
} RcvPassage;

/// A use, as a bit of the uses of rcv_pairs_passages()
#define RCV_USE_BIT(use) (1U << (unsigned)(use))

/**
   Read pairs, and check that they are of one device.

   @param paths [2 n_pairs] DRY WET, DRY WET...
   @param pairs To be freed with rcv_pairs_clear(), also after a failure.
*/
RcvStatus
rcv_pairs_read(RcvPairs*             pairs,
               const char* const*    paths,
               size_t                n_pairs,
               const RcvPairOptions* options,
               RcvError*             error);

/// Free what the pairs own
void
rcv_pairs_clear(RcvPairs* pairs);

/// Number of frames with a use, in all pairs
size_t
rcv_pairs_length(const RcvPairs* pairs, RcvUse use);

/// RMS of the loudest take of all
double
rcv_pairs_wet_rms(const RcvPairs* pairs);

/**
   List the regions with one of some uses, in order; those that follow each
   other without a gap are one.

   @param uses RCV_USE_BIT() of each.
   @param n_passages Set.
   @return To be freed with free(), or NULL if there is no memory.
*/
RcvPassage*
rcv_pairs_passages(const RcvPairs* pairs, unsigned uses, size_t* n_passages);

#endif // TRAIN_DATA_PAIRS_H

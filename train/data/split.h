// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_SPLIT_H
#define TRAIN_DATA_SPLIT_H

#include "dsp/model/error.h"
#include "train/data/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Less than this much is no training data, and no region of it
#define RCV_LEAST_TRAIN_S 1.0

/// Less than this much is nothing to choose a model by
#define RCV_LEAST_VALIDATION_S 0.1

/// A recording that is to be split, and where; times as in RcvPairOptions
typedef struct {
  size_t   n_frames;
  uint32_t rate_hz;
  size_t   clip_frames;
  bool     is_signal; ///< It is `recurve signal`'s
  double   validation_s;
  double   test_s;
} RcvSplitting;

/**
   Split a recording at given times; without them by the parts of `recurve
   signal` where it is recognised, else into 80 % for training, 10 % for
   validation and 10 % for testing.

   @param name What messages name.
   @param regions [RCV_N_USES] set, by their use; some may be empty.
*/
RcvStatus
rcv_split(const RcvSplitting* what,
          const char*         name,
          RcvRegion*          regions,
          RcvError*           error);

#endif // TRAIN_DATA_SPLIT_H

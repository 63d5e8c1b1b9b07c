// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_SPLIT_H
#define TRAIN_SPLIT_H

#include "dsp/model/error.h"
#include "train/pair.h"

/// Less than this much is no training data, and no region of it
#define RCV_LEAST_TRAIN_S 1.0

/// Less than this much is nothing to choose a model by
#define RCV_LEAST_VALIDATION_S 0.1

/**
   Split a recording by the times of the options; without them by the parts of
   `recurve signal` where it is recognised, else into 80 % for training, 10 %
   for validation and 10 % for testing.

   @param name What messages name.
*/
RcvStatus
rcv_split_pair(RcvPair*              pair,
               const RcvPairOptions* options,
               const char*           name,
               RcvError*             error);

#endif // TRAIN_SPLIT_H

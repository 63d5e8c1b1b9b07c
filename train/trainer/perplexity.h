// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_PERPLEXITY_H
#define TRAIN_TRAINER_PERPLEXITY_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pair.h"

/**
   Perplexity of a softmax head: e to the mean cross-entropy of the true level,
   the number of levels that it is as unsure as.

   Measured over whole windows of a second in a region, each after half a second
   that fills the state, for the first take.

   @param perplexity Set; NaN for other heads or regions that are too short.
*/
RcvStatus
rcv_perplexity_measure(const RcvModel* model,
                       const RcvPair*  pair,
                       RcvRegion       region,
                       double*         perplexity,
                       RcvError*       error);

#endif // TRAIN_TRAINER_PERPLEXITY_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_STRETCHES_H
#define TRAIN_REPORT_REPORT_STRETCHES_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pairs.h"

#include <stdio.h>

/**
   Write a table of how good a model is in each five seconds of what was
   validated and tested: ESR, MR-STFT, DC, and the level at rest, with whether
   it latches.
*/
RcvStatus
rcv_report_stretches(FILE*           html,
                     const RcvModel* model,
                     const RcvPairs* pairs,
                     RcvError*       error);

#endif // TRAIN_REPORT_REPORT_STRETCHES_H

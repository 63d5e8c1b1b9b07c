// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_REACH_H
#define TRAIN_REPORT_REPORT_REACH_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pairs.h"
#include "train/trainer/reach.h"

#include <stdio.h>

/// Draw the curve of a measurement, as rcv_report_plot() does
RcvStatus
rcv_report_reach_plot(FILE*                 html,
                      const RcvReachResult* result,
                      RcvError*             error);

/**
   Write how far back a model's gradients reach on the validation part: the
   verdict, the curve, and a table of some lags.
*/
RcvStatus
rcv_report_reach(FILE*           html,
                 const RcvModel* model,
                 const RcvPairs* pairs,
                 RcvError*       error);

#endif // TRAIN_REPORT_REPORT_REACH_H

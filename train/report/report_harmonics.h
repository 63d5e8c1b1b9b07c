// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_HARMONICS_H
#define TRAIN_REPORT_REPORT_HARMONICS_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pair.h"

#include <stdio.h>

/**
   Write what rcv_harmonics_measure() says, of the model and, where it was
   recorded, the device: a picture, as rcv_report_plot() draws it, and a table.
*/
RcvStatus
rcv_report_harmonics(FILE*           html,
                     const RcvModel* model,
                     const RcvPair*  pair,
                     RcvError*       error);

#endif // TRAIN_REPORT_REPORT_HARMONICS_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_RECORDINGS_H
#define TRAIN_REPORT_REPORT_RECORDINGS_H

#include "train/data/pairs.h"

#include <stdio.h>

/**
   Write what was found in the recordings: a table with a row for the dry one
   and each take, how well the device repeats itself, what part was used for
   what, and what is likely to be wrong.
*/
void
rcv_report_recordings(FILE* html, const RcvPairs* pairs);

#endif // TRAIN_REPORT_REPORT_RECORDINGS_H

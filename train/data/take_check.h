// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_TAKE_CHECK_H
#define TRAIN_DATA_TAKE_CHECK_H

#include "train/data/drift.h"
#include "train/numbers/levels.h"

#include <stdbool.h>

/// What was found in one take, alone and beside the dry recording
typedef struct {
  RcvLevels levels;
  bool      compared;     ///< The rest was looked for
  bool      clear;        ///< A delay stood out; else the rest is 0
  double    polarity;     ///< -1 if the device inverts, else 1
  double    delay_frames; ///< Before anything was taken off
  RcvDrift  drift;
} RcvTakeCheck;

#endif // TRAIN_DATA_TAKE_CHECK_H

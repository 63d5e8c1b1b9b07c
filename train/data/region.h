// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_REGION_H
#define TRAIN_DATA_REGION_H

#include <stddef.h>

/**
   @file

   A part of a recording, and what parts are used for.
*/

/// Frames from start to end, end not included
typedef struct {
  size_t start;
  size_t end;
} RcvRegion;

/// What a part of a recording is used for
typedef enum {
  RCV_USE_TRAIN,      ///< To learn from
  RCV_USE_VALIDATION, ///< To choose a model by
  RCV_USE_TEST,       ///< To measure the chosen model by
} RcvUse;

enum { RCV_N_USES = 3 };

/// Number of frames of a region
static inline size_t
rcv_region_length(const RcvRegion region)
{
  return region.end > region.start ? region.end - region.start : 0;
}

#endif // TRAIN_DATA_REGION_H

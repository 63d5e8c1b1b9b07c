// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_REGIONS_H
#define TRAIN_DATA_REGIONS_H

#include "dsp/model/error.h"
#include "train/data/pairs.h"

/**
   @file

   What recordings are used for, from a CSV file:

       pair,start_s,end_s,use
       1,0,60,train
       1,60,72,skip
       1,72,84,validation
       2,0,30,test

   The first line names the columns, in any order; `pair` counts from 1, and may
   be left out if there is one.  Times are those of the file of the dry
   recording.  What no row names is not used, as if it said `skip`.
*/

/**
   Read a file, and give the pairs their parts.

   Fails, naming file and line, if a row is not as above, is not in its
   recording, overlaps another, or is too short to train on; and if there is
   nothing to train on or nothing to validate by.

   @param pairs Without parts; not all of them are set after a failure.
*/
RcvStatus
rcv_regions_read(RcvPairs* pairs, const char* path, RcvError* error);

#endif // TRAIN_DATA_REGIONS_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_FINDINGS_H
#define TRAIN_DATA_FINDINGS_H

#include "train/data/pairs.h"

#include <jansson.h>

#include <stddef.h>

/**
   @file

   What was found in the recordings of a pair, in words: one text for the
   terminal and the report.
*/

/// Told one sentence, which has a way out
typedef void (*RcvFindingFunc)(void* handle, const char* sentence);

/**
   Tell what is likely to be wrong with a pair: clipping, DC, level, noise,
   delay and drift, of the dry recording and of every take.
*/
void
rcv_findings_warn(const RcvPair* pair, RcvFindingFunc func, void* handle);

/// The name of a take: "wet", or its number and where the knobs stood
void
rcv_findings_name_take(const RcvPair* pair,
                       size_t         take,
                       char*          name,
                       size_t         size);

/// How well the device repeats itself, a sentence, or "" if it is not known
void
rcv_findings_repeat(const RcvRepeat* repeat, char* text, size_t size);

/// Print what was found, a line for each recording, and what is wrong, to
/// stderr
void
rcv_findings_print(const RcvPairs* pairs);

/**
   What was found in each take of each pair, for `recurve train --json`.

   @return A new array, or NULL if there is no memory.
*/
json_t*
rcv_findings_json_takes(const RcvPairs* pairs);

/**
   What was read and how it is used, for `recurve train --json`.

   @return A new array, an object for each pair, or NULL if there is no memory.
*/
json_t*
rcv_findings_json_pairs(const RcvPairs* pairs);

#endif // TRAIN_DATA_FINDINGS_H

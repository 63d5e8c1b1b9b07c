// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_EVAL_FLOOR_H
#define TRAIN_COMMAND_EVAL_FLOOR_H

#include "train/data/pair.h"

#include <stdbool.h>

/**
   Do `recurve eval --floor FIRST SECOND`: compare two takes of a device, print
   how far they differ, or what went wrong.

   @param paths [2] of the takes.
   @param options Of rcv_pair_options_compare(), with a channel or a rate.
   @param json One object on stdout.
   @return The exit status of the process.
*/
int
rcv_eval_floor(const char* const*    paths,
               const RcvPairOptions* options,
               bool                  json);

#endif // TRAIN_COMMAND_EVAL_FLOOR_H

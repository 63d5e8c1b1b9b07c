// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_MODEL_AND_PAIR_H
#define TRAIN_COMMAND_MODEL_AND_PAIR_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pair.h"

/// What a command does with a model and the recordings that it is compared with
typedef RcvStatus (*RcvModelAndPairFunc)(void*           handle,
                                         const RcvModel* model,
                                         const RcvPair*  pair,
                                         RcvError*       error);

/**
   Do a command with the operands MODEL DRY WET: read them, call the function,
   print the error if there is one.

   @param name Of the command.
   @param operands [3] paths of MODEL, DRY and WET.
   @param options How the recordings are read; nothing is trained.
   @return The exit status of the process.
*/
int
rcv_with_model_and_pair(const char*           name,
                        const char* const*    operands,
                        const RcvPairOptions* options,
                        RcvModelAndPairFunc   func,
                        void*                 handle);

#endif // TRAIN_COMMAND_MODEL_AND_PAIR_H

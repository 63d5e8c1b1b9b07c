// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_TRAIN_RESULT_H
#define TRAIN_COMMAND_TRAIN_RESULT_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/command/train_arguments.h"
#include "train/data/pair.h"
#include "train/trainer/trainer.h"

#include <stdbool.h>

/// Why a run ended, in words
const char*
rcv_train_result_end(RcvTrainerEnd end);

/**
   Print what came out of a training: for people to stderr, and one object to
   stdout if JSON is asked for.

   @param new_line Whether a progress line is to be left first.
*/
RcvStatus
rcv_train_result_print(const RcvTrainArguments* arguments,
                       const RcvPairs*          pairs,
                       const RcvModel*          model,
                       const RcvTrainerResult*  result,
                       bool                     new_line,
                       RcvError*                error);

#endif // TRAIN_COMMAND_TRAIN_RESULT_H

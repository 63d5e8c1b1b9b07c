// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_TRAIN_LOG_H
#define TRAIN_COMMAND_TRAIN_LOG_H

#include "dsp/model/error.h"
#include "train/trainer/trainer.h"

/// The log of a training: one JSON object per line and validation
typedef struct RcvTrainLogImpl RcvTrainLog;

/**
   Begin a log, in place of what is in the file.

   @return To be freed by the caller with rcv_train_log_free(), or NULL.
*/
RcvTrainLog*
rcv_train_log_new(const char* path, RcvError* error);

/// Write a line, to be read at once
RcvStatus
rcv_train_log_add(RcvTrainLog*           log,
                  const RcvTrainerPoint* point,
                  RcvError*              error);

/// Close the file; NULL is ignored
void
rcv_train_log_free(RcvTrainLog* log);

#endif // TRAIN_COMMAND_TRAIN_LOG_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAIN_ARGUMENTS_H
#define TRAIN_TRAIN_ARGUMENTS_H

#include "train/options.h"
#include "train/pair.h"
#include "train/trainer.h"

#include <stdbool.h>
#include <stdint.h>

/// The command line of `recurve train`
typedef struct {
  const char*        dry_path;
  const char*        wet_path;
  const char*        output;
  const char*        report; ///< NULL: none
  const char*        log;    ///< NULL: none
  const char*        name;
  const char*        author;
  const char*        licence;
  const char*        device;
  bool               json;
  RcvTrainerSettings settings;
  RcvPairOptions     pair;
} RcvTrainArguments;

/// Parse and check the command line of `recurve train`
RcvParsed
rcv_train_arguments_parse(RcvTrainArguments* arguments, int argc, char** argv);

#endif // TRAIN_TRAIN_ARGUMENTS_H

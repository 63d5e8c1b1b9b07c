// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_TRAIN_ARGUMENTS_H
#define TRAIN_COMMAND_TRAIN_ARGUMENTS_H

#include "train/command/options.h"
#include "train/data/pair.h"
#include "train/trainer/trainer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The most pairs of one training
enum { RCV_MAX_PAIRS = 64 };

/// The command line of `recurve train`
typedef struct {
  const char*        paths[2 * RCV_MAX_PAIRS]; ///< DRY WET, DRY WET...
  size_t             n_pairs;
  const char*        regions; ///< NULL: by the options of pair
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

#endif // TRAIN_COMMAND_TRAIN_ARGUMENTS_H

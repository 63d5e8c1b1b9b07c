// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_OPTIONS_OPERANDS_H
#define TRAIN_COMMAND_OPTIONS_OPERANDS_H

#include "train/command/option.h"

/**
   Take what is left of a command line as operands, or say what is wrong.

   @param given [n_given] what is left.
   @param operands [n_groups * usage->n_operands] set.
   @param n_groups How often the operands may be given, at least 1.
*/
RcvParsed
rcv_options_take_operands(const RcvUsage*    usage,
                          const char* const* given,
                          int                n_given,
                          const char**       operands,
                          int                n_groups);

#endif // TRAIN_COMMAND_OPTIONS_OPERANDS_H

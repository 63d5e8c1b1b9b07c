// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_OPTIONS_HELP_H
#define TRAIN_COMMAND_OPTIONS_HELP_H

#include "train/command/option.h"

/**
   Print the help of a subcommand on stdout.

   Options are shown with the defaults that their values hold now.
*/
void
rcv_options_print_help(const RcvUsage* usage);

#endif // TRAIN_COMMAND_OPTIONS_HELP_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_OPTIONS_H
#define TRAIN_COMMAND_OPTIONS_H

#include "train/command/option.h"

/**
   Parse the command line of a subcommand with getopt_long.

   `--help` and `-h` are understood everywhere.  Options may stand before,
   between and after operands.

   @param argc,argv The command line after "recurve"; argv[0] is its name.
   @param operands [n_operands] set to the operands, borrowed from argv.
*/
RcvParsed
rcv_options_parse(const RcvUsage* usage,
                  int             argc,
                  char**          argv,
                  const char**    operands);

/**
   The same, where the operands may be given several times in a row.

   @param operands [n_groups * n_operands] set to the operands.
   @param n_groups How often at most.
   @param n_given Set to how often they are given.
*/
RcvParsed
rcv_options_parse_groups(const RcvUsage* usage,
                         int             argc,
                         char**          argv,
                         const char**    operands,
                         int             n_groups,
                         int*            n_given);

#endif // TRAIN_COMMAND_OPTIONS_H

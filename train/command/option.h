// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_OPTION_H
#define TRAIN_COMMAND_OPTION_H

#include <stdbool.h>
#include <stddef.h>

/**
   @file

   What a subcommand takes, as data: it is parsed and shown from the same table;
   and how parsing ends.
*/

/// What an option's argument is, and so the type that `value` points to
typedef enum {
  RCV_OPTION_FLAG,     ///< No argument: bool*; `--no-NAME` sets it to false
  RCV_OPTION_SWITCH,   ///< The same, but RcvSwitch*, to tell what was not given
  RCV_OPTION_UINT,     ///< A whole number: uint32_t*
  RCV_OPTION_REAL,     ///< A finite number: double*
  RCV_OPTION_DURATION, ///< "90", "90s", "5m" or "1h": double*, in seconds
  RCV_OPTION_STRING,   ///< Any text: const char**, borrowed from argv
  RCV_OPTION_CHOICE,   ///< One of `choices`: uint32_t*, its index
  RCV_OPTION_LIST,     ///< Any text, may be repeated: RcvOptionList*
} RcvOptionType;

/// What was said of a switch
typedef enum {
  RCV_SWITCH_NOT_GIVEN,
  RCV_SWITCH_ON,
  RCV_SWITCH_OFF,
} RcvSwitch;

/// The arguments of an option that may be repeated, borrowed from argv
typedef struct {
  const char* items[64];
  size_t      n_items;
} RcvOptionList;

/// True for those that have no argument
#define rcv_option_is_flag(option) \
  ((option)->type == RCV_OPTION_FLAG || (option)->type == RCV_OPTION_SWITCH)

/// One option of a subcommand; an array of them ends with a NULL name
typedef struct {
  const char*   name;     ///< Long name without dashes
  char          letter;   ///< Short name, or 0
  RcvOptionType type;     ///< What follows it
  void*         value;    ///< Where the value goes; holds the default before
  const char*   argument; ///< Name of the argument in the help, or NULL
  const char*   help;     ///< A few words, or a sentence
  double        min;      ///< Least number allowed (UINT, REAL, DURATION)
  double        max;      ///< Greatest number allowed; min = max = 0: any
  const char*   choices;  ///< "a|b|c" for RCV_OPTION_CHOICE
} RcvOption;

/// What a subcommand is called and takes
typedef struct {
  const char*      name;       ///< As in "recurve NAME"
  const char*      operands;   ///< As shown in the help: "DRY WET"
  const char*      summary;    ///< One line
  const char*      notes;      ///< More help after the options, or NULL
  int              n_operands; ///< Exactly so many operands, or of a group
  const RcvOption* options;    ///< Ended by a NULL name
} RcvUsage;

/// What rcv_options_parse() found
typedef enum {
  RCV_PARSED,      ///< Go on
  RCV_PARSED_HELP, ///< Help was asked for and printed: exit with 0
  RCV_PARSED_WRONG ///< Wrong usage, said on stderr: exit with 2
} RcvParsed;

#endif // TRAIN_COMMAND_OPTION_H

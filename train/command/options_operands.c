// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/options_operands.h"

#include <stdio.h>
#include <string.h>

RcvParsed
rcv_options_take_operands(const RcvUsage* const    usage,
                          const char* const* const given,
                          const int                n_given,
                          const char** const       operands,
                          const int                n_groups)
{
  const int n_most = n_groups * usage->n_operands;
  if (n_given > n_most) {
    fprintf(stderr,
            "recurve %s: \"%s\" is one operand too many; see recurve %s "
            "--help\n",
            usage->name,
            given[n_most],
            usage->name);
    return RCV_PARSED_WRONG;
  }

  // Of a group that has begun, all; and one in any case
  const int n_last = usage->n_operands ? n_given % usage->n_operands : 0;
  if (n_given < usage->n_operands || n_last) {
    const char* name = usage->operands;
    for (int i = 0; i < n_last; ++i) {
      name += strcspn(name, " ");
      name += strspn(name, " ");
    }
    fprintf(stderr,
            "recurve %s: %.*s%s%s is missing; usage: recurve %s [OPTION]... "
            "%s\n",
            usage->name,
            (int)strcspn(name, " "),
            name,
            n_given > n_last ? " of " : "",
            n_given > n_last ? given[n_given - 1] : "",
            usage->name,
            usage->operands);
    return RCV_PARSED_WRONG;
  }
  for (int i = 0; i < n_given; ++i) {
    operands[i] = given[i];
  }
  return RCV_PARSED;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/options.h"

#include "train/command/options_help.h"
#include "train/command/options_operands.h"

#include <getopt.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What getopt_long returns: FIRST + index, or NEGATED + index for --no-NAME
enum { MAX_OPTIONS = 96, FIRST = 256, NEGATED = 512 };

/// The same table in getopt's form
typedef struct {
  struct option longs[2 * MAX_OPTIONS + 2];
  char          negated[MAX_OPTIONS][40]; ///< "no-NAME"
  char          letters[2 * MAX_OPTIONS + 4];
} Getopt;

static size_t
count_options(const RcvOption* const options)
{
  size_t n = 0U;
  while (n < MAX_OPTIONS && options[n].name) {
    ++n;
  }
  return n;
}

static void
add_long(struct option* const o, const char* name, int has_arg, int value)
{
  const struct option entry = {name, has_arg, NULL, value};
  *o                        = entry;
}

static void
fill_getopt(Getopt* const getopt, const RcvOption* const options)
{
  const size_t n       = count_options(options);
  size_t       n_longs = 0U;
  char*        letter  = getopt->letters;

  memset(getopt, 0, sizeof(*getopt));
  *letter++ = ':';
  *letter++ = 'h';
  add_long(&getopt->longs[n_longs++], "help", no_argument, 'h');
  for (size_t i = 0U; i < n; ++i) {
    const RcvOption* const o       = &options[i];
    const bool             is_flag = rcv_option_is_flag(o);
    add_long(&getopt->longs[n_longs++],
             o->name,
             is_flag ? no_argument : required_argument,
             FIRST + (int)i);
    if (is_flag) {
      char* const negated = getopt->negated[i];
      snprintf(negated, sizeof(getopt->negated[i]), "no-%s", o->name);
      add_long(
        &getopt->longs[n_longs++], negated, no_argument, NEGATED + (int)i);
    }
    if (o->letter) {
      *letter++ = o->letter;
      if (!is_flag) {
        *letter++ = ':';
      }
    }
  }
}

static size_t
find_letter(const RcvOption* const options, const int letter)
{
  size_t i = 0U;
  while (options[i].name && options[i].letter != letter) {
    ++i;
  }
  return i;
}

static bool
in_range(const RcvUsage* const  usage,
         const RcvOption* const o,
         const double           value,
         const char* const      text)
{
  const bool any = o->min >= o->max && o->max >= o->min;
  if (any || (value >= o->min && value <= o->max)) {
    return true;
  }
  fprintf(stderr,
          "recurve %s: --%s: %s is not in %g..%g%s\n",
          usage->name,
          o->name,
          text,
          o->min,
          o->max,
          o->type == RCV_OPTION_DURATION ? " s" : "");
  return false;
}

static bool
refuse(const RcvUsage* const  usage,
       const RcvOption* const o,
       const char* const      text,
       const char* const      wanted)
{
  fprintf(stderr,
          "recurve %s: --%s: \"%s\" is not %s\n",
          usage->name,
          o->name,
          text,
          wanted);
  return false;
}

static bool
set_uint(const RcvUsage* const  usage,
         const RcvOption* const o,
         const char* const      text)
{
  char* end = NULL;
  errno     = 0;

  const unsigned long long value = strtoull(text, &end, 10);
  if (!isdigit((unsigned char)*text) || *end) {
    return refuse(usage, o, text, "a whole number");
  }
  if (!in_range(usage, o, (double)value, text)) {
    return false;
  }
  if (errno || value > UINT32_MAX) {
    return refuse(usage, o, text, "less than 4294967296");
  }
  *(uint32_t*)o->value = (uint32_t)value;
  return true;
}

static bool
set_real(const RcvUsage* const  usage,
         const RcvOption* const o,
         const char* const      text)
{
  char*        end   = NULL;
  const double value = strtod(text, &end);
  if (end == text || *end || isspace((unsigned char)*text) ||
      !isfinite(value)) {
    return refuse(usage, o, text, "a number");
  }
  if (!in_range(usage, o, value, text)) {
    return false;
  }
  *(double*)o->value = value;
  return true;
}

static bool
set_duration(const RcvUsage* const  usage,
             const RcvOption* const o,
             const char* const      text)
{
  static const char* const wanted = "a time like 90, 90s, 5m or 1h";

  char*        end    = NULL;
  const double number = strtod(text, &end);
  const double unit   = *end == 'h' ? 3600.0 : *end == 'm' ? 60.0 : 1.0;
  const bool   suffix = *end == 'h' || *end == 'm' || *end == 's';
  if (end == text || end[suffix ? 1 : 0] || !isfinite(number) ||
      !(number >= 0.0) || !(isdigit((unsigned char)*text) || *text == '.')) {
    return refuse(usage, o, text, wanted);
  }
  if (!in_range(usage, o, number * unit, text)) {
    return false;
  }
  *(double*)o->value = number * unit;
  return true;
}

static bool
set_choice(const RcvUsage* const  usage,
           const RcvOption* const o,
           const char* const      text)
{
  const size_t length = strlen(text);
  uint32_t     index  = 0U;
  for (const char* c = o->choices; c; ++index) {
    const size_t n = strcspn(c, "|");
    if (n == length && !memcmp(c, text, n)) {
      *(uint32_t*)o->value = index;
      return true;
    }
    c = c[n] ? c + n + 1U : NULL;
  }
  fprintf(stderr,
          "recurve %s: --%s: \"%s\" is none of %s\n",
          usage->name,
          o->name,
          text,
          o->choices);
  return false;
}

static bool
add_to_list(const RcvUsage* const  usage,
            const RcvOption* const o,
            const char* const      text)
{
  RcvOptionList* const list     = (RcvOptionList*)o->value;
  const size_t         capacity = sizeof(list->items) / sizeof(list->items[0]);
  if (list->n_items == capacity) {
    fprintf(stderr,
            "recurve %s: --%s: given more than %zu times\n",
            usage->name,
            o->name,
            capacity);
    return false;
  }
  list->items[list->n_items++] = text;
  return true;
}

/// --no-NAME
static void
clear_flag(const RcvOption* const o)
{
  if (o->type == RCV_OPTION_SWITCH) {
    *(RcvSwitch*)o->value = RCV_SWITCH_OFF;
  } else {
    *(bool*)o->value = false;
  }
}

static bool
set_value(const RcvUsage* const  usage,
          const RcvOption* const o,
          const char* const      text)
{
  switch (o->type) {
  case RCV_OPTION_FLAG:
    *(bool*)o->value = true;
    return true;
  case RCV_OPTION_SWITCH:
    *(RcvSwitch*)o->value = RCV_SWITCH_ON;
    return true;
  case RCV_OPTION_UINT:
    return set_uint(usage, o, text);
  case RCV_OPTION_REAL:
    return set_real(usage, o, text);
  case RCV_OPTION_DURATION:
    return set_duration(usage, o, text);
  case RCV_OPTION_STRING:
    *(const char**)o->value = text;
    return true;
  case RCV_OPTION_CHOICE:
    return set_choice(usage, o, text);
  case RCV_OPTION_LIST:
    return add_to_list(usage, o, text);
  }
  return false;
}

static RcvParsed
say_unknown(const RcvUsage* const usage,
            const int             result,
            const char* const     word)
{
  const RcvOption* const options = usage->options;

  const int    code  = optopt;
  const size_t known = code >= NEGATED ? (size_t)(code - NEGATED)
                       : code >= FIRST ? (size_t)(code - FIRST)
                                       : find_letter(options, code);

  fprintf(stderr, "recurve %s: ", usage->name);
  if (result == ':') {
    fprintf(stderr,
            "--%s: needs a value; see recurve %s --help\n",
            options[known].name,
            usage->name);
  } else if (code >= FIRST || code == 'h') {
    fprintf(stderr, "%s: takes no value\n", word);
  } else if (code) {
    fprintf(stderr,
            "-%c: unknown option; see recurve %s --help\n",
            code,
            usage->name);
  } else {
    fprintf(stderr,
            "%.*s: unknown or ambiguous option; see recurve %s --help\n",
            (int)strcspn(word, "="),
            word,
            usage->name);
  }
  return RCV_PARSED_WRONG;
}

/**
   Go through the options once.

   The first pass only looks for --help and for mistakes in the form, so that
   the help can show the defaults before any option replaces them.
*/
static RcvParsed
scan(const RcvUsage* const usage,
     const int             argc,
     char** const          argv,
     const bool            is_first)
{
  static Getopt getopt_table;

  int result = 0;
  optind     = 0; // GNU: start again from the beginning
  opterr     = 0;
  fill_getopt(&getopt_table, usage->options);
  while ((result = getopt_long(
            argc, argv, getopt_table.letters, getopt_table.longs, NULL)) >= 0) {
    if (result == 'h') {
      return RCV_PARSED_HELP;
    }
    if (result == '?' || result == ':') {
      return say_unknown(usage, result, argv[optind - 1]);
    }
    if (is_first) {
      continue;
    }
    if (result >= NEGATED) {
      clear_flag(&usage->options[result - NEGATED]);
    } else {
      const size_t i = result >= FIRST ? (size_t)(result - FIRST)
                                       : find_letter(usage->options, result);
      if (!set_value(usage, &usage->options[i], optarg)) {
        return RCV_PARSED_WRONG;
      }
    }
  }
  return RCV_PARSED;
}

RcvParsed
rcv_options_parse_groups(const RcvUsage* const usage,
                         const int             argc,
                         char** const          argv,
                         const char** const    operands,
                         const int             n_groups,
                         int* const            n_given)
{
  const RcvParsed first = scan(usage, argc, argv, true);
  if (first == RCV_PARSED_HELP) {
    rcv_options_print_help(usage);
  }
  if (first != RCV_PARSED) {
    return first;
  }

  const RcvParsed second = scan(usage, argc, argv, false);
  if (second != RCV_PARSED) {
    return second;
  }

  const char* const* const given = (const char* const*)argv + optind;
  *n_given = usage->n_operands ? (argc - optind) / usage->n_operands : 0;
  return rcv_options_take_operands(
    usage, given, argc - optind, operands, n_groups);
}

RcvParsed
rcv_options_parse(const RcvUsage* const usage,
                  const int             argc,
                  char** const          argv,
                  const char** const    operands)
{
  int n_groups = 0;
  return rcv_options_parse_groups(usage, argc, argv, operands, 1, &n_groups);
}

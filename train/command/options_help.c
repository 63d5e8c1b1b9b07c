// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/options_help.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_COLUMN = 27, LAST_COLUMN = 79 };

/// Print text wrapped at words, starting at `column`
static void
print_wrapped(const char* text, size_t column)
{
  while (*text) {
    const size_t length = strcspn(text, " ");
    if (column + length > LAST_COLUMN && column > TEXT_COLUMN) {
      printf("\n%*s", TEXT_COLUMN, "");
      column = TEXT_COLUMN;
    }
    printf("%.*s", (int)length, text);
    column += length;
    text += length;
    if (*text == ' ') {
      ++text;
      ++column;
      if (column + strcspn(text, " ") <= LAST_COLUMN) {
        printf(" ");
      }
    }
  }
  printf("\n");
}

/// Write " (default: …)", or nothing for an option that has none
static void
describe_default(const RcvOption* const o, char* const text, const size_t size)
{
  text[0] = '\0';
  switch (o->type) {
  case RCV_OPTION_FLAG:
    if (*(const bool*)o->value) {
      snprintf(text, size, " (default: on)");
    }
    break;
  case RCV_OPTION_SWITCH:
    break; // Its help says what becomes of it
  case RCV_OPTION_UINT:
    if (*(const uint32_t*)o->value != UINT32_MAX) { // Which says: none
      snprintf(text, size, " (default: %u)", *(const uint32_t*)o->value);
    }
    break;
  case RCV_OPTION_REAL:
    // One that is not allowed says that there is none
    if (*(const double*)o->value >= o->min || o->min >= o->max) {
      snprintf(text, size, " (default: %g)", *(const double*)o->value);
    }
    break;
  case RCV_OPTION_DURATION:
    if (*(const double*)o->value >= 0.0) { // Less says that there is none
      snprintf(text, size, " (default: %gs)", *(const double*)o->value);
    }
    break;
  case RCV_OPTION_STRING: {
    const char* const value = *(const char* const*)o->value;
    if (value && *value) {
      snprintf(text, size, " (default: %s)", value);
    }
    break;
  }
  case RCV_OPTION_CHOICE: {
    const char* choice = o->choices;
    for (uint32_t i = *(const uint32_t*)o->value; i > 0U; --i) {
      choice += strcspn(choice, "|");
      choice += *choice == '|';
    }
    snprintf(text, size, " (default: %.*s)", (int)strcspn(choice, "|"), choice);
    break;
  }
  case RCV_OPTION_LIST:
    snprintf(text, size, " (may be repeated)");
    break;
  }
}

static const char*
argument_name(const RcvOption* const o)
{
  static const char* const names[] = {
    "", "", "N", "X", "TIME", "TEXT", "", "TEXT"};

  return o->argument                    ? o->argument
         : o->type == RCV_OPTION_CHOICE ? o->choices
                                        : names[o->type];
}

static void
print_option(const RcvOption* const o)
{
  const bool is_flag = rcv_option_is_flag(o);
  const bool is_on   = o->type == RCV_OPTION_SWITCH ||
                     (o->type == RCV_OPTION_FLAG && *(const bool*)o->value);

  char head[128];
  char letter[8] = "    ";
  if (o->letter) {
    snprintf(letter, sizeof(letter), "-%c, ", o->letter);
  }
  snprintf(head,
           sizeof(head),
           "  %s--%s%s%s%s",
           letter,
           is_on ? "[no-]" : "",
           o->name,
           is_flag ? "" : " ",
           is_flag ? "" : argument_name(o));

  char text[512];
  char default_text[160];
  describe_default(o, default_text, sizeof(default_text));
  snprintf(text, sizeof(text), "%s%s", o->help ? o->help : "", default_text);

  const size_t length = strlen(head);
  printf("%s", head);
  if (length + 2U > TEXT_COLUMN) {
    printf("\n%*s", TEXT_COLUMN, "");
  } else {
    printf("%*s", (int)(TEXT_COLUMN - length), "");
  }
  print_wrapped(text, TEXT_COLUMN);
}

void
rcv_options_print_help(const RcvUsage* const usage)
{
  printf("Usage: recurve %s [OPTION]...%s%s\n%s.\n\nOptions:\n",
         usage->name,
         usage->n_operands ? " " : "",
         usage->operands ? usage->operands : "",
         usage->summary);
  for (const RcvOption* o = usage->options; o->name; ++o) {
    print_option(o);
  }
  printf("  -h, --help%*s", TEXT_COLUMN - 12, "");
  printf("Show this help\n");
  if (usage->notes) {
    printf("\n%s\n", usage->notes);
  }
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/options.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/// Every type of option, with its default
typedef struct {
  bool          skip;
  bool          resume;
  RcvSwitch     dither;
  uint32_t      hidden;
  uint32_t      cell;
  double        lr;
  double        time_s;
  const char*   output;
  RcvOptionList set;
  const char*   operands[6];
  int           n_groups;   ///< Of operands that may be given
  int           n_given;    ///< Of them that were
  char          said[4096]; ///< What went to stdout and stderr
} Values;

static const Values defaults = {true,
                                false,
                                RCV_SWITCH_NOT_GIVEN,
                                16U,
                                1U,
                                0.005,
                                60.0,
                                NULL,
                                {{NULL}, 0U},
                                {NULL},
                                1,
                                0,
                                ""};

static RcvParsed
parse_values(Values* const v, const int argc, char** const argv)
{
  const RcvOption options[] = {
    {"skip", 0, RCV_OPTION_FLAG, &v->skip, NULL, "Add", 0, 0, NULL},
    {"resume", 'r', RCV_OPTION_FLAG, &v->resume, NULL, "Go on", 0, 0, NULL},
    {"dither", 0, RCV_OPTION_SWITCH, &v->dither, NULL, "On", 0, 0, NULL},
    {"hidden", 'H', RCV_OPTION_UINT, &v->hidden, "H", "Size", 1, 512, NULL},
    {"cell",
     0,
     RCV_OPTION_CHOICE,
     &v->cell,
     NULL,
     "Cell",
     0,
     0,
     "rnn|lstm|gru"},
    {"lr", 0, RCV_OPTION_REAL, &v->lr, "X", "Rate", 0, 1, NULL},
    {"time", 0, RCV_OPTION_DURATION, &v->time_s, NULL, "Time", 1, 1e6, NULL},
    {"output", 'o', RCV_OPTION_STRING, &v->output, "FILE", "Out", 0, 0, NULL},
    {"set", 0, RCV_OPTION_LIST, &v->set, "K=V", "Set", 0, 0, NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0, 0, NULL},
  };
  const RcvUsage usage = {
    "train", "DRY WET", "Train a network", NULL, 2, options};
  return v->n_groups == 1
           ? rcv_options_parse(&usage, argc, argv, v->operands)
           : rcv_options_parse_groups(
               &usage, argc, argv, v->operands, v->n_groups, &v->n_given);
}

/// Parse a line of words, and catch what is printed
static RcvParsed
parse_groups(Values* const v, const int n_groups, const char* const line)
{
  static char words[1024];
  char*       argv[40];
  int         argc = 0;
  snprintf(words, sizeof(words), "%s", line);
  for (char* w = strtok(words, " "); w && argc < 39; w = strtok(NULL, " ")) {
    argv[argc++] = w;
  }
  argv[argc] = NULL;

  *v          = defaults;
  v->n_groups = n_groups;
  fflush(stdout);
  const int   out  = dup(1);
  const int   err  = dup(2);
  FILE* const file = tmpfile();
  dup2(fileno(file), 1);
  dup2(fileno(file), 2);
  const RcvParsed parsed = parse_values(v, argc, argv);
  fflush(stdout);
  dup2(out, 1);
  dup2(err, 2);
  close(out);
  close(err);
  rewind(file);
  v->said[fread(v->said, 1, sizeof(v->said) - 1U, file)] = '\0';
  fclose(file);
  return parsed;
}

static RcvParsed
parse(Values* const v, const char* const line)
{
  return parse_groups(v, 1, line);
}

/// Operands that may be given again, all of a group together
static void
test_groups(void** state)
{
  (void)state;
  Values v;
  assert_int_equal(parse_groups(&v, 3, "train a b"), RCV_PARSED);
  assert_int_equal(v.n_given, 1);
  assert_int_equal(parse_groups(&v, 3, "train a b c -r d e f"), RCV_PARSED);
  assert_int_equal(v.n_given, 3);
  assert_string_equal(v.operands[2], "c");
  assert_string_equal(v.operands[5], "f");
  assert_true(v.resume);

  static const char* const cases[][2] = {
    {"train", "recurve train: DRY is missing; usage: recurve train"},
    {"train a", "recurve train: WET is missing;"},
    {"train a b c", "recurve train: WET of c is missing;"},
    {"train a b c d e f g", "\"g\" is one operand too many"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    assert_int_equal(parse_groups(&v, 3, cases[i][0]), RCV_PARSED_WRONG);
    if (!strstr(v.said, cases[i][1])) {
      fail_msg("%s: \"%s\"", cases[i][0], v.said);
    }
  }
}

static void
test_values(void** state)
{
  (void)state;
  Values v;
  assert_int_equal(parse(&v, "train a.wav b.wav"), RCV_PARSED);
  assert_string_equal(v.operands[0], "a.wav");
  assert_string_equal(v.operands[1], "b.wav");
  assert_int_equal(v.hidden, 16U);

  assert_int_equal(parse(&v,
                         "train --no-skip a.wav -r --hidden=32 --cell gru b.wav"
                         " --lr 1e-3 --time 5m -o m --set A=1 --set B=2"),
                   RCV_PARSED);
  assert_false(v.skip);
  assert_true(v.resume);
  assert_int_equal(v.hidden, 32U);
  assert_int_equal(v.cell, 2U);
  assert_close(v.lr, 1.0e-3, 1.0e-15);
  assert_close(v.time_s, 300.0, 0.0);
  assert_string_equal(v.output, "m");
  assert_int_equal(v.set.n_items, 2U);
  assert_string_equal(v.set.items[1], "B=2");
  assert_string_equal(v.operands[1], "b.wav");

  // A switch tells what was not given, too
  assert_int_equal(v.dither, RCV_SWITCH_NOT_GIVEN);
  assert_int_equal(parse(&v, "train --dither a b"), RCV_PARSED);
  assert_int_equal(v.dither, RCV_SWITCH_ON);
  assert_int_equal(parse(&v, "train --dither --no-dither a b"), RCV_PARSED);
  assert_int_equal(v.dither, RCV_SWITCH_OFF);

  assert_int_equal(parse(&v, "train -- -a --b"), RCV_PARSED);
  assert_string_equal(v.operands[0], "-a");
}

static void
test_durations(void** state)
{
  (void)state;
  Values v;
  assert_int_equal(parse(&v, "train --time 90 a b"), RCV_PARSED);
  assert_close(v.time_s, 90.0, 0.0);
  assert_int_equal(parse(&v, "train --time 90s a b"), RCV_PARSED);
  assert_close(v.time_s, 90.0, 0.0);
  assert_int_equal(parse(&v, "train --time 1.5h a b"), RCV_PARSED);
  assert_close(v.time_s, 5400.0, 0.0);
}

static void
test_wrong(void** state)
{
  (void)state;
  static const struct {
    const char* line;
    const char* said;
  } cases[] = {
    {"train --hidden 0 a b", "recurve train: --hidden: 0 is not in 1..512\n"},
    {"train --hidden 1e3 a b", "--hidden: \"1e3\" is not a whole number"},
    {"train --hidden -1 a b", "--hidden: \"-1\" is not a whole number"},
    {"train --hidden 99999999999999999999 a b", "is not in 1..512"},
    {"train --lr nan a b", "--lr: \"nan\" is not a number"},
    {"train --lr 2 a b", "--lr: 2 is not in 0..1"},
    {"train --lr 0.1x a b", "--lr: \"0.1x\" is not a number"},
    {"train --time 5d a b", "--time: \"5d\" is not a time like"},
    {"train --time 5mm a b", "--time: \"5mm\" is not a time like"},
    {"train --time -5 a b", "--time: \"-5\" is not a time like"},
    {"train --time 0 a b", "--time: 0 is not in 1..1e+06 s"},
    {"train --cell ls a b", "--cell: \"ls\" is none of rnn|lstm|gru"},
    {"train --nope a b", "--nope: unknown or ambiguous option"},
    {"train -z a b", "-z: unknown option"},
    {"train --skip=1 a b", "--skip=1: takes no value"},
    {"train a b --hidden", "--hidden: needs a value"},
    {"train a b -o", "--output: needs a value"},
    {"train a", "WET is missing"},
    {"train", "DRY is missing"},
    {"train a b c", "\"c\" is one operand too many"},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Values v;
    if (parse(&v, cases[i].line) != RCV_PARSED_WRONG ||
        !strstr(v.said, cases[i].said) ||
        strncmp(v.said, "recurve train: ", 15) != 0) {
      fail_msg("%s: said \"%s\"", cases[i].line, v.said);
    }
  }
}

static void
test_list_overflow(void** state)
{
  (void)state;
  static const char item[] = " --set=A=1";
  static char       line[1024];
  Values            v;
  size_t            n = (size_t)snprintf(line, sizeof(line), "train");
  for (size_t i = 0U; i < 16U; ++i) {
    n += (size_t)snprintf(line + n, sizeof(line) - n, "%s", item);
  }
  snprintf(line + n, sizeof(line) - n, " a b");
  assert_int_equal(parse(&v, line), RCV_PARSED);
  assert_int_equal(v.set.n_items, 16U);
}

static void
test_help(void** state)
{
  (void)state;
  Values v;
  assert_int_equal(parse(&v, "train --hidden 99 a --help"), RCV_PARSED_HELP);
  assert_non_null(strstr(v.said, "Usage: recurve train [OPTION]... DRY WET"));
  assert_non_null(strstr(v.said, "--[no-]skip"));
  assert_non_null(strstr(v.said, "-H, --hidden H"));
  assert_non_null(strstr(v.said, "(default: 16)"));
  assert_non_null(strstr(v.said, "(default: lstm)"));
  assert_non_null(strstr(v.said, "(default: 60s)"));
  assert_non_null(strstr(v.said, "rnn|lstm|gru"));
  assert_int_equal(parse(&v, "train -h"), RCV_PARSED_HELP);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_groups),
    cmocka_unit_test(test_values),
    cmocka_unit_test(test_durations),
    cmocka_unit_test(test_wrong),
    cmocka_unit_test(test_list_overflow),
    cmocka_unit_test(test_help),
  };

  scratch_folder_enter();
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/automation.h"

#include "tests/support/assert_close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A model with two knobs, of which only what is needed here is set
static RcvModel*
model_new(void)
{
  RcvModel* const model = calloc(1, sizeof(RcvModel));
  assert_non_null(model);
  model->shape.input_size = 3;
  snprintf(
    model->info.knobs[0].name, sizeof(model->info.knobs[0].name), "drive");
  snprintf(
    model->info.knobs[1].name, sizeof(model->info.knobs[1].name), "tone");
  return model;
}

/// Write a file and read it
static RcvStatus
read_text(RcvAutomation* const automation,
          const char* const    text,
          RcvError*            error)
{
  FILE* const file = fopen("a.csv", "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);

  RcvModel* const model = model_new();
  const RcvStatus status =
    rcv_automation_read(automation, "a.csv", model, error);
  free(model);
  return status;
}

static void
test_lines(void** const unused)
{
  (void)unused;
  RcvAutomation automation;
  RcvError      error    = {RCV_OK, ""};
  float         knobs[3] = {0.25f, 0.25f, 0.25f};
  assert_int_equal(
    read_text(&automation,
              "Seconds, 2 ,\"DRIVE\"\r\n1,0,0.5\r\n\r\n3,1,0.75\n",
              &error),
    RCV_OK);
  assert_int_equal(automation.n_rows, 2);

  static const float expected[][3] = {// Seconds, drive, tone
                                      {0.0f, 0.5f, 0.0f},
                                      {1.0f, 0.5f, 0.0f},
                                      {1.5f, 0.5625f, 0.25f},
                                      {3.0f, 0.75f, 1.0f},
                                      {99.0f, 0.75f, 1.0f}};
  for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); ++i) {
    rcv_automation_apply(&automation, (double)expected[i][0], knobs);
    assert_close(knobs[0], (double)expected[i][1], 1e-6);
    assert_close(knobs[1], (double)expected[i][2], 1e-6);
    assert_close(knobs[2], 0.25, 0.0); // Not named: not touched
  }
  rcv_automation_clear(&automation);
}

/// One message with the file and the place
static void
test_refused(void** const unused)
{
  (void)unused;
  static const char* const cases[][2] = {
    {"", "has no rows"},
    {"seconds,drive\n", "has no rows"},
    {"time,drive\n0,0\n", "seconds, then knobs"},
    {"seconds\n0\n", "names no knob"},
    {"seconds,bass\n0,0\n", "no knob \"bass\""},
    {"seconds,drive,1\n0,0,0\n", "twice"},
    {"seconds,drive\n0\n", "line 2 has 1 columns, the first has 2"},
    {"seconds,drive\n0,0,0\n", "line 2 has 3 columns"},
    {"seconds,drive\n0,1.5\n", "line 2, column 2: \"1.5\""},
    {"seconds,drive\n0,nan\n", "line 2, column 2"},
    {"seconds,drive\n0,\n", "line 2, column 2"},
    {"seconds,drive\n0,1x\n", "line 2, column 2"},
    {"seconds,drive\ninf,1\n", "line 2, column 1"},
    {"seconds,drive\n-1,1\n", "line 2, column 1"},
    {"seconds,drive\n1,1\n1,0\n", "line 3: time must increase"}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    RcvAutomation automation;
    RcvError      error = {RCV_OK, ""};
    assert_int_not_equal(read_text(&automation, cases[i][0], &error), RCV_OK);
    if (!strstr(error.message, "a.csv") ||
        !strstr(error.message, cases[i][1])) {
      fail_msg("case %zu: \"%s\"", i, error.message);
    }
    rcv_automation_clear(&automation);
  }

  // A line without an end, and no file
  char* const   text = calloc(1, 100000);
  RcvAutomation automation;
  RcvError      error = {RCV_OK, ""};
  assert_non_null(text);
  memset(text, '1', 99999);
  assert_int_equal(read_text(&automation, text, &error), RCV_BAD_FILE);
  rcv_automation_clear(&automation);
  free(text);

  RcvModel* const model = model_new();
  assert_int_equal(rcv_automation_read(&automation, "none.csv", model, &error),
                   RCV_NO_FILE);
  rcv_automation_clear(&automation);
  free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lines),
    cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

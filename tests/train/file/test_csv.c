// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/csv.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
write_text(const char* const text)
{
  FILE* const file = fopen("a.csv", "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

/// Blanks, quotation marks, line ends of other systems and empty lines
static void
test_fields(void** const unused)
{
  (void)unused;
  static const char* const words[][3] = {
    {"Pair", "use", ""}, {"1", "a b", "2.5"}, {"", "", "x"}};
  static const size_t lines[] = {2, 4, 5};

  RcvCsv      csv;
  RcvError    error = {RCV_OK, ""};
  RcvCsvField field = {"", 0};
  bool        found = false;
  write_text("\n Pair ,\"use\",\r\n  \n1,a b\t, \"2.5\"\n,,x");
  assert_int_equal(rcv_csv_open(&csv, "a.csv", &error), RCV_OK);
  for (size_t i = 0; i < 3; ++i) {
    assert_int_equal(rcv_csv_next_line(&csv, &found, &error), RCV_OK);
    assert_true(found);
    assert_int_equal(csv.line, lines[i]);
    for (size_t k = 0; k < 3; ++k) {
      assert_true(rcv_csv_next_field(&csv, &field));
      assert_int_equal(field.length, strlen(words[i][k]));
      assert_true(rcv_csv_is(field, words[i][k]));
    }
    assert_false(rcv_csv_next_field(&csv, &field));
  }
  assert_int_equal(rcv_csv_next_line(&csv, &found, &error), RCV_OK);
  assert_false(found);
  rcv_csv_close(&csv);
}

static void
test_words(void** const unused)
{
  (void)unused;
  const RcvCsvField word = {"TrAin", 5};
  assert_true(rcv_csv_is(word, "train"));
  assert_false(rcv_csv_is(word, "trains"));
  assert_false(rcv_csv_is(word, "trai"));

  static const char* const numbers[] = {"2.5", "-1e3", "", "1x", "x"};
  static const double expected[]     = {2.5, -1000.0, (double)NAN, (double)NAN};
  for (size_t i = 0; i < 4; ++i) {
    const RcvCsvField field = {numbers[i], strlen(numbers[i])};
    const double      value = rcv_csv_number(field);
    assert_true(isnan(expected[i]) ? isnan(value) : value == expected[i]);
  }
}

/// One message with the file and the place
static void
test_refused(void** const unused)
{
  (void)unused;
  RcvCsv      csv;
  RcvError    error = {RCV_OK, ""};
  bool        found = false;
  char* const text  = calloc(1, 5000);
  assert_non_null(text);
  memset(text, '1', 4999);
  text[1] = '\n';
  write_text(text);
  free(text);
  assert_int_equal(rcv_csv_open(&csv, "a.csv", &error), RCV_OK);
  assert_int_equal(rcv_csv_next_line(&csv, &found, &error), RCV_OK);
  assert_int_equal(rcv_csv_next_line(&csv, &found, &error), RCV_BAD_FILE);
  assert_non_null(strstr(error.message, "a.csv: line 2 is longer than"));
  rcv_csv_close(&csv);

  assert_int_equal(rcv_csv_open(&csv, "none.csv", &error), RCV_NO_FILE);
  assert_non_null(strstr(error.message, "none.csv: cannot be opened"));
  rcv_csv_close(&csv);
}

int
main(void)
{
  scratch_folder_enter();

  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_fields),
    cmocka_unit_test(test_words),
    cmocka_unit_test(test_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

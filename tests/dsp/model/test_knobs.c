// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/knobs.h"

#include "tests/support/assert_close.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The knobs of a text in memory of its exact size
static RcvKnobs
parse(const char* const text)
{
  const size_t n    = strlen(text);
  char* const  copy = malloc(n + 1);
  assert_non_null(copy);
  memcpy(copy, text, n); // Without the zero
  const RcvKnobs knobs = rcv_knobs_parse(copy, n);
  free(copy);
  return knobs;
}

static void
test_round_trip(void** const unused)
{
  (void)unused;
  static const char text[] =
    "[{\"name\":\"Gain\",\"min\":-20.5,\"max\":12.0,\"value\":0.75},"
    "{\"name\":\"T\u00f6ne\",\"min\":0.0,\"max\":1.0}]";
  static const float values[] = {0.75f};

  const RcvKnobs knobs = parse(text);
  assert_int_equal(knobs.n, 2);
  assert_string_equal(knobs.items[1].name, "T\u00f6ne");
  assert_close(knobs.items[0].min, -20.5, 0.0);
  assert_close(knobs.items[0].max, 12.0, 0.0);
  char* const again = rcv_knobs_print(&knobs, values, 1);
  assert_string_equal(again, text);
  free(again);
}

/// What is no name or number is as if it were not there
static void
test_lenient(void** const unused)
{
  (void)unused;
  const RcvKnobs knobs = parse(
    "[{\"name\":7,\"min\":null,\"max\":2},{\"min\":\"1\",\"max\":\"2\"},[]]");
  assert_int_equal(knobs.n, 3);
  assert_string_equal(knobs.items[0].name, "");
  assert_close(knobs.items[0].max, 1.0, 0.0);
  assert_close(knobs.items[1].min, 1.0, 0.0);
  assert_close(knobs.items[1].max, 2.0, 0.0);
  assert_close(knobs.items[2].max, 1.0, 0.0);
}

static void
test_hostile(void** const unused)
{
  (void)unused;
  static const char* const texts[] = {"",
                                      "[]",
                                      "{}",
                                      "7",
                                      "[{",
                                      "[1,2,3,4,5,6,7,8]",
                                      "[{\"min\":1e400,\"max\":1}]"};
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    assert_int_equal(parse(texts[i]).n, 0);
  }

  // Deep, and long
  const size_t n    = (size_t)1 << 20U;
  char* const  text = malloc(n);
  assert_non_null(text);
  memset(text, '[', n);
  assert_int_equal(rcv_knobs_parse(text, 10000).n, 0);
  assert_int_equal(rcv_knobs_parse(text, n).n, 0);
  memset(text, ' ', n);
  memcpy(text, "[1]", 3);
  assert_int_equal(rcv_knobs_parse(text, 100).n, 1);
  assert_int_equal(rcv_knobs_parse(text, n).n, 0);
  free(text);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_lenient),
    cmocka_unit_test(test_hostile),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

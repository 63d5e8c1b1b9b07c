// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/knob_grid.h"

#include "tests/support/assert_close.h"

static void
test_parse(void** state)
{
  (void)state;
  RcvKnob knob;
  assert_int_equal(rcv_knob_parse(&knob, "GAIN=0.5", NULL), RCV_OK);
  assert_string_equal(knob.symbol, "GAIN");
  assert_int_equal(knob.n_values, 1U);
  assert_close(knob.values[0], 0.5, 0.0);

  assert_int_equal(rcv_knob_parse(&knob, "a=-1,2,3e1", NULL), RCV_OK);
  assert_int_equal(knob.n_values, 3U);
  assert_close(knob.values[0], -1.0, 0.0);
  assert_close(knob.values[2], 30.0, 0.0);
}

static void
test_refused(void** state)
{
  (void)state;
  static const char* const texts[] = {"",
                                      "GAIN",
                                      "=1",
                                      "GAIN=",
                                      "GAIN=x",
                                      "GAIN=1,",
                                      "GAIN=,1",
                                      "GAIN=1;2",
                                      "GAIN= 1",
                                      "GAIN=nan",
                                      "GAIN=inf",
                                      "GAIN=1e99"};

  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    RcvError error = {RCV_OK, ""};
    RcvKnob  knob;
    if (rcv_knob_parse(&knob, texts[i], &error) != RCV_BAD_USAGE) {
      fail_msg("\"%s\" was taken", texts[i]);
    }
    assert_int_not_equal(error.message[0], '\0');
  }
}

static void
test_combinations(void** state)
{
  (void)state;
  RcvKnob knobs[2];
  assert_int_equal(rcv_knob_parse(&knobs[0], "a=1,2", NULL), RCV_OK);
  assert_int_equal(rcv_knob_parse(&knobs[1], "b=3,4,5", NULL), RCV_OK);
  assert_int_equal(rcv_knob_n_combinations(knobs, 0U), 1U);
  assert_int_equal(rcv_knob_n_combinations(knobs, 2U), 6U);

  static const double expected[6][2] = {
    {1, 3}, {1, 4}, {1, 5}, {2, 3}, {2, 4}, {2, 5}};
  for (size_t i = 0U; i < 6U; ++i) {
    assert_close(rcv_knob_value(knobs, 2U, 0U, i), expected[i][0], 0.0);
    assert_close(rcv_knob_value(knobs, 2U, 1U, i), expected[i][1], 0.0);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parse),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_combinations),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

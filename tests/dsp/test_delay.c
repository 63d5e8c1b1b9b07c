// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/delay.h"

#include "tests/support/assert_close.h"

#include <string.h>

enum { SIZE = 64 };

/// Any delay of any block, across the ring's end
static void
test_delays(void** const unused)
{
  (void)unused;
  float    frames[SIZE] = {0.0f};
  RcvDelay delay        = {frames, SIZE, 0};
  uint32_t n_written    = 0;
  for (uint32_t i = 0; i < 300; ++i) {
    const uint32_t n = 1 + ((i * 7) % 20);
    float          x[20];
    for (uint32_t t = 0; t < n; ++t) {
      x[t] = (float)++n_written;
    }
    rcv_delay_write(&delay, x, n);
    for (uint32_t late = 0; late <= SIZE - n; ++late) {
      float y[20];
      rcv_delay_read(&delay, late, y, n);
      for (uint32_t t = 0; t < n; ++t) {
        const double at = (double)n_written - n + t + 1.0 - late;
        assert_close(y[t], fmax(at, 0.0), 0.0);
      }
    }
  }
}

static void
test_nothing(void** const unused)
{
  (void)unused;
  float    frames[SIZE] = {0.0f};
  RcvDelay delay        = {frames, SIZE, 5};
  rcv_delay_write(&delay, NULL, 0);
  rcv_delay_read(&delay, 0, NULL, 0);
  assert_int_equal(delay.position, 5);
}

/// The whole ring at once
static void
test_full(void** const unused)
{
  (void)unused;
  float    frames[SIZE] = {0.0f};
  float    x[SIZE];
  float    y[SIZE];
  RcvDelay delay = {frames, SIZE, 61};
  for (size_t t = 0; t < SIZE; ++t) {
    x[t] = (float)t;
  }
  rcv_delay_write(&delay, x, SIZE);
  rcv_delay_read(&delay, 0, y, SIZE);
  assert_memory_equal(x, y, sizeof(x));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_delays),
    cmocka_unit_test(test_nothing),
    cmocka_unit_test(test_full),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

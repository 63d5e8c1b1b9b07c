// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/smooth.h"

#include "tests/support/assert_close.h"

enum { N_FRAMES = 192000 };

static float values[N_FRAMES];

/// Two thirds are gone after the time constant, at any rate
static void
test_time_constant(void** const unused)
{
  (void)unused;
  static const double rates_hz[] = {8000.0, 48000.0, 192000.0};
  for (size_t i = 0; i < 3; ++i) {
    RcvSmooth s = rcv_smooth_init(rates_hz[i], 0.01, 0.0f);
    s.target    = 1.0f;
    rcv_smooth_run(&s, values, (uint32_t)(0.01 * rates_hz[i]));
    assert_close(s.value, 1.0 - exp(-1.0), 1e-4);
  }
}

/// No overshoot, no step larger than the first
static void
test_monotone(void** const unused)
{
  (void)unused;
  RcvSmooth s = rcv_smooth_init(48000.0, 0.005, -1.0f);
  s.target    = 3.0f;
  rcv_smooth_run(&s, values, 4800);
  for (size_t t = 1; t < 4800; ++t) {
    const float step = values[t] - values[t - 1];
    assert_true(step >= 0.0f && step <= 4.0f * s.coeff * 1.0001f);
    assert_true(values[t] <= 3.0f);
  }
}

/// A control at rest is exact, from either side, whatever its size
static void
test_rest(void** const unused)
{
  (void)unused;
  static const float  targets[]  = {0.0f, 1.0f, -1.0f, 0.3f, 10.0f, 1000.0f};
  static const float  starts[]   = {-1.0f, 0.0f, 1.0f, 2.0f, 500.0f, 2000.0f};
  static const double rates_hz[] = {44100.0, 48000.0, 192000.0};
  for (size_t i = 0; i < 108; ++i) {
    RcvSmooth s = rcv_smooth_init(rates_hz[i / 36], 0.005, starts[i % 6]);
    s.target    = targets[(i / 6) % 6];
    rcv_smooth_run(&s, values, (uint32_t)(rates_hz[i / 36] * 0.2));
    assert_close(s.value, s.target, 0.0);
    rcv_smooth_run(&s, values, 3);
    assert_close(values[2], s.target, 0.0);
  }
}

static void
test_blocks(void** const unused)
{
  (void)unused;
  static float parts[1000];
  RcvSmooth    a = rcv_smooth_init(48000.0, 0.005, 0.0f);
  a.target       = 0.7f;
  RcvSmooth b    = a;
  rcv_smooth_run(&a, values, 1000);
  for (uint32_t t = 0; t < 1000; t += 8) {
    rcv_smooth_run(&b, parts + t, 8);
  }
  assert_memory_equal(values, parts, sizeof(parts));
}

static void
test_jump(void** const unused)
{
  (void)unused;
  RcvSmooth s = rcv_smooth_init(48000.0, 0.005, 0.25f);
  rcv_smooth_run(&s, values, 1);
  assert_close(values[0], 0.25, 0.0);
  s.target = 0.5f;
  rcv_smooth_jump(&s);
  rcv_smooth_run(&s, values, 1);
  assert_close(values[0], 0.5, 0.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_time_constant),
    cmocka_unit_test(test_monotone),
    cmocka_unit_test(test_rest),
    cmocka_unit_test(test_blocks),
    cmocka_unit_test(test_jump),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

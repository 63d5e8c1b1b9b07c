// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/plan.h"

#include "tests/support/assert_close.h"

/// Walk through a plan as the trainer does; return the updates made
static size_t
walk(const RcvPlan* const plan)
{
  size_t   n_updates = 0;
  uint32_t position  = 0;
  uint32_t last      = 0;
  for (double done = 0.0; done < plan->n_frames; ++n_updates) {
    const uint32_t window = rcv_plan_window(plan, done);
    const uint32_t left   = plan->segment_frames - position;
    const uint32_t n      = window < left ? window : left;
    assert_true(window >= last && window <= plan->segment_frames);
    last     = window;
    position = n == left ? 0 : position + n;
    done += n;
  }
  return n_updates;
}

static void
test_round_trip(void** const unused)
{
  (void)unused;
  static const uint32_t segments[] = {100, 4800, 24000, 96000};
  for (uint32_t i = 0; i < 12; ++i) {
    RcvPlan plan =
      rcv_plan_make((RcvWindows)(i % 3), 1000, segments[i / 3], 1, 0.01);
    for (size_t n = 1; n < 3000; n = (n * 3) + 1) {
      rcv_plan_set_updates(&plan, n);

      // Rounded up, so one more where the product is just above it
      const size_t again = rcv_plan_updates_for(&plan, plan.n_frames);
      assert_true(again == n || again == n + 1);

      // Stages end within a segment
      assert_close(walk(&plan), n, 4.0 + (0.03 * (double)n));
    }
  }
}

static void
test_windows_grow(void** const unused)
{
  (void)unused;
  RcvPlan plan = rcv_plan_make(RCV_WINDOWS_GROW, 0, 24000, 1, 0.01);
  rcv_plan_set_updates(&plan, 1000);
  assert_int_equal(rcv_plan_window(&plan, 0.0), 512);
  assert_int_equal(rcv_plan_window(&plan, 0.6 * plan.n_frames), 2048);
  assert_int_equal(rcv_plan_window(&plan, 0.85 * plan.n_frames), 8192);
  assert_int_equal(rcv_plan_window(&plan, 0.95 * plan.n_frames), 24000);
  assert_int_equal(rcv_plan_window(&plan, 2.0 * plan.n_frames), 24000);

  double sum = 0.0;
  for (uint32_t i = 0; i < plan.n_stages; ++i) {
    sum += plan.share[i];
  }
  assert_close(sum, 1.0, 1e-12);
}

static void
test_windows_of_one_length(void** const unused)
{
  (void)unused;
  RcvPlan full  = rcv_plan_make(RCV_WINDOWS_FULL, 7, 24000, 1, 0.01);
  RcvPlan fixed = rcv_plan_make(RCV_WINDOWS_FIXED, 1000, 24000, 1, 0.01);
  rcv_plan_set_updates(&full, 10);
  rcv_plan_set_updates(&fixed, 240);
  for (int i = 0; i <= 8; ++i) {
    const double done = i / 8.0;
    assert_int_equal(rcv_plan_window(&full, done * full.n_frames), 24000);
    assert_int_equal(rcv_plan_window(&fixed, done * fixed.n_frames), 1000);
  }
  assert_close(full.n_frames, 240000.0, 1e-6);
  assert_close(fixed.n_frames, 240000.0, 1e-6);

  // Longer than a segment is the segment
  const RcvPlan more = rcv_plan_make(RCV_WINDOWS_FIXED, 99999, 24000, 1, 0.01);
  assert_int_equal(more.window_frames[0], 24000);
}

/// Bidirectional networks need whole blocks
static void
test_multiples(void** const unused)
{
  (void)unused;
  for (uint32_t windows = 0; windows < 3; ++windows) {
    const RcvPlan plan =
      rcv_plan_make((RcvWindows)windows, 1001, 23999, 256, 0.01);
    assert_int_equal(plan.segment_frames % 256, 0);
    assert_true(plan.segment_frames >= 23999);
    for (uint32_t i = 0; i < plan.n_stages; ++i) {
      assert_int_equal(plan.window_frames[i] % 256, 0);
      assert_true(plan.window_frames[i] <= plan.segment_frames);
    }
  }
}

/// A short rise, then down to a fifth, never up again
static void
test_rate(void** const unused)
{
  (void)unused;
  RcvPlan plan = rcv_plan_make(RCV_WINDOWS_GROW, 0, 24000, 1, 0.01);
  rcv_plan_set_updates(&plan, 1000);
  assert_true(rcv_plan_rate(&plan, 0.0) > 0.0);
  assert_true(rcv_plan_rate(&plan, 0.0) < 0.001);
  assert_close(rcv_plan_rate(&plan, 0.01 * plan.n_frames), 0.01, 1e-4);
  assert_close(rcv_plan_rate(&plan, 0.5 * plan.n_frames), 0.006, 1e-6);
  assert_close(rcv_plan_rate(&plan, plan.n_frames), 2e-3, 1e-9);
  assert_close(rcv_plan_rate(&plan, 3.0 * plan.n_frames), 2e-3, 1e-9);
  for (int i = 2; i < 100; ++i) {
    assert_true(rcv_plan_rate(&plan, 0.01 * (i + 1) * plan.n_frames) <
                rcv_plan_rate(&plan, 0.01 * i * plan.n_frames));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_windows_grow),
    cmocka_unit_test(test_windows_of_one_length),
    cmocka_unit_test(test_multiples),
    cmocka_unit_test(test_rate),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

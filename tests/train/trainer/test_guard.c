// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/guard.h"

#include "tests/support/assert_close.h"

#include <math.h>

/// 2.5 times the best, or no number at all
static void
test_validation(void** const unused)
{
  (void)unused;
  const float params[] = {0.0f};
  float       now[]    = {1.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 1));
  rcv_guard_reset(&guard, params);
  rcv_guard_see_loss(&guard, 1.0);
  assert_close(rcv_guard_rate(&guard), 1.0, 0.0);
  assert_false(rcv_guard_see_validation(&guard, 0.24, 0.1));
  assert_true(rcv_guard_see_validation(&guard, 0.26, 0.1));
  assert_true(rcv_guard_see_validation(&guard, (double)NAN, 0.1));
  assert_true(rcv_guard_see_validation(&guard, (double)NAN, (double)INFINITY));
  assert_false(rcv_guard_see_validation(&guard, 7.0, (double)INFINITY));

  // After a return the rate rises again, and there is time to learn
  rcv_guard_return(&guard, now, true);
  assert_close(rcv_guard_rate(&guard), 0.0, 0.0);
  assert_false(rcv_guard_see_validation(&guard, 0.26, 0.1));
  assert_true(rcv_guard_see_validation(&guard, (double)NAN, 0.1));
  for (int i = 0; i < 125; ++i) {
    rcv_guard_see_loss(&guard, 1.0);
  }
  assert_close(rcv_guard_rate(&guard), 0.4, 1e-12);
  assert_false(rcv_guard_see_validation(&guard, 0.26, 0.1));
  for (int i = 0; i < 200; ++i) {
    rcv_guard_see_loss(&guard, 1.0);
  }
  assert_close(rcv_guard_rate(&guard), 0.8, 1e-12);
  assert_true(rcv_guard_see_validation(&guard, 0.26, 0.1));
  rcv_guard_clear(&guard);
}

/// Weights that are better and cannot be kept: the third in a row is a loss
static void
test_unsteady(void** const unused)
{
  (void)unused;
  const float params[] = {0.0f};
  const float kept[]   = {2.0f};
  float       now[]    = {1.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 1));
  rcv_guard_reset(&guard, params);
  for (int i = 0; i < 3; ++i) {
    assert_false(rcv_guard_see_unsteady(&guard));
    assert_false(rcv_guard_see_unsteady(&guard));
    rcv_guard_keep(&guard, kept, 0.1); // One between that can be kept
  }
  for (int i = 0; i < 2; ++i) {
    assert_false(rcv_guard_see_unsteady(&guard));
    assert_false(rcv_guard_see_unsteady(&guard));
    assert_true(rcv_guard_see_unsteady(&guard));
    rcv_guard_return(&guard, now, false);
    assert_close(now[0], 2.0, 0.0);
  }
  rcv_guard_clear(&guard);
}

/// Where the optimiser goes on, so do the rate and what is compared
static void
test_return_with_optimizer(void** const unused)
{
  (void)unused;
  const float params[] = {0.0f};
  const float kept[]   = {2.0f};
  float       now[]    = {1.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 1));
  rcv_guard_reset(&guard, params);
  rcv_guard_keep(&guard, kept, 0.1);

  rcv_guard_return(&guard, now, false);
  assert_close(now[0], 2.0, 0.0);
  assert_close(rcv_guard_rate(&guard), 0.8, 1e-12);
  rcv_guard_see_loss(&guard, 1.0);
  assert_close(rcv_guard_rate(&guard), 0.8, 1e-12);
  assert_false(rcv_guard_see_validation(&guard, 0.24, 0.1));
  assert_true(rcv_guard_see_validation(&guard, 0.26, 0.1));
  rcv_guard_clear(&guard);
}

/// A single bad loss is none, and neither are some hundred updates in which the
/// passages are hard; but a running mean of four times the least is
static void
test_losses(void** const unused)
{
  (void)unused;
  const float params[] = {0.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 1));
  rcv_guard_reset(&guard, params);
  for (int i = 0; i < 2400; ++i) {
    const double passages = i / 120 % 2 ? 0.35 : 0.08;
    assert_false(
      rcv_guard_see_loss(&guard, i % 50 == 49 ? 10.0 * passages : passages));
  }
  assert_false(rcv_guard_see_loss(&guard, 1000.0));

  int n = 0;
  while (!rcv_guard_see_loss(&guard, 3.0)) {
    ++n;
  }
  assert_in_range(n, 5, 60);

  // Of longer windows it may be greater
  rcv_guard_forget_losses(&guard);
  for (int i = 0; i < 500; ++i) {
    assert_false(rcv_guard_see_loss(&guard, 1.0));
  }
  rcv_guard_clear(&guard);
}

/// A gradient that overflows is none, but ten in a row are
static void
test_wild_losses(void** const unused)
{
  (void)unused;
  const float params[] = {0.0f};
  float       now[]    = {1.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 1));
  rcv_guard_reset(&guard, params);
  for (int i = 0; i < 100; ++i) {
    assert_false(
      rcv_guard_see_loss(&guard, i % 10 < 9 ? (double)INFINITY : 0.1));
  }
  for (int k = 0; k < 2; ++k) {
    for (int i = 0; i < 9; ++i) {
      assert_false(rcv_guard_see_loss(&guard, (double)NAN));
    }
    assert_true(rcv_guard_see_loss(&guard, (double)NAN));
    rcv_guard_return(&guard, now, true);
  }
  rcv_guard_clear(&guard);
}

/// After a return the loss is compared with that of the weights that are back
static void
test_losses_after_return(void** const unused)
{
  (void)unused;
  const float params[] = {0.0f};
  float       now[]    = {1.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 1));
  rcv_guard_reset(&guard, params);

  // Lost before anything was validated: the first weights are worse than what
  // was reached since, and are no second loss
  double loss = 1.0;
  for (int i = 0; i < 400; ++i) {
    loss = fmax(loss * 0.99, 0.05);
    assert_false(rcv_guard_see_loss(&guard, loss));
  }
  rcv_guard_return(&guard, now, true);
  for (int i = 0; i < 400; ++i) {
    assert_false(rcv_guard_see_loss(&guard, 1.0));
  }

  // What comes back after a validation at 1 is lost at 4, not at a quarter
  rcv_guard_keep(&guard, params, 0.1);
  for (int i = 0; i < 400; ++i) {
    assert_false(rcv_guard_see_loss(&guard, 0.05));
  }
  rcv_guard_return(&guard, now, true);
  for (int i = 0; i < 400; ++i) {
    assert_false(rcv_guard_see_loss(&guard, 1.0));
  }

  int n = 0;
  while (!rcv_guard_see_loss(&guard, 5.0)) {
    ++n;
  }
  assert_in_range(n, 5, 200);
  rcv_guard_clear(&guard);
}

/// Back to the newest, and if that is in vain to older ones
static void
test_generations(void** const unused)
{
  (void)unused;
  RcvGuard guard;
  float    params[] = {1.0f, 2.0f};
  assert_true(rcv_guard_init(&guard, 2));
  rcv_guard_reset(&guard, params);

  // Nothing was validated yet: the first weights
  params[0] = 9.0f;
  rcv_guard_return(&guard, params, true);
  assert_close(params[0], 1.0, 0.0);
  assert_close(guard.calm, 0.8, 1e-12);

  for (int i = 6; i < 16; ++i) {
    params[0] = (float)i;
    rcv_guard_keep(&guard, params, pow(0.8, i));
  }
  static const float expected[] = {
    15, 15, 14, 14, 13, 13, 12, 12, 11, 11, 10, 10, 9, 9, 8, 8, 8, 8};
  for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); ++i) {
    params[0] = -1.0f;
    params[1] = -1.0f;
    rcv_guard_return(&guard, params, true);
    assert_close(params[0], expected[i], 0.0);
    assert_close(params[1], 2.0, 0.0);
  }
  assert_close(guard.calm, 0.1, 1e-12); // 0.8¹¹ is less
  assert_int_equal(guard.n_returns, 19);

  // A gain is the newest again
  params[0] = 20.0f;
  rcv_guard_keep(&guard, params, 0.001);
  assert_close(guard.calm, 0.112, 1e-12); // It makes up for half of a return
  params[0] = 0.0f;
  rcv_guard_return(&guard, params, true);
  assert_close(params[0], 20.0, 0.0);
  rcv_guard_clear(&guard);
}

/// Updates with the same loss
static void
go_on(RcvGuard* const guard, const int n_updates)
{
  for (int i = 0; i < n_updates; ++i) {
    rcv_guard_see_loss(guard, 1.0);
  }
}

/// A validation that is nearly as good as the best shows that the newest
/// generation is sound, unless it is only what was just gone back to
static void
test_good_again(void** const unused)
{
  (void)unused;
  static const struct {
    double val_esr;
    float  expected; // What the third return takes
    int    n_updates;
  } cases[] = {{0.11, 3.0f, 400},
               {0.13, 2.0f, 400},
               {0.11, 2.0f, 200},
               {(double)NAN, 2.0f, 400}};

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    RcvGuard guard;
    float    params[] = {1.0f};
    assert_true(rcv_guard_init(&guard, 1));
    rcv_guard_reset(&guard, params);
    for (int k = 1; k <= 3; ++k) {
      params[0] = (float)k;
      rcv_guard_keep(&guard, params, 0.3 / k);
    }

    rcv_guard_return(&guard, params, true);
    rcv_guard_return(&guard, params, true);
    go_on(&guard, cases[i].n_updates);
    assert_int_equal(rcv_guard_see_validation(&guard, cases[i].val_esr, 0.1),
                     isnan(cases[i].val_esr));
    rcv_guard_return(&guard, params, true);
    assert_close(params[0], cases[i].expected, 0.0);
    rcv_guard_clear(&guard);
  }
}

/// Small gains do not drive out what was kept long before
static void
test_generations_apart(void** const unused)
{
  (void)unused;
  RcvGuard guard;
  float    params[] = {0.0f};
  assert_true(rcv_guard_init(&guard, 1));
  rcv_guard_reset(&guard, params);

  double val_esr = 1.0;
  for (int i = 0; i < 1000; ++i) {
    val_esr *= 0.995;
    params[0] = (float)val_esr;
    rcv_guard_keep(&guard, params, val_esr);
    assert_close(guard.kept_esrs[0], val_esr, 0.0);
  }
  assert_int_equal(guard.n_kept, RCV_GUARD_GENERATIONS);
  for (size_t i = 0; i < RCV_GUARD_GENERATIONS; ++i) {
    assert_close(guard.kept[i], guard.kept_esrs[i], 1e-8);
    if (i >= 2) {
      const double part = guard.kept_esrs[i - 2] / guard.kept_esrs[i];
      assert_close(part, 0.85, 0.05);
    }
  }
  rcv_guard_clear(&guard);
}

/// The newest again, without a loss; before anything was kept, nothing
static void
test_recall(void** const unused)
{
  (void)unused;
  const float first[] = {1.0f, 2.0f};
  const float kept[]  = {3.0f, 4.0f};
  float       now[]   = {8.0f, 9.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 2));
  rcv_guard_reset(&guard, first);
  rcv_guard_recall(&guard, now);
  assert_close(now[0], 8.0, 0.0);

  rcv_guard_keep(&guard, first, 0.2);
  rcv_guard_keep(&guard, kept, 0.1);
  rcv_guard_recall(&guard, now);
  assert_close(now[0], 3.0, 0.0);
  assert_close(now[1], 4.0, 0.0);
  assert_int_equal(guard.n_returns, 0);
  assert_close(rcv_guard_rate(&guard), 1.0, 0.0);
  rcv_guard_clear(&guard);
}

/// Generations that are dropped are not gone back to, and the next one finds
/// its neighbour
static void
test_drop(void** const unused)
{
  (void)unused;
  const float params[] = {0.0f, 0.0f};
  float       now[]    = {9.0f, 9.0f};
  RcvGuard    guard;
  assert_true(rcv_guard_init(&guard, 2));
  rcv_guard_reset(&guard, params);
  for (int i = 1; i <= 4; ++i) {
    const float kept[] = {(float)i, (float)-i};
    rcv_guard_keep(&guard, kept, 1.0 / i);
  }

  rcv_guard_drop(&guard, 0);
  assert_int_equal(guard.n_kept, 4);
  rcv_guard_drop(&guard, 2);
  assert_int_equal(guard.n_kept, 2);
  assert_close(guard.kept_esrs[0], 0.5, 0.0);
  assert_close(guard.kept_esrs[1], 1.0, 0.0);
  rcv_guard_return(&guard, now, true);
  assert_close((double)now[0], 2.0, 0.0);
  assert_close((double)now[1], -2.0, 0.0);
  rcv_guard_clear(&guard);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_validation),
    cmocka_unit_test(test_unsteady),
    cmocka_unit_test(test_return_with_optimizer),
    cmocka_unit_test(test_losses),
    cmocka_unit_test(test_wild_losses),
    cmocka_unit_test(test_losses_after_return),
    cmocka_unit_test(test_generations),
    cmocka_unit_test(test_good_again),
    cmocka_unit_test(test_generations_apart),
    cmocka_unit_test(test_recall),
    cmocka_unit_test(test_drop),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

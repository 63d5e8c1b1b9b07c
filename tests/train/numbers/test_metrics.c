// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/numbers/metrics.h"

#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <string.h>

static void
test_hand_values(void** const unused)
{
  (void)unused;
  static const float y[]     = {1.0f, 2.0f, -1.0f, 0.0f};
  static const float y_hat[] = {0.5f, 2.5f, -2.0f, 1.0f};

  // e = 0.5 −0.5 1 −1; before emphasis 0: e' = 0.5 −0.925 1.425 −1.85;
  // y' = 1 1.15 −2.7 0.85
  RcvErrorSums sums = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  rcv_metrics_add(&sums, y, y_hat, 4);
  const RcvMetrics m = rcv_metrics_from_sums(&sums);
  assert_close(m.esr, 2.5 / 6.0, 1e-12);
  assert_close(m.esr_pre,
               (0.25 + 0.855625 + 2.030625 + 3.4225) /
                 (1.0 + 1.3225 + 7.29 + 0.7225),
               1e-12);
  assert_close(m.dc, 0.0, 1e-12);
  assert_int_equal(m.n_frames, 4);
}

/// A constant error of 0.3 against a target of ±1
static void
test_dc(void** const unused)
{
  (void)unused;
  static const float y[]     = {1.0f, -1.0f, 1.0f, -1.0f};
  static const float y_hat[] = {0.75f, -1.25f, 0.75f, -1.25f};
  RcvErrorSums       sums    = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  rcv_metrics_add(&sums, y, y_hat, 4);
  assert_close(rcv_metrics_from_sums(&sums).dc, 0.0625, 1e-12);
  assert_close(rcv_metrics_from_sums(&sums).esr, 0.0625, 1e-12);
}

static void
test_ends(void** const unused)
{
  (void)unused;
  float y[64];
  float zero[64] = {0.0f};
  network_rig_random(y, 64, 1.0f, 1);

  RcvErrorSums sums = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  rcv_metrics_add(&sums, y, y, 64);
  assert_close(rcv_metrics_from_sums(&sums).esr, 0.0, 0.0);
  assert_close(rcv_metrics_from_sums(&sums).esr_pre, 0.0, 0.0);

  // To say nothing at all is an error of 1, in several stretches too
  memset(&sums, 0, sizeof(sums));
  rcv_metrics_add(&sums, y, zero, 10);
  rcv_metrics_add(&sums, y + 10, zero, 54);
  assert_close(rcv_metrics_from_sums(&sums).esr, 1.0, 1e-12);
  assert_close(rcv_metrics_from_sums(&sums).esr_pre, 1.0, 1e-12);
  assert_int_equal(rcv_metrics_from_sums(&sums).n_frames, 64);

  memset(&sums, 0, sizeof(sums));
  rcv_metrics_add(&sums, zero, y, 64);
  assert_true(isinf(rcv_metrics_from_sums(&sums).esr));
}

/// Twice as loud: convergence |2 − 1| and log magnitudes ln 2 apart
static void
test_mr_stft(void** const unused)
{
  (void)unused;
  enum { N = 8192 };

  static float y[N];
  static float y_hat[N];
  double       value = 0.0;
  RcvError     error = {RCV_OK, ""};
  network_rig_random(y, N, 0.5f, 1);
  assert_int_equal(rcv_metrics_mr_stft(y, y, N, &value, &error), RCV_OK);
  assert_close(value, 0.0, 0.0);
  for (size_t t = 0; t < N; ++t) {
    y_hat[t] = 2.0f * y[t];
  }
  assert_int_equal(rcv_metrics_mr_stft(y, y_hat, N, &value, &error), RCV_OK);
  assert_close(value, 1.0 + log(2.0), 1e-5);

  // The polarity is not heard
  for (size_t t = 0; t < N; ++t) {
    y_hat[t] = -y[t];
  }
  assert_int_equal(rcv_metrics_mr_stft(y, y_hat, N, &value, &error), RCV_OK);
  assert_close(value, 0.0, 1e-6);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_hand_values),
    cmocka_unit_test(test_dc),
    cmocka_unit_test(test_ends),
    cmocka_unit_test(test_mr_stft),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

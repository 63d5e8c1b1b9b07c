// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/mulaw.h"

#include "tests/support/assert_close.h"

static const uint32_t sizes[] = {2, 3, 16, 255, 256, 1024};

enum { N_SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void
test_inverse(void** const unused)
{
  (void)unused;
  for (size_t i = 0; i < N_SIZES; ++i) {
    for (uint32_t v = 0; v < sizes[i]; ++v) {
      assert_int_equal(rcv_mulaw_class(rcv_mulaw_level(v, sizes[i]), sizes[i]),
                       v);
    }
  }
}

static void
test_monotone(void** const unused)
{
  (void)unused;
  for (size_t i = 0; i < N_SIZES; ++i) {
    for (uint32_t v = 1; v < sizes[i]; ++v) {
      assert_true(rcv_mulaw_level(v, sizes[i]) >
                  rcv_mulaw_level(v - 1, sizes[i]));
    }
    uint32_t last = 0;
    for (int k = -1100; k <= 1100; ++k) {
      const uint32_t now = rcv_mulaw_class(k * 1e-3, sizes[i]);
      assert_true(now >= last && now < sizes[i]);
      last = now;
    }
  }
}

static void
test_symmetric(void** const unused)
{
  (void)unused;
  for (size_t i = 0; i < N_SIZES; ++i) {
    const uint32_t last = sizes[i] - 1;
    for (uint32_t v = 0; v < sizes[i]; ++v) {
      assert_close(rcv_mulaw_level(v, sizes[i]),
                   -rcv_mulaw_level(last - v, sizes[i]),
                   1e-15);
    }
  }
}

static void
test_ends(void** const unused)
{
  (void)unused;
  for (size_t i = 0; i < N_SIZES; ++i) {
    assert_close(rcv_mulaw_level(0, sizes[i]), -1.0, 1e-15);
    assert_close(rcv_mulaw_level(sizes[i] - 1, sizes[i]), 1.0, 1e-15);
    assert_int_equal(rcv_mulaw_class(-7.0, sizes[i]), 0);
    assert_int_equal(rcv_mulaw_class(1e30, sizes[i]), sizes[i] - 1);
  }
}

/// G.711's curve: ln(1 + 255·|x|) / ln 256 is half way at 15/255
static void
test_curve(void** const unused)
{
  (void)unused;
  assert_close(rcv_mulaw_level(1, 3), 0.0, 0.0);
  assert_close(rcv_mulaw_level(191, 256), 0.0577, 1e-3);
  assert_close(rcv_mulaw_level(255 - 64, 256),
               (pow(256.0, 127.0 / 255.0) - 1.0) / 255.0,
               1e-12);

  // The nearest on the companded scale, not on the linear one
  const double low  = rcv_mulaw_level(200, 256);
  const double high = rcv_mulaw_level(201, 256);
  assert_int_equal(rcv_mulaw_class(low + (0.49 * (high - low)), 256), 200);
  assert_int_equal(rcv_mulaw_class(low + (0.51 * (high - low)), 256), 201);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_inverse),
    cmocka_unit_test(test_monotone),
    cmocka_unit_test(test_symmetric),
    cmocka_unit_test(test_ends),
    cmocka_unit_test(test_curve),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/clip.h"

#include "tests/support/assert_close.h"

/// At first 1 is the limit
static void
test_begins(void** const unused)
{
  (void)unused;
  RcvClip clip = {{0.0}, 0};
  assert_close(rcv_clip_factor(&clip, 4.0), 0.25, 1e-12);
  assert_close(rcv_clip_factor(&clip, 0.5), 1.0, 0.0);
}

/// Then it follows the median, which a few wild gradients do not move
static void
test_follows(void** const unused)
{
  (void)unused;
  RcvClip clip = {{0.0}, 0};
  for (int i = 0; i < 1000; ++i) {
    rcv_clip_factor(&clip, i % 10 == 0 ? 1e6 : 0.01 + (1e-6 * (i % 7)));
  }
  assert_close(rcv_clip_factor(&clip, 0.015), 1.0, 0.0);
  assert_close(rcv_clip_factor(&clip, 0.2), 0.1, 1e-3);

  // What is long ago counts no more
  for (int i = 0; i < RCV_CLIP_NORMS; ++i) {
    rcv_clip_factor(&clip, 5.0);
  }
  assert_close(rcv_clip_factor(&clip, 9.0), 1.0, 0.0);
  assert_close(rcv_clip_factor(&clip, 20.0), 0.5, 1e-12);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_begins),
    cmocka_unit_test(test_follows),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

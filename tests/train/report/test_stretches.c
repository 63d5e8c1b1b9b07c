// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/stretches.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "train/trainer/evaluate.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 16000, N_FRAMES = 50000 };

/// Each stretch has its own figures, which are those of it alone
static void
test_stretches(void** const unused)
{
  (void)unused;
  RcvTake take;
  RcvPair pair;
  memset(&take, 0, sizeof(take));
  memset(&pair, 0, sizeof(pair));
  pair.dry           = network_rig_floats(N_FRAMES);
  take.wet           = network_rig_floats(N_FRAMES);
  pair.takes.takes   = &take;
  pair.takes.n_takes = 1;
  pair.n_frames      = N_FRAMES;
  pair.rate_hz       = RATE_HZ;
  rcv_fixture_signal(pair.dry, N_FRAMES, 1);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    take.wet[t] = pair.dry[t] * (t < 26000 ? 1.0f : 2.0f);
  }

  // Plays what it hears: right in the first half, half of it in the second
  RcvShape        shape = rcv_fixture_shape(2);
  RcvModel* const model = rcv_model_new(&shape);
  assert_non_null(model);
  memset(model->params, 0, rcv_shape_n_params(&shape) * sizeof(float));

  const RcvRegion region = {10000, 43000};
  float* const    y_hat  = network_rig_floats(rcv_region_length(region));
  RcvMetrics      all;
  RcvStretch*     list = NULL;
  size_t          n    = 0;
  assert_int_equal(rcv_evaluate_region(model, &pair, region, y_hat, &all, NULL),
                   RCV_OK);
  assert_int_equal(
    rcv_stretches_measure(model, &pair, region, y_hat, 16000, &list, &n, NULL),
    RCV_OK);
  assert_int_equal(n, 3);
  for (size_t i = 0; i < 3; ++i) {
    assert_int_equal(list[i].region.start, 10000 + (16000 * i));
  }
  assert_int_equal(list[2].region.end, region.end);
  assert_close(list[0].metrics.esr, 0.0, 1e-12);
  assert_close(list[1].metrics.esr, 0.25, 1e-5);
  assert_close(list[2].metrics.esr, 0.25, 1e-5);
  assert_close(list[0].metrics.mr_stft, 0.0, 1e-6);
  assert_close(list[1].metrics.mr_stft, 0.5 + log(2.0), 0.05);
  assert_true(isnan(list[2].metrics.mr_stft));
  assert_close(list[0].rest_level, 0.0, 1e-7);
  assert_close(list[1].rest_level, 0.0, 1e-7);
  assert_true(isnan(list[2].rest_level)); // 1000 frames are too short
  free(list);
  free(y_hat);
  rcv_model_free(model);
  free(pair.dry);
  free(take.wet);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_stretches),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

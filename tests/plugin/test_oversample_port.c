// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// The port `oversample` while it plays

#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <lv2/core/lv2.h>

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 256, N_BLOCKS = 100, N_FRAMES = BLOCK * N_BLOCKS };

static float input[N_FRAMES];
static float output[N_FRAMES];

/// Latency at 1, 2 and 4 times: half a filter on each way
static const float latencies[] = {0.0f, 0.0f, 64.0f, 0.0f, 64.0f};

static float
largest_step(const float* const x, const size_t n_frames)
{
  float largest = 0.0f;
  for (size_t t = 1; t < n_frames; ++t) {
    largest = fmaxf(largest, fabsf(x[t] - x[t - 1]));
  }
  return largest;
}

/// A rig that plays a file with the port where it is
static RcvRig*
new_rig(const float oversample)
{
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rig->values[RCV_VALUE_OVERSAMPLE] = oversample;
  return rig;
}

/// One block of nothing, and what the worker makes of it
static void
settle(RcvRig* const rig)
{
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
}

static void
test_change_is_smooth(void** const state)
{
  (void)state;
  static float slow[N_FRAMES];
  for (size_t t = 0; t < N_FRAMES; ++t) {
    slow[t] = 0.5f * sinf(0.02f * (float)t);
  }

  RcvRig* rig = new_rig(1.0f);
  rcv_rig_run_mono(rig, slow, output, N_FRAMES);
  const float steady = largest_step(output, N_FRAMES);
  rcv_rig_free(rig);

  static const float values[] = {1.0f, 2.0f, 4.0f, 1.0f, 4.0f};
  rig                         = new_rig(1.0f);
  for (size_t i = 0; i < N_BLOCKS; ++i) {
    const unsigned n = (unsigned)values[i / 20];

    rig->values[RCV_VALUE_OVERSAMPLE] = (float)n;
    rcv_rig_run_mono(rig, slow + (i * BLOCK), output + (i * BLOCK), BLOCK);
    rcv_rig_work(rig);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
    if (i % 20 == 19) {
      assert_close(rig->values[RCV_VALUE_LATENCY], latencies[n], 0.0);
    }
  }

  // The two sounds differ by the latency, so by 64 steps; the fade adds 1/960
  // of that to a step
  const float largest = largest_step(output, N_FRAMES);
  print_message("greatest step %.4g, without a change %.4g\n",
                (double)largest,
                (double)steady);
  assert_true(largest <= 1.1f * steady);
  rcv_rig_free(rig);
}

/// What is between the multiples, beyond them or none at all
static void
test_values(void** const state)
{
  (void)state;
  static const float values[]   = {1.9f, 2.0f, 3.0f, 9.0f, -1.0f, NAN};
  static const float expected[] = {0.0f, 64.0f, 64.0f, 64.0f, 0.0f, 0.0f};
  static float       known[N_FRAMES];
  for (size_t i = 0; i < 6; ++i) {
    RcvRig* const rig = new_rig(values[i]);
    settle(rig);
    assert_close(rig->values[RCV_VALUE_LATENCY], expected[i], 0.0);
    rcv_rig_run_mono(rig, input, output, N_FRAMES);

    // 3 is 2 and not 4
    if (i == 1) {
      memcpy(known, output, sizeof(output));
    } else if (i == 2) {
      assert_memory_equal(output, known, sizeof(output));
    } else if (i == 3) {
      assert_memory_not_equal(output, known, sizeof(output));
    }
    rcv_rig_free(rig);
  }
}

/// The file is not needed again, and what was wrong with another is still said
static void
test_without_file(void** const state)
{
  (void)state;
  rcv_fixture_file("gone.safetensors", 1);
  RcvRig* const rig = new_rig(1.0f);
  rcv_rig_restore(rig, "gone.safetensors");
  assert_int_equal(remove("gone.safetensors"), 0);
  rig->values[RCV_VALUE_OVERSAMPLE] = 2.0f;
  settle(rig);
  assert_close(rig->values[RCV_VALUE_LATENCY], 64.0, 0.0);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);

  rcv_rig_send_path(rig, "gone.safetensors");
  settle(rig);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_MISSING);
  rig->values[RCV_VALUE_OVERSAMPLE] = 1.0f;
  settle(rig);
  assert_close(rig->values[RCV_VALUE_LATENCY], 0.0, 0.0);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_MISSING);

  // The next file is loaded as the port says
  rig->values[RCV_VALUE_OVERSAMPLE] = 4.0f;
  settle(rig);
  rcv_rig_send_path(rig, "one.safetensors");
  settle(rig);
  assert_close(rig->values[RCV_VALUE_LATENCY], 64.0, 0.0);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  rcv_rig_free(rig);

  // Without any model there is nothing to do
  RcvRig* const none = rcv_rig_new(RCV_URI_STEREO, 48000.0, true);
  none->values[RCV_VALUE_OVERSAMPLE] = 4.0f;
  settle(none);
  assert_int_equal(rcv_rig_status(none), RCV_STATUS_NO_MODEL);
  rcv_rig_free(none);
}

static int
setup(void** const state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);
  rcv_fixture_signal(input, N_FRAMES, 3);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_change_is_smooth),
    cmocka_unit_test(test_values),
    cmocka_unit_test(test_without_file),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

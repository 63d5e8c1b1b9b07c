// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// The port `low_latency` while it plays

#include "dsp/model/model.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 256, N_BLOCKS = 100, N_FRAMES = BLOCK * N_BLOCKS };

static float input[N_FRAMES];
static float output[N_FRAMES];

static float
largest_step(const float* const x, const size_t n_frames)
{
  float largest = 0.0f;
  for (size_t t = 1; t < n_frames; ++t) {
    largest = fmaxf(largest, fabsf(x[t] - x[t - 1]));
  }
  return largest;
}

/// One block of nothing, and what the worker makes of it
static void
settle(RcvRig* const rig)
{
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
}

/// A change while it plays: no click, and the latency that is reported goes
static void
test_change_is_smooth(void** const state)
{
  (void)state;
  for (size_t t = 0; t < N_FRAMES; ++t) {
    input[t] = 0.5f * sinf(0.02f * (float)t);
  }
  RcvRig* rig = rcv_rig_new(RCV_URI_MONO, 44100.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  const float late   = rig->values[RCV_VALUE_LATENCY];
  const float steady = largest_step(output, N_FRAMES);
  assert_true(late > 0.0f);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_RESAMPLED);
  rcv_rig_free(rig);

  rig = rcv_rig_new(RCV_URI_MONO, 44100.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (size_t i = 0; i < N_BLOCKS; ++i) {
    const bool low = i / 20 % 2;

    rig->values[RCV_VALUE_LOW_LATENCY] = low ? 1.0f : 0.0f;
    rcv_rig_run_mono(rig, input + (i * BLOCK), output + (i * BLOCK), BLOCK);
    rcv_rig_work(rig);
    if (i % 20 == 19) {
      assert_close(rig->values[RCV_VALUE_LATENCY], low ? 0.0f : late, 0.0);
      assert_int_equal(rcv_rig_status(rig),
                       low ? RCV_STATUS_PLAYING : RCV_STATUS_RESAMPLED);
    }
  }

  // The two sounds differ by the latency
  const float largest = largest_step(output, N_FRAMES);
  print_message("greatest step %.4g, without a change %.4g\n",
                (double)largest,
                (double)steady);
  assert_true(largest <= 1.1f * steady);
  rcv_rig_free(rig);
}

/// What is not finite, or was reset, is forgotten
static void
test_recovers(void** const state)
{
  (void)state;
  static float before[N_FRAMES];
  rcv_fixture_signal(input, N_FRAMES, 3);
  RcvRig* const rig = rcv_rig_new(RCV_URI_STEREO, 44100.0, true);
  rig->values[RCV_VALUE_LOW_LATENCY] = 1.0f;
  settle(rig);
  rcv_rig_restore(rig, "one.safetensors");
  settle(rig);
  assert_close(rig->values[RCV_VALUE_LATENCY], 0.0, 0.0);
  rig->descriptor->activate(rig->handle);
  rcv_rig_run_mono(rig, input, before, N_FRAMES);

  output[0] = NAN;
  output[1] = INFINITY;
  rcv_rig_run_mono(rig, output, output, 64);
  assert_close(output[0], 0.0, 0.0);
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, before, sizeof(output));
  rcv_rig_free(rig);
}

/// What would be heard as something else is not played so
static void
test_unstable(void** const state)
{
  (void)state;
  RcvRig* const rig                  = rcv_rig_new(RCV_URI_MONO, 44100.0, true);
  rig->values[RCV_VALUE_LOW_LATENCY] = 1.0f;
  settle(rig);
  rcv_rig_restore(rig, "unstable.safetensors");
  settle(rig);
  assert_true(rig->values[RCV_VALUE_LATENCY] > 0.0f);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_RESAMPLED);

  // The next one is played as the port says
  rcv_rig_send_path(rig, "one.safetensors");
  settle(rig);
  assert_close(rig->values[RCV_VALUE_LATENCY], 0.0, 0.0);
  rcv_rig_free(rig);
}

static int
setup(void** const state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);

  // Its state changes its sign at every step
  static const float params[] = {1.0f, -0.97f, 0.0f, 0.0f, 1.0f, 0.0f};
  const RcvShape     shape    = {.cell        = RCV_CELL_RNN,
                                 .input_size  = 1,
                                 .hidden_size = 1,
                                 .num_layers  = 1,
                                 .output_size = 1};
  RcvModel* const    model    = rcv_fixture_model(&shape, 48000.0, 1);
  memcpy(model->params, params, sizeof(params));
  rcv_fixture_write(model, "unstable.safetensors");
  rcv_model_free(model);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_change_is_smooth),
    cmocka_unit_test(test_recovers),
    cmocka_unit_test(test_unstable),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// run() does nothing that could make the audio thread wait, whatever happens

#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"
#include "tests/support/rt_check.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/patch/patch.h>

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 256, N_FRAMES = 65536 };

static float    input[N_FRAMES];
static float    output[N_FRAMES];
static unsigned n_runs;

static void
after_run(void)
{
  rcv_rt_check_end();
  const RcvRtCounts counts = rcv_rt_check_take();
  ++n_runs;
  if (counts.n_allocations || counts.n_frees || counts.n_locks ||
      counts.n_syscalls) {
    fail_msg("run %u: %u allocations, %u frees, %u locks, %u system calls "
             "(the last was %ld)",
             n_runs,
             counts.n_allocations,
             counts.n_frees,
             counts.n_locks,
             counts.n_syscalls,
             counts.syscall);
  }
}

/// What the compiler cannot see through, or it leaves the calls out
static void* (*volatile allocate)(size_t) = malloc;

static void
test_faults_are_seen(void** state)
{
  (void)state;
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  (void)rcv_rt_check_take();

  rcv_rt_check_begin();
  void* const p = allocate(10);
  free(p);
  pthread_mutex_lock(&lock);
  pthread_mutex_unlock(&lock);
  const pid_t parent = getppid();
  rcv_rt_check_end();
  const RcvRtCounts counts = rcv_rt_check_take();

  assert_int_equal(counts.n_allocations, 1);
  assert_int_equal(counts.n_frees, 1);
  assert_int_equal(counts.n_locks, 1);
  assert_int_equal(parent, getppid()); // The call was made all the same
  if (rcv_rt_check_sees_syscalls()) {
    assert_int_equal(counts.n_syscalls, 1);
  } else {
    print_message("system calls are not seen on this machine\n");
  }
}

static RcvRig*
new_rig(const char* const uri, const double rate_hz)
{
  RcvRig* const rig = rcv_rig_new(uri, rate_hz, true);
  rig->before_run   = rcv_rt_check_begin;
  rig->after_run    = after_run;
  return rig;
}

/// Everything that a session may do to an instance
static void
play(RcvRig* const rig)
{
  static const char* const paths[] = {
    "one.safetensors", "two.safetensors", "nothing", "garbage", "folder/", "/"};
  static const uint32_t blocks[] = {BLOCK, 0, 1, 63, 4096, BLOCK};

  rcv_rig_run_mono(rig, input, output, BLOCK);
  for (unsigned i = 0; i < 240; ++i) {
    const float* const in = input + ((i * 251U) % 60000U);
    if (i % 4 == 0) {
      rcv_rig_send_path(rig, paths[(i / 4U) % 6U]);
    }
    if (i % 9 == 0) {
      rcv_rig_restore(rig, paths[(i / 9U) % 3U]);
    }
    if (i % 10 == 0) {
      rcv_rig_send(rig, LV2_PATCH__Get, NULL, NULL, NULL, NULL, 0);
      rcv_rig_send(
        rig, LV2_PATCH__Set, NULL, RCV_URI_MODEL, LV2_ATOM__Int, "1234", 4);
    }
    for (unsigned k = 0; k <= RCV_VALUE_KNOB_4; ++k) {
      const RcvValueInfo info = rcv_value_info((RcvValue)k);

      rig->values[k] = info.min + ((info.max - info.min) *
                                   (float)((i * 7U + k) % 11U) / 10.0f);
    }
    rig->values[RCV_VALUE_LOW_LATENCY] = i / 30 % 2 ? 1.0f : 0.0f;
    if (i % 50 == 49) {
      rig->values[RCV_VALUE_MIX] = NAN;
      output[3]                  = NAN;
      rcv_rig_run_mono(rig, output, output, 64);
    }
    if (i % 60 == 59) {
      rig->descriptor->activate(rig->handle);
    }
    rig->refuses_work = i % 20 < 4;
    rcv_rig_run_mono(rig, in, output, blocks[i % 6U]);
    if (i % 3 == 0) {
      rcv_rig_work(rig);
    }
  }

  // To long silence, where the state decays
  static float silence[N_FRAMES];
  for (unsigned i = 0; i < 4; ++i) {
    rcv_rig_run_mono(rig, silence, output, N_FRAMES);
  }
}

static void
test_mono(void** state)
{
  (void)state;
  RcvRig* const rig = new_rig(RCV_URI_MONO, 48000.0);
  play(rig);
  rcv_rig_free(rig);
}

static void
test_stereo(void** state)
{
  (void)state;
  RcvRig* const rig = new_rig(RCV_URI_STEREO, 44100.0);
  play(rig);
  rcv_rig_free(rig);
}

/// At the host's rate, through sound, what is not finite, silence and sound
static void
test_low_latency(void** state)
{
  (void)state;
  static float  silence[N_FRAMES];
  RcvRig* const rig                  = new_rig(RCV_URI_STEREO, 44100.0);
  rig->values[RCV_VALUE_LOW_LATENCY] = 1.0f;
  rcv_rig_run_mono(rig, input, output, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_restore(rig, "one.safetensors");
  for (unsigned i = 0; i < 3; ++i) {
    rcv_rig_run_mono(rig, input, output, N_FRAMES);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
    assert_true(rig->values[RCV_VALUE_LATENCY] < 1.0f);
    output[3] = NAN;
    rcv_rig_run_mono(rig, output, output, 64);
    rcv_rig_run_mono(rig, silence, output, N_FRAMES);
  }
  rcv_rig_free(rig);
}

/// Every way of playing at another rate, faded into each other
static void
test_rates(void** state)
{
  (void)state;
  static const double rates_hz[] = {44100.0, 88200.0, 96000.0, 192000.0};
  char                path[4096];
  (void)snprintf(path,
                 sizeof(path),
                 "%s/presets/chump/model.safetensors",
                 getenv("RECURVE_TOP"));
  for (unsigned r = 0; r < 4; ++r) {
    RcvRig* const rig = new_rig(RCV_URI_STEREO, rates_hz[r]);
    rcv_rig_restore(rig, path);
    for (unsigned i = 0; i < 8; ++i) {
      rig->values[RCV_VALUE_LOW_LATENCY] = i % 2 ? 1.0f : 0.0f;
      rig->values[RCV_VALUE_OVERSAMPLE]  = i == 6 ? 2.0f : 1.0f;
      rcv_rig_run_mono(rig, input, output, 8192);
      rcv_rig_work(rig);
      rcv_rig_run_mono(rig, input + 8192, output, 16384);
      assert_true(i == 6 || // Which may be the host's rate
                  (rig->values[RCV_VALUE_LATENCY] > 0.0f) == (i % 2 == 0));
    }
    rcv_rig_free(rig);
  }
}

static int
setup(void** state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);
  rcv_fixture_bytes("garbage", "garbage", 7);
  rcv_fixture_signal(input, N_FRAMES, 3);

  // With a latency and a knob, so that a fade waits for it
  RcvShape shape         = rcv_fixture_shape(12);
  shape.input_size       = 2;
  shape.bidirectional    = true;
  shape.block_frames     = 64;
  shape.lookahead_frames = 64;
  RcvModel* const model  = rcv_fixture_model(&shape, 48000.0, 2);
  rcv_fixture_write(model, "two.safetensors");
  rcv_model_free(model);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_faults_are_seen),
    cmocka_unit_test(test_mono),
    cmocka_unit_test(test_stereo),
    cmocka_unit_test(test_low_latency),
    cmocka_unit_test(test_rates),
  };
  if (!rcv_rt_check_works()) {
    print_message("[  SKIPPED ] real time, under a sanitizer\n");
    return 0;
  }
  return cmocka_run_group_tests(tests, setup, NULL);
}

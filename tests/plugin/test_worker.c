// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// Models that come while it plays: patch:Set, the worker, and what goes wrong

#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/patch/patch.h>

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 256, N_BLOCKS = 40, N_FRAMES = BLOCK * N_BLOCKS };

static float input[N_FRAMES];
static float output[N_FRAMES];

/// What a model sounds like from its first frame
static void
render(const char* const path, float* const out)
{
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, path);
  rcv_rig_run_mono(rig, input, out, N_FRAMES);
  rcv_rig_free(rig);
}

static float
largest_step(const float* const x, const size_t n_frames)
{
  float largest = 0.0f;
  for (size_t t = 1; t < n_frames; ++t) {
    largest = fmaxf(largest, fabsf(x[t] - x[t - 1]));
  }
  return largest;
}

static void
test_set_and_answer(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_send(rig, LV2_PATCH__Get, NULL, RCV_URI_MODEL, NULL, NULL, 0);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 0); // There is none

  rcv_rig_send_path(rig, "one.safetensors");
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_LOADING);
  assert_int_equal(rig->n_scheduled, 1);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  assert_int_equal(rig->n_paths, 1);
  assert_string_equal(rig->path, "one.safetensors");
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 0);

  // Asked of the property, of all, and of this plugin; not of others
  rcv_rig_send(rig, LV2_PATCH__Get, NULL, RCV_URI_MODEL, NULL, NULL, 0);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 1);
  rcv_rig_send(rig, LV2_PATCH__Get, NULL, NULL, NULL, NULL, 0);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 1);
  rcv_rig_send(rig, LV2_PATCH__Get, RCV_URI_MONO, NULL, NULL, NULL, 0);
  rcv_rig_idle(rig, 0);
  assert_int_equal(rig->n_paths, 1);
  rcv_rig_send(rig, LV2_PATCH__Get, RCV_URI_STEREO, NULL, NULL, NULL, 0);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 0);
  rcv_rig_send(rig, LV2_PATCH__Get, NULL, "urn:other", NULL, NULL, 0);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 0);
  rcv_rig_free(rig);
}

static void
test_small_notify_buffer(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (uint32_t size = 0; size < 80; ++size) {
    rig->notify_bytes = size;
    rcv_rig_idle(rig, BLOCK);
    assert_int_equal(rig->n_paths, 0);
  }
  rig->notify_bytes = 8192; // Still owed
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 1);
  rcv_rig_free(rig);
}

static void
test_last_of_ten_wins(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  for (unsigned i = 0; i < 9; ++i) {
    rcv_rig_send_path(rig, i % 2 ? "one.safetensors" : "nothing.safetensors");
  }
  rcv_rig_send_path(rig, "two.safetensors");
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rig->n_paths, 1);
  assert_string_equal(rig->path, "two.safetensors");
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  assert_string_equal(rig->log, ""); // None of the others was even tried

  // In one block each, while the worker sleeps
  rcv_rig_send_path(rig, "two.safetensors");
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_send_path(rig, "one.safetensors");
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_save(rig);
  assert_string_equal(rig->path, "one.safetensors");
  assert_string_equal(rig->saved, "one.safetensors");
  rcv_rig_free(rig);
}

static void
test_full_rings(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rig->refuses_work = true;
  rcv_rig_send_path(rig, "one.safetensors");
  for (unsigned i = 0; i < 5; ++i) {
    rcv_rig_idle(rig, BLOCK);
    assert_int_equal(rig->n_refused, i + 1U);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_LOADING);
  }
  rig->refuses_work    = false;
  rig->drops_responses = true;
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);

  // Old models wait until the worker can be told of them
  rig->refuses_work = true;
  for (unsigned i = 0; i < 10; ++i) {
    rcv_rig_restore(rig, i % 2 ? "one.safetensors" : "two.safetensors");
    rcv_rig_idle(rig, 4096);
  }
  rig->refuses_work = false;
  rcv_rig_idle(rig, 4096);
  assert_int_equal(rig->n_scheduled, 1);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, 4096);
  assert_int_equal(rig->n_scheduled, 0);
  rcv_rig_free(rig);
}

static void
test_swap_is_smooth(void** state)
{
  (void)state;
  static float one[N_FRAMES];
  static float two[N_FRAMES];
  render("one.safetensors", one);
  render("two.safetensors", two);
  const float steady =
    fmaxf(largest_step(one, N_FRAMES), largest_step(two, N_FRAMES));

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (size_t i = 0; i < N_BLOCKS; ++i) {
    if (i % 8 == 4) {
      rcv_rig_send_path(rig,
                        i % 16 == 4 ? "two.safetensors" : "one.safetensors");
    }
    rcv_rig_run_mono(rig, input + (i * BLOCK), output + (i * BLOCK), BLOCK);
    rcv_rig_work(rig);
  }

  // A fade over 960 frames moves by a thousandth of the distance per frame; the
  // model that comes starts from zero state behind it
  assert_memory_not_equal(output, one, sizeof(output));
  assert_true(largest_step(output, N_FRAMES) <= (1.05f * steady) + 0.005f);
  rcv_rig_free(rig);
}

typedef struct {
  const char*   path;
  RcvPlayStatus status;
  const char*   words; ///< Expected in the log
} BadFile;

static void
test_bad_files(void** state)
{
  (void)state;
  static const BadFile files[] = {
    {"nothing.safetensors", RCV_STATUS_MISSING, "nothing.safetensors"},
    {"no/such/folder/x", RCV_STATUS_MISSING, "no/such/folder/x"},
    {"garbage.safetensors", RCV_STATUS_REFUSED, "garbage.safetensors"},
    {"empty.safetensors", RCV_STATUS_REFUSED, "empty.safetensors"},
    {"cut.safetensors", RCV_STATUS_REFUSED, "cut.safetensors"},
    {"folder", RCV_STATUS_REFUSED, "folder"},
    {"pipe", RCV_STATUS_REFUSED, "pipe"},
    {"/dev/zero", RCV_STATUS_REFUSED, "/dev/zero"},
  };

  static float expected[N_FRAMES];
  render("one.safetensors", expected);
  rcv_fixture_bytes("garbage.safetensors", "\x7fgarbage, and more of it", 23);
  rcv_fixture_bytes("empty.safetensors", "", 0);
  rcv_fixture_bytes("cut.safetensors", "\x40\0\0\0\0\0\0\0{\"__meta", 16);
  assert_int_equal(mkdir("folder", 0755), 0);
  assert_int_equal(mkfifo("pipe", 0644), 0);

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  size_t t = 0;
  for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); ++i) {
    rig->log[0] = '\0';
    rcv_rig_send_path(rig, files[i].path);
    for (unsigned b = 0; b < 3; ++b, t += BLOCK) {
      rcv_rig_run_mono(rig, input + t, output + t, BLOCK);
      rcv_rig_work(rig);
      assert_int_equal(rig->n_paths, b == 1 || (b == 0 && i == 0));
    }
    assert_int_equal(rcv_rig_status(rig), files[i].status);
    assert_non_null(strstr(rig->log, files[i].words));
    assert_string_equal(rig->path, "one.safetensors"); // What still plays
    rcv_rig_save(rig);
    assert_string_equal(rig->saved, "one.safetensors");
  }
  assert_memory_equal(output, expected, t * sizeof(float));

  rcv_rig_send_path(rig, "two.safetensors");
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  rcv_rig_free(rig);
}

static void
test_bad_messages(void** state)
{
  (void)state;
  static const int32_t number = 7;

  char* const long_path = (char*)calloc(1, 100000);
  memset(long_path, 'x', 99999);
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_idle(rig, BLOCK);

  // Too long, by a lot and by one byte; the longest is only missing
  rcv_rig_send_path(rig, long_path);
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_REFUSED);
  assert_non_null(strstr(rig->log, "4096 bytes"));
  long_path[4096] = '\0';
  rcv_rig_send_path(rig, long_path);
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_MISSING);
  long_path[4096] = 'x';
  long_path[4097] = '\0';
  rcv_rig_send_path(rig, long_path);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_REFUSED);

  // An empty one changes nothing
  rcv_rig_restore(rig, "one.safetensors");
  rig->log[0] = '\0';
  rcv_rig_send_path(rig, "");
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  assert_non_null(strstr(rig->log, "empty"));
  rcv_rig_send(
    rig, LV2_PATCH__Set, NULL, RCV_URI_MODEL, LV2_ATOM__Path, NULL, 0);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);

  // Of other types, or without a value
  const char* const types[] = {LV2_ATOM__Int, LV2_ATOM__String, NULL};
  for (unsigned i = 0; i < 3; ++i) {
    rcv_rig_restore(rig, "one.safetensors");
    rcv_rig_idle(rig, BLOCK);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
    rig->log[0] = '\0';
    rcv_rig_send(rig,
                 LV2_PATCH__Set,
                 NULL,
                 RCV_URI_MODEL,
                 types[i],
                 &number,
                 sizeof(number));
    rcv_rig_idle(rig, BLOCK);
    rcv_rig_work(rig);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_REFUSED);
    assert_non_null(strstr(rig->log, "atom:Path"));
  }

  // For others
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_send(rig, LV2_PATCH__Set, NULL, "urn:x", LV2_ATOM__Path, "two", 4);
  rcv_rig_send(rig, LV2_PATCH__Set, NULL, NULL, LV2_ATOM__Path, "two", 4);
  rcv_rig_send(
    rig, LV2_PATCH__Set, "urn:x", RCV_URI_MODEL, LV2_ATOM__Path, "two", 4);
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);

  // Without a zero at its end
  rcv_rig_send(rig,
               LV2_PATCH__Set,
               RCV_URI_MONO,
               RCV_URI_MODEL,
               LV2_ATOM__Path,
               "two.safetensorsXXX",
               15);
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  assert_string_equal(rig->path, "two.safetensors");
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  rcv_rig_free(rig);
  free(long_path);
}

static void
test_no_worker(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_STEREO, 48000.0, false);
  assert_non_null(strstr(rig->log, "work:schedule"));
  rcv_rig_send_path(rig, "two.safetensors");
  rcv_rig_idle(rig, BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_REFUSED);
  for (unsigned i = 0; i < 5; ++i) {
    rcv_rig_restore(rig, i % 2 ? "one.safetensors" : "two.safetensors");
    rcv_rig_idle(rig, 4096);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  }
  rcv_rig_free(rig);
}

static int
setup(void** state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);
  rcv_fixture_file("two.safetensors", 2);
  rcv_fixture_signal(input, N_FRAMES, 3);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_set_and_answer),
    cmocka_unit_test(test_small_notify_buffer),
    cmocka_unit_test(test_last_of_ten_wins),
    cmocka_unit_test(test_full_rings),
    cmocka_unit_test(test_swap_is_smooth),
    cmocka_unit_test(test_bad_files),
    cmocka_unit_test(test_bad_messages),
    cmocka_unit_test(test_no_worker),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

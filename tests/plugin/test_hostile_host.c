// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// What no good host does and none may break: the sound goes on, `status` tells

#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <lv2/atom/atom.h>
#include <lv2/options/options.h>
#include <lv2/patch/patch.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { BLOCK = 256, N_FRAMES = 40 * BLOCK };

static float input[N_FRAMES];
static float expected[N_FRAMES];
static float output[N_FRAMES];

/// Activated and deactivated again and again, before the worker has answered
static void
test_activate_before_the_answer(void** const state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  for (unsigned i = 0; i < 5; ++i) {
    rig->values[RCV_VALUE_OVERSAMPLE] = i % 2 ? 2.0f : 1.0f;
    rcv_rig_send_path(rig, i % 2 ? "nothing" : "one.safetensors");
    rcv_rig_run_mono(rig, input, output, BLOCK);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_LOADING);
    assert_memory_equal(output, input, BLOCK * sizeof(float));
    rig->descriptor->activate(rig->handle);
  }
  rcv_rig_work(rig);
  rig->descriptor->activate(rig->handle);
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);

  // From the first frame, as nothing has played since activate()
  assert_memory_equal(output, expected, sizeof(output));
  rcv_rig_free(rig);
}

/// There are no options to change: it takes blocks of any length, at its rate
static void
test_options(void** const state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  assert_null(rig->descriptor->extension_data(LV2_OPTIONS__interface));
  rcv_rig_restore(rig, "one.safetensors");
  for (uint32_t t = 0, n = 1; t < N_FRAMES; t += n) {
    n = 3 * n < N_FRAMES - t ? 3 * n : N_FRAMES - t; // Ever longer
    rcv_rig_run_mono(rig, input + t, output + t, n);
  }
  assert_memory_equal(output, expected, sizeof(output));
  rcv_rig_free(rig);
}

/// A file of 4 GiB, all of it zero and none of it on the disk
static void
test_huge_file(void** const state)
{
  (void)state;
  const int file = open("huge.safetensors", O_CREAT | O_WRONLY, 0644);
  assert_true(file >= 0);
  const off_t size = (off_t)4 << 30;
  if (ftruncate(file, size) != 0) {
    close(file);
    print_message("[  SKIPPED ] this file system has no files of 4 GiB\n");
    skip();
  }
  close(file);

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_send_path(rig, "huge.safetensors");
  rcv_rig_run_mono(rig, input, output, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_run_mono(rig, input + BLOCK, output + BLOCK, N_FRAMES - BLOCK);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_REFUSED);
  assert_non_null(strstr(rig->log, "huge.safetensors"));
  assert_memory_equal(output, expected, sizeof(output));
  rcv_rig_free(rig);
  assert_int_equal(unlink("huge.safetensors"), 0);
}

/// What cannot be loaded, sent while it plays: nothing of it is heard
static void
test_bad_messages(void** const state)
{
  (void)state;
  // What is missing comes between, so that each status is seen to change
  static const RcvPlayStatus statuses[] = {
    RCV_STATUS_REFUSED, // A number instead of a path
    RCV_STATUS_MISSING, // No file
    RCV_STATUS_REFUSED, // A path of 100 kB
    RCV_STATUS_REFUSED, // An empty one, which changes nothing
    RCV_STATUS_MISSING, // No file
    RCV_STATUS_REFUSED, // A folder
    RCV_STATUS_MISSING, // No file
    RCV_STATUS_REFUSED, // A pipe, which nobody writes
  };
  enum { N_MESSAGES = sizeof(statuses) / sizeof(statuses[0]) };
  static char long_path[100000];
  memset(long_path, 'x', sizeof(long_path) - 1);
  assert_int_equal(mkdir("folder", 0755), 0);
  assert_int_equal(mkfifo("pipe", 0644), 0);

  const char* const paths[N_MESSAGES] = {
    NULL, "nothing", long_path, "", "nothing", "folder", "nothing", "pipe"};
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (uint32_t i = 0, t = 0; i < N_MESSAGES; ++i) {
    if (paths[i]) {
      rcv_rig_send_path(rig, paths[i]);
    } else {
      rcv_rig_send(
        rig, LV2_PATCH__Set, NULL, RCV_URI_MODEL, LV2_ATOM__Float, "1234", 4);
    }
    for (unsigned b = 0; b < 3; ++b, t += BLOCK) {
      rcv_rig_run_mono(rig, input + t, output + t, BLOCK);
      rcv_rig_work(rig);
    }
    assert_int_equal(rcv_rig_status(rig), statuses[i]);
    assert_memory_equal(output, expected, t * sizeof(float));
  }
  rcv_rig_free(rig);
}

/// Messages whose sizes are lies: none is read beyond its end, or for ever
static void
test_malformed_messages(void** const state)
{
  (void)state;
  // Sizes, as indices of 32 bits: of the sequence, of the event's object, and
  // of the values of its two properties
  enum { SEQUENCE = 0, OBJECT = 6, PROPERTY = 12, VALUE = 18 };

  // Bytes before the value's own, and in the middle of its header
  enum { BEFORE_VALUE = 32, CUT = BEFORE_VALUE + 12, EVENT = 24 };

  static const struct {
    unsigned      where;
    uint32_t      size;
    uint32_t      sequence; // 0: as it was
    RcvPlayStatus status;
  } lies[] = {
    {PROPERTY, UINT32_MAX - 15U, 0, RCV_STATUS_PLAYING},
    {VALUE, UINT32_MAX - 15U, 0, RCV_STATUS_REFUSED},
    {VALUE, 4096, 0, RCV_STATUS_REFUSED},
    {OBJECT, CUT, EVENT + CUT, RCV_STATUS_REFUSED},
    {OBJECT, 4, 0, RCV_STATUS_REFUSED},
    {OBJECT, 65536, 0, RCV_STATUS_REFUSED},
    {SEQUENCE, EVENT - 4, 0, RCV_STATUS_REFUSED},
    {SEQUENCE, 4, 0, RCV_STATUS_REFUSED},
  };
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (uint32_t i = 0, t = 0; i < sizeof(lies) / sizeof(lies[0]); ++i) {
    uint32_t* const words = (uint32_t*)(void*)rig->control;
    rcv_rig_send_path(rig, "nothing");
    words[lies[i].where] = lies[i].size;
    words[SEQUENCE] = lies[i].sequence ? lies[i].sequence : words[SEQUENCE];
    rcv_rig_run_mono(rig, input + t, output + t, BLOCK);
    rcv_rig_work(rig);
    t += BLOCK;
    rcv_rig_run_mono(rig, input + t, output + t, BLOCK);
    t += BLOCK;
    assert_int_equal(rcv_rig_status(rig), lies[i].status);
    assert_memory_equal(output, expected, t * sizeof(float));
  }
  rcv_rig_free(rig);
}

static int
setup(void** const state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);
  rcv_fixture_signal(input, N_FRAMES, 3);

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_run_mono(rig, input, expected, N_FRAMES);
  rcv_rig_free(rig);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_activate_before_the_answer),
    cmocka_unit_test(test_options),
    cmocka_unit_test(test_huge_file),
    cmocka_unit_test(test_bad_messages),
    cmocka_unit_test(test_malformed_messages),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <lv2/atom/atom.h>
#include <lv2/state/state.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { N_FRAMES = 4096 };

static float input[N_FRAMES];
static float one[N_FRAMES];
static float two[N_FRAMES];
static float output[N_FRAMES];

static void
render(const char* const path, float* const out)
{
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, path);
  rcv_rig_run_mono(rig, input, out, N_FRAMES);
  rcv_rig_free(rig);
}

static void
test_round_trip(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_save(rig);
  assert_string_equal(rig->saved, ""); // Nothing, rather than an empty path

  // Saved as soon as it is restored, before any run
  assert_int_equal(rcv_rig_restore(rig, "one.safetensors"), LV2_STATE_SUCCESS);
  rcv_rig_save(rig);
  assert_string_equal(rig->saved, "one.safetensors");
  rcv_rig_idle(rig, 64);
  assert_int_equal(rig->n_paths, 1); // Said without being asked
  assert_string_equal(rig->path, "one.safetensors");
  assert_int_equal(rig->n_scheduled, 0); // restore() needs no worker
  rcv_rig_free(rig);
}

static void
test_sounds_from_the_first_frame(void** state)
{
  (void)state;
  assert_memory_not_equal(one, input, sizeof(one));
  assert_memory_not_equal(one, two, sizeof(one));

  // Of two states that were restored, the last one
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_restore(rig, "two.safetensors");
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, two, sizeof(output));
  rcv_rig_free(rig);
}

static void
test_missing_file_is_kept(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  assert_int_equal(rcv_rig_restore(rig, "away/x.safetensors"),
                   LV2_STATE_SUCCESS);
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, input, sizeof(output));
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_MISSING);
  assert_string_equal(rig->path, "away/x.safetensors");
  assert_non_null(strstr(rig->log, "away/x.safetensors"));
  rcv_rig_save(rig);
  assert_string_equal(rig->saved, "away/x.safetensors");
  rcv_rig_free(rig);
}

static void
test_missing_file_after_a_good_one(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);

  // The good one was not even taken yet, and still is what sounds
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_restore(rig, "away.safetensors");
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, one, sizeof(output));
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_MISSING);
  rcv_rig_save(rig);
  assert_string_equal(rig->saved, "away.safetensors");
  rcv_rig_free(rig);
}

static void
test_without_the_property(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  assert_int_equal(rcv_rig_restore(rig, NULL), LV2_STATE_SUCCESS);
  assert_int_equal(rcv_rig_restore(rig, ""), LV2_STATE_SUCCESS);
  assert_int_equal(rcv_rig_restore_as(rig, "two.safetensors", LV2_ATOM__String),
                   LV2_STATE_ERR_BAD_TYPE);
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, one, sizeof(output));
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  rcv_rig_free(rig);
}

static void
test_too_long(void** state)
{
  (void)state;
  static char path[8000];
  memset(path, 'x', sizeof(path) - 1);
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  assert_int_equal(rcv_rig_restore(rig, path), LV2_STATE_ERR_UNKNOWN);
  rcv_rig_save(rig);
  assert_string_equal(rig->saved, "");
  rcv_rig_free(rig);
}

static void
test_request_before_and_after(void** state)
{
  (void)state;

  // A file that was asked for is still awaited after a restore ...
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_send_path(rig, "two.safetensors");
  rcv_rig_idle(rig, 64);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_idle(rig, 64);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_LOADING);

  // ... and when it comes, it is what sounds, what is said and what is saved
  rcv_rig_work(rig);
  rcv_rig_idle(rig, 64);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  rcv_rig_save(rig);
  assert_string_equal(rig->path, "two.safetensors");
  assert_string_equal(rig->saved, "two.safetensors");
  rig->descriptor->activate(rig->handle);
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, two, sizeof(output));
  rcv_rig_free(rig);
}

/* The knobs' names */

static void
write_knobs_model(const char* const path, const char* const second)
{
  RcvShape shape        = rcv_fixture_shape(3);
  shape.input_size      = 3;
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 1);
  (void)snprintf(model->info.knobs[0].name, 64, "Gain");
  (void)snprintf(model->info.knobs[1].name, 64, "%s", second);
  model->info.knobs[0].min = -20.0;
  rcv_fixture_write(model, path);
  rcv_model_free(model);
}

static void
test_knobs(void** state)
{
  (void)state;
  static const char expected[] =
    "[{\"name\":\"Gain\",\"min\":-20.0,\"max\":1.0,\"value\":0.25},"
    "{\"name\":\"Tone \\\"1\\\"\",\"min\":0.0,\"max\":1.0,\"value\":0.5}]";

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_save(rig);
  assert_string_equal(rig->saved_knobs, ""); // It has none

  write_knobs_model("knobs.safetensors", "Tone \"1\"");
  rcv_rig_send_path(rig, "knobs.safetensors");
  rig->values[RCV_VALUE_KNOB_1] = 0.25f;
  rcv_rig_idle(rig, 64);
  rcv_rig_work(rig);
  rcv_rig_save(rig);
  assert_string_equal(rig->saved_knobs, expected);

  // A file that is refused leaves the old one, and its knobs
  rcv_rig_send_path(rig, "away.safetensors");
  rcv_rig_idle(rig, 64);
  rcv_rig_work(rig);
  rcv_rig_save(rig);
  assert_string_equal(rig->saved, "knobs.safetensors");
  assert_string_equal(rig->saved_knobs, expected);

  // Where the file is missing, the state's names are kept as its path is
  assert_int_equal(rcv_rig_restore_knobs(rig, "away.safetensors", expected),
                   LV2_STATE_SUCCESS);
  rcv_rig_save(rig);
  assert_string_equal(rig->saved, "away.safetensors");
  assert_string_equal(rig->saved_knobs, expected);

  // Where it is there, the file's names count, and the log has the others
  write_knobs_model("knobs.safetensors", "Bass");
  rcv_rig_restore_knobs(rig, "knobs.safetensors", expected);
  rcv_rig_save(rig);
  assert_non_null(strstr(rig->saved_knobs, "\"Bass\""));
  assert_non_null(
    strstr(rig->log, "knob_2 is \"Bass\", and was \"Tone \"1\"\""));
  assert_null(strstr(rig->log, "knob_1"));
  rcv_rig_restore_knobs(rig, "one.safetensors", expected);
  assert_non_null(strstr(rig->log, "has no knob_1 any more"));
  rcv_rig_free(rig);
}

/// What is said about knobs may be anything: the path counts
static void
test_strange_knobs(void** state)
{
  (void)state;
  static const char* const texts[] = {
    "", "x", "{}", "[", "[[[[", "17", "[1,2,3,4,5,6,7,8]"};

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    assert_int_equal(rcv_rig_restore_knobs(rig, "away.safetensors", texts[i]),
                     LV2_STATE_SUCCESS);
    rcv_rig_save(rig);
    assert_string_equal(rig->saved_knobs, "");
    assert_int_equal(rcv_rig_restore_knobs(rig, "one.safetensors", texts[i]),
                     LV2_STATE_SUCCESS);
  }
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, one, sizeof(output));
  rcv_rig_free(rig);
}

/* What the host does with paths */

static unsigned n_mapped;
static unsigned n_freed;

static char*
add_prefix(LV2_State_Map_Path_Handle handle, const char* const path)
{
  (void)handle;
  static char mapped[8192];
  (void)snprintf(mapped, sizeof(mapped), "map/%s", path);
  ++n_mapped;
  return mapped;
}

static char*
drop_prefix(LV2_State_Map_Path_Handle handle, const char* const path)
{
  static char mapped[8192];
  (void)handle;
  (void)snprintf(mapped, sizeof(mapped), "%s", path + 4);
  ++n_mapped;
  return mapped;
}

static void
free_static(LV2_State_Free_Path_Handle handle, char* const path)
{
  (void)handle;
  path[0] = '\0'; // free() would crash: it is static
  ++n_freed;
}

static uint32_t path_type;

static LV2_State_Status
store(LV2_State_Handle  handle,
      const uint32_t    key,
      const void* const value,
      const size_t      size,
      const uint32_t    type,
      const uint32_t    flags)
{
  (void)key;
  (void)flags;
  if (type == path_type) {
    memcpy(handle, value, size);
  }
  return LV2_STATE_SUCCESS;
}

typedef struct {
  const char* path;
  uint32_t    type;
} State;

static const void*
retrieve(LV2_State_Handle handle,
         const uint32_t   key,
         size_t* const    size,
         uint32_t* const  type,
         uint32_t* const  flags)
{
  const State* const state = (const State*)handle;
  (void)key;
  *size  = strlen(state->path) + 1U;
  *type  = state->type;
  *flags = 0;
  return state->path;
}

static void
test_mapped_paths(void** state)
{
  (void)state;
  LV2_State_Map_Path       map_data   = {NULL, add_prefix, drop_prefix};
  LV2_State_Free_Path      free_data  = {NULL, free_static};
  const LV2_Feature        map        = {LV2_STATE__mapPath, &map_data};
  const LV2_Feature        free_path  = {LV2_STATE__freePath, &free_data};
  const LV2_Feature* const features[] = {&map, &free_path, NULL};

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000., true);
  const LV2_State_Interface* const interface =
    (const LV2_State_Interface*)rig->descriptor->extension_data(
      LV2_STATE__interface);

  path_type   = rcv_rig_map(rig, LV2_ATOM__Path);
  State saved = {"map/one.safetensors", rcv_rig_map(rig, LV2_ATOM__Path)};
  assert_int_equal(
    interface->restore(rig->handle, retrieve, &saved, 0, features),
    LV2_STATE_SUCCESS);
  assert_int_equal(n_mapped, 1);
  assert_int_equal(n_freed, 1);
  rcv_rig_idle(rig, 64);
  assert_string_equal(rig->path, "one.safetensors");
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);

  assert_int_equal(interface->save(rig->handle, store, rig->saved, 0, features),
                   LV2_STATE_SUCCESS);
  assert_string_equal(rig->saved, "map/one.safetensors");
  assert_int_equal(n_mapped, 2);
  assert_int_equal(n_freed, 2);
  rcv_rig_free(rig);
}

static int
setup(void** state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);
  rcv_fixture_file("two.safetensors", 2);
  rcv_fixture_signal(input, N_FRAMES, 3);
  render("one.safetensors", one);
  render("two.safetensors", two);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_sounds_from_the_first_frame),
    cmocka_unit_test(test_missing_file_is_kept),
    cmocka_unit_test(test_missing_file_after_a_good_one),
    cmocka_unit_test(test_without_the_property),
    cmocka_unit_test(test_too_long),
    cmocka_unit_test(test_request_before_and_after),
    cmocka_unit_test(test_knobs),
    cmocka_unit_test(test_strange_knobs),
    cmocka_unit_test(test_mapped_paths),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

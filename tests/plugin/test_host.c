// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// The bundle as it was built, in our own host

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/network.h"
#include "dsp/player.h"
#include "dsp/voice.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "train/lv2/lv2_host.h"

#include <glob.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_FRAMES = 9600, BLOCK = 64 };

static float       input[N_FRAMES];
static float       expected[N_FRAMES];
static float       output[2][N_FRAMES];
static char        folder[2048]; // Where we are, so that paths can be absolute
static RcvLv2Host* host;

static void
path_of(char path[4096], const char* const name)
{
  (void)snprintf(path, 4096, "%s/%s", folder, name);
}

static RcvLv2Plugin*
new_plugin(const char* const uri, const RcvLv2WorkerMode worker)
{
  const RcvLv2Settings settings = {48000.0, BLOCK, 4096, worker};
  RcvError             error    = {RCV_OK, ""};
  RcvLv2Plugin* const plugin = rcv_lv2_plugin_new(host, uri, &settings, &error);
  if (!plugin) {
    fail_msg("%s", error.message);
  }
  return plugin;
}

static void
run(RcvLv2Plugin* const plugin,
    const float* const  in,
    const uint32_t      t,
    const uint32_t      n_frames)
{
  const float* const ins[]  = {in, in};
  float* const       outs[] = {output[0] + t, output[1] + t};
  rcv_lv2_plugin_run(plugin, ins, outs, n_frames);
}

static void
assert_status(const RcvLv2Plugin* const plugin, const RcvPlayStatus status)
{
  assert_close(rcv_lv2_plugin_get(plugin, "status"), status, 0.0);
}

/// The same with the player alone, from the first frame; return the status
static RcvPlayStatus
render_expected(const char* const path)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_load(path, &error);
  if (!model) {
    fail_msg("%s", error.message);
    return RCV_STATUS_REFUSED;
  }

  const RcvPlayStatus status =
    model->info.rate_hz == 48000.0 ? RCV_STATUS_PLAYING : RCV_STATUS_RESAMPLED;
  const RcvControls controls = rcv_controls_default();
  RcvVoice* const   voice    = rcv_model_voice_new(model, 1, 48000.0, 1, NULL);
  void* const       memory   = aligned_alloc(RCV_ALIGNMENT, rcv_player_size(1));
  RcvPlayer* const  player   = rcv_player_init(memory, 48000.0, 1);
  const float*      in       = input;
  float*            out      = expected;
  rcv_player_set_voice(player, voice);
  rcv_player_run(player, &controls, &in, &out, N_FRAMES);
  rcv_model_voice_free(voice);
  rcv_model_free(model);
  free(memory);
  return status;
}

/// Play it all, in the host's usual blocks, and compare
static void
assert_plays(RcvLv2Plugin* const plugin, const char* const path)
{
  const RcvPlayStatus status = render_expected(path);
  assert_memory_not_equal(expected, input, sizeof(input));
  for (uint32_t t = 0; t < N_FRAMES; t += BLOCK) {
    run(plugin, input + t, t, BLOCK);
  }
  assert_status(plugin, status);
  const uint32_t n_out = rcv_lv2_plugin_info(plugin)->n_out;
  for (uint32_t c = 0; c < n_out; ++c) {
    assert_memory_equal(output[c], expected, sizeof(expected));
  }
}

/// Ask for a file, and run until it is there
static void
set_path(RcvLv2Plugin* const plugin, const char* const path)
{
  RcvError error = {RCV_OK, ""};
  run(plugin, input, 0, BLOCK); // The default state's path comes out first
  const size_t n_paths = rcv_lv2_plugin_n_paths(plugin);
  assert_int_equal(
    rcv_lv2_plugin_send_path(plugin, RCV_URI_MODEL, path, &error), RCV_OK);
  run(plugin, input, 0, BLOCK);
  rcv_lv2_plugin_wait(plugin);
  run(plugin, input, 0, BLOCK);
  assert_int_equal(rcv_lv2_plugin_n_paths(plugin), n_paths + 1U);
}

static void
preset_path(char path[4096], const char* const preset)
{
  const char* const build = getenv("RECURVE_BUILD");
  assert_non_null(build);
  (void)snprintf(
    path, 4096, "%s/recurve.lv2/presets/%s/model.safetensors", build, preset);
  if (access(path, R_OK)) {
    fail_msg("%s is not there", path);
  }
}

static void
check_worker(const RcvLv2WorkerMode mode)
{
  static const char* const uris[] = {RCV_URI_MONO, RCV_URI_STEREO};

  char one[4096];
  char two[4096];
  path_of(one, "one.safetensors");
  path_of(two, "two.safetensors");
  for (unsigned i = 0; i < 2; ++i) {
    RcvLv2Plugin* const plugin = new_plugin(uris[i], mode);
    set_path(plugin, one);
    assert_string_equal(rcv_lv2_plugin_path(plugin), one);
    rcv_lv2_plugin_reset(plugin); // So that no fade is left
    assert_plays(plugin, one);

    set_path(plugin, two);
    assert_string_equal(rcv_lv2_plugin_path(plugin), two);
    rcv_lv2_plugin_reset(plugin);
    assert_plays(plugin, two);

    char log[1024];
    set_path(plugin, "/nowhere/x.safetensors");
    rcv_lv2_plugin_take_log(plugin, log, sizeof(log));
    assert_status(plugin, RCV_STATUS_MISSING);
    assert_string_equal(rcv_lv2_plugin_path(plugin), two);
    assert_non_null(strstr(log, "/nowhere/x.safetensors"));
    rcv_lv2_plugin_free(plugin);
  }
}

static void
test_synchronous_worker(void** state)
{
  (void)state;
  check_worker(RCV_LV2_WORKER_SYNC);
}

static void
test_threaded_worker(void** state)
{
  (void)state;
  check_worker(RCV_LV2_WORKER_THREAD);
}

static void
test_swaps_while_it_works(void** state)
{
  (void)state;
  char     paths[2][4096];
  RcvError error = {RCV_OK, ""};
  path_of(paths[0], "one.safetensors");
  path_of(paths[1], "two.safetensors");
  RcvLv2Plugin* const plugin =
    new_plugin(RCV_URI_STEREO, RCV_LV2_WORKER_THREAD);
  for (uint32_t i = 0; i < 2000; ++i) {
    if (i % 3 == 0) {
      assert_int_equal(rcv_lv2_plugin_send_path(
                         plugin, RCV_URI_MODEL, paths[(i / 3U) % 2U], &error),
                       RCV_OK);
    }
    run(plugin, input + ((size_t)(i % 100U) * BLOCK), 0, BLOCK);
  }
  rcv_lv2_plugin_wait(plugin);
  run(plugin, input, 0, BLOCK);
  assert_status(plugin, RCV_STATUS_PLAYING);
  assert_string_equal(rcv_lv2_plugin_path(plugin), paths[(1998 / 3) % 2]);
  rcv_lv2_plugin_free(plugin);
}

static void
test_default_state(void** state)
{
  (void)state;
  static const char* const uris[] = {RCV_URI_MONO, RCV_URI_STEREO};

  char path[4096];
  preset_path(path, "chump");
  for (unsigned i = 0; i < 2; ++i) {
    RcvLv2Plugin* const plugin = new_plugin(uris[i], RCV_LV2_WORKER_SYNC);
    assert_plays(plugin, path);
    assert_int_equal(rcv_lv2_plugin_n_paths(plugin), 1);
    rcv_lv2_plugin_free(plugin);
  }
}

static void
check_preset(const char* const name, const bool stereo)
{
  RcvError error = {RCV_OK, ""};
  char     path[4096];
  char     uri[8192];
  preset_path(path, name);
  (void)snprintf(uri,
                 sizeof(uri),
                 "file://%s/lv2/recurve.lv2/presets/%s/preset.ttl#%s",
                 getenv("RECURVE_BUILD"),
                 name,
                 stereo ? "stereo" : "mono");
  // A fresh host each time, as one that has loaded nothing yet
  rcv_lv2_host_free(host);
  host = rcv_lv2_host_new(&error);
  assert_non_null(host);
  RcvLv2Plugin* const plugin =
    new_plugin(stereo ? RCV_URI_STEREO : RCV_URI_MONO, RCV_LV2_WORKER_THREAD);
  rcv_lv2_plugin_set(plugin, "input_gain", 12.0f, &error);
  if (rcv_lv2_plugin_load_preset(plugin, uri, &error)) {
    fail_msg("%s", error.message);
  }
  assert_close(rcv_lv2_plugin_get(plugin, "input_gain"), 0.0, 0.0);
  assert_plays(plugin, path);
  assert_non_null(strstr(rcv_lv2_plugin_path(plugin), name));
  rcv_lv2_plugin_free(plugin);
}

/// All that are in the source tree
static void
test_presets(void** state)
{
  (void)state;
  char pattern[4096];
  assert_non_null(getenv("RECURVE_TOP"));
  (void)snprintf(
    pattern, sizeof(pattern), "%s/presets/*/preset.ttl", getenv("RECURVE_TOP"));

  glob_t found;
  assert_int_equal(glob(pattern, 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    char* const path       = found.gl_pathv[i];
    *strrchr(path, '/')    = '\0';
    const char* const name = strrchr(path, '/') + 1;
    check_preset(name, false);
    check_preset(name, true);
  }
  print_message("%zu presets\n", found.gl_pathc);
  globfree(&found);
}

static void
test_moved_session(void** state)
{
  (void)state;
  char     path[4096];
  char     saved[4096];
  char     moved[4096];
  RcvError error = {RCV_OK, ""};
  path_of(path, "one.safetensors");
  path_of(saved, "session");
  path_of(moved, "moved");

  RcvLv2Plugin* const first = new_plugin(RCV_URI_MONO, RCV_LV2_WORKER_SYNC);
  set_path(first, path);
  rcv_lv2_plugin_set(first, "knob_2", 0.25f, &error);
  assert_int_equal(rcv_lv2_plugin_save(first, saved, &error), RCV_OK);
  rcv_lv2_plugin_free(first);

  assert_int_equal(rename(saved, moved), 0);
  RcvLv2Plugin* const second = new_plugin(RCV_URI_MONO, RCV_LV2_WORKER_SYNC);
  assert_int_equal(rcv_lv2_plugin_restore(second, moved, &error), RCV_OK);
  assert_plays(second, path);
  assert_close(rcv_lv2_plugin_get(second, "knob_2"), 0.25, 0.0);

  // Restored while it plays, it is faded to
  path_of(path, "two.safetensors");
  set_path(second, path);
  assert_int_equal(rcv_lv2_plugin_restore(second, moved, &error), RCV_OK);
  run(second, input, 0, BLOCK);
  rcv_lv2_plugin_reset(second);
  path_of(path, "one.safetensors");
  assert_plays(second, path);
  rcv_lv2_plugin_free(second);
}

static void
test_missing_file_is_kept(void** state)
{
  (void)state;
  char     path[4096];
  RcvError error = {RCV_OK, ""};
  path_of(path, "away.safetensors");
  rcv_fixture_file(path, 9);

  RcvLv2Plugin* const first = new_plugin(RCV_URI_MONO, RCV_LV2_WORKER_SYNC);
  set_path(first, path);
  char* const text = rcv_lv2_plugin_to_string(first, &error);
  assert_non_null(text);
  assert_non_null(strstr(text, "away.safetensors"));
  rcv_lv2_plugin_free(first);
  assert_int_equal(remove(path), 0);

  RcvLv2Plugin* const second = new_plugin(RCV_URI_MONO, RCV_LV2_WORKER_SYNC);
  assert_int_equal(rcv_lv2_plugin_from_string(second, text, &error), RCV_OK);
  run(second, input, 0, BLOCK);
  assert_status(second, RCV_STATUS_MISSING);
  assert_string_equal(rcv_lv2_plugin_path(second), path);
  char* const again = rcv_lv2_plugin_to_string(second, &error);
  assert_non_null(again);
  assert_non_null(strstr(again, "away.safetensors"));

  // One day it is back
  rcv_fixture_file(path, 9);
  assert_int_equal(rcv_lv2_plugin_from_string(second, again, &error), RCV_OK);
  run(second, input, 0, BLOCK);
  rcv_lv2_plugin_reset(second);
  assert_plays(second, path);
  rcv_lv2_plugin_free(second);
  free(again);
  free(text);
}

static int
setup(void** state)
{
  (void)state;
  RcvError error = {RCV_OK, ""};
  if (!getcwd(folder, sizeof(folder))) {
    return 1;
  }
  rcv_fixture_file("one.safetensors", 1);
  rcv_fixture_file("two.safetensors", 2);
  rcv_fixture_signal(input, N_FRAMES, 3);
  host = rcv_lv2_host_new(&error);
  return !host;
}

static int
teardown(void** state)
{
  (void)state;
  rcv_lv2_host_free(host);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_synchronous_worker),
    cmocka_unit_test(test_threaded_worker),
    cmocka_unit_test(test_swaps_while_it_works),
    cmocka_unit_test(test_default_state),
    cmocka_unit_test(test_presets),
    cmocka_unit_test(test_moved_session),
    cmocka_unit_test(test_missing_file_is_kept),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}

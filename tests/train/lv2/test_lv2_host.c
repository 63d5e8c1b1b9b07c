// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"
#include "train/file/audio_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define AMP_URI "http://lv2plug.in/plugins/eg-amp"
#define SAMPLER_URI "http://lv2plug.in/plugins/eg-sampler"

enum { BLOCK = 64 };

static const RcvLv2Settings settings = {48000.0,
                                        BLOCK,
                                        BLOCK,
                                        RCV_LV2_WORKER_SYNC};

static RcvLv2Host* host;

/// Instantiate an example plugin of the LV2 package, or skip the test
static RcvLv2Plugin*
new_or_skip(const char* const uri, const RcvLv2WorkerMode worker)
{
  RcvError       error = {RCV_OK, ""};
  RcvLv2Settings used  = settings;
  used.worker          = worker;

  RcvLv2Plugin* const plugin = rcv_lv2_plugin_new(host, uri, &used, &error);
  if (!plugin && error.status == RCV_NO_FILE) {
    print_message("%s is not installed (lv2-examples)\n", uri);
    skip();
  }
  if (!plugin) {
    fail_msg("%s", error.message);
  }
  return plugin;
}

static void
test_urids(void** state)
{
  (void)state;
  const uint32_t urid = rcv_lv2_host_map(host, "urn:a");
  assert_int_not_equal(urid, 0U);
  assert_int_equal(rcv_lv2_host_map(host, "urn:a"), urid);
  assert_int_not_equal(rcv_lv2_host_map(host, "urn:b"), urid);
  assert_string_equal(rcv_lv2_host_unmap(host, urid), "urn:a");
  assert_null(rcv_lv2_host_unmap(host, 0U));
  assert_null(rcv_lv2_host_unmap(host, 1000000U));
}

static void
test_unknown(void** state)
{
  (void)state;
  RcvError error = {RCV_OK, ""};
  assert_null(rcv_lv2_plugin_new(host, "urn:nope", &settings, &error));
  assert_int_equal(error.status, RCV_NO_FILE);
  assert_non_null(strstr(error.message, "lv2ls"));
  assert_null(rcv_lv2_plugin_new(host, "no URI", &settings, &error));
}

static void
test_amp(void** state)
{
  (void)state;
  RcvLv2Plugin* const     plugin = new_or_skip(AMP_URI, RCV_LV2_WORKER_SYNC);
  const RcvLv2Info* const info   = rcv_lv2_plugin_info(plugin);
  RcvError                error  = {RCV_OK, ""};
  assert_string_equal(info->uri, AMP_URI);
  assert_int_equal(info->n_in, 1U);
  assert_int_equal(info->n_out, 1U);
  assert_false(info->has_latency);
  assert_int_equal(rcv_lv2_plugin_latency(plugin), 0U);
  assert_int_equal(rcv_lv2_plugin_n_controls(plugin), 1U);

  const RcvLv2Control gain = rcv_lv2_plugin_control(plugin, 0U);
  assert_string_equal(gain.symbol, "gain");
  assert_close(gain.min, -90.0, 0.0);
  assert_close(gain.max, 24.0, 0.0);
  assert_close(rcv_lv2_plugin_get(plugin, "gain"), 0.0, 0.0);
  assert_true(isnan(rcv_lv2_plugin_get(plugin, "nope")));
  assert_int_equal(rcv_lv2_plugin_set(plugin, "nope", 1.0F, &error),
                   RCV_BAD_USAGE);
  assert_int_equal(rcv_lv2_plugin_set(plugin, "gain", 20.0F, NULL), RCV_OK);

  float              buffer[BLOCK] = {0.01F, 0.02F, 0.0F};
  const float* const in[]          = {buffer};
  float* const       out[]         = {buffer};
  rcv_lv2_plugin_run(plugin, in, out, 0U);
  assert_close(buffer[1], 0.02, 1.0e-8);
  rcv_lv2_plugin_run(plugin, in, out, BLOCK);
  assert_close(buffer[0], 0.1, 1.0e-6);
  assert_close(buffer[1], 0.2, 1.0e-6);
  rcv_lv2_plugin_reset(plugin);

  assert_int_equal(rcv_lv2_plugin_send_get(plugin, NULL, &error),
                   RCV_UNSUPPORTED);
  assert_int_equal(rcv_lv2_plugin_set_max_block(plugin, 9U, &error),
                   RCV_UNSUPPORTED);
  rcv_lv2_plugin_free(plugin);
}

static void
test_state(void** state)
{
  (void)state;
  RcvError            error = {RCV_OK, ""};
  RcvLv2Plugin* const a     = new_or_skip(AMP_URI, RCV_LV2_WORKER_SYNC);
  rcv_lv2_plugin_set(a, "gain", -6.5F, NULL);
  assert_int_equal(rcv_lv2_plugin_save(a, "state", &error), RCV_OK);
  char* const text = rcv_lv2_plugin_to_string(a, &error);
  assert_non_null(text);

  rcv_lv2_plugin_set(a, "gain", 0.0F, NULL);
  assert_int_equal(rcv_lv2_plugin_restore(a, "state", &error), RCV_OK);
  assert_close(rcv_lv2_plugin_get(a, "gain"), -6.5, 0.0);
  rcv_lv2_plugin_set(a, "gain", 0.0F, NULL);
  assert_int_equal(rcv_lv2_plugin_from_string(a, text, &error), RCV_OK);
  assert_close(rcv_lv2_plugin_get(a, "gain"), -6.5, 0.0);

  assert_int_equal(rcv_lv2_plugin_restore(a, "nope", &error), RCV_NO_FILE);
  assert_int_equal(rcv_lv2_plugin_load_preset(a, "urn:nope", &error),
                   RCV_NO_FILE);
  rcv_lv2_plugin_free(a);
  free(text);
}

/// Run until the plugin has reported a number of paths, at most two seconds
static void
run_until_paths(RcvLv2Plugin* const plugin, const size_t n_paths)
{
  static const struct timespec pause = {0, 2000000};

  float        buffer[BLOCK] = {0.0F};
  float* const out[]         = {buffer};
  for (int i = 0; i < 1000 && rcv_lv2_plugin_n_paths(plugin) < n_paths; ++i) {
    rcv_lv2_plugin_run(plugin, NULL, out, BLOCK);
    nanosleep(&pause, NULL);
  }
  assert_int_equal(rcv_lv2_plugin_n_paths(plugin), n_paths);
}

/// The sampler loads a file in its worker, and says so with patch:Set
static void
check_sampler(const RcvLv2WorkerMode worker)
{
  static const char* const property = SAMPLER_URI "#sample";

  RcvError            error  = {RCV_OK, ""};
  RcvLv2Plugin* const plugin = new_or_skip(SAMPLER_URI, worker);
  float               tone[] = {0.5F, 0.5F, 0.5F, 0.5F};
  const RcvAudio      audio  = {tone, 4U, 1U, 48000U};
  char                folder[4096];
  char                path[8192];
  assert_non_null(getcwd(folder, sizeof(folder)));
  snprintf(path, sizeof(path), "%s/tone.wav", folder);
  assert_int_equal(rcv_audio_write(&audio, path, &error), RCV_OK);

  float        buffer[BLOCK] = {0.0F};
  float* const out[]         = {buffer};
  rcv_lv2_plugin_run(plugin, NULL, out, BLOCK);
  rcv_lv2_plugin_wait(plugin);

  // The default state's sample may or may not have been announced by now
  const size_t n_before = rcv_lv2_plugin_n_paths(plugin);
  assert_int_equal(rcv_lv2_plugin_send_path(plugin, property, path, &error),
                   RCV_OK);
  run_until_paths(plugin, n_before + 1U);
  assert_string_equal(rcv_lv2_plugin_path(plugin), path);

  assert_int_equal(rcv_lv2_plugin_send_get(plugin, NULL, &error), RCV_OK);
  run_until_paths(plugin, n_before + 2U);
  assert_string_equal(rcv_lv2_plugin_path(plugin), path);

  // A file that is not there leaves a message, and the old one in place
  char log[4096];
  rcv_lv2_plugin_take_log(plugin, log, sizeof(log));
  assert_int_equal(
    rcv_lv2_plugin_send_path(plugin, property, "/nope.wav", &error), RCV_OK);
  rcv_lv2_plugin_run(plugin, NULL, out, BLOCK);
  rcv_lv2_plugin_wait(plugin);
  rcv_lv2_plugin_take_log(plugin, log, sizeof(log));
  assert_non_null(strstr(log, "/nope.wav"));
  rcv_lv2_plugin_take_log(plugin, log, sizeof(log));
  assert_string_equal(log, "");

  // A saved state brings the file back in another instance
  assert_int_equal(rcv_lv2_plugin_save(plugin, "sampler", &error), RCV_OK);
  rcv_lv2_plugin_free(plugin);

  RcvLv2Plugin* const other = new_or_skip(SAMPLER_URI, worker);
  assert_int_equal(rcv_lv2_plugin_restore(other, "sampler", &error), RCV_OK);
  rcv_lv2_plugin_run(other, NULL, out, BLOCK);
  rcv_lv2_plugin_wait(other);
  rcv_lv2_plugin_run(other, NULL, out, BLOCK);
  const size_t n_other = rcv_lv2_plugin_n_paths(other);
  assert_int_equal(rcv_lv2_plugin_send_get(other, NULL, &error), RCV_OK);
  run_until_paths(other, n_other + 1U);
  assert_non_null(strstr(rcv_lv2_plugin_path(other), "tone.wav"));
  rcv_lv2_plugin_free(other);
}

static void
test_worker_sync(void** state)
{
  (void)state;
  check_sampler(RCV_LV2_WORKER_SYNC);
}

static void
test_worker_thread(void** state)
{
  (void)state;
  check_sampler(RCV_LV2_WORKER_THREAD);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_urids),
    cmocka_unit_test(test_unknown),
    cmocka_unit_test(test_amp),
    cmocka_unit_test(test_state),
    cmocka_unit_test(test_worker_sync),
    cmocka_unit_test(test_worker_thread),
  };

  scratch_folder_enter();
  host = rcv_lv2_host_new(NULL);
  if (!host) {
    return 1;
  }

  const int status = cmocka_run_group_tests(tests, NULL, NULL);
  rcv_lv2_host_free(host);
  return status;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/plugin_capture.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AMP_URI "http://lv2plug.in/plugins/eg-amp"

enum { N_FRAMES = 5000 };

static RcvLv2Host* host;
static float       samples[2 * N_FRAMES];
static size_t      n_written;
static size_t      n_silent;

static void
count_written(const char* const path,
              const bool        is_silent,
              const size_t      done,
              const size_t      n_all)
{
  assert_non_null(path);
  assert_true(done <= n_all);
  ++n_written;
  n_silent += is_silent;
}

/// Describe a capture with the LV2 package's example amplifier
static void
init_capture(RcvCapture* const capture)
{
  memset(capture, 0, sizeof(*capture));
  capture->uri                 = AMP_URI;
  capture->dry_path            = "in.wav";
  capture->folder              = "out";
  capture->render.block        = 256U;
  capture->render.warm_up_s    = 0.01;
  capture->render.trim_latency = true;
  capture->written             = count_written;
  n_written                    = 0U;
  n_silent                     = 0U;
}

static void
skip_without_amp(void)
{
  const RcvLv2Settings settings = {48000.0, 256U, 256U, RCV_LV2_WORKER_SYNC};
  RcvLv2Plugin* const  plugin =
    rcv_lv2_plugin_new(host, AMP_URI, &settings, NULL);
  if (!plugin) {
    print_message("%s is not installed (lv2-examples)\n", AMP_URI);
    skip();
  }
  rcv_lv2_plugin_free(plugin);
}

static void
assert_gain(const char* const path, const double gain)
{
  RcvAudio wet   = {NULL, 0U, 0U, 0U};
  RcvError error = {RCV_OK, ""};
  if (rcv_audio_read(&wet, path, &error)) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(wet.n_frames, N_FRAMES);
  for (size_t i = 0U; i < N_FRAMES; ++i) {
    assert_close(wet.samples[i], gain * (double)samples[i], 1.0e-5);
  }
  rcv_audio_clear(&wet);
}

static void
test_one(void** state)
{
  (void)state;
  static RcvCapture capture;
  RcvError          error = {RCV_OK, ""};
  char*             text  = NULL;
  skip_without_amp();
  init_capture(&capture);
  assert_int_equal(rcv_knob_parse(&capture.set[0], "gain=-20", NULL), RCV_OK);
  capture.n_set = 1U;
  if (rcv_capture_run(&capture, host, &text, &error)) {
    fail_msg("%s", error.message);
  }
  assert_gain("out/dry.wav", 1.0);
  assert_gain("out/wet.wav", 0.1);
  assert_int_equal(access("out/capture.json", R_OK), 0);
  assert_int_equal(n_written, 1U);
  assert_int_equal(n_silent, 0U);
  assert_non_null(strstr(text, "\"gain\": -20.0"));
  assert_non_null(strstr(text, AMP_URI));
  free(text);
}

static void
test_grid(void** state)
{
  (void)state;
  static RcvCapture capture;
  RcvError          error = {RCV_OK, ""};
  char*             text  = NULL;
  skip_without_amp();
  init_capture(&capture);
  assert_int_equal(rcv_knob_parse(&capture.grid[0], "gain=-90,24,-33", NULL),
                   RCV_OK);
  capture.n_grid = 1U;
  if (rcv_capture_run(&capture, host, &text, &error)) {
    fail_msg("%s", error.message);
  }
  assert_gain("out/0001/wet.wav", 15.848932);
  assert_gain("out/0002/wet.wav", 0.022387211);
  assert_int_equal(n_written, 3U);
  assert_int_equal(n_silent, 1U);
  assert_non_null(strstr(text, "\"gain\": 0.5"));
  assert_non_null(strstr(text, "0002/wet.wav"));
  free(text);
}

static void
assert_refused(const RcvCapture* const capture, const char* const words)
{
  RcvError error = {RCV_OK, ""};
  char*    text  = NULL;
  assert_int_not_equal(rcv_capture_run(capture, host, &text, &error), RCV_OK);
  assert_null(text);
  if (!strstr(error.message, words)) {
    fail_msg("\"%s\" lacks \"%s\"", error.message, words);
  }
}

static void
test_refused(void** state)
{
  (void)state;
  static RcvCapture capture;
  skip_without_amp();
  init_capture(&capture);
  capture.dry_path = "stereo.wav";
  assert_refused(&capture, "--channel 1 to 2");
  capture.channel = 3U;
  assert_refused(&capture, "has 2 channels");

  init_capture(&capture);
  capture.folder = "no/such";
  assert_refused(&capture, "no/such: cannot create");
  capture.folder = "in.wav";
  assert_refused(&capture, "in.wav: cannot create");

  init_capture(&capture);
  capture.preset = "urn:nope";
  assert_refused(&capture, "no such preset");

  init_capture(&capture);
  capture.n_set = 1U;
  assert_int_equal(rcv_knob_parse(&capture.set[0], "gain=25", NULL), RCV_OK);
  assert_refused(&capture, "gain: 25 is not in -90..24");
  assert_int_equal(rcv_knob_parse(&capture.set[0], "nope=1", NULL), RCV_OK);
  assert_refused(&capture, "no control input \"nope\"");

  // What failed leaves no report that could be taken for true
  assert_int_not_equal(access("out/capture.json", F_OK), 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_one),
    cmocka_unit_test(test_grid),
    cmocka_unit_test(test_refused),
  };

  for (size_t i = 0U; i < 2U * (size_t)N_FRAMES; ++i) {
    samples[i] = (float)((i * 7919U) % 65536U) / 65536.0F - 0.5F;
  }
  scratch_folder_enter();

  const RcvAudio mono   = {samples, N_FRAMES, 1U, 48000U};
  const RcvAudio stereo = {samples, N_FRAMES, 2U, 48000U};
  host                  = rcv_lv2_host_new(NULL);
  if (!host || rcv_audio_write(&mono, "in.wav", NULL) ||
      rcv_audio_write(&stereo, "stereo.wav", NULL)) {
    return 1;
  }

  const int status = cmocka_run_group_tests(tests, NULL, NULL);
  rcv_lv2_host_free(host);
  return status;
}

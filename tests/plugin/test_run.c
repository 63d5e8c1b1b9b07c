// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/player.h"
#include "dsp/voice.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <lv2/core/lv2.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 9600 };

static float input[N_FRAMES];
static float expected[N_FRAMES];
static float output[N_FRAMES];

/// Length of the next block; 0 asks for a mix of lengths
static uint32_t
next_block(const uint32_t block, const uint32_t t)
{
  static const uint32_t mix[] = {1, 64, 7, 0, 513, 2, 4096, 63, 65, 128};

  const uint32_t length = block ? block : mix[t % 10U];
  return length < N_FRAMES - t ? length : N_FRAMES - t;
}

/// The same with the player alone
static void
render_expected(const char* const path, const RcvControls* const controls)
{
  RcvError         error  = {RCV_OK, ""};
  RcvModel* const  model  = rcv_model_load(path, &error);
  RcvVoice* const  voice  = rcv_model_voice_new(model, 1, 48000.0, 1, NULL);
  void* const      memory = aligned_alloc(RCV_ALIGNMENT, rcv_player_size(1));
  RcvPlayer* const player = rcv_player_init(memory, 48000.0, 1);
  const float*     in     = input;
  float*           out    = expected;
  rcv_player_set_voice(player, voice);
  rcv_player_run(player, controls, &in, &out, N_FRAMES);
  rcv_model_voice_free(voice);
  rcv_model_free(model);
  free(memory);
}

static void
check_render(const char* const uri, const uint32_t block)
{
  RcvRig* const rig = rcv_rig_new(uri, 48000.0, true);
  assert_int_equal(rcv_rig_restore(rig, "one.safetensors"), LV2_STATE_SUCCESS);
  rig->values[RCV_VALUE_INPUT_GAIN]  = 6.0f;
  rig->values[RCV_VALUE_OUTPUT_GAIN] = -3.0f;
  rig->values[RCV_VALUE_MIX]         = 80.0f;

  uint32_t zeros = 0; // In the mix; then t does not go on
  for (uint32_t t = 0; t < N_FRAMES;) {
    const uint32_t n = next_block(block, t + zeros);
    zeros            = n ? zeros : zeros + 1U;
    rcv_rig_run_mono(rig, input + t, output + t, n);
    assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
    t += n;
  }
  rcv_rig_free(rig);
  assert_memory_equal(output, expected, sizeof(output));
}

static void
test_equals_player(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {1, 7, 64, 4096, 0, N_FRAMES};

  RcvControls controls    = rcv_controls_default();
  controls.input_gain_db  = 6.0f;
  controls.output_gain_db = -3.0f;
  controls.mix            = 80.0f / 100.0f;
  render_expected("one.safetensors", &controls);
  for (unsigned i = 0; i < sizeof(blocks) / sizeof(blocks[0]); ++i) {
    check_render(RCV_URI_MONO, blocks[i]);
    check_render(RCV_URI_STEREO, blocks[i]);
  }
}

static void
test_in_place(void** state)
{
  (void)state;
  RcvControls controls = rcv_controls_default();
  render_expected("one.safetensors", &controls);

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  memcpy(output, input, sizeof(output));
  rcv_rig_run_mono(rig, output, output, N_FRAMES);
  assert_memory_equal(output, expected, sizeof(output));
  rcv_rig_free(rig);
}

static void
test_stereo_channels_are_apart(void** state)
{
  (void)state;
  static float       silence[N_FRAMES];
  static float       other[N_FRAMES];
  const float* const ins[]  = {silence, input};
  float* const       outs[] = {other, output};

  RcvControls controls = rcv_controls_default();
  render_expected("one.safetensors", &controls);
  RcvRig* const rig = rcv_rig_new(RCV_URI_STEREO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_run(rig, ins, outs, N_FRAMES);
  assert_memory_equal(output, expected, sizeof(output));
  assert_memory_not_equal(other, expected, sizeof(output));
  rcv_rig_free(rig);
}

static void
test_before_any_model(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_run_mono(rig, input, output, 0);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_NO_MODEL);
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, input, sizeof(output));
  assert_close(rig->values[RCV_VALUE_LATENCY], 0.0, 0.0);
  rcv_rig_free(rig);
}

static void
test_latency(void** state)
{
  (void)state;
  RcvShape shape         = rcv_fixture_shape(4);
  shape.bidirectional    = true;
  shape.block_frames     = 64;
  shape.lookahead_frames = 32;
  RcvModel* const model  = rcv_fixture_model(&shape, 48000.0, 5);
  rcv_fixture_write(model, "late.safetensors");
  rcv_model_free(model);

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "late.safetensors");
  rcv_rig_idle(rig, 0);
  assert_close(rig->values[RCV_VALUE_LATENCY], 96.0, 0.0);
  rcv_rig_free(rig);
}

static void
test_other_rate(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 44100.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_idle(rig, 64);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_RESAMPLED);
  assert_non_null(strstr(rig->log, "48000"));
  rcv_rig_free(rig);

  // A model that does not know its rate is taken to be right
  const RcvShape  shape = rcv_fixture_shape(4);
  RcvModel* const model = rcv_fixture_model(&shape, (double)NAN, 6);
  rcv_fixture_write(model, "any.safetensors");
  rcv_model_free(model);
  RcvRig* const any = rcv_rig_new(RCV_URI_MONO, 44100.0, true);
  rcv_rig_restore(any, "any.safetensors");
  rcv_rig_idle(any, 64);
  assert_int_equal(rcv_rig_status(any), RCV_STATUS_PLAYING);
  rcv_rig_free(any);
}

static void
test_bad_values(void** state)
{
  (void)state;
  RcvControls controls   = rcv_controls_default();
  controls.input_gain_db = 40.0f;
  render_expected("one.safetensors", &controls);

  // Beyond the range is its end, NaN is as it was
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rig->values[RCV_VALUE_INPUT_GAIN]  = 1e9f;
  rig->values[RCV_VALUE_OUTPUT_GAIN] = NAN;
  rig->values[RCV_VALUE_MIX]         = INFINITY;
  rig->values[RCV_VALUE_ENABLED]     = NAN;
  rig->values[RCV_VALUE_KNOB_3]      = -INFINITY;
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  assert_memory_equal(output, expected, sizeof(output));
  rcv_rig_free(rig);
}

static void
test_bad_input(void** state)
{
  (void)state;
  static const float bad[] = {NAN, INFINITY, -INFINITY};

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (unsigned i = 0; i < 3; ++i) {
    float x[64];
    memcpy(x, input, sizeof(x));
    x[33] = bad[i];
    rcv_rig_run_mono(rig, x, output, 64);
    for (unsigned t = 0; t < 64; ++t) {
      assert_close(output[t], 0.0, 0.0);
    }
    float sum = 0.0f;
    rcv_rig_run_mono(rig, input, output, 640);
    for (unsigned t = 0; t < 640; ++t) {
      assert_true(isfinite(output[t]));
      sum += fabsf(output[t]);
    }
    assert_true(sum > 1.0f);
  }
  rcv_rig_free(rig);
}

static void
test_unconnected_ports(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_STEREO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (unsigned i = 0; i < RCV_N_VALUES; ++i) {
    rig->descriptor->connect_port(
      rig->handle, rcv_value_port((RcvValue)i, 2), NULL);
  }
  rig->descriptor->connect_port(rig->handle, RCV_PORT_CONTROL, NULL);
  rig->descriptor->connect_port(rig->handle, RCV_PORT_NOTIFY, NULL);
  rig->descriptor->run(rig->handle, 64); // Without audio, too
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  rig->descriptor->connect_port(rig->handle, 1000, output);

  RcvControls controls = rcv_controls_default();
  render_expected("one.safetensors", &controls);
  assert_memory_equal(output, expected, sizeof(output));
  rcv_rig_free(rig);
}

static void
test_load_port(void** state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_run_mono(rig, input, output, N_FRAMES);
  const float load = rig->values[RCV_VALUE_LOAD];
  assert_true(load > 0.0f && load < 100.0f);
  rcv_rig_run_mono(rig, input, output, 0); // Says nothing new
  assert_close(rig->values[RCV_VALUE_LOAD], load, 0.0);
  rcv_rig_free(rig);
}

static void
test_activate_forgets(void** state)
{
  (void)state;
  RcvControls controls = rcv_controls_default();
  render_expected("one.safetensors", &controls);

  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  for (unsigned i = 0; i < 2; ++i) {
    rcv_rig_run_mono(rig, input, output, N_FRAMES);
    assert_memory_equal(output, expected, sizeof(output));
    rig->descriptor->activate(rig->handle);
  }
  rcv_rig_free(rig);
}

static int
setup(void** state)
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
    cmocka_unit_test(test_equals_player),
    cmocka_unit_test(test_in_place),
    cmocka_unit_test(test_stereo_channels_are_apart),
    cmocka_unit_test(test_before_any_model),
    cmocka_unit_test(test_latency),
    cmocka_unit_test(test_other_rate),
    cmocka_unit_test(test_bad_values),
    cmocka_unit_test(test_bad_input),
    cmocka_unit_test(test_unconnected_ports),
    cmocka_unit_test(test_load_port),
    cmocka_unit_test(test_activate_forgets),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/player.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/player_rig.h"

#include <stdlib.h>
#include <string.h>

/**
   @file

   One voice's whole path when nothing changes but the controls; changes of the
   model are in test_player_swap.c.
*/

enum { N_FRAMES = 24000 };

static float x[N_FRAMES];
static float y[N_FRAMES];
static float z[N_FRAMES];

static int
set_up(void** const unused)
{
  (void)unused;
  rcv_fixture_signal(x, N_FRAMES, 5);
  return 0;
}

/// What the network alone makes of x, with its latency
static void
run_network(RcvVoice* const voice, const float gain, float* const out)
{
  float* const driven = network_rig_floats(N_FRAMES);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    driven[t] = gain * x[t];
  }
  rcv_network_run(
    voice->network, voice->phases.states[0][0], driven, out, N_FRAMES);
  rcv_state_reset(voice->phases.states[0][0], voice->network);
  free(driven);
}

static void
test_no_model(void** const unused)
{
  (void)unused;
  RcvControls controls    = rcv_controls_default();
  controls.input_gain_db  = 12.0f;
  RcvPlayer* const player = player_rig_new(1);
  player_rig_run(player, &controls, x, y, N_FRAMES, 0);
  assert_memory_equal(x, y, sizeof(x));
  assert_int_equal(rcv_player_latency(player), 0);
  assert_null(rcv_player_voice(player));
  assert_null(rcv_player_take_retired(player));
  free(player);
}

static void
test_gains(void** const unused)
{
  (void)unused;
  RcvVoice* const voice = player_rig_voice(0, 1, 3);
  for (int db = -20; db <= 20; db += 10) {
    const double     gain     = pow(10.0, db / 20.0);
    RcvControls      controls = rcv_controls_default();
    RcvPlayer* const player   = player_rig_new(1);
    controls.input_gain_db    = (float)db;
    controls.output_gain_db   = (float)(-2 * db);
    rcv_state_reset(voice->phases.states[0][0], voice->network);
    run_network(voice, (float)gain, z);
    rcv_player_set_voice(player, voice);
    player_rig_run(player, &controls, x, y, N_FRAMES, 0);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      const double expected = (double)z[t] / (gain * gain);
      assert_close(y[t], expected, 1e-5 * fmax(1.0, fabs(expected)));
    }
    free(player);
  }
  rcv_model_voice_free(voice);
}

/// A model of known loudness becomes one of −18 dB, an unknown one stays
static void
test_normalize(void** const unused)
{
  (void)unused;
  static const double loudness_db[] = {-30.0, -18.0, -6.0, -500.0};
  for (size_t i = 0; i < 4; ++i) {
    const RcvShape  shape   = network_rig_shape(1, 1, 8);
    RcvModel* const model   = rcv_fixture_model(&shape, 48000.0, 3);
    model->info.loudness_db = loudness_db[i];

    RcvVoice* const  voice    = rcv_model_voice_new(model, 1, 48000.0, 1, NULL);
    RcvPlayer* const player   = player_rig_new(1);
    RcvControls      controls = rcv_controls_default();
    controls.normalize        = true;
    run_network(voice, 1.0f, z);
    rcv_player_set_voice(player, voice);
    player_rig_run(player, &controls, x, y, N_FRAMES, 0);

    const double gain = pow(10.0, fmin(60.0, -18.0 - loudness_db[i]) / 20.0);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      assert_close(y[t], gain * (double)z[t], 2e-6 * gain);
    }
    free(player);
    rcv_model_voice_free(voice);
    rcv_model_free(model);
  }
}

/// Wet, dry and bypass are exact, dry and bypass late by the latency
static void
test_ends(void** const unused)
{
  (void)unused;
  for (uint32_t i = 0; i < 2; ++i) {
    RcvVoice* const  voice    = player_rig_voice(i ? 7 : 1, 1, 3);
    RcvPlayer* const player   = player_rig_new(1);
    const uint32_t   late     = voice->latency_frames;
    RcvControls      controls = rcv_controls_default();
    assert_int_equal(late, i ? 21 : 0);
    run_network(voice, 1.0f, z);
    rcv_player_set_voice(player, voice);
    assert_int_equal(rcv_player_latency(player), late);

    // From wet to dry, to wet again, bypassed and again on
    static const float mix[]     = {1.0f, 0.0f, 1.0f, 1.0f, 1.0f};
    static const bool  enabled[] = {true, true, true, false, true};
    const size_t       n         = N_FRAMES / 5;
    for (size_t k = 0; k < 5; ++k) {
      controls.mix     = mix[k];
      controls.enabled = enabled[k];
      player_rig_run(player, &controls, x + (k * n), y + (k * n), n, 64);

      // Smoothed with 5 ms: within 1e-6, and then exact, after 70 ms
      const bool wet = mix[k] > 0.5f && enabled[k];
      for (size_t t = (k * n) + (n - 100); t < (k + 1) * n; ++t) {
        assert_close(y[t], wet ? z[t] : x[t - late], 0.0);
      }
    }
    free(player);
    rcv_model_voice_free(voice);
  }
}

/// No control makes a step: a slow input stays slow
static void
test_no_clicks(void** const unused)
{
  (void)unused;
  static float     slow[N_FRAMES];
  RcvVoice* const  voice    = player_rig_voice(1, 1, 3);
  RcvPlayer* const player   = player_rig_new(1);
  RcvControls      controls = rcv_controls_default();
  for (size_t t = 0; t < N_FRAMES; ++t) {
    slow[t] = 0.5f * sinf(0.002f * (float)t);
  }
  rcv_player_set_voice(player, voice);

  for (size_t k = 0; k < 8; ++k) {
    const size_t at         = k * (N_FRAMES / 8);
    controls.enabled        = k != 2;
    controls.mix            = k == 3 ? 0.0f : 1.0f;
    controls.input_gain_db  = k == 5 ? 6.0f : 0.0f;
    controls.output_gain_db = k == 6 ? -20.0f : 0.0f;
    player_rig_run(player, &controls, slow + at, y + at, N_FRAMES / 8, 0);
  }

  // From the first frames on, in which the network starts: 1/240 of the way
  // from one sound to the other is the largest step of a 5 ms low-pass
  float greatest = 0.0f;
  for (size_t t = 1000; t < N_FRAMES; ++t) {
    greatest = fmaxf(greatest, fabsf(y[t] - y[t - 1]));
  }
  print_message("greatest step: %.3g\n", (double)greatest);
  assert_true(greatest < 0.01f);
  free(player);
  rcv_model_voice_free(voice);
}

/// Independent of the blocks to the bit, with controls that move
static void
test_blocks(void** const unused)
{
  (void)unused;
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; index += 5) {
    for (uint32_t b = 0; b < 5; ++b) {
      RcvVoice* const  voice    = player_rig_voice(index, 2, 3);
      RcvPlayer* const player   = player_rig_new(1);
      RcvControls      controls = rcv_controls_default();
      float* const     out      = b ? y : z;
      rcv_player_set_voice(player, voice);
      for (size_t t = 0; t < N_FRAMES; t += N_FRAMES / 2) {
        controls.mix           = t ? 0.25f : 1.0f;
        controls.normalize     = t;
        controls.input_gain_db = t ? 6.0f : 0.0f;
        controls.knobs[0]      = t ? 0.9f : 0.1f;
        player_rig_run(player,
                       &controls,
                       x + t,
                       out + t,
                       N_FRAMES / 2,
                       network_rig_blocks[b]);
      }
      if (b) {
        assert_memory_equal(y, z, sizeof(y));
      }
      free(player);
      rcv_model_voice_free(voice);
    }
  }
}

/// The same buffers in and out, two channels, and the channels apart
static void
test_in_place(void** const unused)
{
  (void)unused;
  const RcvControls controls = rcv_controls_default();
  for (uint32_t index = 1; index < 12; index += 6) {
    static float       left[N_FRAMES];
    static float       right[N_FRAMES];
    const float* const in[]   = {left, right};
    float* const       out[]  = {left, right};
    RcvVoice* const    voice  = player_rig_voice_of(index, 1, 3, 2);
    RcvVoice* const    mono   = player_rig_voice(index, 1, 3);
    RcvPlayer* const   player = player_rig_new(2);
    run_network(mono, 1.0f, y);
    run_network(mono, -0.5f, z);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      left[t]  = x[t];
      right[t] = -0.5f * x[t];
    }
    rcv_player_set_voice(player, voice);
    rcv_player_run(player, &controls, in, out, N_FRAMES);
    assert_memory_equal(left, y, sizeof(y));
    assert_memory_equal(right, z, sizeof(z));

    // Left and right in the other's buffers
    float* const crossed[] = {right, left};
    rcv_player_reset(player);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      left[t]  = x[t];
      right[t] = -0.5f * x[t];
    }
    rcv_player_run(player, &controls, in, crossed, RCV_PLAYER_RIG_CHUNK);
    assert_memory_equal(right, y, RCV_PLAYER_RIG_CHUNK * sizeof(float));
    free(player);
    rcv_model_voice_free(voice);
    rcv_model_voice_free(mono);
  }
}

/// The network hears its knobs, in their order, and no others
static void
test_knobs(void** const unused)
{
  (void)unused;
  enum { N = 2000, N_IN = 4 };

  RcvVoice* const  voice    = player_rig_voice(1, N_IN, 3);
  RcvPlayer* const player   = player_rig_new(1);
  RcvControls      controls = rcv_controls_default();
  float* const     inputs   = network_rig_floats((size_t)N * N_IN);
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    controls.knobs[k] = 0.1f * (float)(k + 1);
  }
  for (size_t t = 0; t < N; ++t) {
    inputs[t * N_IN] = x[t];
    for (uint32_t k = 1; k < N_IN; ++k) {
      inputs[(t * N_IN) + k] = 0.1f * (float)k;
    }
  }
  rcv_network_run(voice->network, voice->phases.states[0][0], inputs, z, N);
  rcv_state_reset(voice->phases.states[0][0], voice->network);
  rcv_player_set_voice(player, voice);
  player_rig_run(player, &controls, x, y, N, 0);
  assert_memory_equal(y, z, N * sizeof(float));
  free(inputs);
  free(player);
  rcv_model_voice_free(voice);
}

enum { N_STILL = 12800 };

/// Play with the controls at rest, and from N_STILL on with others
static void
play_change(const RcvModel* const model,
            const RcvControls     others,
            float* const          out)
{
  const RcvControls rest   = rcv_controls_default();
  RcvVoice* const   voice  = rcv_model_voice_new(model, 1, 48000.0, 1, NULL);
  RcvPlayer* const  player = player_rig_new(1);
  rcv_player_set_voice(player, voice);
  player_rig_run(player, &rest, x, out, N_STILL, 64);
  player_rig_run(
    player, &others, x + N_STILL, out + N_STILL, N_FRAMES - N_STILL, 64);
  free(player);
  rcv_model_voice_free(voice);
}

/// Each control does something by itself when all have stood still for long
static void
test_each_control(void** const unused)
{
  (void)unused;
  enum { N_OTHERS = 5 };
  const RcvShape    shape = network_rig_shape(1, RCV_MAX_INPUTS, 8);
  RcvModel* const   model = rcv_fixture_model(&shape, 48000.0, 3);
  const RcvControls rest  = rcv_controls_default();
  RcvControls       others[N_OTHERS + RCV_MAX_KNOBS];
  for (uint32_t i = 0; i < N_OTHERS + RCV_MAX_KNOBS; ++i) {
    others[i] = rest;
  }
  others[0].enabled        = false;
  others[1].normalize      = true;
  others[2].input_gain_db  = 3.0f;
  others[3].output_gain_db = 3.0f;
  others[4].mix            = 0.5f;
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    others[N_OTHERS + k].knobs[k] = 0.75f;
  }

  model->info.loudness_db = -30.0;
  play_change(model, rest, z);
  for (uint32_t i = 0; i < N_OTHERS + RCV_MAX_KNOBS; ++i) {
    play_change(model, others[i], y);
    assert_memory_equal(y, z, N_STILL * sizeof(float));
    assert_memory_not_equal(
      y + N_STILL, z + N_STILL, (N_FRAMES - N_STILL) * sizeof(float));
  }
  rcv_model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_no_model),
    cmocka_unit_test(test_gains),
    cmocka_unit_test(test_normalize),
    cmocka_unit_test(test_ends),
    cmocka_unit_test(test_no_clicks),
    cmocka_unit_test(test_blocks),
    cmocka_unit_test(test_in_place),
    cmocka_unit_test(test_knobs),
    cmocka_unit_test(test_each_control),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

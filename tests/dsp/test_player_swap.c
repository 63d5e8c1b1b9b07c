// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/player.h"

#include "dsp/denormals.h"
#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/player_rig.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   A player whose model changes, or that is given NaN.
*/

enum { N_FRAMES = 9600, N_FADE = 960 };

static float x[N_FRAMES];
static float y[N_FRAMES];
static float z[N_FRAMES];

static int
set_up(void** const unused)
{
  (void)unused;
  for (size_t t = 0; t < N_FRAMES; ++t) {
    x[t] = 0.5f * sinf(0.01f * (float)t);
  }
  return 0;
}

/// Greatest difference between two frames
static double
greatest_step(const float* const signal, const size_t n)
{
  double greatest = 0.0;
  for (size_t t = 1; t < n; ++t) {
    greatest = fmax(greatest, fabs((double)signal[t] - (double)signal[t - 1]));
  }
  return greatest;
}

/// From one to the other within 20 ms, in steps not much larger than theirs
static void
test_cross_fade(void** const unused)
{
  (void)unused;
  static const uint32_t indexes[] = {1, 7, 0};
  const RcvControls     controls  = rcv_controls_default();
  for (size_t i = 0; i < 3; ++i) {
    RcvVoice* const  first  = player_rig_voice(2, 1, 3);
    RcvVoice* const  second = player_rig_voice(indexes[i], 1, 4);
    RcvPlayer* const player = player_rig_new(1);
    rcv_player_set_voice(player, first);
    player_rig_run(player, &controls, x, y, 4000, 64);
    rcv_player_set_voice(player, second);
    assert_ptr_equal(rcv_player_voice(player), second);
    assert_null(rcv_player_take_retired(player));
    player_rig_run(player, &controls, x + 4000, y + 4000, N_FRAMES - 4000, 64);

    // The fade adds 1/960 of the distance of the two to each step
    const double margin = 2.0 / (double)N_FADE;
    const double before = greatest_step(y + 3000, 1000);
    const double after  = greatest_step(y + 7000, N_FRAMES - 7000);
    const double during = greatest_step(y + 3900, 3000);
    assert_true(during <= fmax(before, after) + margin);

    // The second alone, started when it was set
    rcv_player_reset(player);
    assert_ptr_equal(rcv_player_take_retired(player), first);
    assert_null(rcv_player_take_retired(player));
    rcv_network_run(second->network,
                    second->phases.states[0][0],
                    x + 4000,
                    z,
                    N_FRAMES - 4000);
    const size_t end = 4000 + (2 * N_FADE) + second->latency_frames;
    for (size_t t = end; t < N_FRAMES; ++t) {
      assert_close(y[t], z[t - 4000], 1e-7);
    }
    assert_true(fabsf(y[end - 100] - z[end - 4100]) > 1e-7f);
    free(player);
    rcv_model_voice_free(first);
    rcv_model_voice_free(second);
  }
}

/// To a model from none, and back
static void
test_none(void** const unused)
{
  (void)unused;
  const RcvControls controls = rcv_controls_default();
  RcvVoice* const   voice    = player_rig_voice(1, 1, 3);
  RcvPlayer* const  player   = player_rig_new(1);
  player_rig_run(player, &controls, x, y, 1000, 64);
  rcv_player_set_voice(player, voice);
  player_rig_run(player, &controls, x + 1000, y + 1000, 3000, 64);
  rcv_player_set_voice(player, NULL);
  player_rig_run(player, &controls, x + 4000, y + 4000, 3000, 64);
  assert_true(greatest_step(y, 7000) <
              (2.0 / (double)N_FADE) + (2.0 * greatest_step(x, 7000)));
  assert_memory_equal(y + 6000, x + 6000, 1000 * sizeof(float));
  assert_ptr_equal(rcv_player_take_retired(player), voice);
  assert_null(rcv_player_take_retired(player));
  free(player);
  rcv_model_voice_free(voice);
}

/// The same to the bit however a fade is divided, with more that wait
static void
test_blocks(void** const unused)
{
  (void)unused;
  const RcvControls controls = rcv_controls_default();
  for (uint32_t b = 0; b < 5; ++b) {
    RcvVoice*        voices[4];
    RcvPlayer* const player = player_rig_new(1);
    float* const     out    = b ? y : z;
    for (uint32_t i = 0; i < 4; ++i) {
      voices[i] = player_rig_voice(i == 2 ? 7 : i % 3, 1, i);
    }
    rcv_player_set_voice(player, voices[0]);
    for (size_t k = 0; k < 4; ++k) {
      static const size_t starts[] = {0, 1001, 1500, 5003, N_FRAMES};
      if (k) {
        rcv_player_set_voice(player, voices[k]);
      }
      player_rig_run(player,
                     &controls,
                     x + starts[k],
                     out + starts[k],
                     starts[k + 1] - starts[k],
                     network_rig_blocks[b]);
    }
    if (b) {
      assert_memory_equal(y, z, sizeof(y));
    }
    free(player);
    for (uint32_t i = 0; i < 4; ++i) {
      rcv_model_voice_free(voices[i]);
    }
  }
}

/// Of many given during a fade the last one plays, and each comes back once
static void
test_last_wins(void** const unused)
{
  (void)unused;
  enum { N_VOICES = 8 };

  const RcvControls controls = rcv_controls_default();
  RcvVoice*         voices[N_VOICES];
  uint32_t          n_retired[N_VOICES] = {0};
  RcvPlayer* const  player              = player_rig_new(1);
  for (uint32_t i = 0; i < N_VOICES; ++i) {
    voices[i] = player_rig_voice(i % 12, 1, i);
    rcv_player_set_voice(player, voices[i]);
    assert_ptr_equal(rcv_player_voice(player), voices[i]);
    if (i) { // The first one is never heard
      player_rig_run(player, &controls, x, y, i == 4 ? 0 : 100, 64);
    }
  }
  player_rig_run(player, &controls, x, y, N_FRAMES, 64);

  for (RcvVoice* v = NULL; (v = rcv_player_take_retired(player));) {
    assert_null(v->next);
    for (uint32_t i = 0; i < N_VOICES; ++i) {
      n_retired[i] += v == voices[i];
    }
  }
  for (uint32_t i = 0; i < N_VOICES; ++i) {
    assert_int_equal(n_retired[i], i + 1 < N_VOICES);
  }
  assert_ptr_equal(rcv_player_voice(player), voices[N_VOICES - 1]);

  // A reset in a fade ends it
  rcv_player_set_voice(player, NULL);
  player_rig_run(player, &controls, x, y, 100, 64);
  rcv_player_reset(player);
  assert_ptr_equal(rcv_player_take_retired(player), voices[N_VOICES - 1]);
  assert_null(rcv_player_voice(player));
  free(player);
  for (uint32_t i = 0; i < N_VOICES; ++i) {
    rcv_model_voice_free(voices[i]);
  }
}

/// Silence for the chunk, one more fault, and the sound comes back
static void
test_bad_input(void** const unused)
{
  (void)unused;
  static const float bad[] = {NAN, INFINITY, -INFINITY, FLT_MAX};
  static float       in[N_FRAMES];
  const RcvControls  controls = rcv_controls_default();
  for (uint32_t i = 0; i < 4 * 12; ++i) {
    RcvVoice* const  voice  = player_rig_voice(i % 12, 1, 3);
    RcvPlayer* const player = player_rig_new(1);
    const uint32_t   late   = voice->latency_frames;
    memcpy(in, x, sizeof(x));
    in[1000] = bad[i / 12];
    rcv_player_set_voice(player, voice);
    for (size_t t = 0; t < N_FRAMES; t += 100) {
      player_rig_run(player, &controls, in + t, y + t, 100, 100);
      for (size_t k = t; k < t + 100; ++k) {
        assert_true(fabsf(y[k]) < 100.0f);
      }
    }
    assert_int_equal(rcv_player_n_faults(player), 1);
    for (size_t t = 1000; t < 1064; ++t) {
      assert_close(y[t], 0.0, 0.0);
    }

    // As if it had been started after the chunk
    rcv_state_reset(voice->phases.states[0][0], voice->network);
    rcv_network_run(
      voice->network, voice->phases.states[0][0], x + 1064, z, 5000);
    for (size_t t = 4000; t < 5000; ++t) {
      assert_close(y[1064 + t], z[t], 1e-6);
    }
    assert_true(greatest_step(y + 2000 + late, 5000) > 1e-5);
    free(player);
    rcv_model_voice_free(voice);
  }
}

/// What is just good enough to be a signal stays finite with all the gain there
/// is, next to what is not
static void
test_huge_input(void** const unused)
{
  (void)unused;
  static float in[N_FRAMES];
  RcvControls  controls   = rcv_controls_default();
  controls.output_gain_db = 40.0f;
  controls.normalize      = true;
  controls.mix            = 0.5f;
  for (uint32_t i = 0; i < 12; ++i) {
    RcvVoice* const  voice  = player_rig_voice(i, 1, 3);
    RcvPlayer* const player = player_rig_new(1);
    memcpy(in, x, sizeof(x));
    for (size_t t = 1000; t < 2000; ++t) {
      in[t] = t % 300 < 100 ? 9e14f : t % 300 < 200 ? 1.1e15f : -1e37f;
    }
    voice->normalize_gain_lin = 1000.0f;
    rcv_player_set_voice(player, voice);
    player_rig_run(player, &controls, in, y, N_FRAMES, 100);
    assert_true(rcv_player_n_faults(player) > 0);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      assert_true(isfinite(y[t]));
    }
    free(player);
    rcv_model_voice_free(voice);
  }
}

/// NaN and infinity as controls are as if nothing was turned
static void
test_bad_controls(void** const unused)
{
  (void)unused;
  const RcvControls good = rcv_controls_default();
  RcvControls       bad  = good;
  bad.input_gain_db = bad.mix = bad.knobs[0] = NAN;
  bad.output_gain_db                         = INFINITY;

  RcvVoice* const  voice  = player_rig_voice(1, 2, 3);
  RcvPlayer* const player = player_rig_new(1);
  rcv_player_set_voice(player, voice);
  player_rig_run(player, &good, x, y, N_FRAMES, 64);
  rcv_player_reset(player);
  player_rig_run(player, &good, x, z, 100, 64);
  player_rig_run(player, &bad, x + 100, z + 100, N_FRAMES - 100, 64);
  assert_memory_equal(y, z, sizeof(y));
  assert_int_equal(rcv_player_n_faults(player), 0);
  free(player);
  rcv_model_voice_free(voice);
}

/// Nothing happens in no frames, and the host's float mode is its own
static void
test_no_frames(void** const unused)
{
  (void)unused;
  const RcvControls controls = rcv_controls_default();
  RcvVoice* const   voice    = player_rig_voice(1, 1, 3);
  RcvPlayer* const  player   = player_rig_new(1);
  rcv_player_set_voice(player, voice);
  player_rig_run(player, &controls, x, y, 1000, 64);
  rcv_player_reset(player);
  for (size_t t = 0; t < 1000; t += 100) {
    const float* const in[]  = {NULL};
    float* const       out[] = {NULL};
    rcv_player_run(player, &controls, in, out, 0);
    player_rig_run(player, &controls, x + t, z + t, 100, 0);
  }
  assert_memory_equal(y, z, 1000 * sizeof(float));

  // Denormals as the host has them: on, then off
  volatile float tiny = 1e-40f;
  assert_true(tiny * 0.5f > 0.0f);
  player_rig_run(player, &controls, x, y, 100, 64);
  assert_true(tiny * 0.5f > 0.0f);
  const uint64_t mode = rcv_denormals_off();
  player_rig_run(player, &controls, x, y, 100, 64);
  volatile float flushed = tiny * 0.5f;
  rcv_denormals_restore(mode);
  assert_false(flushed > 0.0f);
  free(player);
  rcv_model_voice_free(voice);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_cross_fade),
    cmocka_unit_test(test_none),
    cmocka_unit_test(test_blocks),
    cmocka_unit_test(test_last_wins),
    cmocka_unit_test(test_bad_input),
    cmocka_unit_test(test_huge_input),
    cmocka_unit_test(test_bad_controls),
    cmocka_unit_test(test_no_frames),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/player.h"

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/voice.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/player_rig.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/**
   @file

   A thousand changes at random times, also while the one before is under way,
   with shipped models.  The greatest step from frame to frame may exceed that
   of the sounds between which it changes, played alone, by no more than a part
   of their greatest distance: 1/960 in the cross-fade of two models, 1/240 for
   what a low-pass of 5 ms smooths.  The input gain is not such a mix, but as if
   another signal was played: there it may be a tenth more.
*/

enum {
  N_CHANGES = 1000,
  MAX_GAP   = 3000,
  N_FRAMES  = 9600,
  N_START   = 4800,
  N_STEADY  = N_CHANGES * MAX_GAP / 2,
};

static const float tone_step = 0.031f; // Radians from frame to frame

/// The two that are changed between; of voices the player may hold three, all
/// of one side, and there is only one if both sides have the same
typedef struct {
  RcvVoice*   voices[2][3];
  RcvControls controls[2];
} Sides;

/// What is held against the steady sound
typedef struct {
  double step;     ///< Greatest from frame to frame
  double distance; ///< Greatest of the sides, by the greatest of each
} Extent;

static RcvVoice*
preset_voice(const char* const name)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_fixture_preset(name);
  RcvVoice* const voice = rcv_model_voice_new(model, 1, 48000.0, 1, &error);
  assert_non_null(voice);
  rcv_model_free(model);
  return voice;
}

/// Play on, and see how far it goes and steps
static void
play(RcvPlayer* const         player,
     const RcvControls* const controls,
     const size_t             start,
     const size_t             n_frames,
     float* const             last,
     Extent* const            extent)
{
  static float x[N_FRAMES];
  static float y[N_FRAMES];
  for (size_t t = 0; t < n_frames; ++t) {
    // In double precision, where the phase does not jump
    x[t] = (float)(0.4 * sin((double)tone_step * (double)(start + t)));
  }
  player_rig_run(player, controls, x, y, n_frames, 64);
  for (size_t t = 0; t < n_frames; ++t) {
    extent->step     = fmax(extent->step, fabs((double)y[t] - (double)*last));
    extent->distance = fmax(extent->distance, fabs((double)y[t]));
    *last            = y[t];
  }
}

/// Each side alone, after it has started, for as long as it is changed: the
/// greatest step of a steep edge depends on where the frames fall on it
static Extent
measure_steady(const Sides* const sides)
{
  Extent steady = {0.0, 0.0};
  for (size_t i = 0; i < 2; ++i) {
    RcvPlayer* const player  = player_rig_new(1);
    Extent           ignored = {0.0, 0.0};
    Extent           alone   = {0.0, 0.0};
    float            last    = 0.0f;
    rcv_player_set_voice(player, sides->voices[i][0]);
    rcv_player_reset(player);
    play(player, &sides->controls[i], 0, N_START, &last, &ignored);
    for (size_t t = N_START; t < N_STEADY; t += N_FRAMES) {
      play(player, &sides->controls[i], t, N_FRAMES, &last, &alone);
    }
    steady.step = fmax(steady.step, alone.step);
    steady.distance += alone.distance;
    free(player);
  }
  return steady;
}

/// A voice of a side that the player has not, as new
static RcvVoice*
take_voice(const Sides* const sides, bool held[2][3], const size_t side)
{
  size_t i = 0;
  while (held[side][i]) {
    assert_true(++i < 3);
  }
  held[side][i] = true;
  rcv_voice_reset(sides->voices[side][i]);
  return sides->voices[side][i];
}

static void
give_back(const Sides* const sides, bool held[2][3], RcvPlayer* const player)
{
  for (RcvVoice* v = NULL; (v = rcv_player_take_retired(player));) {
    for (size_t i = 0; i < 6; ++i) {
      if (sides->voices[i / 3][i % 3] == v) {
        held[i / 3][i % 3] = false;
      }
    }
  }
}

/// Change a thousand times; the greatest step is as the margin allows
static void
check_changes(const char* const  name,
              const Sides* const sides,
              const double       factor,
              const double       part)
{
  const Extent     steady     = measure_steady(sides);
  RcvPlayer* const player     = player_rig_new(1);
  Extent           ignored    = {0.0, 0.0};
  Extent           changes    = {0.0, 0.0};
  float            last       = 0.0f;
  size_t           place      = N_START;
  uint32_t         random     = 1;
  bool             held[2][3] = {{true}};
  rcv_player_set_voice(player, sides->voices[0][0]);
  rcv_player_reset(player);
  play(player, &sides->controls[0], 0, N_START, &last, &ignored);
  for (size_t i = 0; i < N_CHANGES; ++i) {
    const size_t side = (i + 1U) % 2U;
    random            = (random * 1664525U) + 1013904223U;
    const size_t gap  = 1U + ((random >> 8U) % MAX_GAP);
    if (sides->voices[0][0] != sides->voices[1][0]) {
      rcv_player_set_voice(player, take_voice(sides, held, side));
    }
    play(player, &sides->controls[side], place, gap, &last, &changes);
    place += gap;
    give_back(sides, held, player);
  }
  free(player);

  const double limit = (factor * steady.step) + (part * steady.distance);
  print_message("%s: greatest step %.4f, steady %.4f, allowed %.4f\n",
                name,
                changes.step,
                steady.step,
                limit);
  assert_true(steady.step > 1e-3);
  assert_true(changes.step <= limit);
}

static Sides
same_voice(void)
{
  RcvVoice* const voice = preset_voice("ds1");
  const Sides     sides = {{{voice}, {voice}},
                           {rcv_controls_default(), rcv_controls_default()}};
  return sides;
}

static void
test_bypass(void** const unused)
{
  (void)unused;
  Sides sides               = same_voice();
  sides.controls[1].enabled = false;
  check_changes("bypass", &sides, 1.0, 1.0 / 240.0);
  rcv_model_voice_free(sides.voices[0][0]);
}

static void
test_mix(void** const unused)
{
  (void)unused;
  Sides sides           = same_voice();
  sides.controls[1].mix = 0.0f;
  check_changes("mix", &sides, 1.0, 1.0 / 240.0);
  rcv_model_voice_free(sides.voices[0][0]);
}

static void
test_output_gain(void** const unused)
{
  (void)unused;
  Sides sides                      = same_voice();
  sides.controls[0].output_gain_db = 12.0f;
  sides.controls[1].output_gain_db = -40.0f;
  check_changes("output gain", &sides, 1.0, 1.0 / 240.0);
  rcv_model_voice_free(sides.voices[0][0]);
}

static void
test_input_gain(void** const unused)
{
  (void)unused;
  Sides sides                     = same_voice();
  sides.controls[0].input_gain_db = 12.0f;
  sides.controls[1].input_gain_db = -40.0f;
  check_changes("input gain", &sides, 1.1, 1.0 / 240.0);
  rcv_model_voice_free(sides.voices[0][0]);
}

static void
test_swaps(void** const unused)
{
  (void)unused;
  Sides sides = {{{NULL}}, {rcv_controls_default(), rcv_controls_default()}};
  for (size_t i = 0; i < 6; ++i) {
    sides.voices[i / 3][i % 3] = preset_voice(i / 3 ? "chump" : "ds1");
  }
  check_changes("swaps", &sides, 1.0, 1.0 / 960.0);
  for (size_t i = 0; i < 6; ++i) {
    rcv_model_voice_free(sides.voices[i / 3][i % 3]);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bypass),
    cmocka_unit_test(test_mix),
    cmocka_unit_test(test_output_gain),
    cmocka_unit_test(test_input_gain),
    cmocka_unit_test(test_swaps),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

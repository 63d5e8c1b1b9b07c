// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/idle.h"

#include "dsp/denormals.h"
#include "dsp/model/choice.h"
#include "dsp/model/model.h"
#include "dsp/voice.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"

#include <math.h>
#include <string.h>

/**
   @file

   The shipped presets through sound and silence, idling and not.
*/

enum {
  N_SOUND   = 20000,
  N_SILENCE = 200000,
  N_FRAMES  = 3 * N_SOUND + 2 * N_SILENCE
};

static float x[N_FRAMES];
static float y[2][N_FRAMES];

typedef struct {
  double   host_hz;
  uint32_t oversample;
  bool     low_latency;
} Way;

static const Way ways[] = {{48000.0, 1, false},
                           {44100.0, 1, false},
                           {44100.0, 1, true},
                           {96000.0, 1, false},
                           {96000.0, 1, true},
                           {88200.0, 1, true},
                           {96000.0, 2, false},
                           {48000.0, 4, false}};

/// Sound, silence, sound of which the end is far below what is heard, silence
/// of zeros of both signs, sound
static int
set_up(void** const unused)
{
  (void)unused;
  rcv_fixture_signal(x, N_FRAMES, 3);
  memset(x + N_SOUND, 0, N_SILENCE * sizeof(float));
  float* const second = x + N_SOUND + N_SILENCE;
  for (uint32_t t = 0; t < N_SILENCE; ++t) {
    second[N_SOUND + t] = t % 3 ? -0.0f : 0.9e-8f;
  }
  return 0;
}

/// Play x; return how many frames were not computed
static uint32_t
play(RcvVoice* const voice, float* const out, const uint32_t block)
{
  const uint64_t mode   = rcv_denormals_off();
  uint32_t       n_idle = 0;
  for (uint32_t t = 0, n = 0; t < N_FRAMES; t += n) {
    n = N_FRAMES - t < block ? N_FRAMES - t : block;

    const float* const in[]   = {x + t};
    float* const       outs[] = {out + t};
    rcv_voice_run(voice, in, outs, n);
    n_idle += voice->idle.is_idle ? n : 0;
  }
  rcv_denormals_restore(mode);
  return n_idle;
}

/// How far the two outputs are apart in some frames, at most
static double
difference(const uint32_t first, const uint32_t end)
{
  double greatest = 0.0;
  for (uint32_t t = first; t < end; ++t) {
    greatest = fmax(greatest, fabs((double)y[0][t] - (double)y[1][t]));
  }
  return greatest;
}

static void
check_way(const RcvModel* const model, const Way way)
{
  RcvChoice       choice = {0};
  RcvVoice* const voice  = rcv_choice_voice_new(
    model, 1, way.host_hz, way.oversample, way.low_latency, &choice, NULL);
  assert_int_equal(choice.way != RCV_WAY_RESAMPLED, way.low_latency);
  const uint32_t n_idle = play(voice, y[0], RCV_RATE_CHUNK);

  // In other blocks to the bit the same
  rcv_voice_reset(voice);
  play(voice, y[1], 17);
  assert_memory_equal(y[0], y[1], sizeof(y[0]));

  rcv_voice_reset(voice);
  voice->idle.is_allowed = false;
  assert_int_equal(play(voice, y[1], RCV_RATE_CHUNK), 0);
  rcv_model_voice_free(voice);

  // The networks wake in a state that is off by less than their rounding error,
  // of which some make more, as they do of rounding itself
  const double in_silence = difference(N_SOUND, N_SOUND + N_SILENCE);
  const double in_all     = difference(0, N_FRAMES);
  print_message("%s, %g Hz, %ux%s: idle for %u frames, other by %.1f dBFS in "
                "silence, %.1f dBFS at most\n",
                model->info.name,
                way.host_hz,
                way.oversample,
                way.low_latency ? ", low latency" : "",
                n_idle,
                20.0 * log10(in_silence + 1e-20),
                20.0 * log10(in_all + 1e-20));
  assert_true(n_idle > N_SILENCE * 3 / 2);
  assert_true(in_silence < 8e-6);

  // Extrapolated, the states forget a difference later
  assert_true(in_all <
              (way.low_latency && way.host_hz < 48000.0 ? 2e-4 : 2e-5));
}

static void
test_nothing_is_heard(void** const unused)
{
  (void)unused;
  static const char* const presets[] = {"chump", "ts9"};
  for (uint32_t i = 0; i < 2; ++i) {
    RcvModel* const model = rcv_fixture_preset(presets[i]);
    for (uint32_t w = 0; w < sizeof(ways) / sizeof(ways[0]); ++w) {
      check_way(model, ways[w]);
    }
    rcv_model_free(model);
  }
}

/// Play silence with one value for the knob; true if the voice idles then
static bool
idles_with(RcvVoice* const voice, const float audio, const float knob)
{
  enum { N = 64, N_IN = 2 };

  float  inputs[N * N_IN];
  float  out[N];
  float* outs[] = {out};
  for (size_t t = 0; t < N; ++t) {
    inputs[t * N_IN]       = audio;
    inputs[(t * N_IN) + 1] = knob;
  }
  for (uint32_t t = 0; t < 24000; t += N) {
    const float* const in[] = {inputs};
    rcv_voice_run(voice, in, outs, N);
    if (!t && voice->idle.is_idle) {
      return true; // It was before, and has not noticed anything
    }
  }
  return voice->idle.is_idle;
}

/// What wakes it, and what keeps it awake
static void
test_awake(void** const unused)
{
  (void)unused;
  enum { N_UNIFORM = 12 };
  for (uint32_t index = 0; index < N_UNIFORM + 6; ++index) {
    const bool is_mixed = index >= N_UNIFORM;
    RcvShape   shape    = network_rig_shape(
      is_mixed ? NETWORK_RIG_UNIFORM + index - N_UNIFORM : index, 2, 8);
    shape.num_layers      = is_mixed ? shape.num_layers : 1;
    RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 3);
    RcvVoice* const voice = rcv_model_voice_new(model, 1, 48000.0, 1, NULL);
    const bool      idles = idles_with(voice, 0.0f, 0.5f);
    assert_int_equal(idles, !shape.bidirectional);

    // A knob that moves
    float  inputs[] = {0.0f, 0.25f};
    float  out      = 0.0f;
    float* outs[]   = {&out};
    for (uint32_t i = 0; idles && i < 4; ++i) {
      const float* const in[] = {inputs};
      const float        rest = voice->idle.rest[0];
      inputs[0]               = i % 2 ? 2e-8f : 0.0f;
      inputs[1]               = i % 2 ? inputs[1] : 1.0f - inputs[1];
      rcv_voice_run(voice, in, outs, 1);
      assert_false(voice->idle.is_idle);
      assert_true(i % 2 || fabsf(out - rest) > 1e-6f);
      assert_true(idles_with(voice, 0.0f, inputs[1]));
    }
    assert_false(idles_with(voice, 1.1e-8f, inputs[1]));
    rcv_voice_reset(voice);
    assert_false(voice->idle.is_idle);
    rcv_model_voice_free(voice);
    rcv_model_free(model);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_nothing_is_heard),
    cmocka_unit_test(test_awake),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

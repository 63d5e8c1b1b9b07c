// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/voice.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Channels, and the phases of an oversampled one, that are computed together
   are to the bit what each is alone.
*/

enum { N_FRAMES = 2000, N_IN = 2 };

static float inputs[2][N_FRAMES * N_IN];
static float alone[2][N_FRAMES];
static float together[2][N_FRAMES];

static int
set_up(void** const unused)
{
  (void)unused;
  for (uint32_t c = 0; c < 2; ++c) {
    network_rig_random(inputs[c], (size_t)N_FRAMES * N_IN, 1.0f, 5 + c);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      inputs[c][(t * N_IN) + 1] = 0.125f * floorf((float)t / 300.0f); // A knob
    }
  }
  return 0;
}

static RcvVoice*
voice_new(const uint32_t index,
          const uint32_t n_channels,
          const double   host_hz,
          const uint32_t oversample)
{
  const RcvShape  shape = network_rig_shape(index, N_IN, 9);
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 3);
  RcvVoice* const voice =
    rcv_model_voice_new(model, n_channels, host_hz, oversample, NULL);
  assert_non_null(voice);
  rcv_model_free(model);
  return voice;
}

/**
   Play some channels of the input; the second one starts anew half-way.

   @param first 0 or 1: the one that the voice's first channel plays.
*/
static void
play(RcvVoice* const voice,
     const uint32_t  first,
     float           y[][N_FRAMES],
     const uint32_t  block)
{
  for (uint32_t t = 0, n = 0; t < N_FRAMES; t += n) {
    const uint32_t to_half = (N_FRAMES / 2) - (t % (N_FRAMES / 2));
    n                      = to_half < block ? to_half : block;

    const float* in[RCV_MAX_CHANNELS];
    float*       out[RCV_MAX_CHANNELS];
    for (uint32_t c = 0; c < voice->n_channels; ++c) {
      in[c]  = inputs[first + c] + ((size_t)t * N_IN);
      out[c] = y[first + c] + t;
    }
    if (t == N_FRAMES / 2 && first + voice->n_channels == 2) {
      rcv_voice_reset_channel(voice, voice->n_channels - 1);
    }
    rcv_voice_run(voice, in, out, n);
  }
}

static void
compare(const uint32_t index, const double host_hz, const uint32_t oversample)
{
  RcvVoice* const both = voice_new(index, 2, host_hz, oversample);
  play(both, 0, together, oversample == 2 ? 17 : RCV_RATE_CHUNK);
  for (uint32_t c = 0; c < 2; ++c) {
    RcvVoice* const one = voice_new(index, 1, host_hz, oversample);
    play(one, c, alone, RCV_RATE_CHUNK);
    rcv_model_voice_free(one);
  }
  const void* const a = alone; // The bytes are meant
  const void* const b = together;
  if (memcmp(a, b, sizeof(alone)) != 0) {
    fail_msg("shape %u at %g Hz, %u times: two together are not the same",
             index,
             host_hz,
             oversample);
  }
  assert_memory_not_equal(alone[0], alone[1], sizeof(alone[0]));
  rcv_model_voice_free(both);
}

static void
test_two_are_one_and_one(void** const unused)
{
  (void)unused;
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    compare(index, 48000.0, 1);
    compare(index, 44100.0, 1);
    compare(index, 96000.0, index % 2 ? 1 : 2);
    compare(index, 48000.0, index % 2 ? 2 : 4);
  }
}

/// At N times its rate the network sees every N-th frame, N times over
static void
test_phases(void** const unused)
{
  (void)unused;
  static float x[N_FRAMES * N_IN];
  static float y[N_FRAMES];
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const uint32_t  n    = index % 2 ? 2 : 4;
    RcvVoice* const fast = voice_new(index, 1, 48000.0 * n, n);
    RcvVoice* const slow = voice_new(index, 1, 48000.0, 1);
    assert_int_equal(fast->latency_frames, n * slow->latency_frames);
    for (uint32_t t = 0; t < N_FRAMES; t += RCV_RATE_CHUNK) {
      const uint32_t     n_left = N_FRAMES - t;
      const float* const in[]   = {inputs[0] + ((size_t)t * N_IN)};
      float* const       out[]  = {alone[0] + t};
      rcv_voice_run(
        fast, in, out, n_left < RCV_RATE_CHUNK ? n_left : RCV_RATE_CHUNK);
    }
    for (uint32_t p = 0; p < n; ++p) {
      for (size_t t = 0; t < N_FRAMES / n; ++t) {
        memcpy(x + (t * N_IN),
               inputs[0] + (((t * n) + p) * N_IN),
               N_IN * sizeof(float));
      }
      rcv_phases_reset(&slow->phases);
      rcv_network_run(
        slow->network, slow->phases.states[0][0], x, y, N_FRAMES / n);
      for (size_t t = 0; t < N_FRAMES / n; ++t) {
        assert_close(alone[0][(t * n) + p], y[t], 0.0);
      }
    }
    rcv_model_voice_free(fast);
    rcv_model_voice_free(slow);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_two_are_one_and_one),
    cmocka_unit_test(test_phases),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/voice.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"

#include <stdlib.h>
#include <string.h>

/**
   @file

   Two channels that are computed together are to the bit what each is alone.
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
      inputs[c][(t * N_IN) + 1] = (float)(t / 300) / 8.0f; // A knob
    }
  }
  return 0;
}

static RcvVoice*
voice_new(const uint32_t index, const uint32_t n_channels, const double host_hz)
{
  const RcvShape  shape = network_rig_shape(index, N_IN, 9);
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 3);
  RcvVoice* const voice = rcv_model_voice_new(model, n_channels, host_hz, NULL);
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
test_two_are_one_and_one(void** const unused)
{
  (void)unused;
  static const double rates[] = {48000.0, 44100.0, 96000.0};
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    for (uint32_t r = 0; r < 3; ++r) {
      RcvVoice* const both = voice_new(index, 2, rates[r]);
      play(both, 0, together, r == 1 ? 17 : RCV_RATE_CHUNK);
      for (uint32_t c = 0; c < 2; ++c) {
        RcvVoice* const one = voice_new(index, 1, rates[r]);
        play(one, c, alone, RCV_RATE_CHUNK);
        rcv_model_voice_free(one);
      }
      if (memcmp(alone, together, sizeof(alone)) != 0) {
        fail_msg(
          "shape %u at %g Hz: two together are not the same", index, rates[r]);
      }
      assert_memory_not_equal(alone[0], alone[1], sizeof(alone[0]));
      rcv_model_voice_free(both);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_two_are_one_and_one),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

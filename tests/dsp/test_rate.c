// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// A network at another rate than its own: the resampling there and back

#include "dsp/kernels/kernels.h"
#include "dsp/rate.h"
#include "dsp/shape.h"
#include "dsp/voice.h"
#include "tests/support/assert_close.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 48000 };

static const double pi = 3.14159265358979323846;

static const double rates[] =
  {22050.0, 32000.0, 44100.0, 88200.0, 96000.0, 176400.0, 192000.0, 47999.3};

/// A voice whose network adds nothing to its input: what is heard is the rate
static RcvVoice*
transparent_voice(const double host_hz, const double network_hz)
{
  const RcvShape         shape     = {.cell        = RCV_CELL_RNN,
                                      .input_size  = 1,
                                      .hidden_size = 1,
                                      .num_layers  = 1,
                                      .output_size = 1,
                                      .skip        = true};
  const float            params[6] = {0.0f};
  const RcvVoiceSettings settings  = {
     1, host_hz, network_hz, 1, RCV_WAY_RESAMPLED};
  const RcvKernels* const kernels = rcv_kernels_choose(NULL, 0);
  assert_true(rcv_voice_is_possible(&shape, &settings));
  assert_int_equal(rcv_shape_n_params(&shape), 6);

  void* const memory =
    aligned_alloc(RCV_ALIGNMENT, rcv_voice_size(&shape, kernels, &settings));
  return rcv_voice_init(memory, &shape, params, NULL, kernels, &settings);
}

static void
play(RcvVoice* const    voice,
     const float* const x,
     float* const       y,
     const uint32_t     block)
{
  for (uint32_t t = 0; t < N_FRAMES; t += block) {
    const uint32_t     n     = N_FRAMES - t < block ? N_FRAMES - t : block;
    const float* const in[]  = {x + t};
    float* const       out[] = {y + t};
    rcv_voice_run(voice, in, out, n);
  }
}

/// Energy of what is left when the input, late by the latency, is taken off
static double
residual_db(const float* const x, const float* const y, const uint32_t late)
{
  double error  = 0.0;
  double energy = 0.0;
  for (uint32_t t = N_FRAMES / 4; t < N_FRAMES; ++t) {
    const double e = (double)y[t] - (double)x[t - late];

    error += e * e;
    energy += (double)x[t - late] * (double)x[t - late];
  }
  return 10.0 * log10((error + 1e-30) / energy);
}

static void
test_sines_come_back(void** const state)
{
  (void)state;
  static float x[N_FRAMES];
  static float y[N_FRAMES];
  double       worst = -200.0;
  for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); ++i) {
    const double slower = fmin(rates[i], 48000.0);
    const double hz[]   = {50.0, 1000.0, 0.2 * slower, 0.4 * slower};
    for (size_t k = 0; k < 4; ++k) {
      RcvVoice* const voice = transparent_voice(rates[i], 48000.0);
      for (uint32_t t = 0; t < N_FRAMES; ++t) {
        x[t] = (float)sin(2.0 * pi * hz[k] * t / rates[i]);
      }
      play(voice, x, y, 64);

      const double db = residual_db(x, y, voice->latency_frames);
      if (!(db < -80.0)) {
        fail_msg("%g Hz at %g Hz: %.1f dB", hz[k], rates[i], db);
      }
      worst = fmax(worst, db);
      free(voice);
    }
  }
  print_message("worst residual %.1f dB\n", worst);
}

static void
test_images_are_gone(void** const state)
{
  (void)state;
  static float x[N_FRAMES];
  static float y[N_FRAMES];

  // Above what the network's rate can hold nothing may come through
  RcvVoice* const voice = transparent_voice(96000.0, 48000.0);
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    x[t] = (float)sin(2.0 * pi * 30000.0 * t / 96000.0);
  }
  play(voice, x, y, 64);

  double energy = 0.0;
  for (uint32_t t = N_FRAMES / 4; t < N_FRAMES; ++t) {
    energy += (double)y[t] * (double)y[t];
  }
  assert_true(10.0 * log10((energy + 1e-30) / (0.375 * N_FRAMES)) < -80.0);
  free(voice);
}

static void
test_any_blocks(void** const state)
{
  (void)state;
  static float x[N_FRAMES];
  static float y[N_FRAMES];
  static float z[N_FRAMES];
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    x[t] = (float)sin(0.0001 * t * t);
  }
  for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); ++i) {
    RcvVoice* const voice = transparent_voice(rates[i], 48000.0);
    play(voice, x, y, 64);

    static const uint32_t blocks[] = {1, 7, 63};
    for (size_t k = 0; k < 3; ++k) {
      rcv_voice_reset(voice);
      play(voice, x, z, blocks[k]);
      assert_memory_equal(y, z, sizeof(y));
    }
    free(voice);
  }
}

static void
test_limits(void** const state)
{
  (void)state;
  assert_true(rcv_rate_is_possible(192000.0, 12000.0));
  assert_false(rcv_rate_is_possible(192000.0, 11025.0));
  assert_false(rcv_rate_is_possible(48000.0, 0.0));

  // A bidirectional network's latency grows with the host's rate
  RcvShape               shape = {RCV_CELL_RNN,
                                  RCV_HEAD_LINEAR,
                                  1,
                                  1,
                                  1,
                                  1,
                                  true,
                                  false,
                                  RCV_MAX_BLOCK,
                                  RCV_MAX_LOOKAHEAD,
                                  0.0f,
                                  {{{0}}},
                                  {{0}}};
  const RcvVoiceSettings near  = {1, 96000.0, 48000.0, 1, RCV_WAY_RESAMPLED};
  const RcvVoiceSettings far   = {1, 192000.0, 12000.0, 1, RCV_WAY_RESAMPLED};
  assert_true(rcv_voice_is_possible(&shape, &near));
  assert_false(rcv_voice_is_possible(&shape, &far));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sines_come_back),
    cmocka_unit_test(test_images_are_gone),
    cmocka_unit_test(test_any_blocks),
    cmocka_unit_test(test_limits),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// What oversampling is for: aliasing of high tones through a distortion

#include "dsp/model/model.h"
#include "dsp/player.h"
#include "tests/support/assert_close.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, N_SETTLE = 12000, N_FRAMES = RATE + N_SETTLE };

static const double pi = 3.14159265358979323846;

static float x[N_FRAMES];
static float y[N_FRAMES];

static RcvModel*
load_ds1(void)
{
  char     path[4096];
  RcvError error = {RCV_OK, ""};
  snprintf(path,
           sizeof(path),
           "%s/presets/ds1/model.safetensors",
           getenv("RECURVE_TOP"));

  RcvModel* const model = rcv_model_load(path, &error);
  if (!model) {
    fail_msg("%s", error.message);
  }
  return model;
}

static void
play(const RcvModel* const model, const uint32_t oversample)
{
  const RcvControls controls = rcv_controls_default();
  RcvVoice* const voice = rcv_model_voice_new(model, 1, RATE, oversample, NULL);
  void* const     memory    = aligned_alloc(RCV_ALIGNMENT, rcv_player_size(1));
  RcvPlayer* const   player = rcv_player_init(memory, RATE, 1);
  const float* const in[]   = {x};
  float* const       out[]  = {y};
  rcv_player_set_voice(player, voice);
  rcv_player_run(player, &controls, in, out, N_FRAMES);
  free(memory);
  rcv_model_voice_free(voice);
}

/// Energy of a second of y at one frequency, a whole number of Hz
static double
energy_at(const uint32_t hz)
{
  double real = 0.0;
  double imag = 0.0;
  for (uint64_t t = 0; t < RATE; ++t) {
    const double angle = 2.0 * pi * (double)(t * hz % RATE) / RATE;

    real += (double)y[N_SETTLE + t] * cos(angle);
    imag += (double)y[N_SETTLE + t] * sin(angle);
  }
  return (hz ? 2.0 : 1.0) * ((real * real) + (imag * imag)) / RATE;
}

/// What is neither DC nor a harmonic, in dB of what is a harmonic
static double
aliasing_db(const RcvModel* const model,
            const uint32_t        hz,
            const uint32_t        oversample)
{
  double total    = 0.0;
  double harmonic = 0.0;
  play(model, oversample);
  for (uint32_t t = N_SETTLE; t < N_FRAMES; ++t) {
    total += (double)y[t] * (double)y[t];
  }
  for (uint32_t f = hz; f < RATE / 2; f += hz) {
    harmonic += energy_at(f);
  }
  return 10.0 * log10((total - energy_at(0) - harmonic) / harmonic);
}

/**
   Two tones as loud as they can be.  They are no divisors of the rate, so that
   no alias falls on a harmonic.
*/
static void
test_aliasing(void** const unused)
{
  (void)unused;
  static const uint32_t tones_hz[] = {5003, 8009};
  RcvModel* const       model      = load_ds1();
  for (uint32_t i = 0; i < 2; ++i) {
    for (uint32_t t = 0; t < N_FRAMES; ++t) {
      x[t] = (float)sin(2.0 * pi * tones_hz[i] * t / RATE);
    }

    const double once  = aliasing_db(model, tones_hz[i], 1);
    const double twice = aliasing_db(model, tones_hz[i], 2);
    const double four  = aliasing_db(model, tones_hz[i], 4);
    print_message("%u Hz: aliasing %.1f dB, 2x %.1f dB, 4x %.1f dB\n",
                  tones_hz[i],
                  once,
                  twice,
                  four);
    assert_true(twice < once - 5.0);
    assert_true(four < twice - 10.0);
  }
  rcv_model_free(model);
}

/// What is below the tones that alias stays as it is, only later
static void
test_sound_stays(void** const unused)
{
  (void)unused;
  static float    plain[N_FRAMES];
  RcvModel* const model = load_ds1();
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    x[t] = (float)(0.01 * sin(2.0 * pi * 1000.0 * t / RATE));
  }
  play(model, 1);
  memcpy(plain, y, sizeof(y));
  for (uint32_t n = 2; n <= RCV_MAX_OVERSAMPLE; n += 2) {
    RcvVoice* const voice = rcv_model_voice_new(model, 1, RATE, n, NULL);
    const uint32_t  late  = voice->latency_frames;
    rcv_model_voice_free(voice);
    play(model, n);
    double error  = 0.0;
    double energy = 0.0;
    for (uint32_t t = N_SETTLE; t < N_FRAMES; ++t) {
      const double e = (double)y[t] - (double)plain[t - late];

      error += e * e;
      energy += (double)y[t] * (double)y[t];
    }
    print_message("%ux: %u frames late, other by %.1f dB\n",
                  n,
                  late,
                  10.0 * log10(error / energy));
    assert_true(10.0 * log10(error / energy) < -40.0);
  }
  rcv_model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_aliasing),
    cmocka_unit_test(test_sound_stays),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

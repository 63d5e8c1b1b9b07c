// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// The shipped presets at other rates than their own, against themselves,
// through a resampler that is not the one they play with: the second table of
// docs/rates.md

#include "dsp/denormals.h"
#include "dsp/model/choice.h"
#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/resample.h"
#include "train/signal/plucked_string.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FRAMES = 192000, N_LEAD = 4800 };

static const double length_s = 0.8;

static float own_x[MAX_FRAMES];
static float own_y[MAX_FRAMES];
static float host_x[MAX_FRAMES];
static float host_y[MAX_FRAMES];
static float wanted[MAX_FRAMES];
static float heard[MAX_FRAMES];

/// Half a band below which both rates are compared: what either passes
static double
band_of(const uint32_t own_hz, const uint32_t host_hz)
{
  return 0.465 * (own_hz < host_hz ? own_hz : host_hz);
}

/// Chords and a line, from soft to loud, at the model's rate
static void
make_riff(const uint32_t rate_hz, float* const x, const uint32_t n_frames)
{
  RcvGuitar* const guitar = malloc(sizeof(RcvGuitar));
  assert_non_null(guitar);
  rcv_guitar_init(guitar, &rcv_plain_guitar, 0.0, rate_hz, 1);
  for (uint32_t t = 0; t < n_frames; ++t) {
    const uint32_t step = rate_hz / 20;
    const uint32_t beat = t / step;
    if (t % step == 0 && beat >= 2 && beat < 14) {
      const double force = 0.2 + (0.06 * beat);

      rcv_guitar_pluck(guitar, beat % 6, beat % 5, force, RCV_PLUCK_OPEN);
      rcv_guitar_pluck(guitar, (beat + 2) % 6, 2, force, RCV_PLUCK_OPEN);
    }
    x[t] = (float)rcv_guitar_next(guitar);
  }
  free(guitar);

  float greatest = 0.0f;
  for (uint32_t t = 0; t < n_frames; ++t) {
    greatest = fmaxf(greatest, fabsf(x[t]));
  }
  for (uint32_t t = 0; t < n_frames; ++t) {
    x[t] *= 0.6f / greatest;
  }
}

/// Play with the knobs in the middle, and take the latency off
static void
play(RcvVoice* const    voice,
     const float* const x,
     float* const       y,
     const uint32_t     n_frames)
{
  assert_non_null(voice);
  const uint32_t n_in = 1 + voice->n_knobs;
  const uint32_t late = voice->latency_frames;
  const uint64_t mode = rcv_denormals_off();
  for (uint32_t t = 0; t < n_frames + late; ++t) {
    float frame[RCV_MAX_INPUTS] = {t < n_frames ? x[t] : 0.0f};
    float out                   = 0.0f;
    for (uint32_t k = 1; k < n_in; ++k) {
      frame[k] = 0.5f;
    }
    const float* const ins[]  = {frame};
    float* const       outs[] = {&out};
    rcv_voice_run(voice, ins, outs, 1);
    if (t >= late) {
      y[t - late] = out;
    }
  }
  rcv_denormals_restore(mode);
  rcv_model_voice_free(voice);
}

/// What a voice gives at the host's rate against `own_y`, which is known
static double
snr_db(const RcvModel* const model,
       const uint32_t        host_hz,
       RcvVoice* const       voice)
{
  const uint32_t own_hz  = (uint32_t)model->info.rate_hz;
  const uint32_t slow_hz = own_hz < host_hz ? own_hz : host_hz;
  const uint32_t n_host  = (uint32_t)(length_s * host_hz);
  const uint32_t n_slow  = (uint32_t)(length_s * slow_hz);
  play(voice, host_x, host_y, n_host);
  rcv_resample(
    host_y, n_host, host_hz, slow_hz, band_of(own_hz, host_hz), heard, n_slow);

  double energy = 0.0;
  double error  = 0.0;
  for (uint32_t t = N_LEAD; t < n_slow - 600; ++t) {
    const double e = (double)heard[t] - (double)wanted[t];

    error += e * e;
    energy += (double)wanted[t] * (double)wanted[t];
  }
  return 10.0 * log10(energy / error);
}

/// Make the input at both rates, and what the model makes of it at its own
static void
prepare(const RcvModel* const model, const uint32_t host_hz)
{
  const uint32_t own_hz  = (uint32_t)model->info.rate_hz;
  const uint32_t slow_hz = own_hz < host_hz ? own_hz : host_hz;
  const uint32_t n_own   = (uint32_t)(length_s * own_hz);
  const uint32_t n_host  = (uint32_t)(length_s * host_hz);
  const double   band_hz = 0.4 * slow_hz; // What every filter lets through

  make_riff(own_hz, own_y, n_own);
  rcv_resample(own_y, n_own, own_hz, own_hz, band_hz, own_x, n_own);
  rcv_resample(own_y, n_own, own_hz, host_hz, band_hz, host_x, n_host);
  play(rcv_model_voice_new(model, 1, own_hz, 1, NULL), own_x, own_y, n_own);
  rcv_resample(own_y,
               n_own,
               own_hz,
               slow_hz,
               band_of(own_hz, host_hz),
               wanted,
               (uint32_t)(length_s * slow_hz));
}

static const char*
name_of(const RcvWay way)
{
  static const char* const names[] = {
    "resampled", "cubic", "quadratic", "linear"};
  return names[way];
}

/// A voice of one way
static RcvVoice*
voice_of(const RcvModel* const model, const double host_hz, const RcvWay way)
{
  const RcvVoiceSettings settings = {1, host_hz, model->info.rate_hz, 1, way};
  return rcv_model_voice_with(model, &settings, NULL);
}

static void
check(const RcvModel* const model, const uint32_t host_hz)
{
  RcvChoice       automatic;
  const RcvChoice wish = rcv_choice_make(model, host_hz, 1, true);
  RcvVoice* const voice =
    rcv_choice_voice_new(model, 1, host_hz, 1, false, &automatic, NULL);
  assert_true(automatic.is_measured);

  prepare(model, host_hz);
  const double chosen = snr_db(model, host_hz, voice);
  const double resampled =
    snr_db(model, host_hz, voice_of(model, host_hz, RCV_WAY_RESAMPLED));
  const double direct =
    snr_db(model, host_hz, voice_of(model, host_hz, automatic.direct));
  print_message("| %s | %.1f | %.1f | %s%s | %.1f | %s | %s |\n",
                model->info.name,
                host_hz / 1000.0,
                resampled,
                name_of(automatic.direct),
                automatic.is_stable ? "" : ", unstable",
                direct,
                name_of(automatic.way),
                name_of(wish.way));

  assert_true(chosen >= resampled - RCV_CHOICE_MARGIN_DB);
  const double r = host_hz / model->info.rate_hz;
  if (fabs(r - round(r)) < 1e-9) {
    assert_true(chosen >= 40.0);
  }

  // What is played for the latency's sake is nearly as good as it was measured
  assert_true(wish.way == RCV_WAY_RESAMPLED ||
              direct >= RCV_CHOICE_LEAST_SNR_DB - 6.0);
}

static void
test_presets(void** const unused)
{
  (void)unused;
  static const uint32_t rates_hz[] = {44100, 48000, 88200, 96000, 192000};
  char                  pattern[4096];
  glob_t                found;
  snprintf(pattern, sizeof(pattern), "%s/presets/*/", getenv("RECURVE_TOP"));
  assert_int_equal(glob(pattern, 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    char* const folder         = found.gl_pathv[i];
    folder[strlen(folder) - 1] = '\0'; // The slash
    RcvModel* const model      = rcv_fixture_preset(strrchr(folder, '/') + 1);
    for (size_t k = 0; k < sizeof(rates_hz) / sizeof(rates_hz[0]); ++k) {
      if (fabs(rates_hz[k] - model->info.rate_hz) > 1.0) {
        check(model, rates_hz[k]);
      }
    }
    rcv_model_free(model);
  }
  globfree(&found);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_presets)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

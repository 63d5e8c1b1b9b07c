// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"
#include "dsp/player.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "tests/support/player_rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/**
   @file

   What the faster activations do to the sound of real captures, which is more
   than to a network of random weights: they are driven far harder.
*/

enum { N_FRAMES = 96000, RATE_HZ = 48000 };

// The greatest difference and the RMS one, relative to full scale.  README.md
// has what was measured, 2.8e-3 and 3.1e-4; other kernels round otherwise.
static const double tolerance     = 5e-3;
static const double tolerance_rms = 5e-4;

static float x[N_FRAMES];

/// Play a preset with the kernels of a name, or the best if it is NULL
static void
play(const char* const path, const char* const kernels, float* const y)
{
  RcvError error = {RCV_OK, ""};
  if (kernels) {
    setenv("RECURVE_KERNELS", kernels, 1);
  } else {
    unsetenv("RECURVE_KERNELS");
  }

  RcvModel* const model = rcv_model_load(path, &error);
  if (!model) {
    fail_msg("%s", error.message);
    return;
  }
  const RcvControls controls = rcv_controls_default();
  RcvPlayer* const  player   = player_rig_new(1);
  RcvVoice* const   voice = rcv_model_voice_new(model, 1, RATE_HZ, 1, &error);
  assert_non_null(voice);
  rcv_player_set_voice(player, voice);
  player_rig_run(player, &controls, x, y, N_FRAMES, 64);
  free(player);
  rcv_model_voice_free(voice);
  rcv_model_free(model);
}

static void
test_presets(void** const unused)
{
  (void)unused;
  static const char* const presets[] = {
    "chump", "chump40", "ds1", "rat", "bigmuff", "metal", "compressor", "klon"};
  static float exact[N_FRAMES];
  static float fast[N_FRAMES];

  // Plucked notes, from soft to as loud as a signal can be
  for (size_t t = 0; t < N_FRAMES; ++t) {
    const double seconds = (double)t / RATE_HZ;
    const double age     = fmod(seconds, 0.25);
    const double hz      = 82.4 * (1.0 + floor(seconds / 0.25));

    x[t] = (float)(fmin(1.0, 0.2 + (0.5 * seconds)) * exp(-6.0 * age) *
                   sin(6.283185307 * hz * age));
  }

  const char* const top   = getenv("RECURVE_TOP");
  bool              moved = false;
  for (size_t k = 0; k < sizeof(presets) / sizeof(presets[0]); ++k) {
    char path[4096];
    snprintf(path,
             sizeof(path),
             "%s/presets/%s/model.safetensors",
             top ? top : ".",
             presets[k]);
    play(path, NULL, exact);
    play(path, "fast", fast);

    double greatest = 0.0;
    double energy   = 0.0;
    for (size_t t = 0; t < N_FRAMES; ++t) {
      const double difference = (double)fast[t] - (double)exact[t];

      greatest = fmax(greatest, fabs(difference));
      energy += difference * difference;
    }
    const double rms = sqrt(energy / N_FRAMES);
    print_message("%-10s %.2g, RMS %.2g\n", presets[k], greatest, rms);
    assert_close(greatest, 0.0, tolerance);
    assert_close(rms, 0.0, tolerance_rms);
    moved = moved || greatest > 0.0;
  }
  // Or it was the same table twice: on x86-64, that is right for generic only
  assert_true(moved || rcv_kernels_fast(rcv_kernels_supported(0)) ==
                         rcv_kernels_supported(0));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_presets)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

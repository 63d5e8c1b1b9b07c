// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/excess_delay.h"

#include "dsp/sinc.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "train/data/align.h"
#include "train/file/resample.h"
#include "train/signal/capture_signal.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 16000, REACH = 100 };

/// What went in, and came out late
typedef struct {
  size_t n_frames;
  float* dry;
  float* late; ///< Dry, later, before the device
  float* wet;
} Sound;

static Sound
sound_new(const RcvSignal signal)
{
  const size_t   n       = rcv_capture_signal_length(signal, RATE_HZ);
  int32_t* const samples = calloc(n, sizeof(int32_t));
  Sound          s       = {
                   n, network_rig_floats(n), network_rig_floats(n), network_rig_floats(n)};
  assert_non_null(samples);
  assert_int_equal(rcv_capture_signal_render(signal, RATE_HZ, samples, NULL),
                   RCV_OK);
  for (size_t t = 0; t < n; ++t) {
    s.dry[t] = (float)samples[t] / (float)RCV_SIGNAL_FULL_SCALE;
  }
  free(samples);
  return s;
}

static void
sound_free(const Sound* const s)
{
  free(s->dry);
  free(s->late);
  free(s->wet);
}

/// Dry, later: another sinc than that of dsp/sinc.h, under a Hann window
static void
delay_sound(const Sound* const s, const double delay)
{
  const double whole = floor(delay);
  double       taps[2 * REACH];
  for (int i = 0; i < 2 * REACH; ++i) {
    const double x     = (double)(i - REACH) + (delay - whole);
    const double angle = 3.14159265358979323846 * x;
    const double sinc  = fabs(angle) < 1e-9 ? 1.0 : sin(angle) / angle;

    taps[i] = fabs(x) < REACH ? sinc * (0.5 + (0.5 * cos(angle / REACH))) : 0.0;
  }
  for (size_t t = 0; t < s->n_frames; ++t) {
    double sum = 0.0;
    for (int i = 0; i < 2 * REACH; ++i) {
      const long from = (long)t - (long)whole + i - REACH;
      if (from >= 0 && from < (long)s->n_frames) {
        sum += taps[i] * (double)s->dry[from];
      }
    }
    s->late[t] = (float)sum;
  }
}

/// y = low-passes of tanh(drive·x), without it for 0; a < 0 inverts
static void
run_device(const Sound* const s, const float drive, const float a)
{
  float h = 0.0f;
  for (size_t t = 0; t < s->n_frames; ++t) {
    const float x = drive > 0.0f ? tanhf(drive * s->late[t]) : s->late[t];

    h += fabsf(a) * (x - h);
    s->wet[t] = a < 0.0f ? -h : h;
  }
}

/// What is found, and what of it is chosen
static RcvExcessDelay
find(const Sound* const s, long* const onset, double* const chosen)
{
  RcvDelayEstimate estimate = {0, 1.0, 0.0, 0};
  RcvExcessDelay   excess   = {0.0, 0.0, 0.0};
  assert_int_equal(rcv_align_find(s->dry, s->wet, s->n_frames, &estimate, NULL),
                   RCV_OK);
  assert_int_equal(
    rcv_excess_delay_find(
      s->dry, s->wet, s->n_frames, estimate.delay_frames, &excess, NULL),
    RCV_OK);
  *onset  = estimate.delay_frames;
  *chosen = rcv_excess_delay_choose(&excess, estimate.delay_frames);
  return excess;
}

/// Pure delays behind filters and clippers, of tones and of plucked strings
static void
test_delays(void** const unused)
{
  (void)unused;
  static const double delays[]     = {0.5, 7.25, -3.375, 40.0};
  static const float  devices[][2] = {
     {0.0f, 1.0f}, {0.0f, 0.3f}, {0.0f, -0.5f}, {4.0f, 1.0f}};
  static const RcvSignal signals[] = {RCV_SIGNAL_SHORT, RCV_SIGNAL_RIFF};

  double worst[2] = {0.0, 0.0};
  for (size_t k = 0; k < 2; ++k) {
    const Sound s = sound_new(signals[k]);
    for (size_t i = 0; i < 4; ++i) {
      delay_sound(&s, delays[i]);
      for (size_t d = 0; d < 4; ++d) {
        long   onset  = 0;
        double chosen = 0.0;
        run_device(&s, devices[d][0], devices[d][1]);

        const RcvExcessDelay excess = find(&s, &onset, &chosen);
        const double         error  = fabs(excess.delay_frames - delays[i]);
        print_message("signal %zu, delay %g, device %zu: onset %ld, %.4f, "
                      "trust %.3f, apart %.3f, chosen %.4f\n",
                      k,
                      delays[i],
                      d,
                      onset,
                      excess.delay_frames,
                      excess.trust,
                      excess.apart_frames,
                      chosen);
        worst[d == 3] = fmax(worst[d == 3], error);
        assert_true(error < (d == 3 ? 0.1 : 0.02));
        if (d < 3) {
          assert_close(chosen, delays[i], 0.02);
        } else { // The fraction may be left on, and a frame more
          assert_true(chosen < delays[i] + 0.1 && chosen > delays[i] - 1.1);
        }
        if (i == 3) { // Nothing is resampled for nothing
          assert_close(chosen, 40.0, 0.0);
        }
      }
    }
    sound_free(&s);
  }
  print_message(
    "worst: %.4f frames of filters, %.4f of clippers\n", worst[0], worst[1]);
}

/// What is taken off is gone: below 80 % of the band nothing is left
static void
test_removal(void** const unused)
{
  (void)unused;
  const Sound s = sound_new(RCV_SIGNAL_RIFF);
  delay_sound(&s, 7.25);
  memcpy(s.wet, s.late, s.n_frames * sizeof(float));

  long         onset  = 0;
  double       chosen = 0.0;
  const size_t n      = s.n_frames - 8;
  find(&s, &onset, &chosen);
  assert_close(chosen, 7.25, 0.02);
  memmove(s.wet, s.wet + 7, (n + 1) * sizeof(float));
  assert_int_equal(rcv_resample_between(s.wet, n + 1, chosen - 7.0, NULL),
                   RCV_OK);

  // Both without what is above 80 % of the band
  enum { N_TAPS = 128 };
  float filter[N_TAPS];
  rcv_sinc_filters(filter, 1, N_TAPS, 0.8);

  double error  = 0.0;
  double energy = 0.0;
  for (size_t t = REACH; t < n - REACH - N_TAPS; ++t) {
    double e = 0.0;
    double x = 0.0;
    for (size_t i = 0; i < N_TAPS; ++i) {
      const double dry = (double)s.dry[t + i];
      e += (double)filter[i] * ((double)s.wet[t + i] - dry);
      x += (double)filter[i] * dry;
    }
    error += e * e;
    energy += x * x;
  }
  const double error_db = 10.0 * log10(error / energy);
  print_message("left of a delay of 7.25 frames: %.1f dB\n", error_db);
  assert_true(error_db < -60.0);
  sound_free(&s);
}

/// By what is sure: the fraction, whole frames, or the onset alone
static void
test_choice(void** const unused)
{
  (void)unused;
  static const struct {
    RcvExcessDelay excess;
    long           onset;
    double         chosen;
  } cases[] = {
    {{7.25, 0.99, 0.01}, 5, 7.25},
    {{7.25, 0.99, 0.01}, 8, 7.25}, // A slow device
    {{-3.5, 0.99, 0.01}, -6, -3.5},
    {{7.1, 0.99, 0.01}, 5, 7.0}, // Within the error of a whole one
    {{6.9, 0.99, 0.01}, 5, 7.0},
    {{7.6, 0.99, 0.2}, 5, 7.0}, // The bands say something else
    {{7.6, 0.99, 0.5}, 5, 5.0},
    {{7.6, 0.9, 0.01}, 5, 7.0}, // Not sure enough
    {{7.6, 0.9, 0.01}, 8, 8.0},
    {{7.25, 0.5, 0.01}, 5, 5.0}, // No pure delay
    {{7.25, (double)NAN, 0.0}, 5, 5.0},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    assert_close(rcv_excess_delay_choose(&cases[i].excess, cases[i].onset),
                 cases[i].chosen,
                 1e-12);
  }
}

/// Of noise, silence and what is too short nothing is known
static void
test_nothing(void** const unused)
{
  (void)unused;
  const Sound    s      = sound_new(RCV_SIGNAL_RIFF);
  RcvExcessDelay excess = {0.0, 1.0, 0.0};
  network_rig_random(s.late, s.n_frames, 0.1f, 9);
  const struct {
    const float* wet;
    size_t       n_frames;
  } cases[] = {{s.late, s.n_frames}, {s.wet, s.n_frames}, {s.dry, 8000}};
  for (size_t i = 0; i < 3; ++i) {
    assert_int_equal(
      rcv_excess_delay_find(
        s.dry, cases[i].wet, cases[i].n_frames, 3, &excess, NULL),
      RCV_OK);
    assert_true(excess.trust < 0.8);
  }
  sound_free(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_delays),
    cmocka_unit_test(test_removal),
    cmocka_unit_test(test_choice),
    cmocka_unit_test(test_nothing),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/pair.h"

#include "tests/support/assert_close.h"
#include "tests/support/audio_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/scratch_folder.h"
#include "train/signal/capture_signal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 160000, RATE_HZ = 16000 };

static float samples[2 * N_FRAMES];

/// dry.wav, and wet.wav that is 40 frames later
static int
set_up(void** const unused)
{
  (void)unused;
  network_rig_random(samples, N_FRAMES, 0.4f, 1);
  audio_fixture_write("dry.wav", samples, N_FRAMES, 1, RATE_HZ);

  float* const wet = network_rig_floats(N_FRAMES);
  memcpy(wet + 40, samples, (N_FRAMES - 40) * sizeof(float));
  audio_fixture_write("wet.wav", wet, N_FRAMES, 1, RATE_HZ);
  free(wet);
  return 0;
}

/// The first part with a use; empty if there is none
static RcvRegion
part_of(const RcvPair* const pair, const RcvUse use)
{
  const RcvRegion none = {0, 0};
  for (size_t i = 0; i < pair->n_parts; ++i) {
    if (pair->parts[i].use == use) {
      return pair->parts[i].region;
    }
  }
  return none;
}

static RcvPair
read_pair(const RcvPairOptions options)
{
  RcvPair  pair;
  RcvError error = {RCV_OK, ""};
  if (rcv_pair_read(&pair, "dry.wav", "wet.wav", &options, &error)) {
    fail_msg("%s", error.message);
  }
  return pair;
}

static void
test_default_split(void** const unused)
{
  (void)unused;
  RcvPair      pair = read_pair(audio_fixture_usual);
  const size_t n    = N_FRAMES - 40;
  assert_close(pair.delay_frames, 40.0, 0.0);
  assert_int_equal(pair.n_frames, n);
  assert_int_equal(pair.rate_hz, RATE_HZ);
  assert_false(pair.is_signal);
  assert_int_equal(part_of(&pair, RCV_USE_TRAIN).start, 0);
  assert_close(part_of(&pair, RCV_USE_TRAIN).end, 0.8 * (double)n, 1.0);
  assert_int_equal(part_of(&pair, RCV_USE_VALIDATION).start,
                   part_of(&pair, RCV_USE_TRAIN).end);
  assert_close(part_of(&pair, RCV_USE_VALIDATION).end, 0.9 * (double)n, 1.0);
  assert_int_equal(part_of(&pair, RCV_USE_TEST).start,
                   part_of(&pair, RCV_USE_VALIDATION).end);
  assert_int_equal(part_of(&pair, RCV_USE_TEST).end, n);
  assert_memory_equal(pair.dry, samples, n * sizeof(float));
  assert_memory_equal(pair.takes.takes[0].wet, samples, n * sizeof(float));
  rcv_pair_clear(&pair);
  assert_null(pair.dry);
}

/// Of clips the first halves are silent, and parts begin with a clip
static void
test_clips(void** const unused)
{
  (void)unused;
  enum { CLIP = 7001 };
  const RcvPairOptions clips = {
    true, 6.0, 8.5, RCV_PAIR_TRAIN, CLIP, {0, 0}, NULL};
  RcvPair            pair = read_pair(clips);
  const float* const wet  = pair.takes.takes[0].wet;
  assert_close(pair.delay_frames, 0.0, 0.0);
  assert_int_equal(pair.n_frames, N_FRAMES);
  assert_int_equal(part_of(&pair, RCV_USE_TRAIN).end,
                   6 * RATE_HZ / CLIP * CLIP);
  assert_int_equal(part_of(&pair, RCV_USE_VALIDATION).end,
                   136000 / CLIP * CLIP);
  assert_int_equal(part_of(&pair, RCV_USE_TEST).end, N_FRAMES);
  for (size_t t = 40; t < N_FRAMES; ++t) {
    const bool first = t % CLIP < CLIP / 2;
    assert_true(wet[t] == (first ? 0.0f : samples[t - 40]));
  }
  assert_memory_equal(pair.dry, samples, N_FRAMES * sizeof(float));

  float part[4] = {1.0f, 1.0f, 1.0f, 1.0f};
  rcv_pair_blank(&pair, (9 * (size_t)CLIP) - 2, part, 4);
  assert_true(part[0] == 1.0f && part[1] == 1.0f);
  assert_true(part[2] == 0.0f && part[3] == 0.0f);
  rcv_pair_clear(&pair);
}

static void
test_times(void** const unused)
{
  (void)unused;
  const RcvPairOptions from = {
    false, 6.0, -1.0, RCV_PAIR_TRAIN, 0, {0, 0}, NULL};
  const RcvPairOptions both = {
    false, 6.0, 8.5, RCV_PAIR_TRAIN, 0, {0, 0}, NULL};
  const RcvPairOptions beyond = {
    false, 6.0, 99.0, RCV_PAIR_TRAIN, 0, {0, 0}, NULL};
  const RcvPairOptions unaligned = {
    false, -1.0, -1.0, RCV_PAIR_COMPARE, 0, {0, 0}, NULL};

  RcvPair pair = read_pair(from);
  assert_close(pair.delay_frames, 0.0, 0.0);
  assert_int_equal(part_of(&pair, RCV_USE_TRAIN).end, 6 * RATE_HZ);
  assert_int_equal(part_of(&pair, RCV_USE_VALIDATION).start, 6 * RATE_HZ);
  assert_int_equal(part_of(&pair, RCV_USE_VALIDATION).end, N_FRAMES);
  assert_int_equal(rcv_region_length(part_of(&pair, RCV_USE_TEST)), 0);
  rcv_pair_clear(&pair);

  pair = read_pair(both);
  assert_int_equal(part_of(&pair, RCV_USE_VALIDATION).end,
                   8.5 * (double)RATE_HZ);
  assert_int_equal(part_of(&pair, RCV_USE_TEST).start, 8.5 * (double)RATE_HZ);
  assert_int_equal(part_of(&pair, RCV_USE_TEST).end, N_FRAMES);
  rcv_pair_clear(&pair);

  pair = read_pair(beyond);
  assert_int_equal(part_of(&pair, RCV_USE_VALIDATION).end, N_FRAMES);
  assert_int_equal(rcv_region_length(part_of(&pair, RCV_USE_TEST)), 0);
  rcv_pair_clear(&pair);

  pair = read_pair(unaligned);
  assert_int_equal(rcv_region_length(part_of(&pair, RCV_USE_TRAIN)), 0);
  rcv_pair_clear(&pair);
}

/// The capture signal's own parts, if it is the dry one
static void
test_signal(void** const unused)
{
  (void)unused;
  RcvPair  pair;
  RcvError error = {RCV_OK, ""};
  assert_int_equal(
    rcv_capture_signal_write(RCV_SIGNAL_ALL, RATE_HZ, "signal.wav", &error),
    RCV_OK);
  assert_int_equal(
    rcv_pair_read(
      &pair, "signal.wav", "signal.wav", &audio_fixture_usual, &error),
    RCV_OK);
  assert_true(pair.is_signal);
  assert_close(pair.delay_frames, 0.0, 0.0);
  assert_true(pair.repeat.measured);
  assert_true(pair.repeat.floor < 1e-9);

  static const RcvSignalRole roles[] = {
    RCV_ROLE_TRAIN, RCV_ROLE_VALIDATION, RCV_ROLE_TEST};
  const RcvRegion regions[] = {part_of(&pair, RCV_USE_TRAIN),
                               part_of(&pair, RCV_USE_VALIDATION),
                               part_of(&pair, RCV_USE_TEST)};
  for (size_t i = 0; i < 3; ++i) {
    const RcvSignalPart part =
      rcv_capture_signal_span(RCV_SIGNAL_ALL, RATE_HZ, roles[i]);
    assert_int_equal(regions[i].start, part.start);
    assert_int_equal(rcv_region_length(regions[i]), part.n_frames);
  }
  rcv_pair_clear(&pair);

  // Unless the user says otherwise
  const RcvPairOptions timed = {
    false, 60.0, -1.0, RCV_PAIR_TRAIN, 0, {0, 0}, NULL};
  assert_int_equal(
    rcv_pair_read(&pair, "signal.wav", "signal.wav", &timed, &error), RCV_OK);
  assert_int_equal(part_of(&pair, RCV_USE_TRAIN).start, 0);
  assert_int_equal(part_of(&pair, RCV_USE_TRAIN).end, 60 * RATE_HZ);
  rcv_pair_clear(&pair);
}

static void
test_levels(void** const unused)
{
  (void)unused;
  float* const x = network_rig_floats(N_FRAMES);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    const float sine = 1.5f * sinf(0.05f * (float)t);

    x[t] = t < RATE_HZ ? 0.001f : fminf(fmaxf(sine, -0.9f), 0.9f);
  }
  audio_fixture_write("clipped.wav", x, N_FRAMES, 1, RATE_HZ);
  free(x);

  RcvPair  pair;
  RcvError error = {RCV_OK, ""};
  assert_int_equal(
    rcv_pair_read(
      &pair, "clipped.wav", "dry.wav", &audio_fixture_usual, &error),
    RCV_OK);
  assert_close(pair.dry_levels.peak, 0.9, 1e-6);
  assert_close(pair.dry_levels.noise_floor, 0.001, 1e-6);
  assert_true(pair.dry_levels.n_clipped > N_FRAMES / 3);
  assert_int_equal(pair.wet_levels.n_clipped, 0);
  assert_close(pair.wet_levels.rms, 0.4 / sqrt(3.0), 1e-3);
  assert_close(pair.wet_levels.dc, 0.0, 2e-3);
  rcv_pair_clear(&pair);
}

/// Polarity and drift of each take, whose delay is that of the loudest
static void
test_checks(void** const unused)
{
  (void)unused;
  float* const wet = network_rig_floats(N_FRAMES);
  for (size_t t = 60; t < N_FRAMES; ++t) {
    wet[t] = -0.5f * samples[t - 60];
  }
  audio_fixture_write("inverted.wav", wet, N_FRAMES, 1, RATE_HZ);

  // One frame more in each 6400: 156 ppm
  for (size_t t = 0; t < N_FRAMES; ++t) {
    wet[t] = 0.5f * samples[t - (t / 6400)];
  }
  audio_fixture_write("drifting.wav", wet, N_FRAMES, 1, RATE_HZ);
  free(wet);

  FILE* const json = fopen("takes.json", "w");
  assert_non_null(json);
  fputs("{\"knobs\": [], \"captures\": [{\"file\": \"inverted.wav\"}, "
        "{\"file\": \"drifting.wav\"}, {\"file\": \"wet.wav\"}]}",
        json);
  fclose(json);

  RcvPair  pair;
  RcvError error = {RCV_OK, ""};
  assert_int_equal(
    rcv_pair_read(&pair, "dry.wav", "takes.json", &audio_fixture_usual, &error),
    RCV_OK);
  assert_int_equal(pair.loudest, 2);
  assert_close(pair.delay_frames, 40.0, 0.0);
  for (size_t i = 0; i < 3; ++i) {
    assert_true(pair.checks[i].compared && pair.checks[i].clear);
    assert_close(pair.checks[i].polarity, i ? 1.0 : -1.0, 0.0);
    assert_true(pair.checks[i].drift.measured);
    assert_int_equal(rcv_drift_matters(&pair.checks[i].drift), i == 1);
  }
  assert_close(pair.checks[0].delay_frames, 60.0, 0.0);
  assert_close(pair.checks[2].delay_frames, 40.0, 0.0);
  assert_close(pair.checks[1].drift.ppm, 156.25, 5.0);
  assert_false(pair.repeat.measured);
  rcv_pair_clear(&pair);
}

/// A channel of several; a recording with one has no choice
static void
test_channels(void** const unused)
{
  (void)unused;
  static float both[2 * N_FRAMES];
  for (size_t t = 0; t < N_FRAMES; ++t) {
    both[2 * t]       = t ? 0.5f * samples[t - 1] : 0.0f;
    both[(2 * t) + 1] = samples[t];
  }
  audio_fixture_write("both.wav", both, N_FRAMES, 2, RATE_HZ);
  for (uint32_t channel = 1; channel <= 2; ++channel) {
    const RcvPairOptions options = {
      false, -1.0, -1.0, RCV_PAIR_TRAIN, 0, {channel, 0}, NULL};
    RcvPair  pair;
    RcvError error = {RCV_OK, ""};
    assert_int_equal(
      rcv_pair_read(&pair, "dry.wav", "both.wav", &options, &error), RCV_OK);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      assert_close(
        pair.takes.takes[0].wet[t], both[(2 * t) + channel - 1], 0.0);
    }
    rcv_pair_clear(&pair);
  }
}

/// Refused with the file's name and some words
static void
assert_refused(const char* const    dry,
               const char* const    wet,
               const RcvPairOptions options,
               const char* const    name,
               const char* const    words)
{
  RcvPair         pair;
  RcvError        error  = {RCV_OK, ""};
  const RcvStatus status = rcv_pair_read(&pair, dry, wet, &options, &error);
  rcv_pair_clear(&pair);
  assert_int_not_equal(status, RCV_OK);
  assert_int_equal(error.status, status);
  if (!strstr(error.message, name) || !strstr(error.message, words)) {
    fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error.message, name, words);
  }
}

static void
test_refusals(void** const unused)
{
  (void)unused;
  static float         zeros[N_FRAMES];
  const RcvPairOptions late = {
    true, 9.99, -1.0, RCV_PAIR_TRAIN, 0, {0, 0}, NULL};
  const RcvPairOptions early = {
    true, 0.5, -1.0, RCV_PAIR_TRAIN, 0, {0, 0}, NULL};
  const RcvPairOptions third = {
    true, -1.0, -1.0, RCV_PAIR_TRAIN, 0, {3, 0}, NULL};
  audio_fixture_write("rate.wav", samples, N_FRAMES, 1, 44100);
  audio_fixture_write("short.wav", samples, N_FRAMES - 1, 1, RATE_HZ);
  audio_fixture_write("stereo.wav", samples, N_FRAMES, 2, RATE_HZ);
  audio_fixture_write("silent.wav", zeros, N_FRAMES, 1, RATE_HZ);
  audio_fixture_write("second.wav", samples, RATE_HZ, 1, RATE_HZ);
  audio_fixture_write("slow.wav", samples, 400, 1, 8);
  assert_refused(
    "dry.wav", "rate.wav", audio_fixture_usual, "rate.wav", "44100 Hz");
  assert_refused(
    "rate.wav", "wet.wav", audio_fixture_usual, "rate.wav", "16000 Hz");
  assert_refused(
    "dry.wav", "short.wav", audio_fixture_usual, "short.wav", "159999");
  assert_refused(
    "dry.wav", "stereo.wav", audio_fixture_usual, "stereo.wav", "2 channels");
  assert_refused(
    "silent.wav", "wet.wav", audio_fixture_usual, "silent.wav", "silent");
  assert_refused(
    "dry.wav", "silent.wav", audio_fixture_usual, "silent.wav", "silent");
  assert_refused(
    "missing.wav", "wet.wav", audio_fixture_usual, "missing.wav", "");
  assert_refused(
    "dry.wav", "missing.wav", audio_fixture_usual, "missing.wav", "");
  assert_refused(
    "second.wav", "second.wav", audio_fixture_usual, "second.wav", "too short");
  assert_refused("dry.wav", "wet.wav", late, "dry.wav", "too short");
  assert_refused("dry.wav", "wet.wav", early, "dry.wav", "too short");
  assert_refused(
    "slow.wav", "slow.wav", audio_fixture_usual, "slow.wav", "8 Hz");
  assert_refused("dry.wav", "stereo.wav", third, "stereo.wav", "number 3");
}

/// The same parts where it is resampled: they share no material then either
static void
test_resampled_signal(void** const unused)
{
  (void)unused;
  enum { OTHER_HZ = 22050 };
  RcvPairOptions options = audio_fixture_usual;
  RcvPair        pair;
  options.reading.rate_hz = OTHER_HZ;
  assert_int_equal(
    rcv_capture_signal_write(RCV_SIGNAL_ALL, RATE_HZ, "signal.wav", NULL),
    RCV_OK);
  assert_int_equal(
    rcv_pair_read(&pair, "signal.wav", "signal.wav", &options, NULL), RCV_OK);
  assert_true(pair.is_signal);
  assert_int_equal(pair.rate_hz, OTHER_HZ);

  const RcvSignalPart test =
    rcv_capture_signal_span(RCV_SIGNAL_ALL, OTHER_HZ, RCV_ROLE_TEST);
  assert_int_equal(part_of(&pair, RCV_USE_TEST).start, test.start);
  assert_int_equal(part_of(&pair, RCV_USE_TEST).end,
                   test.start + test.n_frames);
  rcv_pair_clear(&pair);
}

int
main(void)
{
  scratch_folder_enter();

  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_default_split),
    cmocka_unit_test(test_times),
    cmocka_unit_test(test_clips),
    cmocka_unit_test(test_signal),
    cmocka_unit_test(test_resampled_signal),
    cmocka_unit_test(test_levels),
    cmocka_unit_test(test_checks),
    cmocka_unit_test(test_channels),
    cmocka_unit_test(test_refusals),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

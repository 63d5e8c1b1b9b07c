// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/pairs.h"

#include "tests/support/assert_close.h"
#include "tests/support/audio_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/scratch_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 64000, RATE_HZ = 16000 };

/// A part of noise that begins late, and is that loud
static void
write_noise(const char* const path,
            const uint32_t    seed,
            const size_t      delay,
            const size_t      n_frames,
            const float       gain,
            const uint32_t    rate_hz)
{
  float* const noise = network_rig_floats(delay + n_frames);
  network_rig_random(noise + delay, n_frames, gain, seed);
  audio_fixture_write(path, noise, n_frames, 1, rate_hz);
  free(noise);
}

static void
write_text(const char* const path, const char* const text)
{
  FILE* const file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static int
set_up(void** const unused)
{
  (void)unused;
  write_noise("a.wav", 1, 0, N_FRAMES, 0.4f, RATE_HZ);
  write_noise("a40.wav", 1, 40, N_FRAMES, 0.2f, RATE_HZ);
  write_noise("b.wav", 2, 7, N_FRAMES / 2, 0.4f, RATE_HZ);
  write_noise("b0.wav", 2, 0, N_FRAMES / 2, 0.3f, RATE_HZ);
  write_noise("c.wav", 3, 0, N_FRAMES, 0.4f, 44100);
  write_text("gain.json",
             "{\"knobs\":[{\"symbol\":\"gain\",\"min\":0,\"max\":1}],"
             "\"captures\":[{\"file\":\"a40.wav\",\"knobs\":{\"gain\":0}},"
             "{\"file\":\"a.wav\",\"knobs\":{\"gain\":1}}]}");
  write_text("gain-b.json",
             "{\"knobs\":[{\"symbol\":\"gain\",\"min\":0,\"max\":1}],"
             "\"captures\":[{\"file\":\"b0.wav\",\"knobs\":{\"gain\":0.5}}]}");
  write_text("tone.json",
             "{\"knobs\":[{\"symbol\":\"tone\",\"min\":0,\"max\":1}],"
             "\"captures\":[{\"file\":\"b0.wav\",\"knobs\":{\"tone\":0.5}}]}");
  return 0;
}

/// Each has its own delay, either way, and its own parts
static void
test_alignment(void** const unused)
{
  (void)unused;
  static const char* const paths[] = {"a.wav", "a40.wav", "b.wav", "b0.wav"};

  RcvPairs pairs;
  RcvError error = {RCV_OK, ""};
  if (rcv_pairs_read(&pairs, paths, 2, &audio_fixture_usual, &error)) {
    fail_msg("%s", error.message);
  }

  const size_t n[] = {N_FRAMES - 40, (N_FRAMES / 2) - 7};
  assert_int_equal(pairs.n_pairs, 2);
  assert_close(pairs.pairs[0].delay_frames, 40.0, 0.0);
  assert_close(pairs.pairs[1].delay_frames, -7.0, 0.0);
  for (size_t i = 0; i < 2; ++i) {
    const RcvPair* const pair = &pairs.pairs[i];
    assert_int_equal(pair->n_frames, n[i]);
    assert_int_equal(pair->n_parts, 3);
    assert_close(pair->parts[0].region.end, 0.8 * (double)n[i], 1.0);
    assert_int_equal(pair->parts[2].region.end, n[i]);
    assert_string_equal(pair->wet_path, paths[(2 * i) + 1]);
  }
  assert_close((double)rcv_pairs_length(&pairs, RCV_USE_TRAIN),
               0.8 * (double)(n[0] + n[1]),
               2.0);
  assert_close(rcv_pairs_wet_rms(&pairs), pairs.pairs[1].wet_levels.rms, 1e-12);
  assert_true(pairs.pairs[0].wet_levels.rms < pairs.pairs[1].wet_levels.rms);

  // Train and validation follow each other, but not two recordings
  size_t            n_all = 0;
  RcvPassage* const all   = rcv_pairs_passages(&pairs,
                                             RCV_USE_BIT(RCV_USE_TRAIN) |
                                               RCV_USE_BIT(RCV_USE_VALIDATION),
                                             &n_all);
  assert_non_null(all);
  assert_int_equal(n_all, 2);
  for (size_t i = 0; i < 2; ++i) {
    assert_ptr_equal(all[i].pair, &pairs.pairs[i]);
    assert_int_equal(all[i].region.start, 0);
    assert_int_equal(all[i].region.end, pairs.pairs[i].parts[2].region.start);
  }
  free(all);
  rcv_pairs_clear(&pairs);
  assert_null(pairs.pairs);
}

/// Parts are in order and apart, whoever adds them
static void
test_parts(void** const unused)
{
  (void)unused;
  RcvPair pair;
  memset(&pair, 0, sizeof(pair));
  pair.n_frames = 100;

  static const struct {
    RcvRegion region;
    size_t    n_parts;
    RcvUse    use;
    RcvStatus status;
  } cases[] = {
    {{10, 20}, 1, RCV_USE_TRAIN, RCV_OK},
    {{20, 30}, 1, RCV_USE_TRAIN, RCV_OK}, // Goes on with it
    {{30, 30}, 1, RCV_USE_TEST, RCV_OK},  // Is empty
    {{29, 40}, 1, RCV_USE_TEST, RCV_BAD_DATA},
    {{0, 5}, 1, RCV_USE_TEST, RCV_BAD_DATA},
    {{30, 40}, 2, RCV_USE_VALIDATION, RCV_OK},
    {{41, 50}, 3, RCV_USE_VALIDATION, RCV_OK},
    {{60, 101}, 3, RCV_USE_TRAIN, RCV_BAD_DATA},
    {{60, 100}, 4, RCV_USE_TRAIN, RCV_OK},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    assert_int_equal(
      rcv_pair_add_part(&pair, cases[i].use, cases[i].region, NULL),
      cases[i].status);
    assert_int_equal(pair.n_parts, cases[i].n_parts);
  }
  assert_int_equal(rcv_pair_length(&pair, RCV_USE_TRAIN), 60);
  assert_int_equal(rcv_pair_length(&pair, RCV_USE_VALIDATION), 19);
  assert_int_equal(rcv_pair_length(&pair, RCV_USE_TEST), 0);
  rcv_pair_clear(&pair);
}

/// Grids of the same knobs go together
static void
test_knobs(void** const unused)
{
  (void)unused;
  static const char* const paths[] = {
    "a.wav", "gain.json", "b.wav", "gain-b.json"};

  RcvPairs pairs;
  RcvError error = {RCV_OK, ""};
  assert_int_equal(
    rcv_pairs_read(&pairs, paths, 2, &audio_fixture_usual, &error), RCV_OK);
  assert_int_equal(pairs.pairs[0].takes.n_takes, 2);
  assert_int_equal(pairs.pairs[1].takes.n_takes, 1);
  rcv_pairs_clear(&pairs);
}

static void
test_refusals(void** const unused)
{
  (void)unused;
  static const char* const cases[][6] = {
    {"a.wav", "a40.wav", "c.wav", "c.wav", "c.wav: has 44100 Hz", "--rate"},
    {"a.wav", "a40.wav", "b.wav", "none.wav", "none.wav", ""},
    {"a.wav", "a40.wav", "a.wav", "b0.wav", "b0.wav: has 32000 frames", "cut"},
    {"a.wav", "gain.json", "b.wav", "b0.wav", "b0.wav: has other", "(0)"},
    {"a.wav", "a40.wav", "a.wav", "gain.json", "gain.json: has other", "give"},
    {"a.wav", "gain.json", "b.wav", "tone.json", "tone.json: has oth", "give"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    RcvPairs pairs;
    RcvError error = {RCV_OK, ""};
    assert_int_not_equal(
      rcv_pairs_read(&pairs, cases[i], 2, &audio_fixture_usual, &error),
      RCV_OK);
    if (!strstr(error.message, cases[i][4]) ||
        !strstr(error.message, cases[i][5])) {
      fail_msg("case %zu: %s", i, error.message);
    }
    rcv_pairs_clear(&pairs);
  }
}

int
main(void)
{
  scratch_folder_enter();

  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_alignment),
    cmocka_unit_test(test_parts),
    cmocka_unit_test(test_knobs),
    cmocka_unit_test(test_refusals),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

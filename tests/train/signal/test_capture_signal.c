// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/capture_signal.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"
#include "train/file/audio_file.h"
#include "train/numbers/exact_math.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 48000 };

static const RcvSignal signals[] = {RCV_SIGNAL_ALL,
                                    RCV_SIGNAL_RIFF,
                                    RCV_SIGNAL_SHORT};

/// FNV-1a over the samples, independent of the machine's byte order
static uint64_t
hash_samples(const int32_t* const samples, const size_t n)
{
  uint64_t hash = 0xCBF29CE484222325U;
  for (size_t i = 0U; i < n; ++i) {
    for (unsigned b = 0U; b < 24U; b += 8U) {
      hash ^= ((uint32_t)samples[i] >> b) & 0xFFU;
      hash *= 0x100000001B3U;
    }
  }
  return hash;
}

static int32_t*
render(const RcvSignal signal, const uint32_t rate_hz, size_t* const n)
{
  *n                     = rcv_capture_signal_length(signal, rate_hz);
  int32_t* const samples = (int32_t*)calloc(*n, sizeof(int32_t));
  assert_non_null(samples);
  assert_int_equal(rcv_capture_signal_render(signal, rate_hz, samples, NULL),
                   RCV_OK);
  return samples;
}

static void
test_exact_math(void** state)
{
  (void)state;
  for (int i = -4000; i <= 4000; ++i) {
    const double x = (double)i / 1000.0;
    assert_close(rcv_exact_sin(x), sin(6.283185307179586 * x), 1.0e-13);
    assert_close(rcv_exact_exp2(x) / exp2(x), 1.0, 1.0e-14);
  }
  assert_close(rcv_exact_gain(-20.0), 0.1, 1.0e-15);
}

static void
test_same_to_the_bit(void** state)
{
  (void)state;
  static const uint64_t expected[] = {
    0x96636851C781C15BU, 0xD308003300173E97U, 0x995FB2A49520F72DU};

  for (size_t i = 0U; i < 3U; ++i) {
    size_t         n       = 0U;
    int32_t* const samples = render(signals[i], RATE_HZ, &n);
    const uint64_t hash    = hash_samples(samples, n);
    free(samples);
    if (hash != expected[i]) {
      fail_msg("signal %zu: hash is 0x%016" PRIX64, i, hash);
    }
  }
}

static void
test_parts(void** state)
{
  (void)state;
  static const uint32_t rates_hz[] = {16000U, 22050U, 44100U, 48000U, 96000U};

  for (size_t s = 0U; s < 3U; ++s) {
    for (size_t r = 0U; r < 5U; ++r) {
      size_t end = 0U;
      for (size_t i = 0U; i < rcv_capture_signal_n_parts(signals[s]); ++i) {
        const RcvSignalPart part =
          rcv_capture_signal_part(signals[s], rates_hz[r], i);
        assert_int_equal(part.start, end);
        assert_true(part.n_frames > 0U);
        end += part.n_frames;
      }
      assert_int_equal(end, rcv_capture_signal_length(signals[s], rates_hz[r]));
    }
  }
  assert_int_equal(rcv_capture_signal_length(RCV_SIGNAL_ALL, RATE_HZ),
                   240 * RATE_HZ);
  assert_int_equal(rcv_capture_signal_length(RCV_SIGNAL_RIFF, RATE_HZ),
                   12 * RATE_HZ);
  assert_int_equal(rcv_capture_signal_length(RCV_SIGNAL_SHORT, RATE_HZ),
                   20 * RATE_HZ);
}

static void
test_roles(void** state)
{
  (void)state;
  for (size_t s = 0U; s < 3U; s += 2U) {
    // Every role but that of the clicks is one stretch
    size_t sum = rcv_capture_signal_part(signals[s], RATE_HZ, 0U).n_frames;
    for (int role = RCV_ROLE_ALIGN; role <= RCV_ROLE_REPEAT; ++role) {
      const RcvSignalPart span =
        rcv_capture_signal_span(signals[s], RATE_HZ, (RcvSignalRole)role);
      // Of the short one everything is learned
      assert_int_equal(span.n_frames > 0U, s == 0U || role != RCV_ROLE_MEASURE);
      sum += span.n_frames;
    }
    assert_int_equal(sum, rcv_capture_signal_length(signals[s], RATE_HZ));
  }

  const RcvSignalPart validation =
    rcv_capture_signal_span(RCV_SIGNAL_ALL, RATE_HZ, RCV_ROLE_VALIDATION);
  const RcvSignalPart test =
    rcv_capture_signal_span(RCV_SIGNAL_ALL, RATE_HZ, RCV_ROLE_TEST);
  assert_int_equal(validation.n_frames, 16 * RATE_HZ);
  assert_int_equal(test.n_frames, 14 * RATE_HZ);
}

static void
check_part(const RcvSignalPart* const part, const int32_t* const samples)
{
  double peak = 0.0;
  double sum  = 0.0;
  double dc   = 0.0;
  for (size_t i = 0U; i < part->n_frames; ++i) {
    const double x =
      (double)samples[part->start + i] / (double)RCV_SIGNAL_FULL_SCALE;
    peak = fmax(peak, fabs(x));
    sum += x * x;
    dc += x;
  }
  assert_close(dc / (double)part->n_frames, 0.0, 1.0e-3);
  if (part->role == RCV_ROLE_SILENCE) {
    assert_close(peak, 0.0, 0.0);
  } else {
    // -14 to -1 dBFS
    assert_close(peak, 0.545, 0.346);
  }
  if (part->role >= RCV_ROLE_VALIDATION) {
    const double rms_db = 10.0 * log10(sum / (double)part->n_frames);
    assert_close(rms_db, -21.0, 3.0);
  }
}

static void
test_levels(void** state)
{
  (void)state;
  size_t         n       = 0U;
  int32_t* const samples = render(RCV_SIGNAL_ALL, RATE_HZ, &n);
  for (size_t i = 0U; i < rcv_capture_signal_n_parts(RCV_SIGNAL_ALL); ++i) {
    const RcvSignalPart part =
      rcv_capture_signal_part(RCV_SIGNAL_ALL, RATE_HZ, i);
    check_part(&part, samples);
  }
  free(samples);
}

static void
test_repeat(void** state)
{
  (void)state;
  for (size_t s = 0U; s < 3U; s += 2U) {
    size_t              n       = 0U;
    int32_t* const      samples = render(signals[s], RATE_HZ, &n);
    const RcvSignalPart repeat =
      rcv_capture_signal_span(signals[s], RATE_HZ, RCV_ROLE_REPEAT);
    size_t first = 0U;
    for (size_t i = 0U; i < rcv_capture_signal_n_parts(signals[s]); ++i) {
      const RcvSignalPart part =
        rcv_capture_signal_part(signals[s], RATE_HZ, i);
      first = strcmp(part.name, "passage") ? first : part.start;
    }
    assert_memory_equal(samples + first,
                        samples + repeat.start,
                        repeat.n_frames * sizeof(int32_t));
    free(samples);
  }
}

static void
test_recognise(void** state)
{
  (void)state;
  RcvAudio audio = {NULL, 0U, 0U, 0U};
  RcvError error = {RCV_OK, ""};
  assert_int_equal(
    rcv_capture_signal_write(RCV_SIGNAL_ALL, 44100U, "all.wav", &error),
    RCV_OK);
  assert_int_equal(rcv_audio_read(&audio, "all.wav", &error), RCV_OK);
  assert_int_equal(audio.rate_hz, 44100U);
  assert_int_equal(audio.n_channels, 1U);
  assert_true(
    rcv_capture_signal_recognise(audio.samples, audio.n_frames, 44100U));

  // Rounded to 16 bits it is still known
  for (size_t i = 0U; i < audio.n_frames; ++i) {
    audio.samples[i] = roundf(audio.samples[i] * 32768.0F) / 32768.0F;
  }
  assert_true(
    rcv_capture_signal_recognise(audio.samples, audio.n_frames, 44100U));

  assert_false(
    rcv_capture_signal_recognise(audio.samples, audio.n_frames, 48000U));
  assert_false(
    rcv_capture_signal_recognise(audio.samples, audio.n_frames - 1U, 44100U));
  assert_false(rcv_capture_signal_matches(
    RCV_SIGNAL_SHORT, audio.samples, audio.n_frames, 44100U));
  audio.samples[audio.n_frames / 2U] = 0.9F;
  assert_false(
    rcv_capture_signal_recognise(audio.samples, audio.n_frames, 44100U));
  audio.samples[audio.n_frames / 2U] = NAN;
  assert_false(
    rcv_capture_signal_recognise(audio.samples, audio.n_frames, 44100U));
  rcv_audio_clear(&audio);
}

static void
test_rate_refused(void** state)
{
  (void)state;
  RcvError error  = {RCV_OK, ""};
  int32_t  unused = 0;
  assert_int_equal(
    rcv_capture_signal_render(RCV_SIGNAL_ALL, 1000U, &unused, &error),
    RCV_BAD_USAGE);
  assert_non_null(strstr(error.message, "1000 Hz"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_exact_math),
    cmocka_unit_test(test_same_to_the_bit),
    cmocka_unit_test(test_parts),
    cmocka_unit_test(test_roles),
    cmocka_unit_test(test_levels),
    cmocka_unit_test(test_repeat),
    cmocka_unit_test(test_recognise),
    cmocka_unit_test(test_rate_refused),
  };

  scratch_folder_enter();
  return cmocka_run_group_tests(tests, NULL, NULL);
}

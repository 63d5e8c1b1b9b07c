// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/audio_file.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N_FRAMES = 48000, RATE_HZ = 16000 };

static float ramp[2 * N_FRAMES];

static void
assert_refused(const char* const path, const char* const words)
{
  RcvError error = {RCV_OK, ""};
  RcvAudio audio = {NULL, 7U, 7U, 7U};
  assert_int_not_equal(rcv_audio_read(&audio, path, &error), RCV_OK);
  assert_int_equal(audio.n_frames, 7U);
  if (!strstr(error.message, path) || !strstr(error.message, words)) {
    fail_msg("\"%s\" lacks \"%s\"", error.message, words);
  }
}

/// One second of 0.25 at 16 kHz, 16 bits, by the flac program
static const uint8_t flac_bytes[] = {
  0x66, 0x4C, 0x61, 0x43, 0x00, 0x00, 0x00, 0x22, 0x12, 0x00, 0x12, 0x00,
  0x00, 0x00, 0x0B, 0x00, 0x00, 0x0D, 0x03, 0xE8, 0x00, 0xF0, 0x00, 0x00,
  0x3E, 0x80, 0x13, 0x9B, 0x9B, 0xEE, 0x8E, 0xBC, 0xEF, 0x8B, 0xC8, 0x8D,
  0x2B, 0x91, 0xCB, 0x5A, 0x69, 0x69, 0x84, 0x00, 0x00, 0x28, 0x20, 0x00,
  0x00, 0x00, 0x72, 0x65, 0x66, 0x65, 0x72, 0x65, 0x6E, 0x63, 0x65, 0x20,
  0x6C, 0x69, 0x62, 0x46, 0x4C, 0x41, 0x43, 0x20, 0x31, 0x2E, 0x34, 0x2E,
  0x32, 0x20, 0x32, 0x30, 0x32, 0x32, 0x31, 0x30, 0x32, 0x32, 0x00, 0x00,
  0x00, 0x00, 0xFF, 0xF8, 0x55, 0x08, 0x00, 0xC6, 0x01, 0x00, 0x09, 0xC8,
  0x47, 0xFF, 0xF8, 0x55, 0x08, 0x01, 0xC1, 0x01, 0x00, 0x09, 0xA4, 0x3F,
  0xFF, 0xF8, 0x55, 0x08, 0x02, 0xC8, 0x01, 0x00, 0x09, 0x10, 0xB7, 0xFF,
  0xF8, 0x75, 0x08, 0x03, 0x08, 0x7F, 0x98, 0x01, 0x00, 0x09, 0x5A, 0x92};

static const uint8_t wav_head[] = {
  'R', 'I', 'F',  'F',  0x24, 0x77, 0x01, 0,    'W',  'A',  'V',
  'E', 'f', 'm',  't',  ' ',  16,   0,    0,    0,    1,    0,
  1,   0,   0x80, 0x3E, 0,    0,    0,    0x7D, 0,    0,    2,
  0,   16,  0,    'd',  'a',  't',  'a',  0,    0x77, 0x01, 0};

static const uint8_t rf64_head[] = {
  'R', 'F',  '6',  '4', 0xFF, 0xFF, 0xFF, 0xFF, 'W',  'A',  'V', 'E', 'd', 's',
  '6', '4',  28,   0,   0,    0,    0x48, 0x77, 0x01, 0,    0,   0,   0,   0,
  0,   0x77, 0x01, 0,   0,    0,    0,    0,    0x80, 0xBB, 0,   0,   0,   0,
  0,   0,    0,    0,   0,    0,    'f',  'm',  't',  ' ',  16,  0,   0,   0,
  1,   0,    1,    0,   0x80, 0x3E, 0,    0,    0,    0x7D, 0,   0,   2,   0,
  16,  0,    'd',  'a', 't',  'a',  0xFF, 0xFF, 0xFF, 0xFF};

static const uint8_t aiff_head[] = {
  'F',  'O',  'R',  'M',  0, 0x01, 0x77, 0x2E, 'A', 'I', 'F',  'F',  'C', 'O',
  'M',  'M',  0,    0,    0, 18,   0,    1,    0,   0,   0xBB, 0x80, 0,   16,
  0x40, 0x0C, 0xFA, 0,    0, 0,    0,    0,    0,   0,   'S',  'S',  'N', 'D',
  0,    0x01, 0x77, 0x08, 0, 0,    0,    0,    0,   0,   0,    0};

/// Write a header and its 48000 frames of 16 bits, or fewer
static void
write_pcm(const char* const    path,
          const uint8_t* const head,
          const size_t         n_head,
          const size_t         n_frames,
          const bool           is_big_endian)
{
  FILE* const file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(head, 1, n_head, file);
  for (size_t i = 0U; i < n_frames; ++i) {
    const uint16_t value   = (uint16_t)lrintf(ramp[i] * 32768.0F);
    const uint8_t  low     = (uint8_t)(value & 0xFFU);
    const uint8_t  high    = (uint8_t)(value >> 8U);
    const uint8_t  bytes[] = {is_big_endian ? high : low,
                             is_big_endian ? low : high};
    fwrite(bytes, 1, 2, file);
  }
  fclose(file);
}

static void
write_flac(const char* const path, const size_t n_bytes)
{
  FILE* const file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(flac_bytes, 1, n_bytes, file);
  fclose(file);
}

static void
write_files(const size_t n_frames)
{
  write_pcm("a.wav", wav_head, sizeof(wav_head), n_frames, false);
  write_pcm("a.rf64", rf64_head, sizeof(rf64_head), n_frames, false);
  write_pcm("a.aiff", aiff_head, sizeof(aiff_head), n_frames, true);
}

static void
test_round_trip(void** state)
{
  (void)state;
  RcvError       error = {RCV_OK, ""};
  const RcvAudio out   = {ramp, N_FRAMES, 2U, RATE_HZ};
  RcvAudio       in    = {NULL, 0U, 0U, 0U};
  assert_int_equal(rcv_audio_write(&out, "a.wav", &error), RCV_OK);
  assert_int_equal(rcv_audio_read(&in, "a.wav", &error), RCV_OK);
  assert_int_equal(in.n_frames, N_FRAMES);
  assert_int_equal(in.n_channels, 2U);
  assert_int_equal(in.rate_hz, RATE_HZ);
  assert_memory_equal(in.samples, ramp, sizeof(ramp));

  rcv_audio_keep_channel(&in, 1U);
  assert_int_equal(in.n_channels, 1U);
  assert_close(in.samples[100], ramp[201], 0.0);
  rcv_audio_clear(&in);
  assert_null(in.samples);
  rcv_audio_clear(&in);
}

static void
test_formats(void** state)
{
  (void)state;
  static const char* const paths[] = {"a.wav", "a.rf64", "a.aiff"};

  RcvAudio in    = {NULL, 0U, 0U, 0U};
  RcvError error = {RCV_OK, ""};
  write_files(N_FRAMES);
  for (size_t i = 0U; i < 3U; ++i) {
    if (rcv_audio_read(&in, paths[i], &error)) {
      fail_msg("%s", error.message);
    }
    assert_int_equal(in.n_frames, N_FRAMES);
    assert_int_equal(in.n_channels, 1U);
    assert_int_equal(in.rate_hz, RATE_HZ);
    assert_close(in.samples[12345], ramp[12345], 2.0e-5);
    rcv_audio_clear(&in);
  }

  write_flac("a.flac", sizeof(flac_bytes));
  if (rcv_audio_read(&in, "a.flac", &error)) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(in.n_frames, RATE_HZ);
  assert_close(in.samples[RATE_HZ - 1], 0.25, 0.0);
  rcv_audio_clear(&in);
}

static void
test_truncated(void** state)
{
  (void)state;
  write_files(19200U);
  assert_refused("a.wav", "ends in the middle (has 1.20 of 3.00 s); copy it");
  assert_refused("a.rf64", "ends in the middle (has 1.20 of 3.00 s)");
  assert_refused("a.aiff", "ends in the middle (has 1.20 of 3.00 s)");
  write_flac("a.flac", sizeof(flac_bytes) - 20U);
  assert_refused("a.flac", "ends in the middle");

  write_files(0U);
  assert_refused("a.wav", "has no audio");
  assert_int_equal(truncate("a.wav", 20), 0);
  assert_refused("a.wav", "no audio file that can be read");
  assert_int_equal(truncate("a.wav", 0), 0);
  assert_refused("a.wav", "is empty");
}

/// A program that writes to a pipe cannot know the size of its WAV file
static void
test_streamed(void** state)
{
  (void)state;
  static const uint32_t sizes[] = {0xFFFFFFFFU, 0x7FFFF000U};

  for (size_t i = 0U; i < 2U; ++i) {
    RcvAudio in    = {NULL, 0U, 0U, 0U};
    RcvError error = {RCV_OK, ""};
    uint8_t  head[sizeof(wav_head)];
    memcpy(head, wav_head, sizeof(head));
    for (unsigned b = 0U; b < 4U; ++b) {
      head[40U + b] = (uint8_t)(sizes[i] >> (8U * b));
    }
    write_pcm("pipe.wav", head, sizeof(head), 19200U, false);
    if (rcv_audio_read(&in, "pipe.wav", &error)) {
      fail_msg("%s", error.message);
    }
    assert_int_equal(in.n_frames, 19200U);
    rcv_audio_clear(&in);
  }
}

static void
test_not_finite(void** state)
{
  (void)state;
  float    samples[] = {0.0F, 0.5F, NAN, 0.0F};
  RcvAudio audio     = {samples, 4U, 1U, RATE_HZ};
  assert_int_equal(rcv_audio_write(&audio, "nan.wav", NULL), RCV_OK);
  assert_refused("nan.wav", "not a finite number");
  samples[2] = INFINITY;
  assert_int_equal(rcv_audio_write(&audio, "nan.wav", NULL), RCV_OK);
  assert_refused("nan.wav", "not a finite number");
}

static void
test_refused(void** state)
{
  (void)state;
  assert_refused("missing.wav", "cannot be opened");
  assert_refused(".", "is a folder");
  assert_int_equal(mkfifo("fifo", 0600), 0);
  assert_refused("fifo", "not a regular file");
  assert_refused("/dev/zero", "not a regular file");

  FILE* const file = fopen("text.wav", "w");
  assert_non_null(file);
  fputs("This is not a recording at all, and never was.\n", file);
  fclose(file);
  assert_refused("text.wav", "no audio file that can be read");
}

static void
test_same_bytes(void** state)
{
  (void)state;
  const RcvAudio audio = {ramp, N_FRAMES, 1U, RATE_HZ};
  static char    first[4 * N_FRAMES + 4096];
  static char    again[4 * N_FRAMES + 4096];
  char* const    bytes[]  = {first, again};
  size_t         sizes[2] = {0U, 0U};
  for (size_t i = 0U; i < 2U; ++i) {
    assert_int_equal(rcv_audio_write(&audio, "same.wav", NULL), RCV_OK);
    FILE* const file = fopen("same.wav", "rb");
    assert_non_null(file);
    sizes[i] = fread(bytes[i], 1, sizeof(first), file);
    fclose(file);
    if (!i) {
      sleep(1);
    }
  }
  assert_int_equal(sizes[0], sizes[1]);
  assert_memory_equal(first, again, sizes[0]);
}

/// A disk that is full from the header on, or in the middle of the sound
static void
test_full_disk(void** state)
{
  (void)state;
  RcvAudio      audio = {ramp, N_FRAMES, 1, 48000};
  RcvError      error = {RCV_OK, ""};
  struct rlimit old;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  assert_int_equal(rcv_audio_write(&audio, "full.wav", &error), RCV_OK);
  const int n_files = scratch_folder_count(".");

  // A limit on the size of files fails as a full disk does
  signal(SIGXFSZ, SIG_IGN);
  for (rlim_t size = 0; size <= 1024; size += 1024) {
    struct stat         info;
    const struct rlimit tight = {size, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    audio.n_channels       = 2;
    const RcvStatus status = rcv_audio_write(&audio, "full.wav", &error);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, RCV_WRITE_ERROR);
    assert_string_equal(error.message,
                        "full.wav: writing failed: File too large; free some "
                        "space or write elsewhere");
    assert_int_equal(stat("full.wav", &info), 0);
    assert_true(info.st_size > (off_t)(N_FRAMES * sizeof(float)));
    assert_int_equal(scratch_folder_count("."), n_files);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_formats),
    cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_streamed),
    cmocka_unit_test(test_not_finite),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_same_bytes),
    cmocka_unit_test(test_full_disk),
  };

  for (size_t i = 0U; i < (size_t)2U * N_FRAMES; ++i) {
    ramp[i] = (float)((i * 7919U) % 65536U) / 65536.0F - 0.5F;
  }
  scratch_folder_enter();
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/capture_signal.h"

#include "train/file/output_file.h"
#include "train/signal/capture_score.h"
#include "train/signal/improviser.h"
#include "train/signal/test_tones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

typedef enum {
  KIND_CLICKS,
  KIND_SILENCE,
  KIND_LEVELS,
  KIND_SWEEPS,
  KIND_NOISE,
  KIND_SCORE,
  KIND_IMPROVISED
} Kind;

/// A part in a table
typedef struct {
  const char*   name;
  RcvSignalRole role;
  Kind          kind;
  RcvScore      score;  ///< For KIND_SCORE
  unsigned      tenths; ///< Length in tenths of a second
} Row;

enum { WAV_HEADER_BYTES = 44 };

static const Row all_rows[] = {
  {"align", RCV_ROLE_ALIGN, KIND_CLICKS, RCV_SCORE_NONE, 10},
  {"silence", RCV_ROLE_SILENCE, KIND_SILENCE, RCV_SCORE_NONE, 20},
  {"levels", RCV_ROLE_MEASURE, KIND_LEVELS, RCV_SCORE_NONE, 80},
  {"passage", RCV_ROLE_TRAIN, KIND_SCORE, RCV_SCORE_PASSAGE, 100},
  {"playing", RCV_ROLE_TRAIN, KIND_IMPROVISED, RCV_SCORE_NONE, 1780},
  {"validation", RCV_ROLE_VALIDATION, KIND_IMPROVISED, RCV_SCORE_NONE, 160},
  {"test", RCV_ROLE_TEST, KIND_IMPROVISED, RCV_SCORE_NONE, 140},
  {"repeat", RCV_ROLE_REPEAT, KIND_SCORE, RCV_SCORE_PASSAGE, 100},
  {"align", RCV_ROLE_ALIGN, KIND_CLICKS, RCV_SCORE_NONE, 10},
};

static const Row riff_rows[] = {
  {"riff", RCV_ROLE_TEST, KIND_SCORE, RCV_SCORE_RIFF, 120},
};

static const Row short_rows[] = {
  {"align", RCV_ROLE_ALIGN, KIND_CLICKS, RCV_SCORE_NONE, 5},
  {"silence", RCV_ROLE_SILENCE, KIND_SILENCE, RCV_SCORE_NONE, 5},
  {"levels", RCV_ROLE_TRAIN, KIND_LEVELS, RCV_SCORE_NONE, 15},
  {"sweeps", RCV_ROLE_TRAIN, KIND_SWEEPS, RCV_SCORE_NONE, 15},
  {"noise", RCV_ROLE_TRAIN, KIND_NOISE, RCV_SCORE_NONE, 5},
  {"passage", RCV_ROLE_TRAIN, KIND_SCORE, RCV_SCORE_PASSAGE, 20},
  {"power chords", RCV_ROLE_TRAIN, KIND_SCORE, RCV_SCORE_POWER, 20},
  {"open chords", RCV_ROLE_TRAIN, KIND_SCORE, RCV_SCORE_OPEN, 20},
  {"palm mutes", RCV_ROLE_TRAIN, KIND_SCORE, RCV_SCORE_MUTED, 15},
  {"arpeggios", RCV_ROLE_TRAIN, KIND_SCORE, RCV_SCORE_ARPEGGIO, 15},
  {"validation", RCV_ROLE_VALIDATION, KIND_SCORE, RCV_SCORE_VALIDATION, 20},
  {"test", RCV_ROLE_TEST, KIND_SCORE, RCV_SCORE_TEST, 20},
  {"repeat", RCV_ROLE_REPEAT, KIND_SCORE, RCV_SCORE_PASSAGE, 20},
  {"align", RCV_ROLE_ALIGN, KIND_CLICKS, RCV_SCORE_NONE, 5},
};

/// A signal's table
typedef struct {
  const Row* rows;
  size_t     n_rows;
} Table;

static Table
table_of(const RcvSignal signal)
{
  static const Table tables[] = {
    {all_rows, sizeof(all_rows) / sizeof(all_rows[0])},
    {riff_rows, sizeof(riff_rows) / sizeof(riff_rows[0])},
    {short_rows, sizeof(short_rows) / sizeof(short_rows[0])},
  };

  return tables[signal];
}

/// Whole frames at every rate: parts are cut off at the same times
static size_t
frames_at(const unsigned tenths, const uint32_t rate_hz)
{
  return (size_t)tenths * rate_hz / 10U;
}

size_t
rcv_capture_signal_n_parts(const RcvSignal signal)
{
  return table_of(signal).n_rows;
}

RcvSignalPart
rcv_capture_signal_part(const RcvSignal signal,
                        const uint32_t  rate_hz,
                        const size_t    index)
{
  const Row* const rows  = table_of(signal).rows;
  unsigned         start = 0U;
  for (size_t i = 0U; i < index; ++i) {
    start += rows[i].tenths;
  }

  const size_t  first = frames_at(start, rate_hz);
  const size_t  end   = frames_at(start + rows[index].tenths, rate_hz);
  RcvSignalPart part = {rows[index].name, rows[index].role, first, end - first};
  return part;
}

size_t
rcv_capture_signal_length(const RcvSignal signal, const uint32_t rate_hz)
{
  const RcvSignalPart last = rcv_capture_signal_part(
    signal, rate_hz, rcv_capture_signal_n_parts(signal) - 1U);
  return last.start + last.n_frames;
}

RcvSignalPart
rcv_capture_signal_span(const RcvSignal     signal,
                        const uint32_t      rate_hz,
                        const RcvSignalRole role)
{
  RcvSignalPart span = {"", role, 0U, 0U};
  for (size_t i = 0U; i < rcv_capture_signal_n_parts(signal); ++i) {
    const RcvSignalPart part = rcv_capture_signal_part(signal, rate_hz, i);
    if (part.role == role) {
      if (!span.n_frames) {
        span = part;
      } else if (span.start + span.n_frames == part.start) {
        span.n_frames += part.n_frames;
      }
    }
  }
  return span;
}

static bool
render_part(const Row* const row,
            double* const    samples,
            const size_t     n_frames,
            const uint32_t   rate_hz)
{
  switch (row->kind) {
  case KIND_CLICKS:
    rcv_tones_clicks(samples, n_frames);
    break;
  case KIND_SILENCE:
    break;
  case KIND_LEVELS:
    rcv_tones_level_steps(samples, n_frames, rate_hz);
    break;
  case KIND_SWEEPS:
    rcv_tones_sweeps(samples, n_frames, rate_hz);
    break;
  case KIND_NOISE:
    rcv_tones_noise(samples, n_frames, rate_hz);
    break;
  case KIND_SCORE:
    return rcv_score_play(row->score, samples, n_frames, rate_hz);
  case KIND_IMPROVISED:
    return rcv_improvise((uint32_t)row->role, samples, n_frames, rate_hz);
  }
  return true;
}

static int32_t
quantise(const double sample)
{
  static const double limit = RCV_SIGNAL_FULL_SCALE - 1;

  const double scaled = floor(sample * RCV_SIGNAL_FULL_SCALE + 0.5);
  return (int32_t)(scaled > limit ? limit : scaled < -limit ? -limit : scaled);
}

RcvStatus
rcv_capture_signal_render(const RcvSignal signal,
                          const uint32_t  rate_hz,
                          int32_t* const  samples,
                          RcvError* const error)
{
  if (rate_hz < RCV_SIGNAL_MIN_RATE || rate_hz > RCV_SIGNAL_MAX_RATE) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "the signal cannot have a rate of %u Hz; choose %d "
                         "to %d",
                         rate_hz,
                         RCV_SIGNAL_MIN_RATE,
                         RCV_SIGNAL_MAX_RATE);
  }

  const Table table = table_of(signal);
  bool        ok    = true;
  for (size_t i = 0U; i < table.n_rows && ok; ++i) {
    const RcvSignalPart part  = rcv_capture_signal_part(signal, rate_hz, i);
    double* const       exact = (double*)calloc(part.n_frames, sizeof(double));

    ok = exact && render_part(&table.rows[i], exact, part.n_frames, rate_hz);
    for (size_t k = 0U; k < part.n_frames && ok; ++k) {
      samples[part.start + k] = quantise(exact[k]);
    }
    free(exact);
  }
  return ok ? RCV_OK
            : rcv_error_set(
                error, RCV_NO_MEMORY, "out of memory for the signal");
}

static void
put_u32(uint8_t* const bytes, const uint32_t value)
{
  for (unsigned i = 0U; i < 4U; ++i) {
    bytes[i] = (uint8_t)(value >> (8U * i));
  }
}

/// The canonical header of a mono WAV file of 24 bits
static void
put_wav_header(uint8_t* const bytes, const uint32_t n_frames, uint32_t rate_hz)
{
  static const uint8_t form[] = {1, 0, 1, 0};  // PCM, one channel
  static const uint8_t bits[] = {3, 0, 24, 0}; // Bytes per frame, bits

  const uint32_t n_bytes = n_frames * 3U;
  memcpy(bytes, "RIFF", 4);
  put_u32(bytes + 4, WAV_HEADER_BYTES - 8U + n_bytes + (n_bytes & 1U));
  memcpy(bytes + 8, "WAVEfmt ", 8);
  put_u32(bytes + 16, 16U);
  memcpy(bytes + 20, form, sizeof(form));
  put_u32(bytes + 24, rate_hz);
  put_u32(bytes + 28, rate_hz * 3U);
  memcpy(bytes + 32, bits, sizeof(bits));
  memcpy(bytes + 36, "data", 4);
  put_u32(bytes + 40, n_bytes);
}

RcvStatus
rcv_capture_signal_write(const RcvSignal   signal,
                         const uint32_t    rate_hz,
                         const char* const path,
                         RcvError* const   error)
{
  const size_t   n       = rcv_capture_signal_length(signal, rate_hz);
  const size_t   size    = WAV_HEADER_BYTES + n * 3U + (n & 1U);
  int32_t* const samples = (int32_t*)calloc(n, sizeof(int32_t));
  uint8_t* const bytes   = (uint8_t*)calloc(size, 1U);
  if (!samples || !bytes) {
    free(bytes);
    free(samples);
    return rcv_error_set(error, RCV_NO_MEMORY, "%s: out of memory", path);
  }

  RcvStatus status = rcv_capture_signal_render(signal, rate_hz, samples, error);
  if (!status) {
    put_wav_header(bytes, (uint32_t)n, rate_hz);
    for (size_t i = 0U; i < n; ++i) {
      const uint32_t value = (uint32_t)samples[i];
      for (unsigned b = 0U; b < 3U; ++b) {
        bytes[WAV_HEADER_BYTES + 3U * i + b] = (uint8_t)(value >> (8U * b));
      }
    }
    status = rcv_output_file_write(path, bytes, size, error);
  }
  free(bytes);
  free(samples);
  return status;
}

bool
rcv_capture_signal_matches(const RcvSignal    signal,
                           const float* const dry,
                           const size_t       n_frames,
                           const uint32_t     rate_hz)
{
  // A signal that was stored with 16 bits is as good
  static const double tolerance = 1.01 / 32768.0;

  if (rate_hz < RCV_SIGNAL_MIN_RATE || rate_hz > RCV_SIGNAL_MAX_RATE) {
    return false;
  }

  const Table table = table_of(signal);
  bool        same  = n_frames >= rcv_capture_signal_length(signal, rate_hz);

  // Part by part: other recordings differ in the first, so this costs nothing
  for (size_t i = 0U; i < table.n_rows && same; ++i) {
    const RcvSignalPart part  = rcv_capture_signal_part(signal, rate_hz, i);
    double* const       exact = (double*)calloc(part.n_frames, sizeof(double));

    same = exact && render_part(&table.rows[i], exact, part.n_frames, rate_hz);
    for (size_t k = 0U; k < part.n_frames && same; ++k) {
      same = fabs((double)dry[part.start + k] - exact[k]) <= tolerance;
    }
    free(exact);
  }
  return same;
}

bool
rcv_capture_signal_recognise(const float* const dry,
                             const size_t       n_frames,
                             const uint32_t     rate_hz)
{
  return rcv_capture_signal_matches(RCV_SIGNAL_ALL, dry, n_frames, rate_hz);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_audio.h"

#include <math.h>
#include <string.h>

/// Groups bytes by three
typedef struct {
  FILE*    html;
  uint32_t bits;
  uint32_t n_bytes;
} Base64;

static const char digits[] =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
put_byte(Base64* const out, const uint32_t byte)
{
  out->bits = (out->bits << 8U) | (byte & 0xFFU);
  if (++out->n_bytes == 3) {
    for (uint32_t shift = 24; shift > 0;) {
      shift -= 6;
      fputc(digits[(out->bits >> shift) & 63U], out->html);
    }
    out->bits    = 0;
    out->n_bytes = 0;
  }
}

/// What is left, filled with '='
static void
finish(Base64* const out)
{
  if (out->n_bytes == 1) {
    fprintf(out->html,
            "%c%c==",
            digits[(out->bits >> 2U) & 63U],
            digits[(out->bits << 4U) & 63U]);
  } else if (out->n_bytes == 2) {
    fprintf(out->html,
            "%c%c%c=",
            digits[(out->bits >> 10U) & 63U],
            digits[(out->bits >> 4U) & 63U],
            digits[(out->bits << 2U) & 63U]);
  }
}

static void
put_little_endian(Base64* const out, uint32_t value, uint32_t n_bytes)
{
  while (n_bytes--) {
    put_byte(out, value);
    value >>= 8U;
  }
}

static void
put_text(Base64* const out, const char* text)
{
  while (*text) {
    put_byte(out, (uint32_t)*text++);
  }
}

void
rcv_report_audio(FILE* const        html,
                 const float* const x,
                 const size_t       n_frames,
                 const uint32_t     rate_hz,
                 const double       gain)
{
  const uint32_t n_bytes = (uint32_t)n_frames * 2U;
  Base64         out     = {html, 0, 0};

  fputs("data:audio/wav;base64,", html);
  put_text(&out, "RIFF");
  put_little_endian(&out, 36U + n_bytes, 4);
  put_text(&out, "WAVEfmt ");
  put_little_endian(&out, 16, 4);
  put_little_endian(&out, 1, 2); // Whole numbers
  put_little_endian(&out, 1, 2); // One channel
  put_little_endian(&out, rate_hz, 4);
  put_little_endian(&out, rate_hz * 2U, 4);
  put_little_endian(&out, 2, 2);
  put_little_endian(&out, 16, 2);
  put_text(&out, "data");
  put_little_endian(&out, n_bytes, 4);
  for (size_t t = 0; t < n_frames; ++t) {
    const double value = fmax(-1.0, fmin(1.0, gain * (double)x[t]));

    put_little_endian(&out, (uint32_t)(int32_t)lround(32767.0 * value), 2);
  }
  finish(&out);
}

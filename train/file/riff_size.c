// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/riff_size.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Programs that write to a pipe state a size like this, or 0, for "unknown"
static const uint64_t streamed_size = 0x7FFF0000U;

enum { MAX_CHUNKS = 1000 };

static bool
read_at(const int fd, const uint64_t at, uint8_t* const bytes, const size_t n)
{
  return pread(fd, bytes, n, (off_t)at) == (ssize_t)n;
}

static uint32_t
get_u32(const uint8_t* const bytes, const bool is_big_endian)
{
  uint32_t value = 0U;
  for (unsigned i = 0U; i < 4U; ++i) {
    value = (value << 8U) | bytes[is_big_endian ? i : 3U - i];
  }
  return value;
}

/// The 64-bit size of "data" in the ds64 chunk, which is the first of an RF64
static uint64_t
read_ds64(const int fd)
{
  uint8_t bytes[8];
  if (!read_at(fd, 28U, bytes, sizeof(bytes))) {
    return 0U;
  }
  return ((uint64_t)get_u32(bytes + 4, false) << 32U) | get_u32(bytes, false);
}

double
rcv_riff_missing_part(const int fd)
{
  struct stat info;
  uint8_t     head[12];
  if (fstat(fd, &info) || !read_at(fd, 0U, head, sizeof(head))) {
    return 0.0;
  }

  const bool is_aiff = !memcmp(head, "FORM", 4) && !memcmp(head + 8, "AIF", 3);
  const bool is_rf64 = !memcmp(head, "RF64", 4);
  const bool is_big  = is_aiff || !memcmp(head, "RIFX", 4);
  const bool is_wav =
    (is_rf64 || !memcmp(head, "RIFF", 4) || !memcmp(head, "RIFX", 4)) &&
    !memcmp(head + 8, "WAVE", 4);
  if (!is_aiff && !is_wav) {
    return 0.0;
  }

  const char* const wanted    = is_aiff ? "SSND" : "data";
  const uint64_t    file_size = (uint64_t)info.st_size;
  uint64_t          at        = 12U;
  uint8_t           chunk[8];
  for (unsigned i = 0U; i < MAX_CHUNKS && read_at(fd, at, chunk, 8U); ++i) {
    uint64_t size = get_u32(chunk + 4, is_big);
    at += 8U;
    if (!memcmp(chunk, wanted, 4)) {
      size = is_rf64 && size == UINT32_MAX ? read_ds64(fd) : size;

      const bool is_streamed = !is_rf64 && size >= streamed_size;
      return is_streamed || at + size <= file_size || at > file_size
               ? 0.0
               : 1.0 - (double)(file_size - at) / (double)size;
    }
    at += size + (size & 1U);
  }
  return 0.0;
}

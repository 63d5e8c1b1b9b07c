// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/text.h"

#include <stdbool.h>

void
rcv_text_copy(char* const dest, const size_t size, const char* const text)
{
  size_t n = 0;
  for (const char* c = text; *c && n + 1 < size; ++c) {
    const bool is_control = (unsigned char)*c < 0x20 || *c == 0x7F;

    dest[n++] = (char)(is_control ? ' ' : *c);
  }
  while (text[n] && n && ((unsigned char)text[n] & 0xC0U) == 0x80U) {
    --n; // Not in the middle of a character of several bytes
  }
  dest[n] = '\0';
}

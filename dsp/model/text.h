// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_TEXT_H
#define DSP_MODEL_TEXT_H

#include <stddef.h>

/**
   Copy a text without control characters, cut to what fits, never in the middle
   of a character of several bytes.

   @param dest [size] set, and ended with a zero.
*/
void
rcv_text_copy(char* dest, size_t size, const char* text);

#endif // DSP_MODEL_TEXT_H

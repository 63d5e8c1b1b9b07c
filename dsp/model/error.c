// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/error.h"

#include <stdarg.h>
#include <stdio.h>

RcvStatus
rcv_error_set(RcvError* const   error,
              const RcvStatus   status,
              const char* const format,
              ...)
{
  if (error) {
    va_list args;
    va_start(args, format);
    error->status = status;
    vsnprintf(error->message, sizeof(error->message), format, args);
    va_end(args);
    for (char* c = error->message; *c; ++c) {
      const unsigned char byte = (unsigned char)*c; // Those of UTF-8 stay
      if (byte < ' ' || byte == 0x7F) {
        *c = '?';
      }
    }
  }
  return status;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/metadata_values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reading */

const char*
rcv_metadata_get(const json_t* const metadata, const char* const key)
{
  return json_string_value(json_object_get(metadata, key));
}

double
rcv_metadata_parse(const char* const text)
{
  json_t* const value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
  const double  number =
    json_is_number(value) ? json_number_value(value) : (double)NAN;

  json_decref(value);
  return number;
}

RcvStatus
rcv_metadata_bad(RcvError* const   error,
                 const char* const name,
                 const char* const key,
                 const char* const expected,
                 const char* const found)
{
  return rcv_error_set(error,
                       RCV_BAD_FILE,
                       "%s: $.__metadata__.%s: expected %s, found %s%.80s%s",
                       name,
                       key,
                       expected,
                       found ? "\"" : "",
                       found ? found : "nothing",
                       found ? "\"" : "");
}

RcvStatus
rcv_metadata_read_choice(const json_t* const      metadata,
                         const char* const        name,
                         const char* const        key,
                         const char* const* const choices,
                         const uint32_t           n_choices,
                         const char* const        expected,
                         uint32_t* const          choice,
                         RcvError* const          error)
{
  const char* const text = rcv_metadata_get(metadata, key);
  for (uint32_t i = 0; text && i < n_choices; ++i) {
    if (!strcmp(text, choices[i])) {
      *choice = i;
      return RCV_OK;
    }
  }
  return rcv_metadata_bad(error, name, key, expected, text);
}

RcvStatus
rcv_metadata_read_uint(const json_t* const metadata,
                       const char* const   name,
                       const char* const   key,
                       const uint32_t      min,
                       const uint32_t      max,
                       uint32_t* const     value,
                       RcvError* const     error)
{
  const char* const text   = rcv_metadata_get(metadata, key);
  const double      number = rcv_metadata_parse(text);
  if (number >= min && number <= max && trunc(number) >= number) {
    *value = (uint32_t)number;
    return RCV_OK;
  }

  char expected[64];
  snprintf(
    expected, sizeof(expected), "a whole number from %u to %u", min, max);
  return rcv_metadata_bad(error, name, key, expected, text);
}

/* Writing */

json_t*
rcv_metadata_text(const char* const text)
{
  json_t* const value = json_string(text);
  char* const   ascii = value ? NULL : strdup(text);
  for (char* c = ascii; c && *c; ++c) {
    *c = (char)(*c & 0x80 ? '?' : *c);
  }
  json_t* const plain = ascii ? json_string(ascii) : NULL;
  free(ascii);
  return value ? value : plain;
}

int
rcv_metadata_set_text(json_t* const     metadata,
                      const char* const key,
                      const char* const text)
{
  return json_object_set_new(metadata, key, rcv_metadata_text(text));
}

int
rcv_metadata_set_number(json_t* const     metadata,
                        const char* const key,
                        const double      number)
{
  json_t* const value =
    trunc(number) >= number && trunc(number) <= number && fabs(number) < 1e15
      ? json_integer((json_int_t)number)
      : json_real(number);
  char* const text =
    json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
  const int failed = text ? rcv_metadata_set_text(metadata, key, text) : -1;

  free(text);
  json_decref(value);
  return failed;
}

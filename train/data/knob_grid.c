// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/knob_grid.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COMBINATIONS = 10000 };

RcvStatus
rcv_knob_parse(RcvKnob* const    knob,
               const char* const text,
               RcvError* const   error)
{
  const char* const equals = strchr(text, '=');
  const size_t      length = equals ? (size_t)(equals - text) : 0U;
  if (!length || length >= sizeof(knob->symbol)) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "\"%s\" is not of the form SYMBOL=VALUE; write for "
                         "example GAIN=0.5",
                         text);
  }

  memset(knob, 0, sizeof(*knob));
  memcpy(knob->symbol, text, length);
  for (const char* at = equals + 1;; ++at) {
    char*       end   = NULL;
    const float value = strtof(at, &end);
    if (end == at || isspace((unsigned char)*at) || !isfinite(value) ||
        (*end && *end != ',')) {
      return rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "\"%s\": \"%s\" is not a number, nor are several "
                           "with commas between them",
                           text,
                           equals + 1);
    }
    if (knob->n_values == RCV_KNOB_MAX_VALUES) {
      return rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "\"%s\" has more than %d values; leave some out",
                           knob->symbol,
                           RCV_KNOB_MAX_VALUES);
    }
    knob->values[knob->n_values++] = value;
    at                             = end;
    if (!*end) {
      return RCV_OK;
    }
  }
}

size_t
rcv_knob_n_combinations(const RcvKnob* const knobs, const size_t n_knobs)
{
  size_t n = 1U;
  for (size_t i = 0U; i < n_knobs; ++i) {
    n *= knobs[i].n_values;
    if (n > MAX_COMBINATIONS) {
      return 0U;
    }
  }
  return n;
}

float
rcv_knob_value(const RcvKnob* const knobs,
               const size_t         n_knobs,
               const size_t         knob,
               const size_t         combination)
{
  size_t rest = combination;
  for (size_t i = n_knobs; --i > knob;) {
    rest /= knobs[i].n_values;
  }
  return knobs[knob].values[rest % knobs[knob].n_values];
}

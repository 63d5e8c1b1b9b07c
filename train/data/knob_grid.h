// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_KNOB_GRID_H
#define TRAIN_DATA_KNOB_GRID_H

#include "dsp/model/error.h"

#include <stddef.h>

enum { RCV_KNOB_MAX_VALUES = 64, RCV_KNOB_SYMBOL_BYTES = 64 };

/// A control and the values it is to have, one after the other
typedef struct {
  char   symbol[RCV_KNOB_SYMBOL_BYTES];
  size_t n_values;
  float  values[RCV_KNOB_MAX_VALUES];
} RcvKnob;

/**
   Parse "SYMBOL=VALUE" or "SYMBOL=VALUE,VALUE,…".

   @return RCV_BAD_USAGE, with the text and an example in the error.
*/
RcvStatus
rcv_knob_parse(RcvKnob* knob, const char* text, RcvError* error);

/// Return the number of combinations, or 0 if there are more than 10000
size_t
rcv_knob_n_combinations(const RcvKnob* knobs, size_t n_knobs);

/// Return a knob's value in one combination; the last knob changes fastest
float
rcv_knob_value(const RcvKnob* knobs,
               size_t         n_knobs,
               size_t         knob,
               size_t         combination);

#endif // TRAIN_DATA_KNOB_GRID_H

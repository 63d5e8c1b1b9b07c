// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_KNOBS_H
#define DSP_MODEL_KNOBS_H

#include "dsp/model/model.h"

#include <jansson.h>

#include <stddef.h>
#include <stdint.h>

/**
   @file

   The knobs of a model as JSON: `[{"name": …, "min": …, "max": …}]`, in model
   files, in what `recurve info` prints, and, each with its `value` from 0 to 1,
   in the plugin's state.
*/

/// Names and ranges of a model's knobs
typedef struct {
  uint32_t    n;
  RcvKnobInfo items[RCV_MAX_KNOBS];
} RcvKnobs;

/// The knobs that a model has
RcvKnobs
rcv_knobs_of_model(const RcvModel* model);

/**
   Make an array.

   @param values [n_values] of the first knobs; the others get none.
   @return A new reference, or NULL if there is no memory.
*/
json_t*
rcv_knobs_write(const RcvKnobs* knobs, const float* values, size_t n_values);

/**
   Take names and ranges from an array; what is missing or no name or number
   stays as it was.

   @param array Borrowed; anything but an array changes nothing.
   @param knobs Of which there are `n` already.
*/
void
rcv_knobs_read(const json_t* array, RcvKnobs* knobs);

/**
   The array as a text.

   @return A text that must be freed by the caller with free(), or NULL if there
   is no memory.
*/
char*
rcv_knobs_print(const RcvKnobs* knobs, const float* values, size_t n_values);

/**
   Read such a text, which may come from anywhere.

   @param text [size], with or without a zero at its end.
   @return No knobs if it is no array of 1 to RCV_MAX_KNOBS.
*/
RcvKnobs
rcv_knobs_parse(const char* text, size_t size);

#endif // DSP_MODEL_KNOBS_H

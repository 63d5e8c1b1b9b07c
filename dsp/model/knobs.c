// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/knobs.h"

#include "dsp/model/json_values.h"
#include "dsp/model/metadata_values.h"

#include <math.h>
#include <string.h>

/// More than RCV_MAX_KNOBS names take, however they are escaped
enum { MAX_TEXT_SIZE = 1 << 14 };

RcvKnobs
rcv_knobs_of_model(const RcvModel* const model)
{
  RcvKnobs knobs = {model->shape.input_size - 1, {{{0}, 0.0, 0.0}}};
  memcpy(knobs.items, model->info.knobs, sizeof(knobs.items));
  return knobs;
}

json_t*
rcv_knobs_write(const RcvKnobs* const knobs,
                const float* const    values,
                const size_t          n_values)
{
  json_t* const array  = json_array();
  int           failed = !array;
  for (size_t k = 0; k < knobs->n; ++k) {
    const RcvKnobInfo* const knob = &knobs->items[k];
    json_t* const            item = json_pack("{s:o,s:f,s:f}",
                                   "name",
                                   rcv_metadata_text(knob->name),
                                   "min",
                                   knob->min,
                                   "max",
                                   knob->max);
    if (k < n_values) {
      failed |=
        json_object_set_new(item, "value", json_real((double)values[k]));
    }
    failed |= json_array_append_new(array, item);
  }
  if (failed) {
    json_decref(array);
    return NULL;
  }
  return array;
}

void
rcv_knobs_read(const json_t* const array, RcvKnobs* const knobs)
{
  for (size_t k = 0; k < knobs->n; ++k) {
    const json_t* const item = json_array_get(array, k);
    RcvKnobInfo* const  knob = &knobs->items[k];
    const double min = rcv_json_lenient_number(json_object_get(item, "min"));
    const double max = rcv_json_lenient_number(json_object_get(item, "max"));

    rcv_json_text(item, "name", knob->name, sizeof(knob->name));
    if (isfinite(min) && isfinite(max)) {
      knob->min = min;
      knob->max = max;
    }
  }
}

char*
rcv_knobs_print(const RcvKnobs* const knobs,
                const float* const    values,
                const size_t          n_values)
{
  json_t* const array = rcv_knobs_write(knobs, values, n_values);
  char* const   text =
    json_dumps(array, JSON_COMPACT | JSON_REAL_PRECISION(9)); // NULL: NULL
  json_decref(array);
  return text;
}

RcvKnobs
rcv_knobs_parse(const char* const text, const size_t size)
{
  RcvKnobs     knobs = {0, {{{0}, 0.0, 0.0}}};
  const size_t n     = strnlen(text, size);

  json_t* const array   = n <= MAX_TEXT_SIZE
                            ? json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL)
                            : NULL;
  const size_t  n_items = json_array_size(array);
  if (n_items <= RCV_MAX_KNOBS) {
    knobs.n = (uint32_t)n_items;
    for (size_t k = 0; k < n_items; ++k) {
      knobs.items[k].max = 1.0;
    }
    rcv_knobs_read(array, &knobs);
  }
  json_decref(array);
  return knobs;
}

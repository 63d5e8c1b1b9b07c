// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/json_about.h"

#include "dsp/model/metadata.h"

#include <math.h>
#include <stdio.h>

/// One text of the metadata and where it goes
typedef struct {
  const char* key;
  char*       text;
  size_t      size;
} TextMember;

/// One number
typedef struct {
  const char* key;
  double*     number;
} NumberMember;

enum { N_TEXTS = 4, N_NUMBERS = 3 };

/// The members of the metadata, for reading and for writing
static void
list_members(RcvModelInfo* const info,
             TextMember          texts[N_TEXTS],
             NumberMember        numbers[N_NUMBERS])
{
  const TextMember text_members[N_TEXTS] = {
    {"name", info->name, sizeof(info->name)},
    {"author", info->author, sizeof(info->author)},
    {"license", info->licence, sizeof(info->licence)},
    {"style", info->device, sizeof(info->device)},
  };
  const NumberMember number_members[N_NUMBERS] = {
    {"esr", &info->validation_esr},
    {"loudness", &info->loudness_db},
    {"input_level_dbu", &info->input_level_dbu},
  };
  for (size_t i = 0; i < N_TEXTS; ++i) {
    texts[i] = text_members[i];
  }
  for (size_t i = 0; i < N_NUMBERS; ++i) {
    numbers[i] = number_members[i];
  }
}

/// Names and ranges of the knobs, which no other program writes
static void
read_knobs(const json_t* const knobs, RcvModel* const model)
{
  for (size_t k = 0; k + 1 < model->shape.input_size; ++k) {
    const json_t* const item = json_array_get(knobs, k);
    RcvKnobInfo* const  knob = &model->info.knobs[k];
    const double min = rcv_json_lenient_number(json_object_get(item, "min"));
    const double max = rcv_json_lenient_number(json_object_get(item, "max"));

    rcv_json_text(item, "name", knob->name, sizeof(knob->name));
    if (isfinite(min) && isfinite(max)) {
      knob->min = min;
      knob->max = max;
    }
  }
}

RcvStatus
rcv_json_about_read(const json_t* const      root,
                    const RcvJsonFile* const file,
                    RcvModel* const          model)
{
  const json_t* const metadata  = json_object_get(root, "metadata");
  const json_t* const objects[] = {root, metadata}; // The last one counts
  TextMember          texts[N_TEXTS];
  NumberMember        numbers[N_NUMBERS];
  list_members(&model->info, texts, numbers);
  for (size_t i = 0; i < 2; ++i) {
    for (size_t k = 0; k < N_TEXTS; ++k) {
      rcv_json_text(objects[i], texts[k].key, texts[k].text, texts[k].size);
    }
    for (size_t k = 0; k < N_NUMBERS; ++k) {
      const double number =
        rcv_json_lenient_number(json_object_get(objects[i], numbers[k].key));
      if (isfinite(number)) {
        *numbers[k].number = number;
      }
    }
  }
  read_knobs(json_object_get(metadata, "knobs"), model);

  const json_t* const rate    = json_object_get(metadata, "samplerate");
  double* const       rate_hz = &model->info.rate_hz;
  return rate ? rcv_json_rate(file, rate, "$.metadata.samplerate", rate_hz)
              : rcv_json_rate(file,
                              json_object_get(root, "samplerate"),
                              "$.samplerate",
                              rate_hz);
}

static int
write_knobs(json_t* const metadata, const RcvModel* const model)
{
  json_t* const knobs  = json_array();
  int           failed = 0;
  for (size_t k = 0; k + 1 < model->shape.input_size; ++k) {
    const RcvKnobInfo* const knob = &model->info.knobs[k];

    failed |= json_array_append_new(knobs,
                                    json_pack("{s:o,s:f,s:f}",
                                              "name",
                                              rcv_metadata_text(knob->name),
                                              "min",
                                              knob->min,
                                              "max",
                                              knob->max));
  }
  return failed | json_object_set_new(metadata, "knobs", knobs);
}

/// The rate as a string, as AIDA-X has it, if it is whole
static int
write_rate(json_t* const metadata, const double rate_hz)
{
  char text[32];
  snprintf(text, sizeof(text), "%.0f", rate_hz);
  return json_object_set_new(metadata,
                             "samplerate",
                             trunc(rate_hz) >= rate_hz ? json_string(text)
                                                       : json_real(rate_hz));
}

json_t*
rcv_json_about_write(const RcvModel* const model)
{
  RcvModelInfo info     = model->info;
  int          failed   = 0;
  json_t*      metadata = json_object();
  TextMember   texts[N_TEXTS];
  NumberMember numbers[N_NUMBERS];
  list_members(&info, texts, numbers);
  for (size_t i = 0; i < N_TEXTS; ++i) {
    if (texts[i].text[0]) {
      failed |= json_object_set_new(
        metadata, texts[i].key, rcv_metadata_text(texts[i].text));
    }
  }
  for (size_t i = 0; i < N_NUMBERS; ++i) {
    if (isfinite(*numbers[i].number)) {
      failed |= json_object_set_new(
        metadata, numbers[i].key, json_real(*numbers[i].number));
    }
  }
  if (isfinite(info.rate_hz)) {
    failed |= write_rate(metadata, info.rate_hz);
  }
  if (model->shape.input_size > 1) {
    failed |= write_knobs(metadata, model);
  }
  if (failed) {
    json_decref(metadata);
    return NULL;
  }
  return metadata;
}

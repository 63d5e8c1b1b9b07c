// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/json_about.h"

#include "dsp/model/knobs.h"
#include "dsp/model/metadata_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

RcvStatus
rcv_json_about_read(const json_t* const      root,
                    const RcvJsonFile* const file,
                    const double             assumed_hz,
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

  // Which no other program writes
  RcvKnobs knobs = rcv_knobs_of_model(model);
  rcv_knobs_read(json_object_get(metadata, "knobs"), &knobs);
  memcpy(model->info.knobs, knobs.items, sizeof(knobs.items));

  const json_t* const inner = json_object_get(metadata, "samplerate");
  const json_t* const outer = json_object_get(root, "samplerate");
  return rcv_json_rate(file,
                       inner ? inner : outer,
                       inner ? "$.metadata.samplerate" : "$.samplerate",
                       assumed_hz,
                       &model->info);
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
    const RcvKnobs knobs = rcv_knobs_of_model(model);
    failed |=
      json_object_set_new(metadata, "knobs", rcv_knobs_write(&knobs, NULL, 0));
  }
  if (failed) {
    json_decref(metadata);
    return NULL;
  }
  return metadata;
}

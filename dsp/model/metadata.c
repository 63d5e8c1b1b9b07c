// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/metadata.h"

#include "dsp/model/dense_metadata.h"
#include "dsp/model/metadata_values.h"
#include "dsp/model/names.h"
#include "dsp/model/stack_metadata.h"
#include "dsp/model/text.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// One text of RcvModelInfo and its key
typedef struct {
  const char* key;
  size_t      offset;
  size_t      size;
} TextField;

/// One number of RcvModelInfo and its key
typedef struct {
  const char* key;
  size_t      offset;
} NumberField;

#define TEXT_FIELD(member)                   \
  {                                          \
#    member, offsetof(RcvModelInfo, member), \
      sizeof(((RcvModelInfo*)NULL)->member)  \
  }

static const TextField text_fields[] = {
  TEXT_FIELD(name),
  TEXT_FIELD(author),
  TEXT_FIELD(licence),
  TEXT_FIELD(device),
  TEXT_FIELD(measured),
  TEXT_FIELD(recipe),
};

static const NumberField number_fields[] = {
  {"sample_rate", offsetof(RcvModelInfo, rate_hz)},
  {"loudness", offsetof(RcvModelInfo, loudness_db)},
  {"input_level_dbu", offsetof(RcvModelInfo, input_level_dbu)},
  {"validation_esr", offsetof(RcvModelInfo, validation_esr)},
  {"test_esr", offsetof(RcvModelInfo, test_esr)},
  {"max_rest_level", offsetof(RcvModelInfo, rest_level)},
};

enum {
  N_TEXTS   = sizeof(text_fields) / sizeof(text_fields[0]),
  N_NUMBERS = sizeof(number_fields) / sizeof(number_fields[0]),
};

/* Reading */

/// What is said in words
typedef struct {
  uint32_t cell;
  uint32_t head;
  uint32_t bidirectional;
  uint32_t skip;
} Choices;

static RcvStatus
read_choices(const json_t* const metadata,
             const char* const   name,
             Choices* const      choices,
             RcvError* const     error)
{
  static const char* const bools[] = {"false", "true"};

  const struct {
    const char*        key;
    const char* const* words;
    uint32_t           n_words;
    const char*        expected;
    uint32_t*          choice;
  } fields[] = {
    {"cell",
     rcv_cell_names,
     RCV_N_CELL_NAMES,
     "rnn, lstm, gru or mixed",
     &choices->cell},
    {"head", rcv_head_names, 2, "linear or softmax", &choices->head},
    {"bidirectional", bools, 2, "true or false", &choices->bidirectional},
    {"skip", bools, 2, "true or false", &choices->skip},
  };

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < sizeof(fields) / sizeof(fields[0]); ++i) {
    status = rcv_metadata_read_choice(metadata,
                                      name,
                                      fields[i].key,
                                      fields[i].words,
                                      fields[i].n_words,
                                      fields[i].expected,
                                      fields[i].choice,
                                      error);
  }
  return status;
}

/// Whole numbers, whose limits depend on what is said in words
static RcvStatus
read_sizes(const json_t* const  metadata,
           const char* const    name,
           const Choices* const choices,
           RcvShape* const      shape,
           RcvError* const      error)
{
  const bool softmax       = choices->head == RCV_HEAD_SOFTMAX;
  const bool bidirectional = choices->bidirectional;

  const struct {
    const char* key;
    uint32_t    min;
    uint32_t    max;
    uint32_t*   size;
  } fields[] = {
    {"input_size", 1, RCV_MAX_INPUTS, &shape->input_size},
    {"hidden_size", 1, RCV_MAX_HIDDEN, &shape->hidden_size},
    {"num_layers", 1, RCV_MAX_LAYERS, &shape->num_layers},
    {"output_size",
     softmax ? 2 : 1,
     softmax ? RCV_MAX_CLASSES : 1,
     &shape->output_size},
    {"block",
     bidirectional ? 1 : 0,
     bidirectional ? RCV_MAX_BLOCK : 0,
     &shape->block_frames},
    {"lookahead",
     0,
     bidirectional ? RCV_MAX_LOOKAHEAD : 0,
     &shape->lookahead_frames},
  };

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < sizeof(fields) / sizeof(fields[0]); ++i) {
    status = rcv_metadata_read_uint(metadata,
                                    name,
                                    fields[i].key,
                                    fields[i].min,
                                    fields[i].max,
                                    fields[i].size,
                                    error);
  }
  return status;
}

/// What a player must be able to do in time
static RcvStatus
check_playable(const json_t* const   metadata,
               const char* const     name,
               const RcvShape* const shape,
               RcvError* const       error)
{
  if (rcv_shape_steps_per_frame(shape) > RCV_MAX_STEPS_PER_FRAME) {
    return rcv_metadata_bad(error,
                            name,
                            "lookahead",
                            "at most 254 times the block",
                            rcv_metadata_get(metadata, "lookahead"));
  }

  const char* const rate    = rcv_metadata_get(metadata, "sample_rate");
  const double      rate_hz = rcv_metadata_parse(rate);
  return rate && !(rate_hz >= RCV_LEAST_RATE_HZ && rate_hz <= RCV_MOST_RATE_HZ)
           ? rcv_metadata_bad(
               error, name, "sample_rate", "1000 to 1000000", rate)
           : RCV_OK;
}

RcvStatus
rcv_metadata_read_shape(const json_t* const metadata,
                        const char* const   name,
                        RcvShape* const     shape,
                        RcvError* const     error)
{
  const char* const version = rcv_metadata_get(metadata, "recurve");
  if (!version || strcmp(version, RCV_FORMAT_VERSION) != 0) {
    return rcv_metadata_bad(
      error, name, "recurve", "format version " RCV_FORMAT_VERSION, version);
  }

  Choices   choices = {0};
  RcvStatus st      = read_choices(metadata, name, &choices, error);
  if (st || (st = read_sizes(metadata, name, &choices, shape, error))) {
    return st;
  }

  const bool mixed     = choices.cell == RCV_NAME_MIXED;
  shape->cell          = mixed ? RCV_CELL_RNN : (RcvCell)choices.cell;
  shape->head          = (RcvHead)choices.head;
  shape->bidirectional = choices.bidirectional;
  shape->skip          = choices.skip;
  if ((st = check_playable(metadata, name, shape, error))) {
    return st;
  }

  const char* const gain    = rcv_metadata_get(metadata, "skip_gain_db");
  const double      gain_db = gain ? rcv_metadata_parse(gain) : 0.0;
  if (!(fabs(gain_db) <= RCV_MAX_SKIP_DB)) {
    return rcv_metadata_bad(error, name, "skip_gain_db", "-180 to 180", gain);
  }
  shape->skip_gain_db = (float)gain_db;

  st = mixed ? rcv_stack_read_metadata(metadata, name, shape, error) : RCV_OK;
  return st ? st : rcv_dense_read_metadata(metadata, name, shape, error);
}

void
rcv_metadata_read_info(const json_t* const metadata, RcvModelInfo* const info)
{
  char* const base = (char*)info;
  for (uint32_t i = 0; i < N_TEXTS; ++i) {
    const char* const text = rcv_metadata_get(metadata, text_fields[i].key);
    if (text) {
      rcv_text_copy(base + text_fields[i].offset, text_fields[i].size, text);
    }
  }
  for (uint32_t i = 0; i < N_NUMBERS; ++i) {
    const double number =
      rcv_metadata_parse(rcv_metadata_get(metadata, number_fields[i].key));
    if (isfinite(number)) {
      memcpy(base + number_fields[i].offset, &number, sizeof(number));
    }
  }

  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    RcvKnobInfo* const knob = &info->knobs[k];
    char               key[32];

    snprintf(key, sizeof(key), "knob_%u_name", k + 1);
    const char* const text = rcv_metadata_get(metadata, key);
    rcv_text_copy(knob->name, sizeof(knob->name), text ? text : "");

    snprintf(key, sizeof(key), "knob_%u_min", k + 1);
    const double min = rcv_metadata_parse(rcv_metadata_get(metadata, key));
    snprintf(key, sizeof(key), "knob_%u_max", k + 1);
    const double max = rcv_metadata_parse(rcv_metadata_get(metadata, key));
    knob->min        = isfinite(min) ? min : 0.0;
    knob->max        = isfinite(max) ? max : 1.0;
  }
}

/* Writing */

static int
write_shape(json_t* const metadata, const RcvShape* const shape)
{
  return rcv_metadata_set_text(metadata, "format", "pt") |
         rcv_metadata_set_text(metadata, "recurve", RCV_FORMAT_VERSION) |
         rcv_metadata_set_text(metadata, "cell", rcv_shape_cell_name(shape)) |
         rcv_metadata_set_text(metadata, "head", rcv_head_name(shape->head)) |
         rcv_metadata_set_text(
           metadata, "bidirectional", shape->bidirectional ? "true" : "false") |
         rcv_metadata_set_text(
           metadata, "skip", shape->skip ? "true" : "false") |
         (shape->skip_gain_db < 0.0f || shape->skip_gain_db > 0.0f
            ? rcv_metadata_set_number(
                metadata, "skip_gain_db", (double)shape->skip_gain_db)
            : 0) |
         rcv_metadata_set_number(metadata, "input_size", shape->input_size) |
         rcv_metadata_set_number(metadata, "hidden_size", shape->hidden_size) |
         rcv_metadata_set_number(metadata, "num_layers", shape->num_layers) |
         rcv_metadata_set_number(metadata, "output_size", shape->output_size) |
         rcv_metadata_set_number(metadata, "block", shape->block_frames) |
         rcv_metadata_set_number(
           metadata, "lookahead", shape->lookahead_frames) |
         rcv_stack_write_metadata(metadata, shape) |
         rcv_dense_write_metadata(metadata, shape);
}

static int
write_info(json_t* const             metadata,
           const uint32_t            n_knobs,
           const RcvModelInfo* const info)
{
  const char* const base   = (const char*)info;
  int               failed = 0;
  for (uint32_t i = 0; i < N_TEXTS; ++i) {
    if (base[text_fields[i].offset]) {
      failed |= rcv_metadata_set_text(
        metadata, text_fields[i].key, base + text_fields[i].offset);
    }
  }
  for (uint32_t i = 0; i < N_NUMBERS; ++i) {
    double number = 0.0;
    memcpy(&number, base + number_fields[i].offset, sizeof(number));
    if (isfinite(number)) {
      failed |= rcv_metadata_set_number(metadata, number_fields[i].key, number);
    }
  }
  for (uint32_t k = 0; k < n_knobs; ++k) {
    char key[32];
    snprintf(key, sizeof(key), "knob_%u_name", k + 1);
    failed |= rcv_metadata_set_text(metadata, key, info->knobs[k].name);
    snprintf(key, sizeof(key), "knob_%u_min", k + 1);
    failed |= rcv_metadata_set_number(metadata, key, info->knobs[k].min);
    snprintf(key, sizeof(key), "knob_%u_max", k + 1);
    failed |= rcv_metadata_set_number(metadata, key, info->knobs[k].max);
  }
  return failed;
}

json_t*
rcv_metadata_write(const RcvShape* const shape, const RcvModelInfo* const info)
{
  json_t* const metadata = json_object();
  if (!metadata || write_shape(metadata, shape) ||
      write_info(metadata, shape->input_size - 1, info)) {
    json_decref(metadata);
    return NULL;
  }
  return metadata;
}

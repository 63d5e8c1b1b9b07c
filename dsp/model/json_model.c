// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/json_model.h"

#include "dsp/model/guitarml.h"
#include "dsp/model/json_values.h"
#include "dsp/model/keras.h"
#include "dsp/model/nam.h"
#include "dsp/model/state_dict.h"

#include <jansson.h>

#include <string.h>

/// What a file may hold
enum {
  MAX_VALUES  = 4 << 20,
  MAX_ARRAYS  = 1 << 18,
  MAX_OBJECTS = 4096,
  MAX_MEMBERS = 1 << 16,
};

/// How many of each there are in a text
typedef struct {
  size_t n_values;
  size_t n_arrays;
  size_t n_objects;
  size_t n_members;
} Counts;

static bool
is_space(const char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool
rcv_json_model_is(const void* const bytes, const size_t size)
{
  // The length that safetensors files begin with has zeros
  const char* const text   = bytes;
  const size_t      n_head = size < 8 ? size : 8;
  if (!size || memchr(text, '\0', n_head)) {
    return false;
  }

  size_t i = 0;
  while (i < size && is_space(text[i])) {
    ++i;
  }
  return i < size && text[i] == '{';
}

/// Count without parsing; in a text that is no JSON the result means nothing
static Counts
count(const char* const text, const size_t size)
{
  Counts counts    = {1, 0, 0, 0};
  bool   in_string = false;
  for (size_t i = 0; i < size; ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\';
      in_string = c != '"';
    } else {
      in_string = c == '"';
      counts.n_values += c == ',';
      counts.n_arrays += c == '[';
      counts.n_objects += c == '{';
      counts.n_members += c == ':';
    }
  }
  return counts;
}

/// Refuse a file that would take too much memory
static RcvStatus
check_counts(const char* const text,
             const size_t      size,
             const char* const name,
             RcvError* const   error)
{
  if (size > RCV_JSON_MODEL_MAX_SIZE) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: has %zu bytes of JSON, the limit is %d; this is "
                         "no model",
                         name,
                         size,
                         (int)RCV_JSON_MODEL_MAX_SIZE);
  }

  const Counts counts = count(text, size);
  const struct {
    const char* what;
    size_t      n;
    size_t      limit;
  } limits[] = {
    {"values", counts.n_values, MAX_VALUES},
    {"arrays", counts.n_arrays, MAX_ARRAYS},
    {"objects", counts.n_objects, MAX_OBJECTS},
    {"members", counts.n_members, MAX_MEMBERS},
  };
  for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); ++i) {
    if (limits[i].n > limits[i].limit) {
      return rcv_error_set(error,
                           RCV_BAD_FILE,
                           "%s: holds %zu %s, the limit is %zu; this is no "
                           "model",
                           name,
                           limits[i].n,
                           limits[i].what,
                           limits[i].limit);
    }
  }
  return RCV_OK;
}

/// Tell the kind from the names in it
static RcvModel*
read_any(json_t* const root, const RcvJsonFile* const file)
{
  if (json_object_get(root, "architecture")) {
    return rcv_nam_read(root, file);
  }
  if (json_object_get(root, "model_data")) {
    return rcv_guitarml_read(root, file);
  }
  if (json_object_get(root, "layers")) {
    return rcv_keras_read(root, file);
  }
  if (rcv_state_dict_is(root)) {
    return rcv_state_dict_read(root, file);
  }

  rcv_error_set(file->error,
                RCV_BAD_FILE,
                "%s: is JSON, but no model of a known kind: expected one of "
                "$.architecture (.nam), $.model_data (GuitarML), $.layers "
                "(RTNeural, AIDA-X) or PyTorch's names, found none; give a "
                "model file",
                file->name);
  return NULL;
}

RcvModel*
rcv_json_model_read(const void* const bytes,
                    const size_t      size,
                    const char* const name,
                    RcvError* const   error)
{
  if (check_counts(bytes, size, name, error)) {
    return NULL;
  }

  const RcvJsonFile file = {name, error};
  json_error_t      problem;
  json_t* const     root =
    json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &problem);
  if (!root) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: line %d, byte %d: not valid JSON: %s; copy the file "
                  "again",
                  name,
                  problem.line,
                  problem.position,
                  problem.text);
    return NULL;
  }

  RcvModel* const model = read_any(root, &file);
  json_decref(root);
  return model;
}

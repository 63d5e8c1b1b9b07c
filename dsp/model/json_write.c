// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/json_write.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Append a value that is owned; the array, or NULL after freeing it
static json_t*
append(json_t* const array, json_t* const value)
{
  if (json_array_append_new(array, value)) {
    json_decref(array);
    return NULL;
  }
  return array;
}

json_t*
rcv_json_floats(const float* const values, const size_t n, const size_t step)
{
  json_t* array = json_array();
  for (size_t i = 0; array && i < n; ++i) {
    array = append(array, json_real((double)values[i * step]));
  }
  return array;
}

json_t*
rcv_json_rows(const float* const values,
              const size_t       n_rows,
              const size_t       n_cols,
              const size_t       row_step,
              const size_t       column_step)
{
  json_t* rows = json_array();
  for (size_t r = 0; rows && r < n_rows; ++r) {
    rows = append(
      rows, rcv_json_floats(values + (r * row_step), n_cols, column_step));
  }
  return rows;
}

/// A text that grows
typedef struct {
  char*  bytes;
  size_t size;
  size_t capacity;
} Text;

static bool
add(Text* const text, const char* const bytes, const size_t size)
{
  if (text->capacity - text->size <= size) {
    const size_t capacity = 2 * (text->capacity + size + 1);
    char* const  larger   = realloc(text->bytes, capacity);
    if (!larger) {
      return false;
    }
    text->bytes    = larger;
    text->capacity = capacity;
  }
  memcpy(text->bytes + text->size, bytes, size);
  text->size += size;
  text->bytes[text->size] = '\0';
  return true;
}

static int
add_bytes(const char* const bytes, const size_t size, void* const text)
{
  return add(text, bytes, size) ? 0 : -1;
}

char*
rcv_json_write(json_t* const root, size_t* const size)
{
  static const size_t flags =
    JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9);

  Text        text  = {NULL, 0, 0};
  bool        good  = root != NULL;
  const char* comma = "{\n";
  const char* key   = NULL;
  json_t*     value = NULL;
  json_object_foreach(root, key, value)
  {
    json_t* const name = json_string(key);

    good = good && name && add(&text, comma, strlen(comma)) &&
           !json_dump_callback(name, add_bytes, &text, flags) &&
           add(&text, ": ", 2) &&
           !json_dump_callback(value, add_bytes, &text, flags);
    comma = ",\n";
    json_decref(name);
  }
  good = good && add(&text, "\n}\n", 3);
  json_decref(root);
  if (!good) {
    free(text.bytes);
    return NULL;
  }
  *size = text.size;
  return text.bytes;
}

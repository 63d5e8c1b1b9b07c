// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/state_file.h"

#include "dsp/model/file.h"
#include "dsp/model/safetensors.h"
#include "train/file/output_file.h"
#include "train/numbers/hash.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_SIZE = 17 };

struct RcvStateFileImpl {
  char*                path;
  unsigned char*       bytes;
  json_t*              header;
  const unsigned char* data;
  size_t               data_size;
};

static const char* const type_names[] = {"F32", "F64", "U64"};

/// Copy elements between this machine's order of bytes and little-endian
static void
copy_elements(unsigned char* const       to,
              const unsigned char* const from,
              const size_t               n,
              const size_t               size)
{
  const uint16_t one       = 1;
  unsigned char  is_little = 0;
  memcpy(&is_little, &one, 1);
  for (size_t i = 0; i < n * size; ++i) {
    to[i] = from[is_little ? i : (i - (i % size)) + (size - 1 - (i % size))];
  }
}

static size_t
entry_size(const RcvStateEntry* const entry)
{
  return entry->n * rcv_state_type_size(entry->type);
}

/// The check sum of the data, as it stands in the metadata
static void
check_data(const unsigned char* const data,
           const size_t               size,
           char                       text[CHECK_SIZE])
{
  snprintf(
    text, CHECK_SIZE, "%016" PRIx64, rcv_hash(RCV_HASH_START, data, size));
}

/// The header's JSON, or NULL; the check sum is still to be set
static json_t*
make_header(json_t* const about, const RcvStateList* const list)
{
  json_t* const header = json_object();
  int    failed = json_object_set_new(header, "__metadata__", json_copy(about));
  size_t offset = 0;
  for (size_t i = 0; i < list->n_entries; ++i) {
    const RcvStateEntry* const entry = &list->entries[i];
    const size_t               end   = offset + entry_size(entry);

    failed |= json_object_set_new(header,
                                  entry->name,
                                  json_pack("{s:s,s:[I],s:[I,I]}",
                                            "dtype",
                                            type_names[entry->type],
                                            "shape",
                                            (json_int_t)entry->n,
                                            "data_offsets",
                                            (json_int_t)offset,
                                            (json_int_t)end));
    offset = end;
  }
  if (failed) {
    json_decref(header);
    return NULL;
  }
  return header;
}

/// All arrays, one after the other; to be freed by the caller, or NULL
static unsigned char*
pack(const RcvStateList* const list, size_t* const size)
{
  *size = 0;
  for (size_t i = 0; i < list->n_entries; ++i) {
    *size += entry_size(&list->entries[i]);
  }

  unsigned char* const data = malloc(*size + 1);
  unsigned char*       to   = data;
  for (size_t i = 0; data && i < list->n_entries; ++i) {
    const RcvStateEntry* const entry = &list->entries[i];

    copy_elements(to, entry->data, entry->n, rcv_state_type_size(entry->type));
    to += entry_size(entry);
  }
  return data;
}

RcvStatus
rcv_state_file_write(const char* const         path,
                     json_t* const             about,
                     const RcvStateList* const list,
                     RcvError* const           error)
{
  size_t               data_size = 0;
  size_t               size      = 0;
  unsigned char* const data      = pack(list, &data_size);
  json_t* const        header    = make_header(about, list);
  char*                text      = NULL;
  void*                bytes     = NULL;
  if (data && header) {
    char check[CHECK_SIZE];
    check_data(data, data_size, check);
    if (!json_object_set_new(json_object_get(header, "__metadata__"),
                             "check",
                             json_string(check))) {
      text = json_dumps(header, JSON_COMPACT);
    }
  }
  if (text) {
    bytes = rcv_safetensors_join(text, data, data_size, &size);
  }

  const RcvStatus status =
    bytes ? rcv_output_file_write(path, bytes, size, error)
          : rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory to write", path);
  free(bytes);
  free(text);
  json_decref(header);
  free(data);
  return status;
}

RcvStateFile*
rcv_state_file_read(const char* const path, RcvError* const error)
{
  RcvStateFile* const file = calloc(1, sizeof(RcvStateFile));
  size_t              size = 0;
  if (!file || !(file->path = strdup(path))) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory to read", path);
    rcv_state_file_free(file);
    return NULL;
  }

  file->bytes = rcv_file_read(path, &size, SIZE_MAX / 2, error);
  file->header =
    file->bytes
      ? rcv_safetensors_open(
          file->bytes, size, path, &file->data, &file->data_size, error)
      : NULL;
  if (!file->header) {
    rcv_state_file_free(file);
    return NULL;
  }

  char              check[CHECK_SIZE];
  const char* const expected = rcv_state_file_about(file, "check");
  check_data(file->data, file->data_size, check);
  if (!expected || strcmp(expected, check) != 0) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: is damaged, or not the state of a training; remove it "
                  "and start again without --resume",
                  path);
    rcv_state_file_free(file);
    return NULL;
  }
  return file;
}

void
rcv_state_file_free(RcvStateFile* const file)
{
  if (file) {
    json_decref(file->header);
    free(file->bytes);
    free(file->path);
    free(file);
  }
}

const char*
rcv_state_file_about(const RcvStateFile* const file, const char* const key)
{
  return json_string_value(
    json_object_get(json_object_get(file->header, "__metadata__"), key));
}

size_t
rcv_state_file_length(const RcvStateFile* const file, const char* const name)
{
  const json_t* const shape =
    json_object_get(json_object_get(file->header, name), "shape");
  const json_int_t n = json_integer_value(json_array_get(shape, 0));
  return n > 0 ? (size_t)n : 0;
}

RcvStatus
rcv_state_file_load(const RcvStateFile* const file,
                    const RcvStateList* const list,
                    RcvError* const           error)
{
  size_t offset = 0;
  for (size_t i = 0; i < list->n_entries; ++i) {
    const RcvStateEntry* const entry = &list->entries[i];
    const json_t* const found = json_object_get(file->header, entry->name);
    const char* const   dtype =
      json_string_value(json_object_get(found, "dtype"));
    const json_int_t begin = json_integer_value(
      json_array_get(json_object_get(found, "data_offsets"), 0));
    const size_t size = entry_size(entry);
    if (!dtype || strcmp(dtype, type_names[entry->type]) != 0 ||
        rcv_state_file_length(file, entry->name) != entry->n ||
        begin != (json_int_t)offset || size > file->data_size - offset) {
      return rcv_error_set(error,
                           RCV_BAD_FILE,
                           "%s: $.%s: expected %zu elements of %s from byte "
                           "%zu of the data; remove the file and start again "
                           "without --resume",
                           file->path,
                           entry->name,
                           entry->n,
                           type_names[entry->type],
                           offset);
    }
    copy_elements(entry->data,
                  file->data + offset,
                  entry->n,
                  rcv_state_type_size(entry->type));
    offset += size;
  }
  return RCV_OK;
}

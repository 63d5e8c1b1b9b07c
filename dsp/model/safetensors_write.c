// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/safetensors.h"

#include "dsp/model/metadata.h"

#include <jansson.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/// One array of floats of the file
typedef struct {
  char         name[32];
  const float* values;
  size_t       n_rows;
  size_t       n_cols; // 0 for a vector
} Entry;

enum {
  MAX_ENTRIES = (2 * RCV_MAX_LAYERS * 4) +
                (RCV_N_DENSE_PLACES * RCV_MAX_DENSE * 2) + 2 + 1 + 2
};

static size_t
entry_size(const Entry* const entry)
{
  return entry->n_rows * (entry->n_cols ? entry->n_cols : 1) * sizeof(float);
}

static size_t
list_entries(const RcvModel* const model, Entry* const entries)
{
  size_t n = 0;
  for (; n < rcv_shape_n_tensors(&model->shape); ++n) {
    const RcvTensor tensor = rcv_shape_tensor(&model->shape, (uint32_t)n);

    rcv_safetensors_name(&tensor, entries[n].name);
    entries[n].values = model->params + tensor.offset;
    entries[n].n_rows = tensor.n_rows;
    entries[n].n_cols = tensor.n_cols;
  }
  if (model->initial_state) {
    Entry initial = {"initial_state", model->initial_state, 0, 0};

    rcv_safetensors_initial(&model->shape, &initial.n_rows, &initial.n_cols);
    entries[n++] = initial;
  }
  if (model->n_test) {
    const Entry test[] = {
      {"test_input", model->test_input, model->n_test, model->shape.input_size},
      {"test_output", model->test_output, model->n_test, 1},
    };

    entries[n++] = test[0];
    entries[n++] = test[1];
  }
  return n;
}

/// The header's JSON, or NULL
static char*
make_header(const RcvModel* const model,
            const Entry* const    entries,
            const size_t          n_entries)
{
  json_t* const header = json_object();
  int           failed = json_object_set_new(
    header, "__metadata__", rcv_metadata_write(&model->shape, &model->info));

  size_t offset = 0;
  for (size_t i = 0; i < n_entries; ++i) {
    const json_int_t begin = (json_int_t)offset;
    const size_t     next  = offset + entry_size(&entries[i]);
    const json_int_t end   = (json_int_t)next;
    const json_int_t rows  = (json_int_t)entries[i].n_rows;
    const json_int_t cols  = (json_int_t)entries[i].n_cols;
    json_t* const    shape = entries[i].n_cols ? json_pack("[I,I]", rows, cols)
                                               : json_pack("[I]", rows);

    failed |= json_object_set_new(header,
                                  entries[i].name,
                                  json_pack("{s:s,s:o,s:[I,I]}",
                                            "dtype",
                                            "F32",
                                            "shape",
                                            shape,
                                            "data_offsets",
                                            begin,
                                            end));
    offset = next;
  }

  char* const text = failed ? NULL : json_dumps(header, JSON_COMPACT);
  json_decref(header);
  return text;
}

static unsigned char*
put_floats(unsigned char* out, const float* const values, const size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    uint32_t bits = 0;
    memcpy(&bits, values + i, sizeof(bits));
    for (uint32_t k = 0; k < 4; ++k) {
      *out++ = (unsigned char)(bits >> (8U * k));
    }
  }
  return out;
}

void*
rcv_safetensors_join(const char* const header,
                     const void* const data,
                     const size_t      data_size,
                     size_t* const     size)
{
  // The tensors begin at a multiple of eight bytes, with spaces before them
  const size_t header_size = strlen(header);
  const size_t padded_size = (header_size + 7U) / 8U * 8U;

  *size = 8 + padded_size + data_size;

  unsigned char* const bytes = malloc(*size);
  if (bytes) {
    for (uint32_t i = 0; i < 8; ++i) {
      bytes[i] = (unsigned char)((uint64_t)padded_size >> (8U * i));
    }
    memset(bytes + 8, ' ', padded_size);
    memcpy(bytes + 8, header, header_size);
    memcpy(bytes + 8 + padded_size, data, data_size);
  }
  return bytes;
}

void*
rcv_safetensors_write(const RcvModel* const model, size_t* const size)
{
  Entry        entries[MAX_ENTRIES];
  const size_t n_entries = list_entries(model, entries);
  char* const  header    = make_header(model, entries, n_entries);
  if (!header) {
    return NULL;
  }

  size_t data_size = 0;
  for (size_t i = 0; i < n_entries; ++i) {
    data_size += entry_size(&entries[i]);
  }

  unsigned char* const data = malloc(data_size);
  unsigned char*       out  = data;
  for (size_t i = 0; data && i < n_entries; ++i) {
    out = put_floats(
      out, entries[i].values, entry_size(&entries[i]) / sizeof(float));
  }

  void* const bytes =
    data ? rcv_safetensors_join(header, data, data_size, size) : NULL;
  free(data);
  free(header);
  return bytes;
}

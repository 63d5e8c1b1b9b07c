// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/safetensors.h"

#include "dsp/model/dense_metadata.h"
#include "dsp/model/metadata.h"

#include <jansson.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PREFIX_SIZE     = 8,       ///< Bytes of the header's length
  MAX_HEADER_SIZE = 1 << 20, ///< No network of ours needs more
  MAX_TEST_FRAMES = 1 << 20,
};

/// An open file: its JSON, its tensors' bytes, and what errors call it
typedef struct {
  json_t*              header;
  const unsigned char* data;
  size_t               data_size;
  const char*          name;
  RcvError*            error;
} Reader;

void
rcv_safetensors_name(const RcvTensor* const tensor, char name[32])
{
  static const char* const kinds[] = {
    "weight_ih", "weight_hh", "bias_ih", "bias_hh"};

  if (tensor->kind == RCV_TENSOR_LIN_W || tensor->kind == RCV_TENSOR_LIN_B) {
    snprintf(
      name, 32, "lin.%s", tensor->kind == RCV_TENSOR_LIN_W ? "weight" : "bias");
  } else if (tensor->kind >= RCV_TENSOR_DENSE_W) {
    snprintf(name,
             32,
             "%s.%u.%s",
             rcv_dense_key(tensor->place),
             tensor->layer,
             tensor->kind == RCV_TENSOR_DENSE_B ? "bias" : "weight");
  } else {
    snprintf(name,
             32,
             "%s.%s_l%u",
             tensor->direction ? "rec_reverse" : "rec",
             kinds[tensor->kind],
             tensor->layer);
  }
}

void
rcv_safetensors_initial(const RcvShape* const shape,
                        size_t* const         n_rows,
                        size_t* const         n_cols)
{
  const size_t n = rcv_model_n_initial(shape);

  *n_cols = rcv_shape_is_mixed(shape) ? 0 : shape->hidden_size;
  *n_rows = *n_cols ? n / *n_cols : n;
}

/* Reading */

static uint64_t
read_u64(const unsigned char* const bytes)
{
  uint64_t value = 0;
  for (uint32_t i = 0; i < PREFIX_SIZE; ++i) {
    value |= (uint64_t)bytes[i] << (8U * i);
  }
  return value;
}

bool
rcv_safetensors_is(const void* const bytes, const size_t size)
{
  return size > PREFIX_SIZE && ((const char*)bytes)[PREFIX_SIZE] == '{';
}

/// Little-endian floats, of which all must be finite
static RcvStatus
read_floats(const Reader* const        reader,
            const char* const          key,
            const unsigned char* const bytes,
            float* const               values,
            const size_t               n)
{
  for (size_t i = 0; i < n; ++i) {
    const unsigned char* const b    = bytes + (4 * i);
    const uint32_t             bits = (uint32_t)b[0] | ((uint32_t)b[1] << 8U) |
                          ((uint32_t)b[2] << 16U) | ((uint32_t)b[3] << 24U);

    memcpy(values + i, &bits, sizeof(bits));
    if (!isfinite(values[i])) {
      return rcv_error_set(reader->error,
                           RCV_BAD_FILE,
                           "%s: $.%s: element %zu is not a finite number",
                           reader->name,
                           key,
                           i);
    }
  }
  return RCV_OK;
}

/// The bytes of a tensor of floats whose number of elements fits the data
static const unsigned char*
find_tensor(const Reader* const reader,
            const char* const   key,
            const uint64_t      n_rows,
            const uint64_t      n_cols)
{
  const json_t* const entry = json_object_get(reader->header, key);
  if (!json_is_object(entry)) {
    rcv_error_set(reader->error,
                  RCV_BAD_FILE,
                  "%s: $.%s: this tensor is missing",
                  reader->name,
                  key);
    return NULL;
  }

  const char* const dtype = json_string_value(json_object_get(entry, "dtype"));
  const json_t* const shape  = json_object_get(entry, "shape");
  const size_t        n_dims = n_cols ? 2 : 1;
  if (!dtype || strcmp(dtype, "F32") != 0) {
    rcv_error_set(reader->error,
                  RCV_BAD_FILE,
                  "%s: $.%s.dtype: expected F32, found %.16s",
                  reader->name,
                  key,
                  dtype ? dtype : "nothing");
    return NULL;
  }

  const json_int_t rows = json_integer_value(json_array_get(shape, 0));
  const json_int_t cols = json_integer_value(json_array_get(shape, 1));
  if (json_array_size(shape) != n_dims || rows != (json_int_t)n_rows ||
      cols != (json_int_t)n_cols) {
    rcv_error_set(reader->error,
                  RCV_BAD_FILE,
                  "%s: $.%s.shape: expected [%llu%s%.0llu], found %zu "
                  "dimensions, [%lld, %lld]",
                  reader->name,
                  key,
                  (unsigned long long)n_rows,
                  n_cols ? ", " : "",
                  (unsigned long long)n_cols,
                  json_array_size(shape),
                  (long long)rows,
                  (long long)cols);
    return NULL;
  }

  const json_t* const offsets = json_object_get(entry, "data_offsets");
  const json_int_t    begin   = json_integer_value(json_array_get(offsets, 0));
  const json_int_t    end     = json_integer_value(json_array_get(offsets, 1));
  const uint64_t      n_bytes = n_rows * (n_cols ? n_cols : 1) * sizeof(float);
  const bool          are_numbers =
    json_array_size(offsets) == 2 &&
    json_is_integer(json_array_get(offsets, 0)) &&
    json_is_integer(json_array_get(offsets, 1)); // Else begin would be 0
  if (!are_numbers || begin < 0 || end < begin ||
      (uint64_t)(end - begin) != n_bytes) {
    rcv_error_set(reader->error,
                  RCV_BAD_FILE,
                  "%s: $.%s.data_offsets: expected %llu bytes, found %lld…%lld",
                  reader->name,
                  key,
                  (unsigned long long)n_bytes,
                  (long long)begin,
                  (long long)end);
    return NULL;
  }
  if ((uint64_t)end > reader->data_size) {
    rcv_error_set(reader->error,
                  RCV_BAD_FILE,
                  "%s: ends in the middle: %s needs bytes up to %lld of the "
                  "data, which has %zu; copy the file again",
                  reader->name,
                  key,
                  (long long)end,
                  reader->data_size);
    return NULL;
  }
  return reader->data + begin;
}

static RcvStatus
read_params(const Reader* const reader, RcvModel* const model)
{
  const uint32_t n_tensors = rcv_shape_n_tensors(&model->shape);
  for (uint32_t i = 0; i < n_tensors; ++i) {
    const RcvTensor tensor = rcv_shape_tensor(&model->shape, i);
    char            key[32];
    rcv_safetensors_name(&tensor, key);

    const unsigned char* const bytes =
      find_tensor(reader, key, tensor.n_rows, tensor.n_cols);
    if (!bytes ||
        read_floats(
          reader, key, bytes, model->params + tensor.offset, tensor.size)) {
      return RCV_BAD_FILE;
    }
  }
  return RCV_OK;
}

/// Read the state at the start, which may be missing
static RcvStatus
read_initial_state(const Reader* const reader, RcvModel* const model)
{
  static const char* const key = "initial_state";
  if (!json_object_get(reader->header, key)) {
    return RCV_OK;
  }

  const size_t n      = rcv_model_n_initial(&model->shape);
  size_t       n_rows = 0;
  size_t       n_cols = 0;
  rcv_safetensors_initial(&model->shape, &n_rows, &n_cols);

  const unsigned char* const bytes = find_tensor(reader, key, n_rows, n_cols);
  if (!bytes) {
    return RCV_BAD_FILE;
  }
  model->initial_state = malloc(n * sizeof(float));
  if (!model->initial_state) {
    return rcv_error_set(
      reader->error, RCV_NO_MEMORY, "%s: no memory", reader->name);
  }
  return read_floats(reader, key, bytes, model->initial_state, n);
}

/// Read the self-test pair, which may be missing
static RcvStatus
read_test(const Reader* const reader, RcvModel* const model)
{
  const json_t* const entry = json_object_get(reader->header, "test_input");
  if (!entry && json_object_get(reader->header, "test_output")) {
    return rcv_error_set(reader->error,
                         RCV_BAD_FILE,
                         "%s: $.test_input: missing, but there is a "
                         "test_output",
                         reader->name);
  }
  if (!entry) {
    return RCV_OK;
  }

  const uint32_t   n_in = model->shape.input_size;
  const json_int_t n =
    json_integer_value(json_array_get(json_object_get(entry, "shape"), 0));
  if (n < 1 || n > MAX_TEST_FRAMES) {
    return rcv_error_set(
      reader->error,
      RCV_BAD_FILE,
      "%s: $.test_input.shape: expected 1 to %d frames, found %lld",
      reader->name,
      MAX_TEST_FRAMES,
      (long long)n);
  }

  const uint64_t             n_frames = (uint64_t)n;
  const unsigned char* const input =
    find_tensor(reader, "test_input", n_frames, n_in);
  const unsigned char* const output =
    input ? find_tensor(reader, "test_output", n_frames, 1) : NULL;
  if (!output) {
    return RCV_BAD_FILE;
  }

  model->test_input  = malloc(n_frames * n_in * sizeof(float));
  model->test_output = malloc(n_frames * sizeof(float));
  if (!model->test_input || !model->test_output) {
    return rcv_error_set(
      reader->error, RCV_NO_MEMORY, "%s: no memory", reader->name);
  }
  model->n_test = (size_t)n_frames;
  return (read_floats(reader,
                      "test_input",
                      input,
                      model->test_input,
                      model->n_test * n_in) ||
          read_floats(
            reader, "test_output", output, model->test_output, model->n_test))
           ? RCV_BAD_FILE
           : RCV_OK;
}

json_t*
rcv_safetensors_open(const void* const           bytes,
                     const size_t                size,
                     const char* const           name,
                     const unsigned char** const data,
                     size_t* const               data_size,
                     RcvError* const             error)
{
  const uint64_t header_size = size >= PREFIX_SIZE ? read_u64(bytes) : 0;
  if (size < PREFIX_SIZE || header_size > size - PREFIX_SIZE) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: ends in the middle: byte 0 promises a header of %llu "
                  "bytes, and there are %zu bytes in all; copy the file again",
                  name,
                  (unsigned long long)header_size,
                  size);
    return NULL;
  }
  if (header_size > MAX_HEADER_SIZE) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: byte 0: the header's %llu bytes are more than the limit "
                  "of %d",
                  name,
                  (unsigned long long)header_size,
                  MAX_HEADER_SIZE);
    return NULL;
  }

  json_error_t  problem;
  json_t* const header = json_loadb((const char*)bytes + PREFIX_SIZE,
                                    (size_t)header_size,
                                    JSON_REJECT_DUPLICATES,
                                    &problem);
  if (!json_is_object(header)) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: byte %d: the header is not JSON: %s",
                  name,
                  PREFIX_SIZE + (header ? 0 : problem.position),
                  header ? "not an object" : problem.text);
    json_decref(header);
    return NULL;
  }

  *data      = (const unsigned char*)bytes + PREFIX_SIZE + header_size;
  *data_size = size - PREFIX_SIZE - (size_t)header_size;
  return header;
}

RcvModel*
rcv_safetensors_read(const void* const bytes,
                     const size_t      size,
                     const char* const name,
                     RcvError* const   error)
{
  Reader    reader = {NULL, NULL, 0, name, error};
  RcvModel* model  = NULL;
  RcvShape  shape  = {0};

  reader.header = rcv_safetensors_open(
    bytes, size, name, &reader.data, &reader.data_size, error);

  RcvStatus status = reader.header ? RCV_OK : RCV_BAD_FILE;

  const json_t* const metadata =
    status ? NULL : json_object_get(reader.header, "__metadata__");
  if (!status) {
    status = rcv_metadata_read_shape(metadata, name, &shape, error);
  }
  if (!status && !(model = rcv_model_new(&shape))) {
    status = rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory", name);
  }
  if (model) {
    status = read_params(&reader, model);
  }
  if (model && !status) {
    status = read_initial_state(&reader, model);
  }
  if (model && !status) {
    status = read_test(&reader, model);
  }
  if (model && !status) {
    rcv_metadata_read_info(metadata, &model->info);
    snprintf(model->info.format, sizeof(model->info.format), "safetensors");
  }

  json_decref(reader.header);
  if (status) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "dsp/model/file.h"
#include "dsp/model/json_model.h"
#include "dsp/model/safetensors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// The greatest network that is allowed takes less than this
static const size_t max_file_size = (size_t)512 << 20U;

RcvModel*
rcv_model_parse(const void* const bytes,
                const size_t      size,
                const char* const name,
                RcvError* const   error)
{
  const bool is_json = rcv_json_model_is(bytes, size);
  if (!is_json && !rcv_safetensors_is(bytes, size)) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: is not a model file of a known kind; Recurve reads "
                  "the .safetensors files that `recurve train` writes, and "
                  "the recurrent ones of .nam, AIDA-X and GuitarML",
                  name);
    return NULL;
  }

  RcvModel* const model = is_json
                            ? rcv_json_model_read(bytes, size, name, error)
                            : rcv_safetensors_read(bytes, size, name, error);
  if (model && rcv_model_check(model, name, error)) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

/**
   The most bytes that a file with this beginning may have.

   What is not our own can only be JSON, of which much less is a model.
*/
static size_t
greatest_size(const void* const head, const size_t n)
{
  // Bytes 0 to 7 are the header's length, whose highest ones are zeros
  const bool is_own =
    rcv_safetensors_is(head, n) && memchr(head, '\0', 8) != NULL;
  return is_own ? max_file_size : RCV_JSON_MODEL_MAX_SIZE;
}

RcvModel*
rcv_model_load(const char* const path, RcvError* const error)
{
  char         head[16];
  RcvError     problem = {RCV_OK, ""};
  const size_t n       = rcv_file_read_head(path, head, sizeof(head), &problem);
  if (problem.status) {
    rcv_error_set(error, problem.status, "%s", problem.message);
    return NULL;
  }

  size_t      size  = 0;
  void* const bytes = rcv_file_read(path, &size, greatest_size(head, n), error);
  RcvModel*   model = NULL;
  if (bytes) {
    model = rcv_model_parse(bytes, size, path, error);
  }

  free(bytes);
  return model;
}

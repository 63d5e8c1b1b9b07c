// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "dsp/model/file.h"
#include "dsp/model/json_model.h"
#include "dsp/model/safetensors.h"

#include <stdbool.h>
#include <stdlib.h>

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

RcvModel*
rcv_model_load(const char* const path, RcvError* const error)
{
  size_t      size  = 0;
  void* const bytes = rcv_file_read(path, &size, max_file_size, error);
  RcvModel*   model = NULL;
  if (bytes) {
    model = rcv_model_parse(bytes, size, path, error);
  }

  free(bytes);
  return model;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_JSON_MODEL_H
#define DSP_MODEL_JSON_MODEL_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"

#include <stdbool.h>
#include <stddef.h>

/**
   @file

   Model files of other programs, which are JSON (docs/formats.md).  Which kind
   one is, its content tells.
*/

/// The greatest size of a file: more than any model that a musician has
enum { RCV_JSON_MODEL_MAX_SIZE = 64 << 20 };

/// True if the bytes begin as a JSON object does
bool
rcv_json_model_is(const void* bytes, size_t size);

/**
   Read a model.

   What a file may hold is counted before it is parsed, so that the memory taken
   is bounded: docs/formats.md.

   @param name What errors call the file.
   @return A model that must be freed by the caller with rcv_model_free(), or
   NULL.
*/
RcvModel*
rcv_json_model_read(const void* bytes,
                    size_t      size,
                    const char* name,
                    RcvError*   error);

#endif // DSP_MODEL_JSON_MODEL_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_FUZZ_FUZZ_JSON_H
#define TESTS_FUZZ_FUZZ_JSON_H

#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

#include <stddef.h>
#include <stdint.h>

/// What libFuzzer calls
int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

/// Give one reader of JSON what is valid JSON, without telling its kind first
static inline int
fuzz_json(const uint8_t* const data,
          const size_t         size,
          RcvModel* (*const read)(json_t* root, const RcvJsonFile* file))
{
  json_t* const root =
    json_loadb((const char*)data, size, JSON_REJECT_DUPLICATES, NULL);
  if (root) {
    RcvError          error = {RCV_OK, ""};
    const RcvJsonFile file  = {"fuzz", &error};
    RcvModel* const   model = read(root, &file);

    // A refusal says something, a model is one
    if (model ? !rcv_shape_is_valid(&model->shape) : !error.message[0]) {
      __builtin_trap();
    }
    rcv_model_free(model);
  }
  json_decref(root);
  return 0;
}

#endif // TESTS_FUZZ_FUZZ_JSON_H

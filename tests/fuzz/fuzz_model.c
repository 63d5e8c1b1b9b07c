// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"
#include "dsp/model/write.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/**
   @file

   The whole way of a file: its kind, its reader, its self-test, and every
   writer, of which our own must be read again.
*/

int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static void
write_all(const RcvModel* const model)
{
  for (uint32_t f = 0; f < RCV_N_FORMATS; ++f) {
    size_t      size  = 0;
    RcvError    error = {RCV_OK, ""};
    void* const bytes =
      rcv_model_write(model, (RcvFormat)f, "fuzz", &size, &error);
    if (bytes) {
      RcvModel* const again = rcv_model_parse(bytes, size, "again", &error);
      if (!again && f == RCV_FORMAT_SAFETENSORS) {
        __builtin_trap();
      }
      rcv_model_free(again);
    } else if (error.status != RCV_UNSUPPORTED) {
      __builtin_trap();
    }
    free(bytes);
  }
}

int
LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_parse(data, size, "fuzz", &error);
  if (model ? !rcv_shape_is_valid(&model->shape) : !error.message[0]) {
    __builtin_trap();
  }

  // Large ones take too long to be played often
  if (model && rcv_shape_n_params(&model->shape) < 4096 &&
      model->n_test < 4096) {
    write_all(model);
  }
  rcv_model_free(model);
  return 0;
}

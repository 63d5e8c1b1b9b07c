// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/safetensors.h"

#include <stddef.h>
#include <stdint.h>

int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_safetensors_read(data, size, "fuzz", &error);
  if (model ? !rcv_shape_is_valid(&model->shape) : !error.message[0]) {
    __builtin_trap();
  }
  rcv_model_free(model);
  return 0;
}

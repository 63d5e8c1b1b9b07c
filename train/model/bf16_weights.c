// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/model/bf16_weights.h"

#include "dsp/kernels/bf16.h"

#include <stddef.h>
#include <stdint.h>

/// True for a matrix with a column for each unit of a layer
static bool
is_heavy(const RcvTensor tensor)
{
  return tensor.kind == RCV_TENSOR_W_HH ||
         (tensor.kind == RCV_TENSOR_W_IH && tensor.layer > 0);
}

void
rcv_bf16_weights_round(const RcvShape* const shape, float* const params)
{
  const uint32_t n_tensors = rcv_shape_n_tensors(shape);
  for (uint32_t i = 0; i < n_tensors; ++i) {
    const RcvTensor tensor = rcv_shape_tensor(shape, i);
    for (size_t k = 0; is_heavy(tensor) && k < tensor.size; ++k) {
      params[tensor.offset + k] = rcv_bf16_round(params[tensor.offset + k]);
    }
  }
}

bool
rcv_bf16_weights_are_exact(const RcvShape* const shape,
                           const float* const    params)
{
  const uint32_t n_tensors = rcv_shape_n_tensors(shape);
  for (uint32_t i = 0; i < n_tensors; ++i) {
    const RcvTensor tensor = rcv_shape_tensor(shape, i);
    for (size_t k = 0; is_heavy(tensor) && k < tensor.size; ++k) {
      if (!rcv_bf16_is_exact(params[tensor.offset + k])) {
        return false;
      }
    }
  }
  return true;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/shape.h"

#include <math.h>

enum { LAYER_TENSORS = 4 };

uint32_t
rcv_shape_n_directions(const RcvShape* const shape)
{
  return shape->bidirectional ? 2 : 1;
}

bool
rcv_shape_is_valid(const RcvShape* const shape)
{
  const bool softmax = shape->head == RCV_HEAD_SOFTMAX;

  return shape->cell <= RCV_CELL_GRU && shape->head <= RCV_HEAD_SOFTMAX &&
         shape->input_size >= 1 && shape->input_size <= RCV_MAX_INPUTS &&
         shape->hidden_size >= 1 && shape->hidden_size <= RCV_MAX_HIDDEN &&
         shape->num_layers >= 1 && shape->num_layers <= RCV_MAX_LAYERS &&
         (softmax
            ? (shape->output_size >= 2 && shape->output_size <= RCV_MAX_CLASSES)
            : shape->output_size == 1) &&
         fabsf(shape->skip_gain_db) <= (float)RCV_MAX_SKIP_DB &&
         (shape->bidirectional
            ? (shape->block_frames >= 1 &&
               shape->block_frames <= RCV_MAX_BLOCK &&
               shape->lookahead_frames <= RCV_MAX_LOOKAHEAD)
            : (!shape->block_frames && !shape->lookahead_frames));
}

float
rcv_shape_skip_gain(const RcvShape* const shape)
{
  return shape->skip ? (float)pow(10.0, (double)shape->skip_gain_db / 20.0)
                     : 0.0f;
}

uint32_t
rcv_shape_n_tensors(const RcvShape* const shape)
{
  return (rcv_shape_n_directions(shape) * shape->num_layers * LAYER_TENSORS) +
         2;
}

/// Rows, columns and size of the tensor with this kind and layer
static RcvTensor
tensor_sizes(const RcvShape* const shape,
             const RcvTensorKind   kind,
             const uint32_t        layer)
{
  const uint32_t n_gate_rows =
    rcv_cell_n_gates(shape->cell) * shape->hidden_size;
  const uint32_t n_inputs = layer ? shape->hidden_size : shape->input_size;

  RcvTensor tensor = {kind, 0, layer, n_gate_rows, 0, 0, 0};
  switch (kind) {
  case RCV_TENSOR_W_IH:
    tensor.n_cols = n_inputs;
    break;
  case RCV_TENSOR_W_HH:
    tensor.n_cols = shape->hidden_size;
    break;
  case RCV_TENSOR_LIN_W:
    tensor.n_rows = shape->output_size;
    tensor.n_cols = shape->hidden_size;
    break;
  case RCV_TENSOR_LIN_B:
    tensor.n_rows = shape->output_size;
    break;
  case RCV_TENSOR_B_IH:
  case RCV_TENSOR_B_HH:
    break;
  }

  tensor.size = (size_t)tensor.n_rows * (tensor.n_cols ? tensor.n_cols : 1);
  return tensor;
}

RcvTensor
rcv_shape_tensor(const RcvShape* const shape, const uint32_t index)
{
  const uint32_t n_layers = rcv_shape_n_directions(shape) * shape->num_layers;

  RcvTensor tensor = {RCV_TENSOR_W_IH, 0, 0, 0, 0, 0, 0};
  size_t    offset = 0;
  for (uint32_t i = 0; i <= index; ++i) {
    const uint32_t      stack_layer = i / LAYER_TENSORS;
    const bool          is_head     = stack_layer >= n_layers;
    const RcvTensorKind kind =
      is_head
        ? (RcvTensorKind)(RCV_TENSOR_LIN_W + (i - (n_layers * LAYER_TENSORS)))
        : (RcvTensorKind)(i % LAYER_TENSORS);

    const uint32_t layer = is_head ? 0 : stack_layer % shape->num_layers;

    tensor           = tensor_sizes(shape, kind, layer);
    tensor.direction = is_head ? 0 : stack_layer / shape->num_layers;
    tensor.offset    = offset;
    offset += tensor.size;
  }
  return tensor;
}

size_t
rcv_shape_n_params(const RcvShape* const shape)
{
  const RcvTensor last =
    rcv_shape_tensor(shape, rcv_shape_n_tensors(shape) - 1);

  return last.offset + last.size;
}

uint32_t
rcv_shape_latency(const RcvShape* const shape)
{
  return shape->bidirectional ? shape->block_frames + shape->lookahead_frames
                              : 0;
}

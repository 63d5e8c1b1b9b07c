// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/shape.h"

#include <math.h>
#include <string.h>

enum { LAYER_TENSORS = 4 };

static bool
are_equal(const RcvLayerShape a, const RcvLayerShape b)
{
  return a.cell == b.cell && a.hidden_size == b.hidden_size;
}

void
rcv_shape_add_layer(RcvShape* const shape,
                    const RcvCell   cell,
                    const uint32_t  hidden_size)
{
  const RcvLayerShape top = {cell, hidden_size};
  const uint32_t      n   = shape->num_layers;
  if (n && !rcv_shape_is_mixed(shape) &&
      !are_equal(rcv_shape_layer_at(shape, 0), top)) {
    for (uint32_t l = n; l > 0; --l) { // The first one is what makes it mixed
      shape->stack[l - 1] = rcv_shape_layer_at(shape, l - 1);
    }
  }
  if (rcv_shape_is_mixed(shape)) {
    shape->stack[n] = top;
  }
  shape->cell        = cell;
  shape->hidden_size = hidden_size;
  ++shape->num_layers;
}

uint32_t
rcv_shape_widest(const RcvShape* const shape)
{
  uint32_t widest = 0;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const uint32_t n = rcv_shape_layer_at(shape, l).hidden_size;

    widest = n > widest ? n : widest;
  }
  return widest;
}

size_t
rcv_shape_n_states(const RcvShape* const shape)
{
  size_t n = 0;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    n += 2 * (size_t)rcv_shape_layer_at(shape, l).hidden_size;
  }
  return n;
}

uint32_t
rcv_shape_n_directions(const RcvShape* const shape)
{
  return shape->bidirectional ? 2 : 1;
}

uint32_t
rcv_shape_n_dense(const RcvShape* const shape, const RcvDensePlace place)
{
  uint32_t n = 0;
  while (n < RCV_MAX_DENSE && shape->dense[place][n].size) {
    ++n;
  }
  return n;
}

bool
rcv_shape_has_dense(const RcvShape* const shape)
{
  return rcv_shape_n_dense(shape, RCV_DENSE_IN) +
           rcv_shape_n_dense(shape, RCV_DENSE_OUT) >
         0;
}

uint32_t
rcv_shape_stack_inputs(const RcvShape* const shape)
{
  const uint32_t n = rcv_shape_n_dense(shape, RCV_DENSE_IN);
  return n ? shape->dense[RCV_DENSE_IN][n - 1].size : shape->input_size;
}

uint32_t
rcv_shape_layer_inputs(const RcvShape* const shape, const uint32_t layer)
{
  return layer ? rcv_shape_layer_at(shape, layer - 1).hidden_size
               : rcv_shape_stack_inputs(shape);
}

uint32_t
rcv_shape_head_inputs(const RcvShape* const shape)
{
  const uint32_t n = rcv_shape_n_dense(shape, RCV_DENSE_OUT);
  return n ? shape->dense[RCV_DENSE_OUT][n - 1].size : shape->hidden_size;
}

/// Sizes of the dense layers within the limits, and nothing after their end
static bool
is_dense_valid(const RcvShape* const shape)
{
  for (uint32_t place = 0; place < 2; ++place) {
    const uint32_t n = rcv_shape_n_dense(shape, (RcvDensePlace)place);
    for (uint32_t i = 0; i < RCV_MAX_DENSE; ++i) {
      const RcvDenseShape* const dense = &shape->dense[place][i];
      if (i < n ? (dense->size > RCV_MAX_HIDDEN ||
                   dense->activation >= RCV_N_ACTIVATIONS)
                : dense->size > 0) {
        return false;
      }
    }
  }
  return !shape->bidirectional || !rcv_shape_has_dense(shape);
}

static bool
is_layer_valid(const RcvLayerShape layer)
{
  return layer.cell <= RCV_CELL_GRU && layer.hidden_size >= 1 &&
         layer.hidden_size <= RCV_MAX_HIDDEN;
}

/// Layers within the limits; if they are listed, as the rest of the shape says
static bool
is_stack_valid(const RcvShape* const shape)
{
  RcvShape again   = *shape;
  again.num_layers = 0;
  memset(again.stack, 0, sizeof(again.stack));
  if (shape->num_layers < 1 || shape->num_layers > RCV_MAX_LAYERS) {
    return false;
  }
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const RcvLayerShape layer = rcv_shape_layer_at(shape, l);
    if (!is_layer_valid(layer)) {
      return false;
    }
    rcv_shape_add_layer(&again, layer.cell, layer.hidden_size);
  }
  for (uint32_t l = 0; l < RCV_MAX_LAYERS; ++l) {
    if (!are_equal(shape->stack[l], again.stack[l])) {
      return false;
    }
  }
  return again.cell == shape->cell && again.hidden_size == shape->hidden_size &&
         !(shape->bidirectional && rcv_shape_is_mixed(shape));
}

bool
rcv_shape_is_valid(const RcvShape* const shape)
{
  const bool softmax = shape->head == RCV_HEAD_SOFTMAX;

  return is_stack_valid(shape) && shape->head <= RCV_HEAD_SOFTMAX &&
         shape->input_size >= 1 && shape->input_size <= RCV_MAX_INPUTS &&
         (softmax
            ? (shape->output_size >= 2 && shape->output_size <= RCV_MAX_CLASSES)
            : shape->output_size == 1) &&
         is_dense_valid(shape) &&
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

static uint32_t
n_layer_tensors(const RcvShape* const shape)
{
  return rcv_shape_n_directions(shape) * shape->num_layers * LAYER_TENSORS;
}

static uint32_t
n_dense_tensors(const RcvShape* const shape)
{
  return 2 * (rcv_shape_n_dense(shape, RCV_DENSE_IN) +
              rcv_shape_n_dense(shape, RCV_DENSE_OUT));
}

uint32_t
rcv_shape_n_tensors(const RcvShape* const shape)
{
  return n_layer_tensors(shape) + n_dense_tensors(shape) + 2;
}

/// Number of values that a dense layer reads
static uint32_t
dense_inputs(const RcvShape* const shape,
             const RcvDensePlace   place,
             const uint32_t        index)
{
  return index                   ? shape->dense[place][index - 1].size
         : place == RCV_DENSE_IN ? shape->input_size
                                 : shape->hidden_size;
}

/// Rows, columns and size of the tensor with this kind and layer
static RcvTensor
tensor_sizes(const RcvShape* const shape,
             const RcvTensorKind   kind,
             const uint32_t        layer)
{
  const bool          is_recurrent = kind <= RCV_TENSOR_B_HH;
  const RcvLayerShape recurrent =
    rcv_shape_layer_at(shape, is_recurrent ? layer : 0);
  const uint32_t n_gate_rows =
    rcv_cell_n_gates(recurrent.cell) * recurrent.hidden_size;

  const RcvDensePlace place =
    kind >= RCV_TENSOR_DENSE_OUT_W ? RCV_DENSE_OUT : RCV_DENSE_IN;

  RcvTensor tensor = {kind, 0, layer, n_gate_rows, 0, 0, 0};
  switch (kind) {
  case RCV_TENSOR_W_IH:
    tensor.n_cols = rcv_shape_layer_inputs(shape, layer);
    break;
  case RCV_TENSOR_W_HH:
    tensor.n_cols = recurrent.hidden_size;
    break;
  case RCV_TENSOR_LIN_W:
    tensor.n_rows = shape->output_size;
    tensor.n_cols = rcv_shape_head_inputs(shape);
    break;
  case RCV_TENSOR_LIN_B:
    tensor.n_rows = shape->output_size;
    break;
  case RCV_TENSOR_DENSE_IN_W:
  case RCV_TENSOR_DENSE_OUT_W:
    tensor.n_rows = shape->dense[place][layer].size;
    tensor.n_cols = dense_inputs(shape, place, layer);
    break;
  case RCV_TENSOR_DENSE_IN_B:
  case RCV_TENSOR_DENSE_OUT_B:
    tensor.n_rows = shape->dense[place][layer].size;
    break;
  case RCV_TENSOR_B_IH:
  case RCV_TENSOR_B_HH:
    break;
  }

  tensor.size = (size_t)tensor.n_rows * (tensor.n_cols ? tensor.n_cols : 1);
  return tensor;
}

/// Kind and sizes of the tensor at an index; its offset stays 0
static RcvTensor
tensor_at(const RcvShape* const shape, const uint32_t index)
{
  const uint32_t n_layer = n_layer_tensors(shape);
  const uint32_t n_dense = n_dense_tensors(shape);
  const uint32_t n_in    = 2 * rcv_shape_n_dense(shape, RCV_DENSE_IN);
  if (index < n_layer) {
    const uint32_t stack_layer = index / LAYER_TENSORS;

    RcvTensor tensor = tensor_sizes(shape,
                                    (RcvTensorKind)(index % LAYER_TENSORS),
                                    stack_layer % shape->num_layers);
    tensor.direction = stack_layer / shape->num_layers;
    return tensor;
  }

  const uint32_t i = index - n_layer;
  if (i >= n_dense) {
    return tensor_sizes(
      shape, i == n_dense ? RCV_TENSOR_LIN_W : RCV_TENSOR_LIN_B, 0);
  }
  return i < n_in
           ? tensor_sizes(shape,
                          i % 2 ? RCV_TENSOR_DENSE_IN_B : RCV_TENSOR_DENSE_IN_W,
                          i / 2)
           : tensor_sizes(shape,
                          i % 2 ? RCV_TENSOR_DENSE_OUT_B
                                : RCV_TENSOR_DENSE_OUT_W,
                          (i - n_in) / 2);
}

RcvTensor
rcv_shape_tensor(const RcvShape* const shape, const uint32_t index)
{
  RcvTensor tensor = tensor_at(shape, index);
  for (uint32_t i = 0; i < index; ++i) {
    tensor.offset += tensor_at(shape, i).size;
  }
  return tensor;
}

RcvTensor
rcv_shape_dense_tensor(const RcvShape* const shape,
                       const RcvDensePlace   place,
                       const uint32_t        index)
{
  const uint32_t n_before =
    place == RCV_DENSE_OUT ? rcv_shape_n_dense(shape, RCV_DENSE_IN) : 0;

  return rcv_shape_tensor(shape,
                          n_layer_tensors(shape) + (2 * (n_before + index)));
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

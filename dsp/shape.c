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

/// Number of dense layers at all places before one
static uint32_t
n_dense_until(const RcvShape* const shape, const uint32_t end)
{
  uint32_t n = 0;
  for (uint32_t place = 0; place < end; ++place) {
    n += rcv_shape_n_dense(shape, (RcvDensePlace)place);
  }
  return n;
}

bool
rcv_shape_has_dense(const RcvShape* const shape)
{
  return n_dense_until(shape, RCV_N_DENSE_PLACES) > 0;
}

/// The size of the last dense layer at a place, or another if there is none
static uint32_t
size_after(const RcvShape* const shape,
           const RcvDensePlace   place,
           const uint32_t        otherwise)
{
  const uint32_t n = rcv_shape_n_dense(shape, place);
  return n ? shape->dense[place][n - 1].size : otherwise;
}

uint32_t
rcv_shape_stack_inputs(const RcvShape* const shape)
{
  return size_after(shape, RCV_DENSE_IN, shape->input_size);
}

uint32_t
rcv_shape_layer_inputs(const RcvShape* const shape, const uint32_t layer)
{
  return layer ? size_after(shape,
                            rcv_dense_before(layer),
                            rcv_shape_layer_at(shape, layer - 1).hidden_size)
               : rcv_shape_stack_inputs(shape);
}

uint32_t
rcv_shape_head_inputs(const RcvShape* const shape)
{
  return size_after(shape, RCV_DENSE_OUT, shape->hidden_size);
}

/// Sizes of the dense layers within the limits, and nothing after their end
static bool
is_dense_valid(const RcvShape* const shape)
{
  for (uint32_t place = 0; place < RCV_N_DENSE_PLACES; ++place) {
    const uint32_t n = rcv_shape_n_dense(shape, (RcvDensePlace)place);
    if (n && place > RCV_DENSE_L1 + shape->num_layers - 2) {
      return false; // Before a layer that there is not
    }
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
               shape->lookahead_frames <= RCV_MAX_LOOKAHEAD &&
               rcv_shape_steps_per_frame(shape) <= RCV_MAX_STEPS_PER_FRAME)
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
  return 2 * n_dense_until(shape, RCV_N_DENSE_PLACES);
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
         : place == RCV_DENSE_OUT
           ? shape->hidden_size
           : rcv_shape_layer_at(shape, place - RCV_DENSE_L1).hidden_size;
}

/// A tensor with its number of elements; its offset stays 0
static RcvTensor
make_tensor(const RcvTensorKind kind,
            const RcvDensePlace place,
            const uint32_t      layer,
            const uint32_t      n_rows,
            const uint32_t      n_cols)
{
  const size_t    size   = (size_t)n_rows * (n_cols ? n_cols : 1);
  const RcvTensor tensor = {kind, 0, place, layer, n_rows, n_cols, 0, size};
  return tensor;
}

/// The tensor at an index of a recurrent layer's
static RcvTensor
layer_tensor(const RcvShape* const shape, const uint32_t index)
{
  const uint32_t      layer  = index / LAYER_TENSORS % shape->num_layers;
  const RcvLayerShape at     = rcv_shape_layer_at(shape, layer);
  const RcvTensorKind kind   = (RcvTensorKind)(index % LAYER_TENSORS);
  const uint32_t      n_cols = kind == RCV_TENSOR_W_IH
                                 ? rcv_shape_layer_inputs(shape, layer)
                               : kind == RCV_TENSOR_W_HH ? at.hidden_size
                                                         : 0;

  RcvTensor tensor = make_tensor(kind,
                                 RCV_DENSE_IN,
                                 layer,
                                 rcv_cell_n_gates(at.cell) * at.hidden_size,
                                 n_cols);
  tensor.direction = index / LAYER_TENSORS / shape->num_layers;
  return tensor;
}

/// The tensor at an index of the dense layers', of which there are more
static RcvTensor
dense_tensor(const RcvShape* const shape, const uint32_t index)
{
  uint32_t place = 0;
  uint32_t layer = index / 2;
  while (layer >= rcv_shape_n_dense(shape, (RcvDensePlace)place)) {
    layer -= rcv_shape_n_dense(shape, (RcvDensePlace)place);
    ++place;
  }

  const RcvDensePlace at = (RcvDensePlace)place;
  return make_tensor(index % 2 ? RCV_TENSOR_DENSE_B : RCV_TENSOR_DENSE_W,
                     at,
                     layer,
                     shape->dense[at][layer].size,
                     index % 2 ? 0 : dense_inputs(shape, at, layer));
}

/// Kind and sizes of the tensor at an index; its offset stays 0
static RcvTensor
tensor_at(const RcvShape* const shape, const uint32_t index)
{
  const uint32_t n_layer = n_layer_tensors(shape);
  const uint32_t n_dense = n_dense_tensors(shape);
  const uint32_t n_out   = shape->output_size;
  return index < n_layer             ? layer_tensor(shape, index)
         : index < n_layer + n_dense ? dense_tensor(shape, index - n_layer)
         : index == n_layer + n_dense
           ? make_tensor(RCV_TENSOR_LIN_W,
                         RCV_DENSE_OUT,
                         0,
                         n_out,
                         rcv_shape_head_inputs(shape))
           : make_tensor(RCV_TENSOR_LIN_B, RCV_DENSE_OUT, 0, n_out, 0);
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
  const uint32_t n_before = n_dense_until(shape, place);

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

double
rcv_shape_steps_per_frame(const RcvShape* const shape)
{
  // Left to right the block, right to left the block and what comes after it
  const double block = shape->block_frames;
  return shape->bidirectional
           ? ((2.0 * block) + (double)shape->lookahead_frames) / block
           : 1.0;
}

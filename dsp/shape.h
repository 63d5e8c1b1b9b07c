// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_SHAPE_H
#define DSP_SHAPE_H

#include "dsp/dense.h"
#include "dsp/layer.h"
#include "dsp/real.h"
#include "dsp/realtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Limits of what a network may be; files and options are held to them
enum {
  RCV_MAX_INPUTS    = 8,
  RCV_MAX_HIDDEN    = 512,
  RCV_MAX_LAYERS    = 8,
  RCV_MAX_CLASSES   = 1024,
  RCV_MAX_BLOCK     = 8192,
  RCV_MAX_LOOKAHEAD = 8192,

  /// Steps of a layer of both directions that a frame takes: more is no longer
  /// played live, and takes minutes to test
  RCV_MAX_STEPS_PER_FRAME = 256,
  RCV_MAX_SKIP_DB         = 180,
  RCV_MAX_DENSE           = 8,
};

/// The recurrent cell
typedef enum {
  RCV_CELL_RNN,
  RCV_CELL_LSTM,
  RCV_CELL_GRU,
} RcvCell;

/// What becomes of the top layer's output
typedef enum {
  RCV_HEAD_LINEAR,  ///< One affine sum: the audio output
  RCV_HEAD_SOFTMAX, ///< Probabilities of µ-law levels of the audio output
} RcvHead;

/// Where dense layers stand: before the recurrent layers, after them, or before
/// one but the lowest
typedef enum {
  RCV_DENSE_IN,
  RCV_DENSE_OUT,
  RCV_DENSE_L1, ///< Before recurrent layer 1; RCV_DENSE_L1 + 1 before 2, …
  RCV_N_DENSE_PLACES = RCV_DENSE_L1 + RCV_MAX_LAYERS - 1,
} RcvDensePlace;

/// A recurrent layer but its weights
typedef struct {
  RcvCell  cell;
  uint32_t hidden_size; ///< H; 0: there is no such layer
} RcvLayerShape;

/// A dense layer but its weights
typedef struct {
  uint32_t      size; ///< Number of outputs; 0: there is no such layer
  RcvActivation activation;
} RcvDenseShape;

/**
   All that defines a network but its weights (design of the networks:
   docs/networks.md).
*/
typedef struct {
  RcvCell  cell; ///< Of all layers, or of the top one: see stack
  RcvHead  head;
  uint32_t input_size;    ///< I: audio, then knobs
  uint32_t hidden_size;   ///< H likewise
  uint32_t num_layers;    ///< L
  uint32_t output_size;   ///< O: 1 for the linear head, V classes for softmax
  bool     bidirectional; ///< A second stack reads right to left
  bool     skip;          ///< y += gain · x (audio input)
  uint32_t block_frames;  ///< B: internal block (bidirectional only)
  uint32_t lookahead_frames; ///< D: frames the right-to-left stack looks ahead
  float    skip_gain_db;     ///< Of the skip; 0 in all that is trained here

  /// Dense layers at each RcvDensePlace, the first ones; none in what is
  /// trained here, none if bidirectional
  RcvDenseShape dense[RCV_N_DENSE_PLACES][RCV_MAX_DENSE];

  /// All layers, the lowest first, where they are of different cells or sizes;
  /// none where they are not, as in all that is trained here, nor if
  /// bidirectional.  rcv_shape_add_layer() keeps this so.
  RcvLayerShape stack[RCV_MAX_LAYERS];
} RcvShape;

/// The kinds of tensor, in their order within a layer and the head
typedef enum {
  RCV_TENSOR_W_IH,    ///< [G·H][rcv_shape_layer_inputs()]
  RCV_TENSOR_W_HH,    ///< [G·H][H]
  RCV_TENSOR_B_IH,    ///< [G·H]
  RCV_TENSOR_B_HH,    ///< [G·H]
  RCV_TENSOR_LIN_W,   ///< [O][H, or the size of the last dense layer]
  RCV_TENSOR_LIN_B,   ///< [O]
  RCV_TENSOR_DENSE_W, ///< [size][inputs]
  RCV_TENSOR_DENSE_B, ///< [size]
} RcvTensorKind;

/// One tensor of the flat parameter block
typedef struct {
  RcvTensorKind kind;
  uint32_t      direction; ///< 0 left to right, 1 right to left
  RcvDensePlace place;     ///< Of a dense layer
  uint32_t      layer;     ///< 0 is the lowest of its kind, and place
  uint32_t      n_rows;
  uint32_t      n_cols; ///< 0 for a vector
  size_t        offset; ///< Index of its first element in the block
  size_t        size;   ///< Number of its elements
} RcvTensor;

/// True if every size is within the limits and they fit together
bool
rcv_shape_is_valid(const RcvShape* shape);

/// Factor of the audio input in the output: 0 without a skip
float
rcv_shape_skip_gain(const RcvShape* shape);

/// Number of gates G of a cell: 1, 4 or 3
RCV_REALTIME static inline uint32_t
rcv_cell_n_gates(const RcvCell cell)
{
  return cell == RCV_CELL_LSTM ? 4 : cell == RCV_CELL_GRU ? 3 : 1;
}

/// True if the layers are of different cells or sizes
RCV_REALTIME static inline bool
rcv_shape_is_mixed(const RcvShape* const shape)
{
  return shape->stack[0].hidden_size > 0;
}

/// The cell and size of a layer; 0 is the lowest
RCV_REALTIME static inline RcvLayerShape
rcv_shape_layer_at(const RcvShape* const shape, const uint32_t layer)
{
  const RcvLayerShape every = {shape->cell, shape->hidden_size};
  return rcv_shape_is_mixed(shape) ? shape->stack[layer] : every;
}

/**
   Put a recurrent layer on top of those that a shape has.

   @param shape Of fewer than RCV_MAX_LAYERS layers, one direction; without any
   its cell and size are not heeded.
*/
void
rcv_shape_add_layer(RcvShape* shape, RcvCell cell, uint32_t hidden_size);

/// The greatest size of a layer
uint32_t
rcv_shape_widest(const RcvShape* shape);

/// Number of numbers that a direction remembers: Σ 2·H, h and c of each layer
size_t
rcv_shape_n_states(const RcvShape* shape);

/// Number of directions: 1 or 2
RCV_REALTIME uint32_t
rcv_shape_n_directions(const RcvShape* shape);

/// The place before a recurrent layer
RCV_REALTIME static inline RcvDensePlace
rcv_dense_before(const uint32_t layer)
{
  return layer ? (RcvDensePlace)(RCV_DENSE_L1 + layer - 1) : RCV_DENSE_IN;
}

/// Number of dense layers at a place
RCV_REALTIME uint32_t
rcv_shape_n_dense(const RcvShape* shape, RcvDensePlace place);

/// True if there is a dense layer
bool
rcv_shape_has_dense(const RcvShape* shape);

/// Number of values that layer 0 reads: I, or the size of a dense layer
uint32_t
rcv_shape_stack_inputs(const RcvShape* shape);

/// Number of values that a layer reads: those, or H of the layer below, or the
/// size of a dense layer in between
uint32_t
rcv_shape_layer_inputs(const RcvShape* shape, uint32_t layer);

/// Number of values that the head reads: H, or the size of a dense layer
uint32_t
rcv_shape_head_inputs(const RcvShape* shape);

/// Number of tensors of a network
uint32_t
rcv_shape_n_tensors(const RcvShape* shape);

/**
   Describe one tensor.

   The flat parameter block holds, for each direction and layer, W_ih, W_hh,
   b_ih, b_hh, then for each dense layer, place by place, its weight and bias,
   then the head's weight and bias, each row-major as in PyTorch.
   Gradients and the optimiser's moments have the same layout.

   @param index 0 to rcv_shape_n_tensors() − 1.
*/
RcvTensor
rcv_shape_tensor(const RcvShape* shape, uint32_t index);

/// The weight of a dense layer; its bias follows it
RcvTensor
rcv_shape_dense_tensor(const RcvShape* shape,
                       RcvDensePlace   place,
                       uint32_t        index);

/// Number of elements of the flat parameter block
size_t
rcv_shape_n_params(const RcvShape* shape);

/// Delay of the output in frames: B + D for bidirectional networks, else 0
uint32_t
rcv_shape_latency(const RcvShape* shape);

/// Steps that a layer takes per frame, in both directions together: all of a
/// window for each of its blocks, or 1
double
rcv_shape_steps_per_frame(const RcvShape* shape);

/// View one layer of a parameter block, which is borrowed by the view
static inline RcvLayer
rcv_shape_layer(const RcvShape* const shape,
                const RcvReal* const  params,
                const uint32_t        direction,
                const uint32_t        layer)
{
  const uint32_t first = 4 * ((direction * shape->num_layers) + layer);

  const RcvLayer view = {
    rcv_shape_layer_inputs(shape, layer),
    rcv_shape_layer_at(shape, layer).hidden_size,
    params + rcv_shape_tensor(shape, first + RCV_TENSOR_W_IH).offset,
    params + rcv_shape_tensor(shape, first + RCV_TENSOR_W_HH).offset,
    params + rcv_shape_tensor(shape, first + RCV_TENSOR_B_IH).offset,
    params + rcv_shape_tensor(shape, first + RCV_TENSOR_B_HH).offset,
  };
  return view;
}

/// The same for a dense layer
static inline RcvDense
rcv_shape_dense(const RcvShape* const shape,
                const RcvReal* const  params,
                const RcvDensePlace   place,
                const uint32_t        index)
{
  const RcvTensor weight = rcv_shape_dense_tensor(shape, place, index);

  const RcvDense view = {weight.n_cols,
                         weight.n_rows,
                         shape->dense[place][index].activation,
                         params + weight.offset,
                         params + weight.offset + weight.size};
  return view;
}

#endif // DSP_SHAPE_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/keras.h"

#include "dsp/model/affine.h"
#include "dsp/model/keras_about.h"
#include "dsp/model/keras_layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What the layers are read into
typedef struct {
  const RcvJsonFile*   file;
  const RcvKerasLayer* layer;
  uint32_t             index; ///< Of the layer in the file
  RcvModel*            model;
  RcvAffine            pending; ///< Layers that nothing has read yet
  uint32_t             n_recurrent;
  uint32_t             n_dense[RCV_N_DENSE_PLACES];
} Reading;

/// One recurrent layer as the file has it, with gates in our order
typedef struct {
  float* w_ih; ///< [G·width][n_in]
  float* w_hh; ///< [G·width][width]
  float* b_ih; ///< [G·width]
  float* b_hh; ///< [G·width]
} Gated;

static void
make_path(const Reading* const reading,
          const uint32_t       index,
          char                 path[RCV_JSON_PATH_SIZE])
{
  snprintf(path,
           RCV_JSON_PATH_SIZE,
           "$.layers[%u].weights[%u]",
           reading->index,
           index);
}

static RcvStatus
no_memory(const Reading* const reading)
{
  return rcv_error_set(
    reading->file->error, RCV_NO_MEMORY, "%s: no memory", reading->file->name);
}

/// A matrix [n_in][n_out], which is ours transposed
static RcvStatus
read_matrix(const Reading* const reading,
            const uint32_t       index,
            const size_t         n_in,
            const size_t         n_out,
            float* const         values)
{
  const RcvJsonTarget target = {values, 1, n_in};
  char                path[RCV_JSON_PATH_SIZE];
  make_path(reading, index, path);
  return rcv_json_matrix(reading->file,
                         json_array_get(reading->layer->weights, index),
                         path,
                         n_in,
                         n_out,
                         &target);
}

/// A GRU's rows z, r, h become r, z, n; others stay
static void
order_gates(const RcvKerasLayer* const layer,
            const size_t               n_in,
            float* const               values)
{
  const size_t n_block = layer->width * n_in;
  for (size_t i = 0; layer->cell == RCV_CELL_GRU && i < n_block; ++i) {
    const float z = values[i];

    values[i]           = values[n_block + i];
    values[n_block + i] = z;
  }
}

/// The biases: one row for the LSTM, input and recurrent ones for the GRU
static RcvStatus
read_biases(const Reading* const reading, const Gated* const gated)
{
  const RcvKerasLayer* const layer  = reading->layer;
  const json_t* const        biases = json_array_get(layer->weights, 2);
  const size_t n_gated = (size_t)rcv_cell_n_gates(layer->cell) * layer->width;
  char         path[RCV_JSON_PATH_SIZE];
  make_path(reading, 2, path);
  if (layer->cell == RCV_CELL_LSTM) {
    return rcv_json_vector(reading->file, biases, path, n_gated, gated->b_ih);
  }

  if (json_array_size(biases) != 2 ||
      !json_is_array(json_array_get(biases, 0))) {
    return rcv_json_unexpected(
      reading->file,
      path,
      "two rows of a GRU's biases (keras: reset_after), input and recurrent",
      biases);
  }

  RcvStatus status = RCV_OK;
  for (uint32_t i = 0; !status && i < 2; ++i) {
    float* const values = i ? gated->b_hh : gated->b_ih;
    char         row[RCV_JSON_PATH_SIZE + 8];
    snprintf(row, sizeof(row), "%s[%u]", path, i);
    status = rcv_json_vector(
      reading->file, json_array_get(biases, i), row, n_gated, values);
    order_gates(layer, 1, values);
  }
  return status;
}

static RcvStatus
read_gated(const Reading* const reading, const Gated* const gated)
{
  const RcvKerasLayer* const layer = reading->layer;
  const size_t n_gated = (size_t)rcv_cell_n_gates(layer->cell) * layer->width;

  RcvStatus st = RCV_OK;
  if ((st = read_matrix(reading, 0, layer->n_in, n_gated, gated->w_ih)) ||
      (st = read_matrix(reading, 1, layer->width, n_gated, gated->w_hh))) {
    return st;
  }
  order_gates(layer, layer->n_in, gated->w_ih);
  order_gates(layer, layer->width, gated->w_hh);
  return read_biases(reading, gated);
}

/// Put a recurrent layer into the model; what is pending goes into its input
/// weights
static bool
put_gated(Reading* const reading, const Gated* const gated)
{
  const RcvKerasLayer* const layer   = reading->layer;
  const uint32_t             n_gates = rcv_cell_n_gates(layer->cell);
  const uint32_t             width   = layer->width;
  const uint32_t             l       = reading->n_recurrent++;
  const size_t               n_rows  = (size_t)n_gates * width;

  float* const w_ih =
    rcv_model_layer_params(reading->model, l, RCV_TENSOR_W_IH);
  float* const w_hh =
    rcv_model_layer_params(reading->model, l, RCV_TENSOR_W_HH);
  float* const b_ih =
    rcv_model_layer_params(reading->model, l, RCV_TENSOR_B_IH);
  float* const b_hh =
    rcv_model_layer_params(reading->model, l, RCV_TENSOR_B_HH);

  RcvAffine* const affine = &reading->pending;
  if (!rcv_affine_append(affine, gated->w_ih, gated->b_ih, n_gates * width)) {
    return false;
  }
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t c = 0; c < affine->n_in; ++c) {
      w_ih[((size_t)r * affine->n_in) + c] =
        (float)rcv_affine_weight(affine, r, c);
    }
    b_ih[r] = (float)rcv_affine_bias(affine, r);
  }
  memcpy(w_hh, gated->w_hh, n_rows * width * sizeof(float));
  memcpy(b_hh, gated->b_hh, n_rows * sizeof(float));
  rcv_affine_clear(affine);
  *affine = rcv_affine_identity(width);
  return true;
}

static RcvStatus
read_recurrent(Reading* const reading)
{
  const RcvKerasLayer* const layer = reading->layer;
  const size_t n_gated = (size_t)rcv_cell_n_gates(layer->cell) * layer->width;
  const Gated  gated   = {calloc(n_gated * layer->n_in, sizeof(float)),
                          calloc(n_gated * layer->width, sizeof(float)),
                          calloc(n_gated, sizeof(float)),
                          calloc(n_gated, sizeof(float))};

  RcvStatus status = RCV_NO_MEMORY;
  if (gated.w_ih && gated.w_hh && gated.b_ih && gated.b_hh) {
    status = read_gated(reading, &gated);
    if (!status && !put_gated(reading, &gated)) {
      status = RCV_NO_MEMORY;
    }
  }
  free(gated.w_ih);
  free(gated.w_hh);
  free(gated.b_ih);
  free(gated.b_hh);
  return status == RCV_NO_MEMORY ? no_memory(reading) : status;
}

/// Read a dense layer's weights, and its bias if there is one
static RcvStatus
read_dense_weights(const Reading* const reading,
                   float* const         weight,
                   float* const         bias)
{
  const RcvKerasLayer* const layer = reading->layer;
  const RcvStatus            status =
    read_matrix(reading, 0, layer->n_in, layer->width, weight);
  if (status || json_array_size(layer->weights) < 2) {
    return status;
  }

  char path[RCV_JSON_PATH_SIZE];
  make_path(reading, 1, path);
  return rcv_json_vector(
    reading->file, json_array_get(layer->weights, 1), path, layer->width, bias);
}

/// What is pending becomes weights [n_rows][n_cols] of the model
static void
put_pending(Reading* const   reading,
            const RcvTensor* weight,
            const uint32_t   width)
{
  RcvAffine* const affine = &reading->pending;
  float* const     w      = reading->model->params + weight->offset;
  float* const     b      = w + weight->size;
  for (uint32_t r = 0; r < affine->n_out; ++r) {
    for (uint32_t c = 0; c < affine->n_in; ++c) {
      w[((size_t)r * weight->n_cols) + c] =
        (float)rcv_affine_weight(affine, r, c);
    }
    b[r] = (float)rcv_affine_bias(affine, r);
  }
  rcv_affine_clear(affine);
  *affine = rcv_affine_identity(width);
}

static RcvStatus
read_dense(Reading* const reading)
{
  const RcvKerasLayer* const layer  = reading->layer;
  RcvStatus                  status = RCV_OK;
  if (layer->has_weights) {
    float* const weight =
      calloc((size_t)layer->n_in * layer->width, sizeof(float));
    float* const bias = calloc(layer->width, sizeof(float));
    status = weight && bias ? read_dense_weights(reading, weight, bias)
                            : no_memory(reading);
    if (!status &&
        !rcv_affine_append(&reading->pending, weight, bias, layer->width)) {
      status = no_memory(reading);
    }
    free(weight);
    free(bias);
  }
  if (!status && layer->activation != RCV_ACTIVATION_LINEAR) {
    const uint32_t      n      = reading->n_recurrent;
    const RcvDensePlace place  = n == reading->model->shape.num_layers
                                   ? RCV_DENSE_OUT
                                   : rcv_dense_before(n);
    const RcvTensor     weight = rcv_shape_dense_tensor(
      &reading->model->shape, place, reading->n_dense[place]++);

    put_pending(reading, &weight, layer->width);
  }
  return status;
}

static RcvStatus
read_weights(const RcvJsonFile* const   file,
             const RcvKerasLayer* const layers,
             const uint32_t             n,
             RcvModel* const            model)
{
  const RcvShape* const shape   = &model->shape;
  Reading               reading = {
                  file, NULL, 0, model, rcv_affine_identity(shape->input_size), 0, {0}};

  RcvStatus status = RCV_OK;
  for (; !status && reading.index < n; ++reading.index) {
    reading.layer = &layers[reading.index];
    status        = reading.layer->is_recurrent ? read_recurrent(&reading)
                                                : read_dense(&reading);
  }
  if (!status) {
    const RcvTensor head =
      rcv_shape_tensor(shape, rcv_shape_n_tensors(shape) - 2);

    put_pending(&reading, &head, 1);
  }
  rcv_affine_clear(&reading.pending);

  // Products of weights that are finite need not be
  const size_t n_params = rcv_shape_n_params(shape);
  for (size_t i = 0; !status && i < n_params; ++i) {
    if (!isfinite(model->params[i])) {
      status = rcv_error_set(file->error,
                             RCV_BAD_FILE,
                             "%s: $.layers: the product of the dense layers' "
                             "weights is not finite; write the file again with "
                             "the program that made it",
                             file->name);
    }
  }
  return status;
}

RcvModel*
rcv_keras_read(const json_t* const root, const RcvJsonFile* const file)
{
  RcvKerasLayer layers[RCV_KERAS_MAX_LAYERS];
  RcvShape      shape = {0};
  uint32_t      n     = 0;
  if (rcv_keras_read_layers(root, file, layers, &n, &shape) ||
      rcv_json_flag(file, root, "$", "in_skip", &shape.skip)) {
    return NULL;
  }

  RcvModel* const model  = rcv_json_new_model(file, &shape, "keras json");
  RcvStatus       status = model ? RCV_OK : RCV_NO_MEMORY;
  if (!status && !(status = read_weights(file, layers, n, model))) {
    status = rcv_keras_read_about(root, file, model);
  }
  if (status) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

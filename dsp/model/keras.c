// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/keras.h"

#include "dsp/model/keras_about.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char way_out[] =
  "Recurve reads lstm or gru layers of one kind and width, then one dense "
  "layer with one output and no activation";

static const char*
layer_type(const json_t* const layer)
{
  const char* const type = json_string_value(json_object_get(layer, "type"));
  return type ? type : "";
}

static bool
is_dense(const char* const type)
{
  return !strcmp(type, "dense") || !strcmp(type, "time-distributed-dense");
}

static bool
is_recurrent(const char* const type)
{
  return !strcmp(type, "lstm") || !strcmp(type, "gru");
}

/// The last element of an array of sizes, a whole number within limits
static RcvStatus
read_last_size(const RcvJsonFile* const file,
               const json_t* const      sizes,
               const char* const        path,
               const uint32_t           max,
               uint32_t* const          size)
{
  const size_t        n    = json_array_size(sizes);
  const json_t* const last = n ? json_array_get(sizes, n - 1) : sizes;
  const double        number =
    json_is_number(last) ? json_number_value(last) : (double)NAN;
  if (number >= 1.0 && number <= max && trunc(number) >= number) {
    *size = (uint32_t)number;
    return RCV_OK;
  }

  char expected[64];
  snprintf(
    expected, sizeof(expected), "sizes of which the last is 1 to %u", max);
  return rcv_json_unexpected(file, path, expected, last);
}

static RcvStatus
layer_width(const RcvJsonFile* const file,
            const json_t* const      layers,
            const size_t             index,
            uint32_t* const          width)
{
  char path[RCV_JSON_PATH_SIZE];
  snprintf(path, sizeof(path), "$.layers[%zu].shape", index);
  return read_last_size(file,
                        json_object_get(json_array_get(layers, index), "shape"),
                        path,
                        RCV_MAX_HIDDEN,
                        width);
}

/// Refuse a layer that does not fit at its place; say why
static RcvStatus
refuse_layer(const RcvJsonFile* const file,
             const size_t             index,
             const char* const        what)
{
  char path[RCV_JSON_PATH_SIZE];
  snprintf(path, sizeof(path), "$.layers[%zu]", index);
  return rcv_json_unsupported(file, path, what, way_out);
}

/// Recurrent layers of one kind, then a dense one
static RcvStatus
check_types(const RcvJsonFile* const file, const json_t* const layers)
{
  const size_t      n     = json_array_size(layers);
  const char* const first = layer_type(json_array_get(layers, 0));
  for (size_t i = 0; i < n; ++i) {
    const json_t* const layer  = json_array_get(layers, i);
    const char* const   type   = layer_type(layer);
    const bool          is_top = i + 1 == n;
    char                what[64];
    if (!type[0]) {
      char path[RCV_JSON_PATH_SIZE];
      snprintf(path, sizeof(path), "$.layers[%zu].type", i);
      return rcv_json_unexpected(
        file, path, "the name of a layer", json_object_get(layer, "type"));
    }

    if (!is_dense(type) && !is_recurrent(type)) {
      snprintf(what, sizeof(what), "the layer %.40s", type);
    } else if (is_recurrent(type) && is_top) {
      snprintf(what, sizeof(what), "%s as the last layer", type);
    } else if (is_recurrent(type) && is_recurrent(first) &&
               strcmp(type, first) != 0) {
      snprintf(what, sizeof(what), "%s after %s", type, first);
    } else if (is_dense(type) && !is_top) {
      const char* const next = layer_type(json_array_get(layers, i + 1));
      snprintf(what, sizeof(what), "%s before %.20s", type, next);
    } else if (is_dense(type) && !is_recurrent(first)) {
      snprintf(what, sizeof(what), "%s without lstm or gru", type);
    } else {
      continue;
    }
    return refuse_layer(file, i, what);
  }
  return RCV_OK;
}

/// What follows from the layers' order and widths
static RcvStatus
read_shape(const RcvJsonFile* const file,
           const json_t* const      root,
           RcvShape* const          shape)
{
  const json_t* const layers = json_object_get(root, "layers");
  const size_t        n      = json_array_size(layers);
  if (n < 1 || n > RCV_MAX_LAYERS + 1) {
    return rcv_json_unexpected(file, "$.layers", "1 to 9 layers", layers);
  }

  RcvStatus st = RCV_OK;
  if ((st = check_types(file, layers)) ||
      (st = read_last_size(file,
                           json_object_get(root, "in_shape"),
                           "$.in_shape",
                           RCV_MAX_INPUTS,
                           &shape->input_size)) ||
      (st = layer_width(file, layers, 0, &shape->hidden_size))) {
    return st;
  }
  for (size_t i = 1; i < n; ++i) {
    const bool is_top = i + 1 == n;
    uint32_t   width  = 0;
    if ((st = layer_width(file, layers, i, &width))) {
      return st;
    }
    if (width != (is_top ? 1 : shape->hidden_size)) {
      char what[64];
      snprintf(what,
               sizeof(what),
               "%s of %u after %u",
               is_top ? "dense" : "a layer",
               width,
               shape->hidden_size);
      return refuse_layer(file, i, what);
    }
  }

  const json_t* const activation =
    json_object_get(json_array_get(layers, n - 1), "activation");
  const char* const name = json_string_value(activation);
  if (name && name[0] && strcmp(name, "linear") != 0) {
    char what[64];
    snprintf(what, sizeof(what), "the activation %.32s", name);
    return refuse_layer(file, n - 1, what);
  }

  shape->cell        = !strcmp(layer_type(json_array_get(layers, 0)), "lstm")
                         ? RCV_CELL_LSTM
                         : RCV_CELL_GRU;
  shape->head        = RCV_HEAD_LINEAR;
  shape->num_layers  = (uint32_t)n - 1;
  shape->output_size = 1;
  return rcv_json_flag(file, root, "$", "in_skip", &shape->skip);
}

/// A GRU's rows z, r, h become r, z, n; others stay
static void
order_gates(const RcvShape* const shape, const size_t n_in, float* const values)
{
  const size_t n_block = shape->hidden_size * n_in;
  for (size_t i = 0; shape->cell == RCV_CELL_GRU && i < n_block; ++i) {
    const float z = values[i];

    values[i]           = values[n_block + i];
    values[n_block + i] = z;
  }
}

/// The biases: one row for the LSTM, input and recurrent ones for the GRU
static RcvStatus
read_biases(const RcvJsonFile* const file,
            const json_t* const      biases,
            const char* const        path,
            const uint32_t           layer,
            RcvModel* const          model)
{
  const RcvShape* const shape    = &model->shape;
  const size_t          n_hidden = shape->hidden_size;
  float* const b_ih = rcv_model_layer_params(model, layer, RCV_TENSOR_B_IH);
  float* const b_hh = rcv_model_layer_params(model, layer, RCV_TENSOR_B_HH);
  if (shape->cell == RCV_CELL_LSTM) {
    return rcv_json_vector(file, biases, path, 4 * n_hidden, b_ih);
  }

  const size_t n_rows = json_array_size(biases);
  if (n_rows != 2 || !json_is_array(json_array_get(biases, 0))) {
    return rcv_json_unexpected(
      file,
      path,
      "two rows of a GRU's biases (keras: reset_after), input and recurrent",
      biases);
  }

  RcvStatus status = RCV_OK;
  for (uint32_t i = 0; !status && i < 2; ++i) {
    float* const values = i ? b_hh : b_ih;
    char         row[RCV_JSON_PATH_SIZE + 8];
    snprintf(row, sizeof(row), "%s[%u]", path, i);
    status = rcv_json_vector(
      file, json_array_get(biases, i), row, 3 * n_hidden, values);
    order_gates(shape, 1, values);
  }
  return status;
}

/// Matrices [in][G·H], which are PyTorch's transposed, and biases
static RcvStatus
read_recurrent(const RcvJsonFile* const file,
               const json_t* const      weights,
               const uint32_t           layer,
               RcvModel* const          model)
{
  const RcvShape* const shape    = &model->shape;
  const size_t          n_hidden = shape->hidden_size;
  const size_t          n_gated  = rcv_cell_n_gates(shape->cell) * n_hidden;
  char                  path[RCV_JSON_PATH_SIZE];

  RcvStatus status = RCV_OK;
  for (uint32_t i = 0; !status && i < 2; ++i) {
    const RcvTensorKind kind    = i ? RCV_TENSOR_W_HH : RCV_TENSOR_W_IH;
    const size_t        n_reads = i || layer ? n_hidden : shape->input_size;
    float* const        values  = rcv_model_layer_params(model, layer, kind);
    const RcvJsonTarget target  = {values, 1, n_reads};

    snprintf(path, sizeof(path), "$.layers[%u].weights[%u]", layer, i);
    status = rcv_json_matrix(
      file, json_array_get(weights, i), path, n_reads, n_gated, &target);
    order_gates(shape, n_reads, values);
  }
  snprintf(path, sizeof(path), "$.layers[%u].weights[2]", layer);
  return status
           ? status
           : read_biases(file, json_array_get(weights, 2), path, layer, model);
}

static RcvStatus
read_dense(const RcvJsonFile* const file,
           const json_t* const      weights,
           const uint32_t           layer,
           RcvModel* const          model)
{
  float* const        lin_w  = rcv_model_head_params(model, RCV_TENSOR_LIN_W);
  float* const        lin_b  = rcv_model_head_params(model, RCV_TENSOR_LIN_B);
  const RcvJsonTarget target = {lin_w, 1, 1};
  char                path[RCV_JSON_PATH_SIZE];

  snprintf(path, sizeof(path), "$.layers[%u].weights[0]", layer);
  RcvStatus status = rcv_json_matrix(file,
                                     json_array_get(weights, 0),
                                     path,
                                     model->shape.hidden_size,
                                     1,
                                     &target);
  if (!status && json_array_size(weights) > 1) {
    snprintf(path, sizeof(path), "$.layers[%u].weights[1]", layer);
    status = rcv_json_vector(file, json_array_get(weights, 1), path, 1, lin_b);
  }
  return status;
}

static RcvStatus
read_layers(const RcvJsonFile* const file,
            const json_t* const      layers,
            RcvModel* const          model)
{
  RcvStatus      status   = RCV_OK;
  const uint32_t n_layers = model->shape.num_layers;
  for (uint32_t l = 0; !status && l <= n_layers; ++l) {
    const json_t* const weights =
      json_object_get(json_array_get(layers, l), "weights");
    status = l < n_layers ? read_recurrent(file, weights, l, model)
                          : read_dense(file, weights, l, model);
  }
  return status;
}

RcvModel*
rcv_keras_read(const json_t* const root, const RcvJsonFile* const file)
{
  RcvShape shape = {0};
  if (read_shape(file, root, &shape)) {
    return NULL;
  }

  RcvModel* const model = rcv_json_new_model(file, &shape, "keras json");
  RcvStatus       status =
    model ? read_layers(file, json_object_get(root, "layers"), model)
                : RCV_NO_MEMORY;
  if (!status) {
    status = rcv_keras_read_about(root, file, model);
  }
  if (status) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

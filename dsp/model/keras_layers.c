// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/keras_layers.h"

#include "dsp/model/dense_metadata.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char way_out[] =
  "Recurve reads lstm, gru, dense and activation layers, the last one with one "
  "output; what it cannot read can be played in its own player, recorded, and "
  "given to `recurve train`";

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

/// Refuse a layer that does not fit at its place; say why
static RcvStatus
refuse_layer(const RcvJsonFile* const file,
             const uint32_t           index,
             const char* const        what)
{
  char path[RCV_JSON_PATH_SIZE];
  snprintf(path, sizeof(path), "$.layers[%u]", index);
  return rcv_json_unsupported(file, path, what, way_out);
}

/// The kind of a layer
static RcvStatus
read_type(const RcvJsonFile* const file,
          const json_t* const      object,
          const uint32_t           index,
          RcvKerasLayer* const     layer)
{
  const json_t* const item = json_object_get(object, "type");
  const char* const   type = json_string_value(item);
  if (!type || !type[0]) {
    char path[RCV_JSON_PATH_SIZE];
    snprintf(path, sizeof(path), "$.layers[%u].type", index);
    return rcv_json_unexpected(file, path, "the name of a layer", item);
  }

  layer->cell         = !strcmp(type, "lstm") ? RCV_CELL_LSTM : RCV_CELL_GRU;
  layer->is_recurrent = !strcmp(type, "lstm") || !strcmp(type, "gru");
  layer->has_weights  = layer->is_recurrent || !strcmp(type, "dense") ||
                       !strcmp(type, "time-distributed-dense");
  if (layer->has_weights || !strcmp(type, "activation")) {
    return RCV_OK;
  }

  char what[64];
  snprintf(what, sizeof(what), "the layer %.40s", type);
  return refuse_layer(file, index, what);
}

/// What a layer's sums become; recurrent ones are always as their cells are
static RcvStatus
read_activation(const RcvJsonFile* const file,
                const json_t* const      object,
                const uint32_t           index,
                RcvKerasLayer* const     layer)
{
  const json_t* const item = json_object_get(object, "activation");
  const char* const   name = json_string_value(item);
  if (layer->is_recurrent || !item || json_is_null(item)) {
    return RCV_OK;
  }
  if (!name) {
    char path[RCV_JSON_PATH_SIZE];
    snprintf(path, sizeof(path), "$.layers[%u].activation", index);
    return rcv_json_unexpected(file, path, "the name of an activation", item);
  }
  if (rcv_activation_find(name, &layer->activation)) {
    return RCV_OK;
  }

  char what[64];
  snprintf(what, sizeof(what), "the activation %.32s", name);
  return refuse_layer(file, index, what);
}

static RcvStatus
read_layer(const RcvJsonFile* const file,
           const json_t* const      object,
           const uint32_t           index,
           const uint32_t           n_in,
           RcvKerasLayer* const     layer)
{
  const RcvKerasLayer empty = {0};

  *layer         = empty;
  layer->n_in    = n_in;
  layer->width   = n_in;
  layer->weights = json_object_get(object, "weights");

  RcvStatus status = read_type(file, object, index, layer);
  if (!status && (layer->has_weights || json_object_get(object, "shape"))) {
    char path[RCV_JSON_PATH_SIZE];
    snprintf(path, sizeof(path), "$.layers[%u].shape", index);
    status = read_last_size(file,
                            json_object_get(object, "shape"),
                            path,
                            RCV_MAX_HIDDEN,
                            &layer->width);
  }
  if (!status && !layer->has_weights && layer->width != n_in) {
    char what[64];
    snprintf(
      what, sizeof(what), "an activation of %u after %u", layer->width, n_in);
    status = refuse_layer(file, index, what);
  }
  return status ? status : read_activation(file, object, index, layer);
}

/// Add a recurrent layer to the network
static RcvStatus
add_recurrent(const RcvJsonFile* const   file,
              const RcvKerasLayer* const layer,
              const uint32_t             index,
              RcvShape* const            shape)
{
  const uint32_t n = shape->num_layers;
  if (n == RCV_MAX_LAYERS) {
    char what[64];
    snprintf(what,
             sizeof(what),
             "%s after %u lstm or gru",
             layer->cell == RCV_CELL_LSTM ? "lstm" : "gru",
             n);
    return refuse_layer(file, index, what);
  }
  if (n) { // What seemed to be after the recurrent layers is between them
    RcvDenseShape* const out = shape->dense[RCV_DENSE_OUT];

    memcpy(shape->dense[rcv_dense_before(n)], out, sizeof(shape->dense[0]));
    memset(out, 0, sizeof(shape->dense[0]));
  }
  rcv_shape_add_layer(shape, layer->cell, layer->width);
  return RCV_OK;
}

/// Add a layer with an activation to the network; others need no place in it
static RcvStatus
add_dense(const RcvJsonFile* const   file,
          const RcvKerasLayer* const layer,
          const uint32_t             index,
          RcvShape* const            shape)
{
  const RcvDensePlace place = shape->num_layers ? RCV_DENSE_OUT : RCV_DENSE_IN;
  const uint32_t      n     = rcv_shape_n_dense(shape, place);
  if (layer->activation == RCV_ACTIVATION_LINEAR) {
    return RCV_OK;
  }
  if (n == RCV_MAX_DENSE) {
    char what[64];
    snprintf(what, sizeof(what), "an activation after %u others", n);
    return refuse_layer(file, index, what);
  }
  shape->dense[place][n].size       = layer->width;
  shape->dense[place][n].activation = layer->activation;
  return RCV_OK;
}

RcvStatus
rcv_keras_read_layers(const json_t* const      root,
                      const RcvJsonFile* const file,
                      RcvKerasLayer            layers[RCV_KERAS_MAX_LAYERS],
                      uint32_t* const          n,
                      RcvShape* const          shape)
{
  const json_t* const array = json_object_get(root, "layers");
  *n                        = (uint32_t)json_array_size(array);
  if (*n < 1 || *n > RCV_KERAS_MAX_LAYERS) {
    return rcv_json_unexpected(file, "$.layers", "1 to 32 layers", array);
  }

  RcvStatus status = read_last_size(file,
                                    json_object_get(root, "in_shape"),
                                    "$.in_shape",
                                    RCV_MAX_INPUTS,
                                    &shape->input_size);
  uint32_t  width  = shape->input_size;
  for (uint32_t i = 0; !status && i < *n; ++i) {
    RcvKerasLayer* const layer = &layers[i];

    status = read_layer(file, json_array_get(array, i), i, width, layer);
    if (!status) {
      status = layer->is_recurrent ? add_recurrent(file, layer, i, shape)
                                   : add_dense(file, layer, i, shape);
      width  = layer->width;
    }
  }
  if (!status && !shape->num_layers) {
    status = refuse_layer(file, *n - 1, "the end without lstm or gru");
  }
  if (!status && width != 1) {
    char what[64];
    snprintf(what, sizeof(what), "an end with %u outputs", width);
    status = refuse_layer(file, *n - 1, what);
  }
  shape->head        = RCV_HEAD_LINEAR;
  shape->output_size = 1;
  return status;
}

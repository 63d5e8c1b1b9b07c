// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/stack_metadata.h"

#include "dsp/model/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char key[] = "stack";

json_t*
rcv_stack_describe(const RcvShape* const shape)
{
  json_t* const layers = json_array();
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const RcvLayerShape layer = rcv_shape_layer_at(shape, l);

    json_array_append_new(layers,
                          json_pack("{s:s,s:i}",
                                    "cell",
                                    rcv_cell_name(layer.cell),
                                    "size",
                                    (int)layer.hidden_size));
  }
  return layers;
}

static bool
read_layer(const json_t* const object, RcvLayerShape* const layer)
{
  const json_int_t  size = json_integer_value(json_object_get(object, "size"));
  const char* const name = json_string_value(json_object_get(object, "cell"));

  uint32_t cell = RCV_CELL_RNN;
  while (name && cell <= RCV_CELL_GRU &&
         strcmp(name, rcv_cell_name((RcvCell)cell)) != 0) {
    ++cell;
  }
  if (!name || cell > RCV_CELL_GRU || size < 1 || size > RCV_MAX_HIDDEN) {
    return false;
  }
  layer->cell        = (RcvCell)cell;
  layer->hidden_size = (uint32_t)size;
  return true;
}

/// Set the layers; false if the array is none of layers that fit the rest
static bool
read_layers(const json_t* const layers, RcvShape* const shape)
{
  RcvShape read   = *shape;
  read.num_layers = 0;
  if (shape->bidirectional || json_array_size(layers) != shape->num_layers) {
    return false;
  }
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    RcvLayerShape layer = {RCV_CELL_RNN, 0};
    if (!read_layer(json_array_get(layers, l), &layer)) {
      return false;
    }
    rcv_shape_add_layer(&read, layer.cell, layer.hidden_size);
  }
  if (!rcv_shape_is_mixed(&read) || read.hidden_size != shape->hidden_size) {
    return false;
  }
  *shape = read;
  return true;
}

RcvStatus
rcv_stack_read_metadata(const json_t* const metadata,
                        const char* const   name,
                        RcvShape* const     shape,
                        RcvError* const     error)
{
  const char* const text   = json_string_value(json_object_get(metadata, key));
  json_t* const     layers = text ? json_loads(text, 0, NULL) : NULL;
  const bool        good   = read_layers(layers, shape);

  json_decref(layers);
  return good
           ? RCV_OK
           : rcv_error_set(
               error,
               RCV_BAD_FILE,
               "%s: $.__metadata__.%s: expected a string with %u of "
               "{\"cell\": rnn, lstm or gru, \"size\": 1 to %d}, not all the "
               "same, the last one of size %u, in a network that is not "
               "bidirectional, found \"%.80s\"",
               name,
               key,
               shape->num_layers,
               RCV_MAX_HIDDEN,
               shape->hidden_size,
               text ? text : "no string");
}

int
rcv_stack_write_metadata(json_t* const metadata, const RcvShape* const shape)
{
  if (!rcv_shape_is_mixed(shape)) {
    return 0;
  }

  json_t* const layers = rcv_stack_describe(shape);
  char* const   text   = json_dumps(layers, JSON_COMPACT);
  const int     failed = json_object_set_new(metadata, key, json_string(text));

  free(text);
  json_decref(layers);
  return failed;
}

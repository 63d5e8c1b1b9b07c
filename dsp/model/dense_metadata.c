// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/dense_metadata.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char* const names[RCV_N_ACTIVATIONS] =
  {"linear", "tanh", "relu", "sigmoid", "softmax", "elu"};

static const char* const keys[RCV_N_DENSE_PLACES] = {"dense_in",
                                                     "dense_out",
                                                     "dense_l1",
                                                     "dense_l2",
                                                     "dense_l3",
                                                     "dense_l4",
                                                     "dense_l5",
                                                     "dense_l6",
                                                     "dense_l7"};

const char*
rcv_dense_key(const RcvDensePlace place)
{
  return keys[place];
}

const char*
rcv_activation_name(const RcvActivation activation)
{
  return names[activation];
}

bool
rcv_activation_find(const char* const name, RcvActivation* const activation)
{
  for (uint32_t i = 0; i < RCV_N_ACTIVATIONS; ++i) {
    if (!strcmp(name[0] ? name : names[RCV_ACTIVATION_LINEAR], names[i])) {
      *activation = (RcvActivation)i;
      return true;
    }
  }
  return false;
}

json_t*
rcv_dense_describe(const RcvShape* const shape, const RcvDensePlace place)
{
  json_t* const layers = json_array();
  for (uint32_t i = 0; i < rcv_shape_n_dense(shape, place); ++i) {
    const RcvDenseShape* const dense = &shape->dense[place][i];

    json_array_append_new(layers,
                          json_pack("{s:i,s:s}",
                                    "size",
                                    (int)dense->size,
                                    "activation",
                                    rcv_activation_name(dense->activation)));
  }
  return layers;
}

/// Fill in the layers of one place; false if the array is none of layers
static bool
read_layers(const json_t* const layers, RcvDenseShape dense[RCV_MAX_DENSE])
{
  const size_t n = json_array_size(layers);
  if (n < 1 || n > RCV_MAX_DENSE) {
    return false;
  }
  for (size_t i = 0; i < n; ++i) {
    const json_t* const layer = json_array_get(layers, i);
    const json_int_t  size = json_integer_value(json_object_get(layer, "size"));
    const char* const activation =
      json_string_value(json_object_get(layer, "activation"));
    if (size < 1 || size > RCV_MAX_HIDDEN || !activation ||
        !rcv_activation_find(activation, &dense[i].activation)) {
      return false;
    }
    dense[i].size = (uint32_t)size;
  }
  return true;
}

RcvStatus
rcv_dense_read_metadata(const json_t* const metadata,
                        const char* const   name,
                        RcvShape* const     shape,
                        RcvError* const     error)
{
  for (uint32_t place = 0; place < RCV_N_DENSE_PLACES; ++place) {
    const json_t* const value      = json_object_get(metadata, keys[place]);
    const char* const   text       = json_string_value(value);
    json_t* const       layers     = text ? json_loads(text, 0, NULL) : NULL;
    const bool          is_between = place >= RCV_DENSE_L1;
    const bool          has_place =
      !shape->bidirectional &&
      (!is_between || place - RCV_DENSE_L1 + 1 < shape->num_layers);
    const bool good =
      !value || (has_place && read_layers(layers, shape->dense[place]));

    json_decref(layers);
    if (!good) {
      return rcv_error_set(
        error,
        RCV_BAD_FILE,
        "%s: $.__metadata__.%s: expected a string with 1 to "
        "%d of {\"size\": 1 to %d, \"activation\": a name} "
        "in a network of one direction that has this place, found \"%.80s\"",
        name,
        keys[place],
        RCV_MAX_DENSE,
        RCV_MAX_HIDDEN,
        text ? text : "no string");
    }
  }
  return RCV_OK;
}

int
rcv_dense_write_metadata(json_t* const metadata, const RcvShape* const shape)
{
  int failed = 0;
  for (uint32_t place = 0; place < RCV_N_DENSE_PLACES; ++place) {
    if (rcv_shape_n_dense(shape, (RcvDensePlace)place)) {
      json_t* const layers = rcv_dense_describe(shape, (RcvDensePlace)place);
      char* const   text   = json_dumps(layers, JSON_COMPACT);

      failed |= json_object_set_new(metadata, keys[place], json_string(text));
      free(text);
      json_decref(layers);
    }
  }
  return failed;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_KERAS_LAYERS_H
#define DSP_MODEL_KERAS_LAYERS_H

#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file

   The layers of a keras file and the network that they make.

   A dense layer without an activation is multiplied into what reads it; one
   with an activation is a dense layer of ours, before, after or between the
   recurrent ones.
*/

enum { RCV_KERAS_MAX_LAYERS = 32 };

/// One layer of a file
typedef struct {
  bool          is_recurrent;
  bool          has_weights; ///< Else only an activation
  RcvCell       cell;        ///< If it is recurrent
  RcvActivation activation;  ///< Else
  uint32_t      n_in;        ///< Outputs of the layer before, or inputs
  uint32_t      width;       ///< Outputs
  const json_t* weights;     ///< Borrowed from the file
} RcvKerasLayer;

/**
   Read what the layers are and how they follow each other.

   @param layers Set; as many as the file has.
   @param n Set to their number.
   @param shape Set, but for the skip.
*/
RcvStatus
rcv_keras_read_layers(const json_t*      root,
                      const RcvJsonFile* file,
                      RcvKerasLayer      layers[RCV_KERAS_MAX_LAYERS],
                      uint32_t*          n,
                      RcvShape*          shape);

#endif // DSP_MODEL_KERAS_LAYERS_H

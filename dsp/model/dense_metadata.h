// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_DENSE_METADATA_H
#define DSP_MODEL_DENSE_METADATA_H

#include "dsp/activation.h"
#include "dsp/model/error.h"
#include "dsp/shape.h"

#include <jansson.h>

#include <stdbool.h>

/**
   @file

   The dense layers of a shape in words: in the metadata of model files, and in
   what `recurve info` says.
*/

/// "linear", "tanh", "relu", "sigmoid", "softmax" or "elu"
const char*
rcv_activation_name(RcvActivation activation);

/// The activation with this name, "" being linear; false if there is none
bool
rcv_activation_find(const char* name, RcvActivation* activation);

/// How files call a place: "dense_in", "dense_out", "dense_l1", … "dense_l7"
const char*
rcv_dense_key(RcvDensePlace place);

/// The dense layers of a place as a new array of {"size", "activation"}
json_t*
rcv_dense_describe(const RcvShape* shape, RcvDensePlace place);

/**
   Read the places, which hold the same array as a string.

   @param metadata An object, borrowed.
   @param shape Its number of layers and directions is known.
   @param name What errors call the file.
*/
RcvStatus
rcv_dense_read_metadata(const json_t* metadata,
                        const char*   name,
                        RcvShape*     shape,
                        RcvError*     error);

/// Write them; nothing for a shape without.  0, or −1 if there is no memory
int
rcv_dense_write_metadata(json_t* metadata, const RcvShape* shape);

#endif // DSP_MODEL_DENSE_METADATA_H

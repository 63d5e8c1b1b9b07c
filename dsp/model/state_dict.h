// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_STATE_DICT_H
#define DSP_MODEL_STATE_DICT_H

#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

#include <stdbool.h>

/**
   @file

   Weights of PyTorch modules by their names: recurrent modules in the order in
   which they stand in the file, and one linear module
   (docs/formats.md).
*/

/// True if an object, which is not changed, names the first layer of a module
bool
rcv_state_dict_is(json_t* root);

/**
   Read one recurrent layer.

   @param dict An object with PyTorch's names, borrowed.
   @param parent Its path.
   @param module Name of the module, such as "rec".
   @param index Number of the layer within the module.
   @param layer Number of the layer within the model.
*/
RcvStatus
rcv_state_dict_read_layer(const RcvJsonFile* file,
                          const json_t*      dict,
                          const char*        parent,
                          const char*        module,
                          uint32_t           index,
                          RcvModel*          model,
                          uint32_t           layer);

/**
   Read the head.

   @param has_bias False: there is none, which is zero.
*/
RcvStatus
rcv_state_dict_read_head(const RcvJsonFile* file,
                         const json_t*      dict,
                         const char*        parent,
                         const char*        module,
                         bool               has_bias,
                         RcvModel*          model);

/**
   Read a model from nothing but its weights, as RTNeural's examples have them:
   without a sample rate, without a skip.

   @param root The file's object, borrowed and not changed.
   @return A model that must be freed by the caller with rcv_model_free(), or
   NULL after saying why.
*/
RcvModel*
rcv_state_dict_read(json_t* root, const RcvJsonFile* file);

#endif // DSP_MODEL_STATE_DICT_H

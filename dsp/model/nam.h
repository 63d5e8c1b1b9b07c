// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_NAM_H
#define DSP_MODEL_NAM_H

#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

/**
   @file

   Models of Neural Amp Modeler whose architecture is `LSTM`
   (docs/formats.md).
*/

/**
   Read a model.

   @param root The file's object, borrowed.
   @return A model that must be freed by the caller with rcv_model_free(), or
   NULL after saying why.
*/
RcvModel*
rcv_nam_read(const json_t* root, const RcvJsonFile* file);

/**
   Write a model that fits (dsp/model/write.h), with the state that it starts
   from, or if there is none, that after 48000 frames of silence.

   @return A new object, or NULL if there is no memory.
*/
json_t*
rcv_nam_write(const RcvModel* model);

#endif // DSP_MODEL_NAM_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_KERAS_H
#define DSP_MODEL_KERAS_H

#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

/**
   @file

   Models in RTNeural's form of keras, as AIDA-X writes them: recurrent layers
   and a dense one (docs/formats.md).
*/

/// The greatest gain that a file may have
#define RCV_KERAS_MAX_GAIN_DB 90.0f

/**
   Read a model.

   @param root The file's object, borrowed.
   @return A model that must be freed by the caller with rcv_model_free(), or
   NULL after saying why.
*/
RcvModel*
rcv_keras_read(const json_t* root, const RcvJsonFile* file);

/**
   Write a model that fits (dsp/model/write.h), with 2048 frames of its
   self-test as the test batch.

   @return A new object, or NULL if there is no memory.
*/
json_t*
rcv_keras_write(const RcvModel* model);

#endif // DSP_MODEL_KERAS_H

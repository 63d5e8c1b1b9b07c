// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_GUITARML_H
#define DSP_MODEL_GUITARML_H

#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

/**
   @file

   Models of GuitarML's Automated-GuitarAmpModelling: `SimpleRNN` with PyTorch's
   names and layouts, at 44.1 kHz
   (docs/formats.md).
*/

/// The rate that every player takes a file to be of
#define RCV_GUITARML_RATE_HZ 44100.0

/**
   Read a model.

   @param root The file's object, borrowed.
   @return A model that must be freed by the caller with rcv_model_free(), or
   NULL after saying why.
*/
RcvModel*
rcv_guitarml_read(const json_t* root, const RcvJsonFile* file);

/**
   Write a model that fits (dsp/model/write.h).

   @return A new object, or NULL if there is no memory.
*/
json_t*
rcv_guitarml_write(const RcvModel* model);

#endif // DSP_MODEL_GUITARML_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_KERAS_ABOUT_H
#define DSP_MODEL_KERAS_ABOUT_H

#include "dsp/model/error.h"
#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

/**
   Read what a keras file has besides its layers: rate, names, its test batch,
   and the gains, which become part of the weights.

   @param root The file's object, borrowed.
   @param model With its weights as they stand in the file.
*/
RcvStatus
rcv_keras_read_about(const json_t*      root,
                     const RcvJsonFile* file,
                     RcvModel*          model);

#endif // DSP_MODEL_KERAS_ABOUT_H

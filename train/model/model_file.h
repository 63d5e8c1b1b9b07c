// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_MODEL_MODEL_FILE_H
#define TRAIN_MODEL_MODEL_FILE_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/model/write.h"

#include <jansson.h>

/// Write a model as a safetensors file, whole or not at all
RcvStatus
rcv_model_file_write(const RcvModel* model, const char* path, RcvError* error);

/// The same in any format
RcvStatus
rcv_model_file_write_as(const RcvModel* model,
                        RcvFormat       format,
                        const char*     path,
                        RcvError*       error);

/**
   What is in a model, with the names that `recurve info --json` has.

   @return A new object, or NULL if there is no memory.
*/
json_t*
rcv_model_file_describe(const RcvModel* model);

/**
   Print an object as one line of JSON on stdout and free it.

   @param object Owned by this function, or NULL if there was no memory.
*/
RcvStatus
rcv_json_print(json_t* object, RcvError* error);

/// A number, or null where it is not finite, which JSON has no word for
json_t*
rcv_json_number(double number);

/// A number of frames: a whole one where it is one
json_t*
rcv_json_frames(double frames);

#endif // TRAIN_MODEL_MODEL_FILE_H

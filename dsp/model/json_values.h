// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_JSON_VALUES_H
#define DSP_MODEL_JSON_VALUES_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/shape.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   Values of a parsed JSON file, checked.  All failures are sentences with the
   file, the JSON path, what was expected and what was found.
*/

/// What errors call a file, and where they go
typedef struct {
  const char* name;
  RcvError*   error;
} RcvJsonFile;

/// Room for a JSON path of ours
enum { RCV_JSON_PATH_SIZE = 128 };

/// Where the elements of an array go: row r, column c to r·row + c·column
typedef struct {
  float* values;
  size_t row_step;
  size_t column_step;
} RcvJsonTarget;

/**
   Say that something else was expected.

   @param path Of the value, such as "$.config.hidden_size".
   @param found The value, or NULL if there is none.
   @return RCV_BAD_FILE.
*/
RcvStatus
rcv_json_unexpected(const RcvJsonFile* file,
                    const char*        path,
                    const char*        expected,
                    const json_t*      found);

/// Say that a known thing is not read, and which is
RcvStatus
rcv_json_unsupported(const RcvJsonFile* file,
                     const char*        path,
                     const char*        found,
                     const char*        way_out);

/**
   A whole number within limits.

   @param parent Path of the object.
*/
RcvStatus
rcv_json_uint(const RcvJsonFile* file,
              const json_t*      object,
              const char*        parent,
              const char*        key,
              uint32_t           min,
              uint32_t           max,
              uint32_t*          value);

/// The same for 0, 1, false or true; a missing one leaves the value as it was
RcvStatus
rcv_json_flag(const RcvJsonFile* file,
              const json_t*      object,
              const char*        parent,
              const char*        key,
              bool*              value);

/// A number, or a string that holds one; else NaN
double
rcv_json_lenient_number(const json_t* value);

/**
   A sample rate: a number or a string that holds one.

   @param value NULL or null: the file does not say it.
   @param assumed_hz What players of this kind of file take it for then.
   @param info Its rate is set.
*/
RcvStatus
rcv_json_rate(const RcvJsonFile* file,
              const json_t*      value,
              const char*        path,
              double             assumed_hz,
              RcvModelInfo*      info);

/// An array of exactly n finite numbers
RcvStatus
rcv_json_vector(const RcvJsonFile* file,
                const json_t*      array,
                const char*        path,
                size_t             n,
                float*             values);

/// An array of n_rows arrays of exactly n_cols finite numbers
RcvStatus
rcv_json_matrix(const RcvJsonFile*   file,
                const json_t*        array,
                const char*          path,
                size_t               n_rows,
                size_t               n_cols,
                const RcvJsonTarget* target);

/// Copy a text of an object; anything else leaves the text as it was
void
rcv_json_text(const json_t* object, const char* key, char* text, size_t size);

/// A tensor of one layer within a model's parameters
float*
rcv_model_layer_params(RcvModel* model, uint32_t layer, RcvTensorKind kind);

/// The head's weight or bias within a model's parameters
float*
rcv_model_head_params(RcvModel* model, RcvTensorKind kind);

/// Multiply the weights that read the audio: the model hears it so much louder
void
rcv_model_scale_audio(RcvModel* model, double gain_lin);

/// A model with a linear head of one output, or NULL after saying no memory
RcvModel*
rcv_json_new_model(const RcvJsonFile* file,
                   const RcvShape*    shape,
                   const char*        format);

#endif // DSP_MODEL_JSON_VALUES_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_JSON_FIXTURE_H
#define TESTS_SUPPORT_JSON_FIXTURE_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"

#include <jansson.h>

#include <stdint.h>

/**
   @file

   Model files of other programs, written from a model by the tests' own code,
   as objects that a test can change.  Whatever fails here fails the test.
*/

/// A shape without a skip
RcvShape
json_fixture_shape(RcvCell  cell,
                   uint32_t input_size,
                   uint32_t hidden_size,
                   uint32_t num_layers);

/// GuitarML's kind; to be freed with json_decref()
json_t*
json_fixture_guitarml(const RcvModel* model);

/// RTNeural's kind of keras, LSTM (whose b_hh must be zero) and GRU
json_t*
json_fixture_keras(const RcvModel* model);

/// NAM's kind (LSTM whose b_hh must be zero)
json_t*
json_fixture_nam(const RcvModel* model);

/// Set the recurrent biases to zero, for the kinds that hold only one sum
void
json_fixture_sum_biases(RcvModel* model);

/// Read a file that is in memory of its exact size; NULL after a refusal
RcvModel*
json_fixture_parse(const void* bytes, size_t size, RcvError* error);

/// Write an object and read it
RcvModel*
json_fixture_read(const json_t* root, RcvError* error);

/// Read an object, which must be refused with these words
void
json_fixture_refused(const json_t* root, const char* words);

#endif // TESTS_SUPPORT_JSON_FIXTURE_H

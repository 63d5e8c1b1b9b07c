// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_MODEL_FIXTURE_H
#define TESTS_SUPPORT_MODEL_FIXTURE_H

#include "dsp/model/model.h"
#include "dsp/shape.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Models with random weights and files that hold them.  Whatever fails here
   fails the test.
*/

/// The shape of a small LSTM with a skip and the audio as its only input
RcvShape
rcv_fixture_shape(uint32_t hidden_size);

/**
   Make a model.

   @param rate_hz Its sample rate, or NaN for a model that does not know it.
   @param seed Chooses the weights: others for every seed.
   @return A model that must be freed by the caller with rcv_model_free().
*/
RcvModel*
rcv_fixture_model(const RcvShape* shape, double rate_hz, uint32_t seed);

/// Load a shipped preset; the model must be freed by the caller with
/// rcv_model_free()
RcvModel*
rcv_fixture_preset(const char* name);

/// Write a model to a file, with a self-test
void
rcv_fixture_write(RcvModel* model, const char* path);

/// Write the file of a small model at 48 kHz
void
rcv_fixture_file(const char* path, uint32_t seed);

/// Write bytes to a file
void
rcv_fixture_bytes(const char* path, const void* bytes, size_t size);

/// Fill with a tone and noise that a guitar might have, −1 to 1
void
rcv_fixture_signal(float* x, size_t n_frames, uint32_t seed);

#endif // TESTS_SUPPORT_MODEL_FIXTURE_H

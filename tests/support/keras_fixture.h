// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_KERAS_FIXTURE_H
#define TESTS_SUPPORT_KERAS_FIXTURE_H

#include <jansson.h>

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Keras files of any layers, and what they say, computed from the file in
   double precision by the tests' own code.
*/

enum { KERAS_FIXTURE_MAX_LAYERS = 12, KERAS_FIXTURE_MAX_WIDTH = 40 };

/// One layer as it stands in a file; the one after the last has no type
typedef struct {
  const char* type;
  uint32_t    width;
  const char* activation; ///< NULL: not written
} KerasFixtureLayer;

/// A file with random weights; to be freed with json_decref()
json_t*
keras_fixture_draw(const KerasFixtureLayer* layers,
                   uint32_t                 n_inputs,
                   uint32_t                 seed);

/**
   The file's network without its gains and skip.

   @param x [n_frames][n_inputs].
   @param in_lin Gain of the audio input.
   @param y [n_frames] set.
*/
void
keras_fixture_output(const json_t*            root,
                     const KerasFixtureLayer* layers,
                     size_t                   n_inputs,
                     double                   in_lin,
                     const float*             x,
                     size_t                   n_frames,
                     double*                  y);

#endif // TESTS_SUPPORT_KERAS_FIXTURE_H

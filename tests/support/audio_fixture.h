// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_AUDIO_FIXTURE_H
#define TESTS_SUPPORT_AUDIO_FIXTURE_H

#include "train/data/pair.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Audio files for tests, and how they are read as pairs.  Whatever fails here
   fails the test.
*/

/// Aligned and split as `recurve train` does it without options
extern const RcvPairOptions audio_fixture_usual;

/// Write a WAV file; samples are [n_frames][n_channels]
void
audio_fixture_write(const char*  path,
                    const float* samples,
                    size_t       n_frames,
                    uint32_t     n_channels,
                    uint32_t     rate_hz);

#endif // TESTS_SUPPORT_AUDIO_FIXTURE_H

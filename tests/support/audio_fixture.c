// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/audio_fixture.h"

#include "tests/support/assert_close.h"
#include "train/file/audio_file.h"

#include <stdlib.h>
#include <string.h>

const RcvPairOptions audio_fixture_usual =
  {true, -1.0, -1.0, RCV_PAIR_TRAIN, 0, {0, 0}, NULL};

void
audio_fixture_write(const char* const  path,
                    const float* const samples,
                    const size_t       n_frames,
                    const uint32_t     n_channels,
                    const uint32_t     rate_hz)
{
  RcvAudio audio = {NULL, n_frames, n_channels, rate_hz};
  RcvError error = {RCV_OK, ""};
  audio.samples  = malloc(n_frames * n_channels * sizeof(float));
  assert_non_null(audio.samples);
  memcpy(audio.samples, samples, n_frames * n_channels * sizeof(float));
  assert_int_equal(rcv_audio_write(&audio, path, &error), RCV_OK);
  rcv_audio_clear(&audio);
}

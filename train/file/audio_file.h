// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_AUDIO_FILE_H
#define TRAIN_FILE_AUDIO_FILE_H

#include "dsp/model/error.h"

#include <stddef.h>
#include <stdint.h>

/// A whole recording in memory
typedef struct {
  float*   samples;    ///< [n_frames][n_channels], owned
  size_t   n_frames;   ///< Length in frames
  uint32_t n_channels; ///< At least 1
  uint32_t rate_hz;    ///< Sample rate
} RcvAudio;

/**
   Read a whole audio file of any format and rate that libsndfile knows.

   A file that ends before its header says it does, that holds NaN or infinity,
   or that has no frames is refused.

   @param audio Set on success; must be cleared by the caller with
   rcv_audio_clear().  Untouched on failure.
*/
RcvStatus
rcv_audio_read(RcvAudio* audio, const char* path, RcvError* error);

/**
   Write a WAV file of 32-bit floats, whole or not at all (a temporary file
   beside it is renamed at the end).
*/
RcvStatus
rcv_audio_write(const RcvAudio* audio, const char* path, RcvError* error);

/// Free what an RcvAudio owns and zero it
void
rcv_audio_clear(RcvAudio* audio);

/**
   Keep one channel of a recording with several, in place.

   @param channel 0 to n_channels − 1.
*/
void
rcv_audio_keep_channel(RcvAudio* audio, uint32_t channel);

#endif // TRAIN_FILE_AUDIO_FILE_H

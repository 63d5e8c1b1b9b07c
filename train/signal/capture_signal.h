// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_SIGNAL_CAPTURE_SIGNAL_H
#define TRAIN_SIGNAL_CAPTURE_SIGNAL_H

#include "dsp/model/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file capture_signal.h The signal to play through a device to capture it.

   It is computed, the same to the bit on every machine, so that it can be
   recognised in a recording and its parts be used for what they are.
*/

/// Which signal
typedef enum {
  RCV_SIGNAL_ALL,  ///< Four minutes with everything
  RCV_SIGNAL_RIFF, ///< Twelve seconds of other music, for demonstrations
  RCV_SIGNAL_SHORT ///< Tones, noise and playing in 20 seconds, for tests
} RcvSignal;

/// What a part is for
typedef enum {
  RCV_ROLE_ALIGN,      ///< Clicks, to find the delay; at the start and end
  RCV_ROLE_SILENCE,    ///< To measure the noise
  RCV_ROLE_MEASURE,    ///< Tones, to measure harmonics; nothing learns them
  RCV_ROLE_TRAIN,      ///< To train on
  RCV_ROLE_VALIDATION, ///< To choose a model by
  RCV_ROLE_TEST,       ///< To measure the chosen model by
  RCV_ROLE_REPEAT      ///< The first passage of strings again, bit by bit
} RcvSignalRole;

/// One part; parts follow each other without a gap
typedef struct {
  const char*   name;
  RcvSignalRole role;
  size_t        start;    ///< First frame
  size_t        n_frames; ///< Length
} RcvSignalPart;

/// Least and greatest sample rate that a signal can have
enum { RCV_SIGNAL_MIN_RATE = 16000, RCV_SIGNAL_MAX_RATE = 192000 };

/// Greatest absolute value of a sample from rcv_capture_signal_render(), plus 1
enum { RCV_SIGNAL_FULL_SCALE = 8388608 };

/// Return the length of a signal in frames
size_t
rcv_capture_signal_length(RcvSignal signal, uint32_t rate_hz);

/// Return the number of parts
size_t
rcv_capture_signal_n_parts(RcvSignal signal);

/// Return one part
RcvSignalPart
rcv_capture_signal_part(RcvSignal signal, uint32_t rate_hz, size_t index);

/**
   Return the stretch of all parts of a role, which have nothing between them.

   For RCV_ROLE_ALIGN it is the one at the start.  RCV_ROLE_REPEAT has the
   length of the part named "passage", which it repeats.  A stretch of length 0
   means that the signal has no such part.
*/
RcvSignalPart
rcv_capture_signal_span(RcvSignal signal, uint32_t rate_hz, RcvSignalRole role);

/**
   Compute a signal.

   @param samples [rcv_capture_signal_length()] of 24 bits, mono.
   @return RCV_NO_MEMORY, or RCV_BAD_USAGE for a rate that it cannot have.
*/
RcvStatus
rcv_capture_signal_render(RcvSignal signal,
                          uint32_t  rate_hz,
                          int32_t*  samples,
                          RcvError* error);

/// Write a signal as a WAV file of 24 bits
RcvStatus
rcv_capture_signal_write(RcvSignal   signal,
                         uint32_t    rate_hz,
                         const char* path,
                         RcvError*   error);

/**
   Return whether a recording is a signal, within 16 bits of resolution.

   Frames beyond the signal's end are allowed.

   @param dry [n_frames] mono.
*/
bool
rcv_capture_signal_matches(RcvSignal    signal,
                           const float* dry,
                           size_t       n_frames,
                           uint32_t     rate_hz);

/// Return whether a recording is RCV_SIGNAL_ALL; see above
bool
rcv_capture_signal_recognise(const float* dry,
                             size_t       n_frames,
                             uint32_t     rate_hz);

#endif // TRAIN_SIGNAL_CAPTURE_SIGNAL_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_PHASES_H
#define DSP_PHASES_H

#include "dsp/arena.h"
#include "dsp/network.h"
#include "dsp/realtime.h"
#include "dsp/state_delay.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   A network at another rate than its own.

   At N times its rate, 1 to RCV_MAX_OVERSAMPLE, each step reads the recurrent
   state of N frames ago, so that a step of the network spans the time that it
   was trained on (Carson, Wright, Chowdhury, Välimäki and Bilbao, "Sample Rate
   Independent Recurrent Neural Networks for Audio Effects Processing", DAFx
   2024, the case of a whole number: no interpolation).

   Frame t then meets the state of frames t − N, t − 2N … only: the N phases of
   the signal are N voices of the same network that know nothing of each other.
   Each is a run of the network as it always is, and two of them run at once.

   At any other rate the state is read between the frames: state_delay.h.
*/

enum {
  RCV_MAX_CHANNELS   = 2,
  RCV_MAX_OVERSAMPLE = 4,

  /// Frames of every phase that are computed at a time
  RCV_PHASE_CHUNK = 64,
};

/// All states of all channels
typedef struct {
  const RcvNetwork* network;
  uint32_t          n_channels;
  bool              is_between; ///< At no such N: all is in `delay`
  RcvStateDelay     delay;
  uint32_t          n_phases; ///< N: 1 to RCV_MAX_OVERSAMPLE
  uint32_t          next;     ///< Phase of the next frame
  RcvState*         states[RCV_MAX_CHANNELS][RCV_MAX_OVERSAMPLE];
  float*            inputs; ///< [2][RCV_PHASE_CHUNK][I] of two phases, if N > 1
  float*            outputs; ///< [2][RCV_PHASE_CHUNK] likewise
} RcvPhases;

/**
   Place the states; with an arena that only counts, only count.

   rcv_phases_init() must follow.

   @param times The rate that the network runs at as a part of its own.  For
   networks of two directions a whole number up to RCV_MAX_OVERSAMPLE.
   @param n_taps As for rcv_state_delay_place().
*/
RcvPhases
rcv_phases_place(RcvArena*         arena,
                 const RcvShape*   shape,
                 const RcvKernels* kernels,
                 uint32_t          n_channels,
                 double            times,
                 uint32_t          n_taps);

/// Make the states as they are at the start
void
rcv_phases_init(RcvPhases* phases, const RcvNetwork* network);

/// Back to the start
RCV_REALTIME void
rcv_phases_reset(RcvPhases* phases);

/// One channel's states as at the start; it stays in step with the other
RCV_REALTIME void
rcv_phases_reset_channel(RcvPhases* phases, uint32_t channel);

/**
   Run the network over some frames, at N times its rate.

   The output is late by N times rcv_shape_latency().

   @param x [n_channels][n_frames][I] inputs: audio, then knobs.
   @param y [n_channels][n_frames] output, set.
*/
RCV_REALTIME void
rcv_phases_run(RcvPhases*          phases,
               const float* const* x,
               float* const*       y,
               uint32_t            n_frames);

/// As if frames had gone by that change nothing
RCV_REALTIME void
rcv_phases_skip(RcvPhases* phases, uint32_t n_frames);

/// The greatest rcv_state_moved() of all states
RCV_REALTIME float
rcv_phases_moved(RcvPhases* phases);

#endif // DSP_PHASES_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_IDLE_H
#define DSP_IDLE_H

#include "dsp/phases.h"
#include "dsp/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/**
   @file

   When a voice need not be computed: its input has been silent, and its output
   and every state have come to rest.

   Time is divided into windows that begin with the silence.  At the end of one
   through which the outputs stayed within RCV_IDLE_TOLERANCE, since whose start
   no state has moved by more than that (for states above 1: that part of them),
   and whose mean outputs are within RCV_IDLE_DRIFT of those of the window
   before, the voice is idle, until the first frame that is not silent.  All of
   it depends on the signal only, not on how that is divided into runs.

   Two bounds, since a network at rest still rounds: its output may tremble for
   ever by more than one that creeps may move in a window, for what creeps goes
   on for many.  The mean tells them apart.

   Silent is what stays below RCV_IDLE_SILENCE with knobs that stand still.  It
   is far below what is heard because a distortion may amplify it by 60 dB.
*/

#define RCV_IDLE_TOLERANCE 8e-6f
#define RCV_IDLE_DRIFT 2.5e-7
#define RCV_IDLE_SILENCE 1e-8f ///< −160 dBFS, after the input gain

typedef struct {
  bool     is_allowed;    ///< False: never
  bool     is_idle;       ///< The network is not run
  uint32_t window_frames; ///< Longer than all that delays a signal
  uint32_t n_frames;      ///< Silent ones in this window
  uint32_t n_windows;     ///< Silent ones before it, at most 1
  float    knobs[RCV_MAX_CHANNELS][RCV_MAX_INPUTS]; ///< Last ones, from [1]
  float    least[RCV_MAX_CHANNELS];                 ///< Output in this window
  float    greatest[RCV_MAX_CHANNELS];
  double   sum[RCV_MAX_CHANNELS];  ///< Of the outputs in this window
  double   mean[RCV_MAX_CHANNELS]; ///< Output in the window before
  float    rest[RCV_MAX_CHANNELS]; ///< Last output
} RcvIdle;

/// Not idle, and no silence so far
RCV_REALTIME void
rcv_idle_reset(RcvIdle* idle);

/**
   How many of some frames can be taken together.

   If the voice is idle, those at the start that are silent: the output is
   `rest`.  If there are none it is not idle any more.  If it is not idle, those
   up to the end of a window, to be run.

   @param x [n_channels][n_frames][I] inputs.
   @return 1 to n_frames.
*/
RCV_REALTIME uint32_t
rcv_idle_next(RcvIdle*            idle,
              const RcvPhases*    phases,
              const float* const* x,
              uint32_t            n_frames);

/**
   Take note of frames that were run.

   @param n_frames As rcv_idle_next() has said.
   @param y [n_channels][n_frames] outputs.
*/
RCV_REALTIME void
rcv_idle_note(RcvIdle*            idle,
              RcvPhases*          phases,
              const float* const* x,
              float* const*       y,
              uint32_t            n_frames);

#endif // DSP_IDLE_H

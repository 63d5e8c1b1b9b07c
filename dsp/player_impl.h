// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_PLAYER_IMPL_H
#define DSP_PLAYER_IMPL_H

#include "dsp/delay.h"
#include "dsp/player.h"
#include "dsp/realtime.h"
#include "dsp/smooth.h"
#include "dsp/voice.h"

#include <stdbool.h>
#include <stdint.h>

enum {
  RCV_PLAYER_CHUNK = 64, ///< Frames that are computed at a time

  /// Frames of the dry signal that are kept
  RCV_PLAYER_DELAY = RCV_MAX_LATENCY + RCV_PLAYER_CHUNK,
};

/// A smoothed control and its values during this chunk
typedef struct {
  RcvSmooth smooth;
  uint32_t  n_still; // Values that are the target already, if it stands there
  float     values[RCV_PLAYER_CHUNK];
} RcvRamp;

struct RcvPlayer {
  uint32_t  n_channels;
  bool      has_run;
  uint32_t  n_faults;
  RcvVoice* current; // Plays, may be NULL: the input is passed
  RcvVoice* next;    // Comes, may be NULL
  RcvVoice* pending; // Comes after that, may be NULL
  RcvVoice* retired; // List of those to be freed
  bool      fading;  // From current to next, either of which may be NULL
  bool      has_pending;
  uint32_t  preroll_frames; // Until next has found its way into the sound
  uint32_t  fade_frame;     // Of the cross-fade
  uint32_t  n_fade_frames;
  RcvDelay  dry[RCV_MAX_CHANNELS];

  // With the same controls as before no ramp moves for so many frames
  RcvControls controls;
  uint32_t    n_still;

  RcvRamp enabled;
  RcvRamp input_gain;
  RcvRamp output_gain;
  RcvRamp normalize;
  RcvRamp mix;
  RcvRamp knobs[RCV_MAX_KNOBS];
};

/// Count the frames of a cross-fade that were played, and end it when it is
/// over
RCV_REALTIME void
rcv_player_advance_fade(RcvPlayer* player, uint32_t n_frames);

#endif // DSP_PLAYER_IMPL_H

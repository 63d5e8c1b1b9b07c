// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_PLAYER_H
#define DSP_PLAYER_H

#include "dsp/realtime.h"
#include "dsp/voice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   The whole signal path of one plugin instance or one offline render:

       in ─ input gain ─ network ─ normalize ─ output gain ─┐
        └── delay by the network's latency ──────────────── mix ─ bypass ─ out

   Models are changed while it plays, by a cross-fade of the two.  Everything
   here runs on the audio thread, but for rcv_player_init().
*/

/// What the user has set; read at each run, moved to smoothly
typedef struct {
  bool  enabled;        ///< False: the input, late by the network's latency
  bool  normalize;      ///< Bring the model's loudness to −18 dB
  float input_gain_db;  ///< Before the network
  float output_gain_db; ///< After the network, on the wet signal
  float mix;            ///< 0 dry to 1 wet
  float knobs[RCV_MAX_KNOBS]; ///< 0 to 1, for networks with knobs
} RcvControls;

/// The controls at rest: enabled, 0 dB, all wet, knobs in the middle
RCV_REALTIME RcvControls
rcv_controls_default(void);

typedef struct RcvPlayer RcvPlayer;

/// Bytes that rcv_player_init() needs
size_t
rcv_player_size(uint32_t n_channels);

/**
   Make a player without a model: it passes its input.

   Not for the audio thread.

   @param memory [rcv_player_size()] bytes aligned to RCV_ALIGNMENT, owned by
   the caller.
   @param n_channels 1 or 2.
*/
RcvPlayer*
rcv_player_init(void* memory, double rate_hz, uint32_t n_channels);

/**
   Forget all sound: the models' states and the delays are as new, smoothed
   controls stand where they go, and a running cross-fade is at its end.
*/
RCV_REALTIME void
rcv_player_reset(RcvPlayer* player);

/**
   Play another model.

   If nothing has been played yet it is there from the first frame.  Otherwise,
   once its latency and 20 ms more are over, in which it finds its way into the
   sound without being heard, the two are cross-faded for 20 ms.  Of several
   models given during a fade the last one is played next.

   @param voice For as many channels as the player has, or NULL for none: the
   input is passed.  Borrowed until rcv_player_take_retired() gives it back.
*/
RCV_REALTIME void
rcv_player_set_voice(RcvPlayer* player, RcvVoice* voice);

/// A voice that is no longer used, to be freed elsewhere, or NULL
RCV_REALTIME RcvVoice*
rcv_player_take_retired(RcvPlayer* player);

/// The voice that plays, or comes next, or NULL
RCV_REALTIME const RcvVoice*
rcv_player_voice(const RcvPlayer* player);

/// Frames by which the output is late
RCV_REALTIME uint32_t
rcv_player_latency(const RcvPlayer* player);

/// How often what is no signal had to be silenced
RCV_REALTIME uint32_t
rcv_player_n_faults(const RcvPlayer* player);

/**
   Play some frames.

   The output does not depend on how a signal is divided into runs.  Where the
   input or the network's output is NaN, infinite or beyond 1e15 there is
   silence, and the network starts from zero again; what comes out is finite.

   @param in [n_channels][n_frames].
   @param out [n_channels][n_frames] set; may be the same buffers as `in`.
   @param n_frames Any number, also 0.
*/
RCV_REALTIME void
rcv_player_run(RcvPlayer*          player,
               const RcvControls*  controls,
               const float* const* in,
               float* const*       out,
               uint32_t            n_frames);

#endif // DSP_PLAYER_H

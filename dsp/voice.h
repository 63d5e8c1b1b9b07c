// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_VOICE_H
#define DSP_VOICE_H

#include "dsp/idle.h"
#include "dsp/kernels/kernels.h"
#include "dsp/network.h"
#include "dsp/phases.h"
#include "dsp/rate.h"
#include "dsp/realtime.h"
#include "dsp/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  RCV_MAX_KNOBS = RCV_MAX_INPUTS - 1,

  /// Greatest latency of a resampled voice, in host frames: with a chunk of the
  /// player it fills a ring of a power of two
  RCV_MAX_LATENCY = 131072 - 64,
};

/// One model, loaded and ready to sound on one or two channels
typedef struct RcvVoiceImpl {
  const RcvNetwork*    network;
  RcvPhases            phases;
  bool                 is_resampled; ///< The host has another rate than phases
  bool                 is_foreign;   ///< And so than the model
  RcvRate              rate;         ///< If it is resampled
  RcvRateState         rate_state;   ///< Likewise
  RcvIdle              idle;
  uint32_t             n_channels;
  uint32_t             n_knobs;            ///< Inputs after the audio
  uint32_t             oversample;         ///< 1, 2 or 4 times the model's rate
  uint32_t             latency_frames;     ///< Of the output, in host frames
  float                normalize_gain_lin; ///< What makes it −18 dB loud
  struct RcvVoiceImpl* next; ///< For the lists of whoever holds it
} RcvVoice;

/// What to do if the host's rate is not the network's
typedef enum {
  RCV_WAY_RESAMPLED, ///< Run at the network's rate, resampled: rate.h

  // Run at the host's rate, not late: phases.h, state_delay.h
  RCV_WAY_CUBIC,     ///< Through four frames, where it is between any
  RCV_WAY_QUADRATIC, ///< Through three
  RCV_WAY_LINEAR,    ///< Through two
} RcvWay;

/// How a voice is to be played
typedef struct {
  uint32_t n_channels; ///< 1 or 2
  double   host_hz;    ///< Sample rate of the host
  double   network_hz; ///< Of the network; NaN: unknown, so the host's
  uint32_t oversample; ///< The network runs at 1, 2 or 4 times its rate
  RcvWay   way;        ///< Not resampled: with oversample 1, one direction
} RcvVoiceSettings;

/// True if the voice resamples: the network runs at another rate than the host
bool
rcv_voice_is_resampled(const RcvVoiceSettings* settings);

/// True if the rates can be played together; asked before the two below
bool
rcv_voice_is_possible(const RcvShape* shape, const RcvVoiceSettings* settings);

/// Bytes that rcv_voice_init() needs
size_t
rcv_voice_size(const RcvShape*         shape,
               const RcvKernels*       kernels,
               const RcvVoiceSettings* settings);

/**
   Make a voice with all its weights and states in one piece of memory.

   @param memory [rcv_voice_size()] bytes aligned to RCV_ALIGNMENT, owned by the
   caller.
   @param params [rcv_shape_n_params()], not kept.
   @param initial_state As rcv_network_init() takes it, or NULL; not kept.
   @return The voice, which stands at the start of `memory`.
*/
RcvVoice*
rcv_voice_init(void*                   memory,
               const RcvShape*         shape,
               const float*            params,
               const float*            initial_state,
               const RcvKernels*       kernels,
               const RcvVoiceSettings* settings);

/// Forget all that was played
RCV_REALTIME void
rcv_voice_reset(RcvVoice* voice);

/// Forget what one channel has played; it stays in step with the other
RCV_REALTIME void
rcv_voice_reset_channel(RcvVoice* voice, uint32_t channel);

/**
   Run all channels, through the network's rate if that is another.

   In silence the networks rest, but for bidirectional ones: see idle.h.
   Two channels of a network of one direction share the loads of its weights;
   each is to the bit what it would be alone.

   @param x [n_channels][n_frames][1 + n_knobs] inputs: audio, then knobs.
   @param y [n_channels][n_frames] output, late by latency_frames, set.
   @param n_frames At most RCV_RATE_CHUNK.
*/
RCV_REALTIME void
rcv_voice_run(RcvVoice*           voice,
              const float* const* x,
              float* const*       y,
              uint32_t            n_frames);

#endif // DSP_VOICE_H

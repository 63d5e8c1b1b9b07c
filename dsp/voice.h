// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_VOICE_H
#define DSP_VOICE_H

#include "dsp/kernels/kernels.h"
#include "dsp/network.h"
#include "dsp/shape.h"

#include <stddef.h>
#include <stdint.h>

enum { RCV_MAX_CHANNELS = 2, RCV_MAX_KNOBS = RCV_MAX_INPUTS - 1 };

/// One model, loaded and ready to sound on one or two channels
typedef struct RcvVoiceImpl {
  const RcvNetwork*    network;
  RcvState*            states[RCV_MAX_CHANNELS];
  uint32_t             n_channels;
  uint32_t             n_knobs;            ///< Inputs after the audio
  uint32_t             latency_frames;     ///< Of the output behind the input
  float                normalize_gain_lin; ///< What makes it −18 dB loud
  struct RcvVoiceImpl* next; ///< For the lists of whoever holds it
} RcvVoice;

/// Bytes that rcv_voice_init() needs
size_t
rcv_voice_size(const RcvShape*   shape,
               const RcvKernels* kernels,
               uint32_t          n_channels);

/**
   Make a voice with all its weights and states in one piece of memory.

   @param memory [rcv_voice_size()] bytes aligned to RCV_ALIGNMENT, owned by the
   caller.
   @param params [rcv_shape_n_params()], not kept.
   @return The voice, which stands at the start of `memory`.
*/
RcvVoice*
rcv_voice_init(void*             memory,
               const RcvShape*   shape,
               const float*      params,
               const RcvKernels* kernels,
               uint32_t          n_channels);

#endif // DSP_VOICE_H

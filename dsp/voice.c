// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/voice.h"

#include "dsp/arena.h"

size_t
rcv_voice_size(const RcvShape* const   shape,
               const RcvKernels* const kernels,
               const uint32_t          n_channels)
{
  RcvArena arena = {NULL, 0};

  rcv_arena_take(&arena, sizeof(RcvVoice));
  rcv_arena_take(&arena, rcv_network_size(shape, kernels));
  for (uint32_t i = 0; i < n_channels; ++i) {
    rcv_arena_take(&arena, rcv_state_size(shape, kernels));
  }
  return arena.size;
}

RcvVoice*
rcv_voice_init(void* const             memory,
               const RcvShape* const   shape,
               const float* const      params,
               const RcvKernels* const kernels,
               const uint32_t          n_channels)
{
  RcvArena        arena = {memory, 0};
  RcvVoice* const voice = rcv_arena_take(&arena, sizeof(RcvVoice));
  void* const     network =
    rcv_arena_take(&arena, rcv_network_size(shape, kernels));

  voice->network = rcv_network_init(network, shape, params, kernels);
  for (uint32_t i = 0; i < RCV_MAX_CHANNELS; ++i) {
    voice->states[i] =
      i < n_channels
        ? rcv_state_init(rcv_arena_take(&arena, rcv_state_size(shape, kernels)),
                         voice->network)
        : NULL;
  }

  voice->n_channels         = n_channels;
  voice->n_knobs            = shape->input_size - 1;
  voice->latency_frames     = rcv_shape_latency(shape);
  voice->normalize_gain_lin = 1.0f;
  voice->next               = NULL;
  return voice;
}

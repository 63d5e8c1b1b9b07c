// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/voice.h"

#include "dsp/arena.h"

#include <math.h>

// Two rates nearer to each other than this are the same
static const double rate_tolerance_hz = 0.5;

static bool
is_resampled(const RcvVoiceSettings* const settings)
{
  return fabs(settings->host_hz - settings->network_hz) > rate_tolerance_hz;
}

bool
rcv_voice_is_possible(const RcvShape* const         shape,
                      const RcvVoiceSettings* const settings)
{
  RcvArena arena = {NULL, 0};
  return !is_resampled(settings) ||
         (rcv_rate_is_possible(settings->host_hz, settings->network_hz) &&
          rcv_rate_place(&arena,
                         settings->host_hz,
                         settings->network_hz,
                         rcv_shape_latency(shape))
              .latency_frames <= RCV_MAX_LATENCY);
}

/// Place the parts of a voice in memory, or only count if the arena counts
static RcvVoice
place_voice(RcvArena* const               arena,
            const RcvShape* const         shape,
            const RcvKernels* const       kernels,
            const RcvVoiceSettings* const settings,
            void** const                  network,
            void**                        states)
{
  RcvVoice voice = {0};

  rcv_arena_take(arena, sizeof(RcvVoice));
  voice.n_channels         = settings->n_channels;
  voice.n_knobs            = shape->input_size - 1;
  voice.latency_frames     = rcv_shape_latency(shape);
  voice.normalize_gain_lin = 1.0f;
  voice.is_resampled       = is_resampled(settings);

  *network = rcv_arena_take(arena, rcv_network_size(shape, kernels));
  for (uint32_t i = 0; i < settings->n_channels; ++i) {
    states[i] = rcv_arena_take(arena, rcv_state_size(shape, kernels));
  }

  if (voice.is_resampled) {
    voice.rate = rcv_rate_place(
      arena, settings->host_hz, settings->network_hz, rcv_shape_latency(shape));

    voice.latency_frames = voice.rate.latency_frames;
    voice.rate_state     = rcv_rate_place_state(
      arena, &voice.rate, shape->input_size, settings->n_channels);
  }
  return voice;
}

size_t
rcv_voice_size(const RcvShape* const         shape,
               const RcvKernels* const       kernels,
               const RcvVoiceSettings* const settings)
{
  RcvArena arena   = {NULL, 0};
  void*    network = NULL;
  void*    states[RCV_MAX_CHANNELS];

  place_voice(&arena, shape, kernels, settings, &network, states);
  return arena.size;
}

RcvVoice*
rcv_voice_init(void* const                   memory,
               const RcvShape* const         shape,
               const float* const            params,
               const float* const            initial_state,
               const RcvKernels* const       kernels,
               const RcvVoiceSettings* const settings)
{
  RcvArena arena   = {memory, 0};
  void*    network = NULL;
  void*    states[RCV_MAX_CHANNELS];

  RcvVoice* const voice = memory;
  *voice = place_voice(&arena, shape, kernels, settings, &network, states);

  voice->network =
    rcv_network_init(network, shape, params, initial_state, kernels);
  for (uint32_t i = 0; i < settings->n_channels; ++i) {
    voice->states[i] = rcv_state_init(states[i], voice->network);
  }
  rcv_voice_reset(voice);
  return voice;
}

void
rcv_voice_reset_channel(RcvVoice* const voice, const uint32_t channel)
{
  rcv_state_reset(voice->states[channel], voice->network);
  if (voice->is_resampled) {
    rcv_rate_reset_channel(&voice->rate, &voice->rate_state, channel);
  }
}

void
rcv_voice_reset(RcvVoice* const voice)
{
  for (uint32_t c = 0; c < voice->n_channels; ++c) {
    rcv_state_reset(voice->states[c], voice->network);
  }
  if (voice->is_resampled) {
    rcv_rate_reset(&voice->rate, &voice->rate_state);
  }
}

void
rcv_voice_run(RcvVoice* const           voice,
              const float* const* const x,
              float* const* const       y,
              const uint32_t            n_frames)
{
  if (voice->is_resampled) {
    rcv_rate_run(&voice->rate,
                 &voice->rate_state,
                 voice->network,
                 voice->states,
                 x,
                 y,
                 n_frames);
  } else {
    rcv_network_run_streams(
      voice->network, voice->states, x, y, voice->n_channels, n_frames);
  }
}

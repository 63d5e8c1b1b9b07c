// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/voice.h"

#include "dsp/arena.h"

#include <math.h>

// Two rates nearer to each other than this are the same
static const double rate_tolerance_hz = 0.5;

/// The rate that the network runs at
static double
running_hz(const RcvVoiceSettings* const settings)
{
  const double own_hz =
    isnan(settings->network_hz) ? settings->host_hz : settings->network_hz;

  return own_hz * settings->oversample;
}

bool
rcv_voice_is_resampled(const RcvVoiceSettings* const settings)
{
  return settings->way == RCV_WAY_RESAMPLED &&
         fabs(settings->host_hz - running_hz(settings)) > rate_tolerance_hz;
}

/// True if the host's rate is the model's
static bool
is_at_home(const RcvVoiceSettings* const settings)
{
  return !(fabs(settings->host_hz - settings->network_hz) > rate_tolerance_hz);
}

/// The rate that the network runs at, as a part of its own
static double
running_times(const RcvVoiceSettings* const settings)
{
  if (settings->way == RCV_WAY_RESAMPLED || is_at_home(settings)) {
    return settings->oversample;
  }

  const double times = settings->host_hz / settings->network_hz;
  const double whole = fmax(round(times), 1.0);
  const double error = fabs(settings->host_hz - (whole * settings->network_hz));
  return error > rate_tolerance_hz ? times : whole;
}

/// Frames that the state is read between, if it is
static uint32_t
n_taps(const RcvVoiceSettings* const settings)
{
  return settings->way == RCV_WAY_LINEAR      ? 2
         : settings->way == RCV_WAY_QUADRATIC ? 3
                                              : RCV_STATE_DELAY_TAPS;
}

/// Latency of the network in frames of the rate that it runs at
static uint32_t
network_latency(const RcvShape* const         shape,
                const RcvVoiceSettings* const settings)
{
  return rcv_shape_latency(shape) * settings->oversample;
}

bool
rcv_voice_is_possible(const RcvShape* const         shape,
                      const RcvVoiceSettings* const settings)
{
  RcvArena   arena = {NULL, 0};
  const bool way_is_possible =
    settings->way == RCV_WAY_RESAMPLED ||
    (settings->oversample == 1 && rcv_state_delay_is_possible(shape));
  return way_is_possible &&
         (is_at_home(settings) ||
          rcv_rate_is_possible(settings->host_hz, settings->network_hz)) &&
         (!rcv_voice_is_resampled(settings) ||
          rcv_rate_place(&arena,
                         NULL,
                         settings->host_hz,
                         running_hz(settings),
                         network_latency(shape, settings))
              .latency_frames <= RCV_MAX_LATENCY);
}

/// A tenth of a second, or as long as the resampling remembers
static uint32_t
idle_window(const RcvVoice* const voice, const double host_hz)
{
  const RcvRate* const rate  = &voice->rate;
  const double         tenth = host_hz / 10.0;
  const double         rings =
    voice->is_resampled
              ? rate->host_size + rate->latency_frames +
          (((double)rate->network_size + 1.0) * rate->down / rate->up)
              : 0.0;

  return (uint32_t)ceil(fmax(tenth, rings) + RCV_RATE_CHUNK);
}

/// Place the parts of a voice in memory, or only count if the arena counts
static RcvVoice
place_voice(RcvArena* const               arena,
            const RcvShape* const         shape,
            const RcvKernels* const       kernels,
            const RcvVoiceSettings* const settings,
            void** const                  network)
{
  RcvVoice voice = {0};

  rcv_arena_take(arena, sizeof(RcvVoice));
  voice.n_channels         = settings->n_channels;
  voice.n_knobs            = shape->input_size - 1;
  voice.latency_frames     = network_latency(shape, settings);
  voice.normalize_gain_lin = 1.0f;
  voice.oversample         = settings->oversample;
  voice.is_resampled       = rcv_voice_is_resampled(settings);
  voice.is_foreign         = voice.is_resampled && !is_at_home(settings);

  *network     = rcv_arena_take(arena, rcv_network_size(shape, kernels));
  voice.phases = rcv_phases_place(arena,
                                  shape,
                                  kernels,
                                  settings->n_channels,
                                  running_times(settings),
                                  n_taps(settings));

  if (voice.is_resampled) {
    voice.rate = rcv_rate_place(arena,
                                kernels,
                                settings->host_hz,
                                running_hz(settings),
                                network_latency(shape, settings));

    voice.latency_frames = voice.rate.latency_frames;
    voice.rate_state     = rcv_rate_place_state(
      arena, &voice.rate, shape->input_size, settings->n_channels);
  }
  voice.idle.is_allowed    = !shape->bidirectional;
  voice.idle.window_frames = idle_window(&voice, settings->host_hz);
  return voice;
}

size_t
rcv_voice_size(const RcvShape* const         shape,
               const RcvKernels* const       kernels,
               const RcvVoiceSettings* const settings)
{
  RcvArena arena   = {NULL, 0};
  void*    network = NULL;

  place_voice(&arena, shape, kernels, settings, &network);
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

  RcvVoice* const voice = memory;
  *voice = place_voice(&arena, shape, kernels, settings, &network);

  voice->network =
    rcv_network_init(network, shape, params, initial_state, kernels);
  rcv_phases_init(&voice->phases, voice->network);
  rcv_voice_reset(voice);
  return voice;
}

void
rcv_voice_reset_channel(RcvVoice* const voice, const uint32_t channel)
{
  rcv_idle_reset(&voice->idle);
  rcv_phases_reset_channel(&voice->phases, channel);
  if (voice->is_resampled) {
    rcv_rate_reset_channel(&voice->rate, &voice->rate_state, channel);
  }
}

void
rcv_voice_reset(RcvVoice* const voice)
{
  rcv_idle_reset(&voice->idle);
  rcv_phases_reset(&voice->phases);
  if (voice->is_resampled) {
    rcv_rate_reset(&voice->rate, &voice->rate_state);
  }
}

/// Run all channels without a look at what is silent
RCV_REALTIME static void
run_awake(RcvVoice* const           voice,
          const float* const* const x,
          float* const* const       y,
          const uint32_t            n_frames)
{
  if (voice->is_resampled) {
    rcv_rate_run(
      &voice->rate, &voice->rate_state, &voice->phases, x, y, n_frames);
  } else {
    rcv_phases_run(&voice->phases, x, y, n_frames);
  }
}

/// Let time go by at rest
RCV_REALTIME static void
run_idle(RcvVoice* const     voice,
         float* const* const y,
         const uint32_t      first,
         const uint32_t      n_frames)
{
  rcv_phases_skip(&voice->phases,
                  voice->is_resampled
                    ? rcv_rate_skip(&voice->rate, &voice->rate_state, n_frames)
                    : n_frames);
  for (uint32_t c = 0; c < voice->n_channels; ++c) {
    float* const out  = y[c] + first;
    const float  rest = voice->idle.rest[c];
    for (uint32_t t = 0; t < n_frames; ++t) {
      out[t] = rest;
    }
  }
}

void
rcv_voice_run(RcvVoice* const           voice,
              const float* const* const x,
              float* const* const       y,
              const uint32_t            n_frames)
{
  const uint32_t n_in = 1 + voice->n_knobs;
  for (uint32_t t = 0, n = 0; t < n_frames; t += n) {
    const float* in[RCV_MAX_CHANNELS];
    float*       out[RCV_MAX_CHANNELS];
    for (uint32_t c = 0; c < voice->n_channels; ++c) {
      in[c]  = x[c] + ((size_t)t * n_in);
      out[c] = y[c] + t;
    }

    n = rcv_idle_next(&voice->idle, &voice->phases, in, n_frames - t);
    if (voice->idle.is_idle) {
      run_idle(voice, y, t, n);
    } else {
      run_awake(voice, in, out, n);
      rcv_idle_note(&voice->idle, &voice->phases, in, out, n);
    }
  }
}

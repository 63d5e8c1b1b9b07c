// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/rate.h"

#include "dsp/sinc.h"

#include <math.h>
#include <string.h>

enum { MOST_TIMES = 16 }; // How many times faster one rate may be

/* Setting up */

bool
rcv_rate_is_possible(const double host_hz, const double network_hz)
{
  return host_hz > 0.0 && network_hz > 0.0 &&
         host_hz <= network_hz * MOST_TIMES &&
         network_hz <= host_hz * MOST_TIMES;
}

/// Network frames that a chunk of host frames can bring, at most
static size_t
most_network_frames(const RcvRate* const rate)
{
  return ((size_t)RCV_RATE_CHUNK * rate->up / rate->down) + 2;
}

static uint32_t
power_of_two(const size_t least)
{
  uint32_t size = 1;
  while (size < least) {
    size *= 2;
  }
  return size;
}

RcvRate
rcv_rate_place(RcvArena* const         arena,
               const RcvKernels* const kernels,
               const double            host_hz,
               const double            network_hz,
               const uint32_t          network_delay)
{
  RcvRate rate = {kernels, 1, 1, 0, 0, NULL, NULL, network_delay, 0, 0, 0};
  rcv_sinc_fraction(network_hz / host_hz, &rate.up, &rate.down);

  const double ratio = (double)rate.up / rate.down;
  rate.n_in          = rcv_sinc_n_taps(1.0 / ratio);
  rate.n_out         = rcv_sinc_n_taps(ratio);

  float* const in  = rcv_arena_floats(arena, (size_t)rate.up * rate.n_in);
  float* const out = rcv_arena_floats(arena, (size_t)rate.down * rate.n_out);
  if (in) {
    rcv_sinc_filters(
      in, rate.up, rate.n_in, RCV_SINC_PASS_PART * fmin(1.0, ratio));
    rcv_sinc_filters(
      out, rate.down, rate.n_out, RCV_SINC_PASS_PART * fmin(1.0, 1.0 / ratio));
  }
  rate.in_filters  = in;
  rate.out_filters = out;

  // The last host frame that an output needs: the filter's half on the way
  // there, and on the way back what the network is late and the filter's half
  const double back   = (network_delay + (rate.n_out / 2.0)) / ratio;
  rate.latency_frames = (rate.n_in / 2) + (uint32_t)ceil(back - 1e-9);

  // From the oldest frame that a filter can still need to the newest
  const size_t behind = rate.n_out + network_delay +
                        (2 * most_network_frames(&rate)) +
                        ((size_t)rate.latency_frames * rate.up / rate.down);
  rate.host_size    = power_of_two((size_t)rate.n_in + RCV_RATE_CHUNK);
  rate.network_size = power_of_two(behind);
  return rate;
}

RcvRateState
rcv_rate_place_state(RcvArena* const      arena,
                     const RcvRate* const rate,
                     const uint32_t       input_size,
                     const uint32_t       n_channels)
{
  const size_t most = most_network_frames(rate);

  RcvRateState state = {{{NULL, NULL, NULL, NULL}}, n_channels, 0, 0};
  for (uint32_t c = 0; c < n_channels; ++c) {
    RcvRateChannel* const channel = &state.channels[c];

    channel->host    = rcv_arena_floats(arena, 2 * (size_t)rate->host_size);
    channel->network = rcv_arena_floats(arena, 2 * (size_t)rate->network_size);
    channel->inputs  = rcv_arena_floats(arena, most * input_size);
    channel->outputs = rcv_arena_floats(arena, most);
  }
  return state;
}

void
rcv_rate_reset_channel(const RcvRate* const rate,
                       RcvRateState* const  state,
                       const uint32_t       channel)
{
  const RcvRateChannel* const c = &state->channels[channel];

  memset(c->host, 0, (size_t)2 * rate->host_size * sizeof(float));
  memset(c->network, 0, (size_t)2 * rate->network_size * sizeof(float));
}

void
rcv_rate_reset(const RcvRate* const rate, RcvRateState* const state)
{
  for (uint32_t c = 0; c < state->n_channels; ++c) {
    rcv_rate_reset_channel(rate, state, c);
  }
  state->n_host    = 0;
  state->n_network = 0;
}

/* Running */

/// Put a frame into a ring that stands twice in a row, so that any stretch of
/// it can be read without a seam
RCV_REALTIME static void
put(float* const ring, const uint32_t size, const uint64_t index, const float x)
{
  const uint32_t place = (uint32_t)(index & (size - 1));

  ring[place]        = x;
  ring[place + size] = x;
}

/**
   All channels' signals in their rings at the place `whole` + phase/n_phases.

   What is before the start is silence: the ring is longer than any filter, and
   zero until it is written.

   @param rings [n_channels].
   @param sums [n_channels] set.
*/
RCV_REALTIME static void
read_between(const RcvKernels* const   kernels,
             const float* const* const rings,
             const uint32_t            n_channels,
             const uint32_t            size,
             const float* const        filter,
             const uint32_t            n_taps,
             const uint64_t            whole,
             float* const              sums)
{
  const uint64_t first = whole + 1 - (n_taps / 2); // May wrap, as the ring does
  const float*   frames[RCV_MAX_CHANNELS];
  for (uint32_t c = 0; c < n_channels && c < RCV_MAX_CHANNELS; ++c) {
    frames[c] = rings[c] + (first & (size - 1));
  }
  kernels->convolve(filter, frames, sums, n_channels, n_taps);
}

/**
   The network's inputs that one host frame makes possible, in all channels.

   @param t Number of the host frame in this chunk.
   @param x [n_channels][n_frames][I] the chunk.
   @param n Network inputs of this chunk so far.
   @return The same with those that were added.
*/
RCV_REALTIME static uint32_t
gather(const RcvRate* const      rate,
       RcvRateState* const       state,
       const uint32_t            input_size,
       const float* const* const x,
       const uint32_t            t,
       uint32_t                  n)
{
  const uint64_t index = state->n_host + t;
  const float*   rings[RCV_MAX_CHANNELS];
  for (uint32_t c = 0; c < state->n_channels && c < RCV_MAX_CHANNELS; ++c) {
    float* const host = state->channels[c].host;

    put(host, rate->host_size, index, x[c][(size_t)t * input_size]);
    rings[c] = host;
  }

  // Frame m stands at host time m·Q/P and needs half a filter after it
  const uint64_t half = rate->n_in / 2;
  for (;;) {
    const uint64_t m     = state->n_network + n;
    const uint64_t whole = m * rate->down / rate->up;
    const uint64_t phase = (m * rate->down) % rate->up;
    if (whole + half > index) {
      break;
    }

    float sums[RCV_MAX_CHANNELS];
    read_between(rate->kernels,
                 rings,
                 state->n_channels,
                 rate->host_size,
                 rate->in_filters + (phase * rate->n_in),
                 rate->n_in,
                 whole,
                 sums);
    for (uint32_t c = 0; c < state->n_channels; ++c) {
      float* const inputs =
        state->channels[c].inputs + ((size_t)n * input_size);

      inputs[0] = sums[c];
      for (uint32_t k = 1; k < input_size; ++k) {
        inputs[k] = x[c][((size_t)t * input_size) + k];
      }
    }
    ++n;
  }
  return n;
}

/**
   The outputs of all channels that are due with a host frame.

   @param sums [n_channels] set.
*/
RCV_REALTIME static void
scatter(const RcvRate* const      rate,
        const RcvRateState* const state,
        const uint64_t            index,
        float* const              sums)
{
  if (index < rate->latency_frames) {
    memset(sums, 0, state->n_channels * sizeof(float));
    return;
  }

  const uint64_t n     = index - rate->latency_frames;
  const uint64_t whole = (n * rate->up / rate->down) + rate->network_delay;
  const uint64_t phase = (n * rate->up) % rate->down;

  const float* const rings[RCV_MAX_CHANNELS] = {state->channels[0].network,
                                                state->channels[1].network};
  read_between(rate->kernels,
               rings,
               state->n_channels,
               rate->network_size,
               rate->out_filters + (phase * rate->n_out),
               rate->n_out,
               whole,
               sums);
}

uint32_t
rcv_rate_take(const RcvRate* const      rate,
              RcvRateState* const       state,
              const float* const* const x,
              const uint32_t            input_size,
              const uint32_t            n_frames)
{
  uint32_t n = 0;
  for (uint32_t t = 0; t < n_frames; ++t) {
    n = gather(rate, state, input_size, x, t, n);
  }
  state->n_host += n_frames;
  state->n_network += n;
  return n;
}

void
rcv_rate_run(const RcvRate* const      rate,
             RcvRateState* const       state,
             RcvPhases* const          phases,
             const float* const* const x,
             float* const* const       y,
             const uint32_t            n_frames)
{
  const uint32_t input_size = rcv_network_shape(phases->network)->input_size;
  const uint64_t first      = state->n_host;
  const uint64_t n_before   = state->n_network;
  const uint32_t n = rcv_rate_take(rate, state, x, input_size, n_frames);

  const RcvRateChannel* const channels                  = state->channels;
  const float* const          inputs[RCV_MAX_CHANNELS]  = {channels[0].inputs,
                                                           channels[1].inputs};
  float* const                outputs[RCV_MAX_CHANNELS] = {channels[0].outputs,
                                                           channels[1].outputs};
  rcv_phases_run(phases, inputs, outputs, n);
  for (uint32_t c = 0; c < state->n_channels; ++c) {
    for (uint32_t i = 0; i < n; ++i) {
      put(channels[c].network, rate->network_size, n_before + i, outputs[c][i]);
    }
  }
  for (uint32_t t = 0; t < n_frames; ++t) {
    float sums[RCV_MAX_CHANNELS];
    scatter(rate, state, first + t, sums);
    for (uint32_t c = 0; c < state->n_channels; ++c) {
      y[c][t] = sums[c];
    }
  }
}

uint32_t
rcv_rate_skip(const RcvRate* const rate,
              RcvRateState* const  state,
              const uint32_t       n_frames)
{
  // All m with ⌊m·Q/P⌋ + half < n_host, as gather() goes on to
  const uint64_t before = state->n_network;
  const uint64_t half   = rate->n_in / 2;
  state->n_host += n_frames;
  if (state->n_host > half) {
    state->n_network =
      (((state->n_host - half) * rate->up) + rate->down - 1) / rate->down;
  }
  return (uint32_t)(state->n_network - before);
}

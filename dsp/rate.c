// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/rate.h"

#include <math.h>
#include <string.h>

enum {
  HALF_TAPS  = 32,   // On each side, in frames of the slower rate
  MOST_PART  = 1000, // Greatest P or Q
  LANES      = 8,    // Sums that a filter's product is computed in
  MOST_TIMES = 16,   // How many times faster one rate may be
};

// Kaiser's β for a stop band below −90 dB, and the part of the slower rate's
// band that passes with so many taps (Kaiser 1974)
static const double kaiser_beta = 9.0;
static const double pass_part   = 0.93;

/* Setting up */

bool
rcv_rate_is_possible(const double host_hz, const double network_hz)
{
  return host_hz > 0.0 && network_hz > 0.0 &&
         host_hz <= network_hz * MOST_TIMES &&
         network_hz <= host_hz * MOST_TIMES;
}

/// The fraction P/Q nearest to a ratio, both at most MOST_PART
static void
find_fraction(const double ratio, uint32_t* const up, uint32_t* const down)
{
  double least = (double)INFINITY;
  for (uint32_t q = 1; q <= MOST_PART; ++q) {
    const double p     = fmax(1.0, round(ratio * q));
    const double error = fabs((p / q) - ratio);
    if (p <= MOST_PART && error < least * 0.999) {
      least = error;
      *up   = (uint32_t)p;
      *down = q;
    }
  }
}

/// Modified Bessel function of the first kind and order 0, by its series
static double
bessel_i0(const double x)
{
  double sum  = 1.0;
  double term = 1.0;
  for (int k = 1; k < 60; ++k) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

/// A low-pass at `cutoff` (1: half the rate), `half` frames to each side
static double
windowed_sinc(const double t, const double cutoff, const double half)
{
  const double pi     = 3.14159265358979323846;
  const double inside = 1.0 - ((t / half) * (t / half));
  if (inside <= 0.0) {
    return 0.0;
  }

  const double phase = pi * cutoff * t;
  const double sinc  = fabs(phase) < 1e-9 ? 1.0 : sin(phase) / phase;
  return cutoff * sinc * bessel_i0(kaiser_beta * sqrt(inside)) /
         bessel_i0(kaiser_beta);
}

/**
   Filters that read between the frames of a signal at `n_phases` places.

   @param filters [n_phases][n_taps] set; tap i stands for the frame i + 1 −
   n_taps/2 after the one before the place.
*/
static void
make_filters(float* const   filters,
             const uint32_t n_phases,
             const uint32_t n_taps,
             const double   cutoff)
{
  const double half = n_taps / 2.0;
  for (uint32_t phase = 0; phase < n_phases; ++phase) {
    float* const filter = filters + ((size_t)phase * n_taps);
    double       sum    = 0.0;
    for (uint32_t i = 0; i < n_taps; ++i) {
      const double t = i + 1.0 - half - ((double)phase / n_phases);

      sum += windowed_sinc(t, cutoff, half);
    }
    for (uint32_t i = 0; i < n_taps; ++i) {
      const double t = i + 1.0 - half - ((double)phase / n_phases);

      // Every phase lets DC through as it is
      filter[i] = (float)(windowed_sinc(t, cutoff, half) / sum);
    }
  }
}

/// Taps of a filter whose input has `ratio` times the slower of the two rates
static uint32_t
n_taps_for(const double ratio)
{
  const uint32_t half = (uint32_t)ceil(HALF_TAPS * fmax(1.0, ratio));

  return 2 * ((half + LANES - 1) / LANES * LANES);
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
rcv_rate_place(RcvArena* const arena,
               const double    host_hz,
               const double    network_hz,
               const uint32_t  network_delay)
{
  RcvRate rate = {1, 1, 0, 0, NULL, NULL, network_delay, 0, 0, 0};
  find_fraction(network_hz / host_hz, &rate.up, &rate.down);

  const double ratio = (double)rate.up / rate.down;
  rate.n_in          = n_taps_for(1.0 / ratio);
  rate.n_out         = n_taps_for(ratio);

  float* const in  = rcv_arena_floats(arena, (size_t)rate.up * rate.n_in);
  float* const out = rcv_arena_floats(arena, (size_t)rate.down * rate.n_out);
  if (in) {
    make_filters(in, rate.up, rate.n_in, pass_part * fmin(1.0, ratio));
    make_filters(
      out, rate.down, rate.n_out, pass_part * fmin(1.0, 1.0 / ratio));
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

/// Σ filter[i] · frames[i]
RCV_REALTIME static float
convolve(const float* const filter, const float* const frames, const uint32_t n)
{
  float sums[LANES] = {0.0f};
  for (uint32_t i = 0; i < n; i += LANES) {
    for (uint32_t k = 0; k < LANES; ++k) {
      sums[k] += filter[i + k] * frames[i + k];
    }
  }

  float sum = 0.0f;
  for (uint32_t k = 0; k < LANES; ++k) {
    sum += sums[k];
  }
  return sum;
}

/**
   The signal in a ring at the place `whole` + phase/n_phases.

   What is before the start is silence: the ring is longer than any filter, and
   zero until it is written.
*/
RCV_REALTIME static float
read_between(const float* const ring,
             const uint32_t     size,
             const float* const filter,
             const uint32_t     n_taps,
             const uint64_t     whole)
{
  const uint64_t first = whole + 1 - (n_taps / 2); // May wrap, as the ring does

  return convolve(filter, ring + (first & (size - 1)), n_taps);
}

/**
   The network's inputs that one host frame of a channel makes possible.

   @param index Number of the host frame.
   @param x [I] it.
   @param n Network inputs of this chunk so far.
   @return The same with those that were added.
*/
RCV_REALTIME static uint32_t
gather(const RcvRate* const        rate,
       const RcvRateChannel* const channel,
       const uint64_t              index,
       const uint64_t              n_network,
       const uint32_t              input_size,
       const float* const          x,
       uint32_t                    n)
{
  put(channel->host, rate->host_size, index, x[0]);

  // Frame m stands at host time m·Q/P and needs half a filter after it
  const uint64_t half = rate->n_in / 2;
  for (;;) {
    const uint64_t m     = n_network + n;
    const uint64_t whole = m * rate->down / rate->up;
    const uint64_t phase = (m * rate->down) % rate->up;
    if (whole + half > index) {
      break;
    }

    float* const inputs = channel->inputs + ((size_t)n * input_size);
    inputs[0]           = read_between(channel->host,
                             rate->host_size,
                             rate->in_filters + (phase * rate->n_in),
                             rate->n_in,
                             whole);
    for (uint32_t k = 1; k < input_size; ++k) {
      inputs[k] = x[k];
    }
    ++n;
  }
  return n;
}

/// The output of a channel that is due with host frame `index`
RCV_REALTIME static float
scatter(const RcvRate* const        rate,
        const RcvRateChannel* const channel,
        const uint64_t              index)
{
  if (index < rate->latency_frames) {
    return 0.0f;
  }

  const uint64_t n     = index - rate->latency_frames;
  const uint64_t whole = (n * rate->up / rate->down) + rate->network_delay;
  const uint64_t phase = (n * rate->up) % rate->down;

  return read_between(channel->network,
                      rate->network_size,
                      rate->out_filters + (phase * rate->n_out),
                      rate->n_out,
                      whole);
}

uint32_t
rcv_rate_take(const RcvRate* const      rate,
              RcvRateState* const       state,
              const float* const* const x,
              const uint32_t            input_size,
              const uint32_t            n_frames)
{
  uint32_t n = 0; // The same for every channel
  for (uint32_t c = 0; c < state->n_channels; ++c) {
    n = 0;
    for (uint32_t t = 0; t < n_frames; ++t) {
      n = gather(rate,
                 &state->channels[c],
                 state->n_host + t,
                 state->n_network,
                 input_size,
                 x[c] + ((size_t)t * input_size),
                 n);
    }
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

  const float* inputs[RCV_MAX_CHANNELS]  = {NULL};
  float*       outputs[RCV_MAX_CHANNELS] = {NULL};
  for (uint32_t c = 0; c < state->n_channels; ++c) {
    inputs[c]  = state->channels[c].inputs;
    outputs[c] = state->channels[c].outputs;
  }
  rcv_phases_run(phases, inputs, outputs, n);
  for (uint32_t c = 0; c < state->n_channels; ++c) {
    const RcvRateChannel* const channel = &state->channels[c];
    for (uint32_t i = 0; i < n; ++i) {
      put(channel->network,
          rate->network_size,
          n_before + i,
          channel->outputs[i]);
    }
    for (uint32_t t = 0; t < n_frames; ++t) {
      y[c][t] = scatter(rate, channel, first + t);
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

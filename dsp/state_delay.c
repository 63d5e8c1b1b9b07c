// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/state_delay.h"

#include "dsp/network_impl.h"

#include <math.h>
#include <string.h>

// A place nearer to a frame than this is that frame
static const double whole_tolerance = 1e-9;

/// Weights of Lagrange interpolation at `place`: tap k is at k
static void
find_weights(float* const weights, const int n_taps, const double place)
{
  for (int k = 0; k < n_taps; ++k) {
    double weight = 1.0;
    for (int i = 0; i < n_taps; ++i) {
      weight *= i == k ? 1.0 : (place - i) / (k - i);
    }
    weights[k] = (float)weight;
  }
}

/// The first of so many taps, as near to a place in their middle as can be
static uint32_t
first_tap(const uint32_t n_taps, const double times)
{
  const double before = n_taps % 2 ? round(times) : floor(times);
  const double back   = n_taps < 3 ? 0.0 : 1.0;

  return (uint32_t)fmax(before - back, 1.0);
}

uint32_t
rcv_state_delay_whole(const double times)
{
  const double whole = round(times);

  return fabs(times - whole) < whole_tolerance ? (uint32_t)whole : 0;
}

bool
rcv_state_delay_is_possible(const RcvShape* const shape)
{
  return !shape->bidirectional;
}

RcvStateDelay
rcv_state_delay_place(RcvArena* const         arena,
                      const RcvShape* const   shape,
                      const RcvKernels* const kernels,
                      const uint32_t          n_channels,
                      const double            times,
                      const uint32_t          n_taps)
{
  RcvStateDelay  delay = {0};
  const uint32_t whole = rcv_state_delay_whole(times);

  if (whole) {
    delay.n_taps     = 1;
    delay.first      = whole;
    delay.weights[0] = 1.0f;
  } else {
    delay.n_taps = n_taps;
    delay.first  = first_tap(n_taps, times);
    find_weights(delay.weights, (int)n_taps, times - delay.first);
  }

  delay.n_channels = n_channels;
  delay.n_rows     = delay.first + delay.n_taps - 1;
  delay.n_floats   = (uint32_t)rcv_stack_n_states(shape, kernels);
  for (uint32_t c = 0; c < n_channels; ++c) {
    const size_t n = (size_t)delay.n_rows * delay.n_floats;

    delay.states[c] =
      (RcvState*)rcv_arena_take(arena, rcv_state_size(shape, kernels));
    delay.rings[c] = rcv_arena_floats(arena, n);
    delay.seen[c]  = rcv_arena_floats(arena, n);
  }
  return delay;
}

void
rcv_state_delay_init(RcvStateDelay* const    delay,
                     const RcvNetwork* const network)
{
  delay->network = network;
  for (uint32_t c = 0; c < delay->n_channels; ++c) {
    rcv_state_init(delay->states[c], network);
    rcv_state_delay_reset_channel(delay, c);
    memcpy(delay->seen[c],
           delay->rings[c],
           (size_t)delay->n_rows * delay->n_floats * sizeof(float));
  }
}

/// The row of a ring that is so many frames old: 1 is the last one
RCV_REALTIME static float*
row_of(const RcvStateDelay* const delay, float* const rows, const uint32_t age)
{
  const uint32_t back = age - 1; // Less than n_rows
  const uint32_t row  = delay->newest >= back
                          ? delay->newest - back
                          : delay->newest + delay->n_rows - back;

  return rows + ((size_t)row * delay->n_floats);
}

/// Copy the state of the frame that was computed last into a row
RCV_REALTIME static void
store(const RcvNetwork* const network, const RcvState* const state, float* row)
{
  for (uint32_t l = 0; l < network->shape.num_layers; ++l) {
    const size_t padded = network->layers[0][l].padded_size;

    memcpy(row, state->h[0][l], padded * sizeof(float));
    memcpy(row + padded, state->c[0][l], padded * sizeof(float));
    row += 2 * padded;
  }
}

/// A part of a row between the frames
RCV_REALTIME static void
interpolate(const RcvStateDelay* const delay,
            const float* const         taps[RCV_STATE_DELAY_TAPS],
            const size_t               first,
            const size_t               n,
            float* const               to)
{
  if (delay->n_taps == 1) {
    memcpy(to, taps[0] + first, n * sizeof(float));
    return;
  }

  const float* const w = delay->weights;
  const float* const a = taps[0] + first;
  const float* const b = taps[1] + first;
  const float* const c = taps[2] + first;
  const float* const d = taps[3] + first;
  for (size_t k = 0; k < n; ++k) {
    to[k] = ((w[0] * a[k]) + (w[1] * b[k])) + ((w[2] * c[k]) + (w[3] * d[k]));
  }
}

/// Make a channel's state what the next frame starts from
RCV_REALTIME static void
recall(const RcvStateDelay* const delay, const uint32_t channel)
{
  const RcvNetwork* const network = delay->network;
  const RcvState* const   state   = delay->states[channel];

  // Those that are not used have no weight
  const float* taps[RCV_STATE_DELAY_TAPS];
  for (uint32_t k = 0; k < RCV_STATE_DELAY_TAPS; ++k) {
    const uint32_t tap = k < delay->n_taps ? k : 0;

    taps[k] = row_of(delay, delay->rings[channel], delay->first + tap);
  }

  size_t first = 0;
  for (uint32_t l = 0; l < network->shape.num_layers; ++l) {
    const size_t padded = network->layers[0][l].padded_size;

    interpolate(delay, taps, first, padded, state->h[0][l]);
    interpolate(delay, taps, first + padded, padded, state->c[0][l]);
    first += 2 * padded;
  }
}

void
rcv_state_delay_reset_channel(RcvStateDelay* const delay,
                              const uint32_t       channel)
{
  RcvState* const state = delay->states[channel];

  rcv_state_reset(state, delay->network);
  for (uint32_t age = 1; age <= delay->n_rows; ++age) {
    store(delay->network, state, row_of(delay, delay->rings[channel], age));
  }
}

void
rcv_state_delay_run(RcvStateDelay* const      delay,
                    const float* const* const x,
                    float* const* const       y,
                    const uint32_t            n_frames)
{
  const RcvNetwork* const network = delay->network;
  const size_t            n_in    = network->shape.input_size;

  for (uint32_t t = 0; t < n_frames; ++t) {
    const float* in[RCV_STATE_DELAY_CHANNELS]  = {NULL};
    float*       out[RCV_STATE_DELAY_CHANNELS] = {NULL};
    for (uint32_t c = 0; c < delay->n_channels; ++c) {
      in[c]  = x[c] + (t * n_in);
      out[c] = y[c] + t;
      recall(delay, c);
    }
    rcv_network_run_streams(
      network, delay->states, in, out, delay->n_channels, 1);

    delay->newest = delay->newest + 1 < delay->n_rows ? delay->newest + 1 : 0;
    for (uint32_t c = 0; c < delay->n_channels; ++c) {
      store(network, delay->states[c], row_of(delay, delay->rings[c], 1));
    }
  }
}

float
rcv_state_delay_moved(RcvStateDelay* const delay)
{
  float most = 0.0f;
  for (uint32_t c = 0; c < delay->n_channels; ++c) {
    for (uint32_t age = 1; age <= delay->n_rows; ++age) {
      const float* const now = row_of(delay, delay->rings[c], age);
      float* const       seen =
        delay->seen[c] + ((size_t)(age - 1) * delay->n_floats);

      most = fmaxf(most, rcv_row_moved(now, seen, delay->n_floats));
    }
  }
  return most;
}

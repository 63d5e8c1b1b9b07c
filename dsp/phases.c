// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/phases.h"

#include <math.h>
#include <string.h>

RcvPhases
rcv_phases_place(RcvArena* const         arena,
                 const RcvShape* const   shape,
                 const RcvKernels* const kernels,
                 const uint32_t          n_channels,
                 const double            times,
                 const uint32_t          n_taps)
{
  const uint32_t n_phases = rcv_state_delay_whole(times);

  RcvPhases phases  = {0};
  phases.n_channels = n_channels;
  phases.n_phases   = n_phases;
  phases.is_between = n_phases < 1 || n_phases > RCV_MAX_OVERSAMPLE;
  if (phases.is_between) {
    phases.n_phases = 1;
    phases.delay =
      rcv_state_delay_place(arena, shape, kernels, n_channels, times, n_taps);
    return phases;
  }
  for (uint32_t c = 0; c < n_channels; ++c) {
    for (uint32_t p = 0; p < n_phases; ++p) {
      phases.states[c][p] =
        (RcvState*)rcv_arena_take(arena, rcv_state_size(shape, kernels));
    }
  }
  if (n_phases > 1) {
    phases.inputs = rcv_arena_floats(
      arena, (size_t)RCV_MAX_STREAMS * RCV_PHASE_CHUNK * shape->input_size);
    phases.outputs =
      rcv_arena_floats(arena, (size_t)RCV_MAX_STREAMS * RCV_PHASE_CHUNK);
  }
  return phases;
}

void
rcv_phases_init(RcvPhases* const phases, const RcvNetwork* const network)
{
  phases->network = network;
  if (phases->is_between) {
    rcv_state_delay_init(&phases->delay, network);
    return;
  }
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    for (uint32_t p = 0; p < phases->n_phases; ++p) {
      rcv_state_init(phases->states[c][p], network);
    }
  }
}

void
rcv_phases_reset_channel(RcvPhases* const phases, const uint32_t channel)
{
  if (phases->is_between) {
    rcv_state_delay_reset_channel(&phases->delay, channel);
    return;
  }
  for (uint32_t p = 0; p < phases->n_phases; ++p) {
    rcv_state_reset(phases->states[channel][p], phases->network);
  }
}

void
rcv_phases_reset(RcvPhases* const phases)
{
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    rcv_phases_reset_channel(phases, c);
  }
  phases->next = 0;
}

/// One phase of one channel: every n_phases-th frame from the first on
typedef struct {
  RcvState*    state;
  const float* x;
  float*       y;
  uint32_t     n_frames;
} Phase;

/**
   Run one phase, or two of which the first has no fewer frames.

   @param list [n_phases], of up to RCV_PHASE_CHUNK frames.
*/
RCV_REALTIME static void
run_together(const RcvPhases* const phases,
             const Phase* const     list,
             const uint32_t         n_list)
{
  const size_t   n_in   = rcv_network_shape(phases->network)->input_size;
  const size_t   stride = phases->n_phases;
  const uint32_t n_both = list[n_list - 1].n_frames;
  const uint32_t n_more = list[0].n_frames - n_both; // 0 or 1

  float* const second               = phases->inputs + (RCV_PHASE_CHUNK * n_in);
  float* const ins[RCV_MAX_STREAMS] = {phases->inputs, second};
  float* const outs[RCV_MAX_STREAMS]   = {phases->outputs,
                                          phases->outputs + RCV_PHASE_CHUNK};
  RcvState*    states[RCV_MAX_STREAMS] = {list[0].state, NULL};
  for (uint32_t i = 0; i < n_list; ++i) {
    states[i] = list[i].state;
    for (uint32_t t = 0; t < list[i].n_frames; ++t) {
      memcpy(ins[i] + (t * n_in),
             list[i].x + (t * stride * n_in),
             n_in * sizeof(float));
    }
  }

  const float* const in[RCV_MAX_STREAMS] = {ins[0], ins[1]};
  rcv_network_run_streams(phases->network, states, in, outs, n_list, n_both);
  rcv_network_run(phases->network,
                  states[0],
                  ins[0] + (n_both * n_in),
                  outs[0] + n_both,
                  n_more);

  for (uint32_t i = 0; i < n_list; ++i) {
    for (uint32_t t = 0; t < list[i].n_frames; ++t) {
      list[i].y[t * stride] = outs[i][t];
    }
  }
}

/// Run up to N · RCV_PHASE_CHUNK frames of all channels
RCV_REALTIME static void
run_chunk(RcvPhases* const          phases,
          const float* const* const x,
          float* const* const       y,
          const size_t              first,
          const uint32_t            n_frames)
{
  const uint32_t n_phases = phases->n_phases;
  const size_t   n_in     = rcv_network_shape(phases->network)->input_size;

  // In the order in which they come, so that none has more frames than the one
  // before it; two channels' beside each other have the same number
  Phase    list[RCV_MAX_CHANNELS * RCV_MAX_OVERSAMPLE];
  uint32_t n_list = 0;
  for (uint32_t p = 0; p < n_phases; ++p) {
    for (uint32_t c = 0; c < phases->n_channels; ++c) {
      const Phase phase = {phases->states[c][(phases->next + p) % n_phases],
                           x[c] + ((first + p) * n_in),
                           y[c] + first + p,
                           (n_frames + n_phases - 1 - p) / n_phases};
      list[n_list++]    = phase;
    }
  }
  for (uint32_t i = 0; i < n_list; i += RCV_MAX_STREAMS) {
    const uint32_t n_left = n_list - i;
    run_together(
      phases, list + i, n_left < RCV_MAX_STREAMS ? n_left : RCV_MAX_STREAMS);
  }
  phases->next = (phases->next + n_frames) % n_phases;
}

void
rcv_phases_run(RcvPhases* const          phases,
               const float* const* const x,
               float* const* const       y,
               const uint32_t            n_frames)
{
  if (phases->is_between) {
    rcv_state_delay_run(&phases->delay, x, y, n_frames);
    return;
  }
  if (phases->n_phases < 2) {
    RcvState* const states[RCV_MAX_CHANNELS] = {phases->states[0][0],
                                                phases->states[1][0]};
    rcv_network_run_streams(
      phases->network, states, x, y, phases->n_channels, n_frames);
    return;
  }

  const uint32_t most = phases->n_phases * RCV_PHASE_CHUNK;
  for (uint32_t t = 0; t < n_frames; t += most) {
    const uint32_t n_left = n_frames - t;
    run_chunk(phases, x, y, t, n_left < most ? n_left : most);
  }
}

void
rcv_phases_skip(RcvPhases* const phases, const uint32_t n_frames)
{
  phases->next = (phases->next + n_frames) % phases->n_phases;
}

float
rcv_phases_moved(RcvPhases* const phases)
{
  if (phases->is_between) {
    return rcv_state_delay_moved(&phases->delay);
  }

  float most = 0.0f;
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    for (uint32_t p = 0; p < phases->n_phases; ++p) {
      most =
        fmaxf(most, rcv_state_moved(phases->states[c][p], phases->network));
    }
  }
  return most;
}

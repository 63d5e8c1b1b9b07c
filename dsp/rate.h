// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_RATE_H
#define DSP_RATE_H

#include "dsp/arena.h"
#include "dsp/kernels/kernels.h"
#include "dsp/phases.h"
#include "dsp/realtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   Playing a network at another sample rate than the host's: the input is
   resampled to the network's rate (its own, or a multiple: see phases.h), the
   network runs there, and its output is resampled back.

   Both ways are windowed sinc filters (dsp/sinc.h) between rates whose ratio is
   P/Q.  Time is kept in whole numbers, so nothing drifts,
   the delay is a whole number of the host's frames, and the result does not
   depend on how a signal is divided into calls.
*/

/// The tables of one pair of rates, immutable, for any number of channels
typedef struct {
  const RcvKernels* kernels;        ///< What filters with
  uint32_t          up;             ///< P: network frames …
  uint32_t          down;           ///< Q: … per so many host frames
  uint32_t          n_in;           ///< Taps towards the network
  uint32_t          n_out;          ///< Taps back
  const float*      in_filters;     ///< [P][n_in], in the caller's memory
  const float*      out_filters;    ///< [Q][n_out], in the caller's memory
  uint32_t          network_delay;  ///< Of the network, in its frames
  uint32_t          latency_frames; ///< Of all, in host frames
  uint32_t          host_size;      ///< Of a channel's rings, powers of two
  uint32_t          network_size;
} RcvRate;

/// One channel's signals between the rates
typedef struct {
  float* host;    ///< [2][host_size] what came in, twice in a row
  float* network; ///< [2][network_size] what the network gave
  float* inputs;  ///< [most][I] the network's inputs of a chunk
  float* outputs; ///< [most] its outputs
} RcvRateChannel;

/// The signals of all channels, which are always in step
typedef struct {
  RcvRateChannel channels[RCV_MAX_CHANNELS];
  uint32_t       n_channels;
  uint64_t       n_host;    ///< Host frames so far
  uint64_t       n_network; ///< Network frames so far
} RcvRateState;

/// Host frames that rcv_rate_run() takes at a time
enum { RCV_RATE_CHUNK = 64 };

/// True if a host and a network's own rate can be played together: 1/16 to 16
/// times each other
bool
rcv_rate_is_possible(double host_hz, double network_hz);

/**
   Make the tables; with an arena that only counts, only count.

   @param kernels What filters with; NULL is enough where it only counts.
   @param network_hz The rate that the network runs at.
   @param network_delay Latency of the network in frames of that rate.
*/
RcvRate
rcv_rate_place(RcvArena*         arena,
               const RcvKernels* kernels,
               double            host_hz,
               double            network_hz,
               uint32_t          network_delay);

/// Place the channels' signals; the caller resets them before the first run
RcvRateState
rcv_rate_place_state(RcvArena*      arena,
                     const RcvRate* rate,
                     uint32_t       input_size,
                     uint32_t       n_channels);

/// As if nothing had been played
RCV_REALTIME void
rcv_rate_reset(const RcvRate* rate, RcvRateState* state);

/// As if one channel had been silent so far; it stays in step with the other
RCV_REALTIME void
rcv_rate_reset_channel(const RcvRate* rate,
                       RcvRateState*  state,
                       uint32_t       channel);

/**
   The way to the network alone.

   Network frame m is the host's signal at the time m / network rate, no later:
   it comes when the filter has what it needs.

   @param x [n_channels][n_frames][input_size] inputs at the host's rate.
   @param n_frames At most RCV_RATE_CHUNK.
   @return Number of network frames, which are in each channel's `inputs`.
*/
RCV_REALTIME uint32_t
rcv_rate_take(const RcvRate*      rate,
              RcvRateState*       state,
              const float* const* x,
              uint32_t            input_size,
              uint32_t            n_frames);

/**
   Run a network over some host frames of all channels.

   @param x [n_channels][n_frames][I] inputs at the host's rate: audio, then
   knobs.
   @param y [n_channels][n_frames] output, late by rate->latency_frames, set.
   @param n_frames At most RCV_RATE_CHUNK.
*/
RCV_REALTIME void
rcv_rate_run(const RcvRate*      rate,
             RcvRateState*       state,
             RcvPhases*          phases,
             const float* const* x,
             float* const*       y,
             uint32_t            n_frames);

/**
   As if frames had gone by that change nothing: the rings are full of what does
   not move.

   @return How many frames those are at the network's rate.
*/
RCV_REALTIME uint32_t
rcv_rate_skip(const RcvRate* rate, RcvRateState* state, uint32_t n_frames);

#endif // DSP_RATE_H

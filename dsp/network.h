// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_NETWORK_H
#define DSP_NETWORK_H

#include "dsp/kernels/kernels.h"
#include "dsp/realtime.h"
#include "dsp/shape.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   A network, ready to play: layers, directions, head, skip.

   The weights (RcvNetwork) are immutable and may be shared by any number of
   voices; each voice has its own RcvState.  Both live in memory that the caller
   gives: ask for the size, allocate it aligned to RCV_ALIGNMENT, initialise.
   Nothing here allocates, and there is nothing to free but that memory.
*/

enum { RCV_ALIGNMENT = 64 };

/// Immutable weights, packed for one table of kernels
typedef struct RcvNetwork RcvNetwork;

/// What one voice remembers
typedef struct RcvState RcvState;

/// Bytes that rcv_network_init() needs; shape must be valid
size_t
rcv_network_size(const RcvShape* shape, const RcvKernels* kernels);

/**
   Pack a network's weights.

   @param memory [rcv_network_size()] bytes aligned to RCV_ALIGNMENT, owned by
   the caller, who must keep it for as long as the network is used.
   @param params [rcv_shape_n_params()], not kept.
   @param initial_state [n_directions][rcv_shape_n_states()] the states at the
   start, of each layer h then c, or NULL for zero; not kept.
   @return The network, in `memory`.
*/
RcvNetwork*
rcv_network_init(void*             memory,
                 const RcvShape*   shape,
                 const float*      params,
                 const float*      initial_state,
                 const RcvKernels* kernels);

/// The shape of a network, borrowed
RCV_REALTIME const RcvShape*
rcv_network_shape(const RcvNetwork* network);

/// Bytes that rcv_state_init() needs for a network of this shape
size_t
rcv_state_size(const RcvShape* shape, const RcvKernels* kernels);

/**
   Make a voice's state, as it is at the start.

   @param memory [rcv_state_size()] bytes aligned to RCV_ALIGNMENT, owned by the
   caller.
   @return The state, in `memory`.
*/
RcvState*
rcv_state_init(void* memory, const RcvNetwork* network);

/// Back to the state at the start: zero, or the network's initial state
RCV_REALTIME void
rcv_state_reset(RcvState* state, const RcvNetwork* network);

/**
   How far the recurrent state has moved since this was asked last.

   @return The greatest change of a number in it; of one above 1, as a part of
   it.  For networks of one direction.
*/
RCV_REALTIME float
rcv_state_moved(RcvState* state, const RcvNetwork* network);

/**
   Run a network over some frames.

   The result does not depend on how a signal is divided into calls.  The output
   is late by rcv_shape_latency().

   @param x [n_frames][I] inputs: audio, then knobs.
   @param y [n_frames] output, set; must not overlap x.
*/
RCV_REALTIME void
rcv_network_run(const RcvNetwork* network,
                RcvState*         state,
                const float*      x,
                float*            y,
                uint32_t          n_frames);

/// The most voices that rcv_network_run_streams() takes
enum { RCV_MAX_STREAMS = 2 };

/**
   The same for several voices at once, which share the loading of the weights
   and wait for nothing of each other: two cost much less than twice one.

   Each one's result is to the bit that of rcv_network_run().

   @param states, x, y [n_streams] as for rcv_network_run().
   @param n_streams 1 to RCV_MAX_STREAMS.
*/
RCV_REALTIME void
rcv_network_run_streams(const RcvNetwork*   network,
                        RcvState* const*    states,
                        const float* const* x,
                        float* const*       y,
                        uint32_t            n_streams,
                        uint32_t            n_frames);

#endif // DSP_NETWORK_H

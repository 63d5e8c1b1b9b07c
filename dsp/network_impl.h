// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_NETWORK_IMPL_H
#define DSP_NETWORK_IMPL_H

#include "dsp/kernels/kernels.h"
#include "dsp/network.h"
#include "dsp/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Frames that the layers pass to each other at a time: few enough that they
/// stay in the first cache
enum { RCV_NETWORK_CHUNK = 64 };

struct RcvNetwork {
  RcvShape          shape;
  const RcvKernels* kernels;
  bool              is_paired[2][RCV_MAX_LAYERS]; // Overlaps with the one above
  bool           is_after_dense[RCV_MAX_LAYERS]; // Between it and the one below
  uint32_t       n_padded; // H of the top in whole vectors
  uint32_t       n_states; // rcv_stack_n_states()
  float          skip_gain_lin;
  RcvPackedLayer layers[2][RCV_MAX_LAYERS];
  RcvPackedDense dense[RCV_N_DENSE_PLACES][RCV_MAX_DENSE];
  RcvPackedHead  head;    // its logits are the state's
  const float*   initial; // [n_directions][n_states]
};

struct RcvState {
  float* bases[2]; // [n_biases] of the lowest layers, with the knobs (if any)
  float  knobs[2][RCV_MAX_INPUTS]; // As folded into the bases; NaN: not yet

  float* h[2][RCV_MAX_LAYERS]; // [1 + CHUNK][padded_size] the first row is now
  float* c[2][RCV_MAX_LAYERS]; // [padded_size]
  float* seen;     // [n_states] h and c when rcv_state_moved() was asked
  float* dense[2]; // [CHUNK][most of a dense layer's n_padded] in turn
  float* logits;   // [n_levels] (softmax)

  // Bidirectional only: windows of block + lookahead frames
  float*   inputs;   // [B + D][I] the frames that the next block reads
  float*   tops;     // [B][n_padded] top hidden states, summed
  float*   outputs;  // [B] of the block computed last
  uint32_t n_inputs; // Frames in `inputs`
  uint32_t n_read;   // Frames of `outputs` already played
};

/// Floats of what a direction remembers: for each layer h, then c, each in
/// whole vectors
size_t
rcv_stack_n_states(const RcvShape* shape, const RcvKernels* kernels);

/**
   How far an array of a state has moved: the greatest change of a number in it;
   of one above 1, as a part of it.

   @param seen [n] what it was; becomes what it is now.
*/
RCV_REALTIME float
rcv_row_moved(const float* now, float* seen, uint32_t n);

/// Set one direction's states to those at the start
RCV_REALTIME void
rcv_stack_reset(RcvState* state, const RcvNetwork* network, uint32_t direction);

/**
   Run the layers of one direction over up to RCV_NETWORK_CHUNK frames.

   @param states, x [n_streams] of 1 or 2 voices; x is the first frame to read.
   @param stride Floats to the next frame to read.
*/
RCV_REALTIME void
rcv_stack_run(const RcvNetwork*   network,
              RcvState* const*    states,
              const float* const* x,
              uint32_t            n_streams,
              uint32_t            direction,
              ptrdiff_t           stride,
              uint32_t            n_frames);

/**
   Run the dense layers of one place over up to RCV_NETWORK_CHUNK frames.

   @param stride Floats to the next frame to read; set to that of the result.
   @return [n_frames][*stride] the last one's outputs, borrowed from the state
   until its next run, or x if there are none.
*/
RCV_REALTIME const float*
rcv_stack_run_dense(const RcvNetwork* network,
                    RcvState*         state,
                    RcvDensePlace     place,
                    const float*      x,
                    ptrdiff_t*        stride,
                    uint32_t          n_frames);

/// [n_frames][n_padded] the top layer's hidden states of the last run
RCV_REALTIME const float*
rcv_stack_tops(const RcvNetwork* network,
               const RcvState*   state,
               uint32_t          direction);

/// Make the states after n_frames those that the next run starts from
RCV_REALTIME void
rcv_stack_keep(const RcvNetwork* network,
               RcvState*         state,
               uint32_t          direction,
               uint32_t          n_frames);

#endif // DSP_NETWORK_IMPL_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_STATE_DELAY_H
#define DSP_STATE_DELAY_H

#include "dsp/arena.h"
#include "dsp/network.h"
#include "dsp/realtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   A network at r times its own rate, for any r: each step reads the recurrent
   state of r frames ago, so that it spans the time that it was trained on, and
   nothing is late (Carson, Wright, Chowdhury, Välimäki and Bilbao, "Sample Rate
   Independent Recurrent Neural Networks for Audio Effects Processing", DAFx
   2024, arXiv 2406.06293):

       h[t] = f(x[t], Σ w[k] · h[t − first − k])    k = 0 … n_taps − 1

   and the same for the cell state.  w are the weights of Lagrange interpolation
   at the place r: w[k] = Π (r − first − i) / (k − i) over all taps i but k. The
   taps are the frames around the place, but never the one that is computed:
   first is at least 1.  For r < 1 this extrapolates (Carson, Välimäki, Wright
   and Bilbao, "Interpolation Filter Design for Sample Rate Independent Audio
   Effect RNNs", arXiv 2409.15884).

   Where the place is not in the middle of the taps, and that is for r < 2 with
   four and for r < 1 always, the interpolation amplifies some frequencies, and
   a state that is kept for long grows: whoever chooses this way measures first
   (dsp/model/choice.h).

   Where r is a whole number the state of r frames ago is read as it is, so that
   the result is to the bit that of dsp/phases.h.  For networks of one
   direction.
*/

enum {
  RCV_STATE_DELAY_CHANNELS = RCV_MAX_STREAMS,
  RCV_STATE_DELAY_TAPS     = 4,
};

/// What all channels remember
typedef struct {
  const RcvNetwork* network;
  uint32_t          n_channels;
  uint32_t          n_taps; ///< 2 to 4, or 1 if r is a whole number
  uint32_t          first;  ///< Frames back to the first tap
  float             weights[RCV_STATE_DELAY_TAPS];
  uint32_t          n_rows;   ///< Of a ring
  uint32_t          newest;   ///< Row of the last frame, in all rings
  uint32_t          n_floats; ///< Of a row: of each layer h, then c
  RcvState*         states[RCV_STATE_DELAY_CHANNELS]; ///< Of the frame computed
  float*            rings[RCV_STATE_DELAY_CHANNELS];  ///< [n_rows][n_floats]
  float*            seen[RCV_STATE_DELAY_CHANNELS];   ///< Likewise: moved()
} RcvStateDelay;

/// The whole number that r is, or 0 if it lies between such
uint32_t
rcv_state_delay_whole(double times);

/// True if a network of this shape can be played so
bool
rcv_state_delay_is_possible(const RcvShape* shape);

/**
   Place the states; with an arena that only counts, only count.

   rcv_state_delay_init() must follow.

   @param n_channels 1 to RCV_STATE_DELAY_CHANNELS.
   @param times r: above 0.
   @param n_taps 2 to RCV_STATE_DELAY_TAPS: linear, quadratic or cubic.
*/
RcvStateDelay
rcv_state_delay_place(RcvArena*         arena,
                      const RcvShape*   shape,
                      const RcvKernels* kernels,
                      uint32_t          n_channels,
                      double            times,
                      uint32_t          n_taps);

/// Make the states as they are at the start
void
rcv_state_delay_init(RcvStateDelay* delay, const RcvNetwork* network);

/// One channel's states as at the start; it stays in step with the other
RCV_REALTIME void
rcv_state_delay_reset_channel(RcvStateDelay* delay, uint32_t channel);

/**
   Run the network over some frames, at r times its rate.

   The result does not depend on how a signal is divided into calls.  Two
   channels are computed together; each is to the bit what it would be alone.

   @param x [n_channels][n_frames][I] inputs: audio, then knobs.
   @param y [n_channels][n_frames] output, set.
*/
RCV_REALTIME void
rcv_state_delay_run(RcvStateDelay*      delay,
                    const float* const* x,
                    float* const*       y,
                    uint32_t            n_frames);

/**
   How far the states have moved since this was asked last, as
   rcv_state_moved(): each row of the rings against what was as old then.
*/
RCV_REALTIME float
rcv_state_delay_moved(RcvStateDelay* delay);

#endif // DSP_STATE_DELAY_H

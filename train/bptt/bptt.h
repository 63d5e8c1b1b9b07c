// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_BPTT_H
#define TRAIN_BPTT_BPTT_H

#include "dsp/real.h"
#include "dsp/shape.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Back-propagation through time for every network that is trained here, over as
   many sequences at once as a vector register has lanes.  Its layers are all of
   one cell and size, and there are no dense ones (rcv_shape_is_mixed() and
   rcv_shape_has_dense() are false): other programs' files may hold such.

   A window of T frames is run forward, then backward through all of its frames:

       ∂L/∂W_h = Σ_t Σ_{k≤t} ∂L_t/∂o_t ∂o_t/∂h_t (Π_{j=k+1..t} ∂h_j/∂h_{j−1})
                 ∂h_k/∂W_h                              (Werbos 1990)

   What a window ends in is the state that the next one begins with, so windows
   one after another are truncated BPTT, and a whole segment as one window is
   full BPTT.  Several batches of sequences can take turns, window by window, if
   their states are saved and loaded.

   The tape (all gates and states) is kept for one block of frames only, but of
   windows that are short enough.  The forward pass keeps each block's first
   state; the backward pass computes the block's tape again from it, which gives
   the same numbers to the last bit (Chen et al. 2016, arXiv 1604.06174).

   Arrays of audio are [frames][lanes]: frame t of all sequences lies together.
   The same source is compiled once per instruction set, and once for double
   precision as `rcv_bptt_exact`, with one lane.
*/

/// A network with its tape and gradients for n_lanes sequences
typedef struct RcvBpttImpl RcvBptt;

/// One window of the sequences
typedef struct {
  uint32_t n_frames; ///< T: 1 to max_frames

  /// [T + D][I][lanes] inputs, D being the network's lookahead
  const RcvReal* x;

  /// [T][lanes] classes to be predicted (softmax head only)
  const uint32_t* classes;

  /// [T][lanes] output, set by forward; for the softmax head the expectation
  RcvReal* y;

  /// [T][lanes] ∂L/∂y, read by backward (linear head)
  const RcvReal* d_y;

  /// [lanes] factor of each sequence's cross-entropy in L (softmax head)
  const RcvReal* entropy_weights;

  /// First frame whose cross-entropy counts in L (softmax head)
  uint32_t entropy_from;

  /// [T][lanes] ‖∂L/∂h_t‖² and ‖∂L/∂c_t‖² of the left-to-right stack, over all
  /// layers, increased by backward; or NULL
  RcvReal* reach_h;
  RcvReal* reach_c;
} RcvBpttWindow;

/// The functions of one instruction set
typedef struct {
  const char* name;    ///< "generic", "avx2", …
  uint32_t    n_lanes; ///< Sequences computed together

  /**
     @param max_frames Longest window.
     @param block_frames Frames whose tape is kept at a time, 0 for the best;
     bidirectional networks have their own.  It changes memory and speed, and
     no bit of the gradient if it is a multiple of 32.
     @param kept_frames Windows up to this length keep all of their tape
     instead, and no bit changes either: less to compute, but more memory.  0:
     none; bidirectional networks never.
     @return A network with weights of 0, to be freed with free_(), or NULL if
     there is no memory.
  */
  RcvBptt* (*new_)(const RcvShape* shape,
                   uint32_t        max_frames,
                   uint32_t        block_frames,
                   uint32_t        kept_frames);

  /// Free what new_() made; NULL is ignored
  void (*free_)(RcvBptt* bptt);

  /// Take weights: [rcv_shape_n_params()], not kept
  void (*set_params)(RcvBptt* bptt, const RcvReal* params);

  /// Begin new sequences: states of zero
  void (*reset)(RcvBptt* bptt);

  /// Numbers of the states of all lanes
  size_t (*n_states)(const RcvBptt* bptt);

  /// Copy what the last window ended in to [n_states()]
  void (*save)(const RcvBptt* bptt, RcvReal* states);

  /// Go on from what was saved
  void (*load)(RcvBptt* bptt, const RcvReal* states);

  /**
     Run a window forward from the state that the last one ended in.

     For the softmax head `entropies` [lanes] is increased by −Σ_t log
     ŷ_t,class.
  */
  void (*forward)(RcvBptt*             bptt,
                  const RcvBpttWindow* window,
                  RcvReal*             entropies);

  /// Run the window of the last forward() backward; adds up gradients inside
  void (*backward)(RcvBptt* bptt, const RcvBpttWindow* window);

  /**
     Add the gradients of all backward() since the last call to an array, and
     start again from zero.

     @param d_params [rcv_shape_n_params()] increased.
  */
  void (*take_gradient)(RcvBptt* bptt, RcvReal* d_params);
} RcvBpttTable;

/// Double precision, one lane: for checks
extern const RcvBpttTable rcv_bptt_exact;

extern const RcvBpttTable rcv_bptt_generic;
extern const RcvBpttTable rcv_bptt_avx2;
extern const RcvBpttTable rcv_bptt_avx512;

/// Backward in bfloat16 (factors.h); needs AVX-512 BF16 too
extern const RcvBpttTable rcv_bptt_avx512bf16;

#endif // TRAIN_BPTT_BPTT_H

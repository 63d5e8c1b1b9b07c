// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_SLICE_H
#define TRAIN_TRAINER_SLICE_H

#include "dsp/model/error.h"
#include "dsp/shape.h"
#include "train/data/pairs.h"
#include "train/trainer/engine.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   A slice of the batch: as many sequences as a vector has lanes, which go
   through the whole of a segment alone.  Slices meet once per update, where
   their gradients are added up.  Those that one thread computes, one after the
   other, share a network with its tape, which then stays in the caches.
*/

/// What all slices share
typedef struct {
  RcvEngine engine;
  RcvShape  shape;
  uint32_t  segment_frames; ///< Trained on
  uint32_t  warm_up_frames; ///< Before them, to fill the state
  uint32_t  max_window_frames;
  uint32_t  kept_frames;    ///< Of bptt's new_()
  double    least_energy;   ///< Of the pre-emphasised target per frame
  uint32_t  settled_frames; ///< Of silence: the DC is then known
} RcvSliceSettings;

typedef struct RcvSliceImpl RcvSlice;

/// A network for slices of these settings, to be freed with the engine's
/// free_(), or NULL if there is no memory
RcvBptt*
rcv_slice_new_bptt(const RcvSliceSettings* settings);

/**
   A slice, to be freed with rcv_slice_free(), or NULL if there is no memory.

   @param bptt Of rcv_slice_new_bptt(), borrowed until the slice is freed, and
   used below rcv_slice_begin(), rcv_slice_run() and rcv_slice_entropy(): of the
   slices that share it only one may be in these at a time.
*/
RcvSlice*
rcv_slice_new(const RcvSliceSettings* settings, RcvBptt* bptt);

/// Free a slice; NULL is ignored
void
rcv_slice_free(RcvSlice* slice);

/**
   Where a sequence comes from.

   It may also be silence after sound, which no recording has from where
   networks latch: then the warm-up is some sound, its last fifth and all that
   follows are silent, and the target is the constant that the network comes to
   without any sound before, since a device may have a DC in silence too.  What
   a device's DC does just after sound nobody knows: the loss says nothing of it
   in windows that begin before settled_frames of silence.
*/
typedef struct {
  RcvPassage passage; ///< What it lies in; beyond its end silence is heard
  size_t     start;   ///< First frame in the recording, warm-up included
  size_t     take;    ///< Which of the takes
  float      gain;    ///< 0, or of the sound before silence
  float      rest;    ///< The target after it
} RcvSegment;

/**
   Begin new segments and run them through their warm-up.

   @param segments [n_used] of each lane.
   @param n_used Lanes in use, 1 to all.
*/
void
rcv_slice_begin(RcvSlice*         slice,
                const RcvSegment* segments,
                uint32_t          n_used,
                const float*      params);

/**
   Go on with what follows the last segments, from the states at their ends.

   @param segments [n_used] of rcv_slice_begin(), each with its start
   segment_frames later.
*/
void
rcv_slice_continue(RcvSlice* slice, const RcvSegment* segments);

/// Energy of the pre-emphasised and the plain target in a window, over all
/// lanes
typedef struct {
  double pre;
  double plain;
} RcvEnergy;

RcvEnergy
rcv_slice_energy(const RcvSlice* slice, uint32_t start, uint32_t n_frames);

/**
   Go through one window, forward and backward.

   @param start First frame in the segment.
   @param energy Of the whole batch in this window.
   @param n_sequences Of the whole batch.
   @return The slice's part of the loss; gradient is at rcv_slice_gradient().
*/
double
rcv_slice_run(RcvSlice*    slice,
              const float* params,
              uint32_t     start,
              uint32_t     n_frames,
              RcvEnergy    energy,
              uint32_t     n_sequences);

/**
   Mean cross-entropy of a frame over the whole segment (softmax head), in nats;
   nothing is learned.
*/
double
rcv_slice_entropy(RcvSlice* slice, const float* params);

/// [n_params] gradient of the last rcv_slice_run(), borrowed
const float*
rcv_slice_gradient(const RcvSlice* slice);

#endif // TRAIN_TRAINER_SLICE_H

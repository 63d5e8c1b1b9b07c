// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_STEADINESS_H
#define TRAIN_TRAINER_STEADINESS_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pairs.h"
#include "train/trainer/workers.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Whether a model can be trusted beyond its error: that it falls silent after
   sound, and that rounding does not decide what it plays.
*/

/// A model that at rest is louder than this part of the target's RMS latches
#define RCV_REST_LIMIT 0.05

/// The places of the recordings that pieces begin at
typedef struct {
  const RcvPassage* passages; ///< [n_passages] a piece is never of two
  size_t            n_passages;
  size_t            n_starts; ///< How many, spread evenly over all passages
  double            shift; ///< Of all, 0 ≤ shift < 1 of the way to the next
} RcvPlaces;

/**
   The greatest level that a model goes on with in the silence after sound.

   From each of the places the model plays a quarter of a second and
   then half a second of silence, or where it is louder than `quiet` by then a
   second, two or four: it may only be slow, as compressors are.  Its rest level
   is the RMS in the last 50 ms of what is left of its output without the
   constant that it comes to when there was no sound before.  A network that
   latches oscillates there for ever, or holds another value.  Knobs stand at
   the takes' positions and in the middle, in turn.

   @param places Each is tried as recorded, and 12 dB up and down.
   @param quiet Level below which it does not matter: RCV_REST_LIMIT of the
   target's.
   @param workers To share the places among, or NULL.
   @param level Set.
*/
RcvStatus
rcv_evaluate_rest(const RcvModel*  model,
                  const RcvPlaces* places,
                  double           quiet,
                  RcvWorkers*      workers,
                  double*          level,
                  RcvError*        error);

/**
   The constant that a model comes to where there is no sound: the mean of the
   last 50 ms of a silence.

   @param knobs Their positions; NULL: in the middle.
   @param n_frames Of the silence, at least 50 ms.
   @param rest Set.
*/
RcvStatus
rcv_evaluate_silence(const RcvModel* model,
                     const float*    knobs,
                     uint32_t        rate_hz,
                     size_t          n_frames,
                     double*         rest,
                     RcvError*       error);

/**
   How far a model depends on rounding: the greatest RMS, over pieces of a
   second, of the distance between what it plays and what it plays from an input
   that is greater by two steps of a float (a part of 2.4e-7).

   The first quarter does not count: a piece begins in the midst of sound, and
   what a network does just then is not trained.  A network can be chaotic where
   it was trained to be exact: then every set of kernels, block of a compiler
   and processor plays something else.

   @param workers To share the places among, or NULL.
   @param level Set; some 1e-7 times its gain if all is well.
*/
RcvStatus
rcv_evaluate_rounding(const RcvModel*  model,
                      const RcvPlaces* places,
                      RcvWorkers*      workers,
                      double*          level,
                      RcvError*        error);

#endif // TRAIN_TRAINER_STEADINESS_H

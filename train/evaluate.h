// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_EVALUATE_H
#define TRAIN_EVALUATE_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/metrics.h"
#include "train/pair.h"

#include <stddef.h>

/**
   @file

   How good a model is, measured with the code that plays it.
*/

/**
   Play a region of a pair and compare; all takes count together, and of clips
   the second halves, with silence between.

   The model first hears up to a second of what comes before the region, so that
   its state is what it is in the middle of playing.

   @param y_hat [length of the region] the model's output for the first take,
   set, or NULL.
*/
RcvStatus
rcv_evaluate_region(const RcvModel* model,
                    const RcvPair*  pair,
                    RcvRegion       region,
                    float*          y_hat,
                    RcvMetrics*     metrics,
                    RcvError*       error);

/// A model that at rest is louder than this part of the target's RMS latches
#define RCV_REST_LIMIT 0.05

/**
   The greatest level that a model goes on with in the silence after sound.

   From many places of a region the model plays a quarter of a second and then
   half a second of silence.  Its rest level is the RMS in the last 50 ms of
   what is left of its output without the constant that it comes to when there
   was no sound before.  A network that latches oscillates there for ever, or
   holds another value.  Knobs stand at the takes' positions and in the middle,
   in turn.

   @param n_starts Places per input level (as recorded, and 12 dB up and down).
   @param level Set.
*/
RcvStatus
rcv_evaluate_rest(const RcvModel* model,
                  const RcvPair*  pair,
                  RcvRegion       region,
                  size_t          n_starts,
                  double*         level,
                  RcvError*       error);

/**
   How far a model depends on rounding: the greatest RMS, over pieces of a
   second, of the distance between what it plays and what it plays from an input
   that is greater by two steps of a float (a part of 2.4e-7).

   A network can be chaotic where it was trained to be exact: then every set of
   kernels, block of a compiler and processor plays something else.

   @param n_starts Places.
   @param level Set; some 1e-7 times its gain if all is well.
*/
RcvStatus
rcv_evaluate_rounding(const RcvModel* model,
                      const RcvPair*  pair,
                      RcvRegion       region,
                      size_t          n_starts,
                      double*         level,
                      RcvError*       error);

/**
   Loudness: RMS in dB of the model's output on `recurve signal --part riff`,
   the standard clip that the plugin's `normalize` refers to.
*/
RcvStatus
rcv_evaluate_loudness(const RcvModel* model,
                      uint32_t        rate_hz,
                      double*         loudness_db,
                      RcvError*       error);

/**
   Give a model its self-test: a short loud piece of the standard riff.
*/
RcvStatus
rcv_evaluate_add_test(RcvModel* model, uint32_t rate_hz, RcvError* error);

#endif // TRAIN_EVALUATE_H

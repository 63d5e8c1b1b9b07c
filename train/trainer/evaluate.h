// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_EVALUATE_H
#define TRAIN_TRAINER_EVALUATE_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pairs.h"
#include "train/numbers/metrics.h"
#include "train/trainer/workers.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   How good a model is, measured with the code that plays it.
*/

/**
   The network's inputs for some audio.

   @param knobs Positions, the same in all frames; NULL: in the middle.
   @return [n_frames][input_size], to be freed by the caller, or NULL.
*/
float*
rcv_evaluate_inputs(uint32_t     input_size,
                    const float* audio,
                    const float* knobs,
                    size_t       n_frames);

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

/**
   The same of all regions with a use together; each begins anew.

   @param workers NULL, or threads to share the regions among.  Then these are
   cut into pieces, which begin as regions do: the same ones for any number of
   threads.
*/
RcvStatus
rcv_evaluate_use(const RcvModel* model,
                 const RcvPairs* pairs,
                 RcvUse          use,
                 RcvWorkers*     workers,
                 RcvMetrics*     metrics,
                 RcvError*       error);

/// `recurve signal --part riff` as floats: the standard clip
typedef struct {
  float* frames; ///< [n_frames] owned
  size_t n_frames;
} RcvRiff;

/// Render it, to be cleared by the caller unless this fails
RcvStatus
rcv_riff_render(RcvRiff* riff, uint32_t rate_hz, RcvError* error);

/// Free what it owns
void
rcv_riff_clear(RcvRiff* riff);

/**
   Loudness: RMS in dB of the model's output on the standard clip, which the
   plugin's `normalize` refers to.
*/
RcvStatus
rcv_evaluate_loudness(const RcvModel* model,
                      const RcvRiff*  riff,
                      double*         loudness_db,
                      RcvError*       error);

/**
   Give a model its self-test: a short loud piece of the standard riff.
*/
RcvStatus
rcv_evaluate_add_test(RcvModel* model, const RcvRiff* riff, RcvError* error);

#endif // TRAIN_TRAINER_EVALUATE_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_CHOICE_H
#define DSP_MODEL_CHOICE_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/voice.h"

#include <stdbool.h>
#include <stdint.h>

/**
   @file

   Which way a model plays in a host of another rate, by what is measured.

   The ways play half a second of plucked notes that step in level, with all
   knobs in the middle, and silence after it.  What they give is compared with
   what the model gives at its own rate, resampled once.  The direct way, which
   is not late, is called stable if after a quarter of a second of silence its
   output moves no more than RCV_CHOICE_REST, or than the model's own moves
   fourfold.

   Not for the audio thread: it takes as long as playing some seconds.
*/

/// How much worse than resampling the direct way may be where nobody asks for
/// it
#define RCV_CHOICE_MARGIN_DB 1.0

/// What the direct way must reach where little latency is asked for
#define RCV_CHOICE_LEAST_SNR_DB 30.0

/// How far the output may move at rest, from lowest to highest
#define RCV_CHOICE_REST 1e-4

/// The way to play, and what it was chosen by
typedef struct {
  RcvWay way;
  RcvWay direct;      ///< The best direct way
  bool   is_measured; ///< False: nothing to choose, and what follows is not set
  bool   is_stable;   ///< The direct way comes to rest
  double direct_snr_db;    ///< −∞ if its output is not finite
  double resampled_snr_db; ///< Likewise
} RcvChoice;

/**
   Choose by measurements that were made.

   @param low_latency The player would rather have a worse sound than a late
   one.
*/
RcvWay
rcv_choice_way(const RcvChoice* measured, bool low_latency);

/**
   Measure, if there is a choice, and choose.

   There is none at the model's own rate, for networks of two directions, or
   oversampled.

   @param low_latency As rcv_choice_way().
*/
RcvChoice
rcv_choice_make(const RcvModel* model,
                double          host_hz,
                uint32_t        oversample,
                bool            low_latency);

/**
   Make a voice that plays in the way that is chosen.

   @param choice Set, also on failure.
   @return As rcv_model_voice_new().
*/
RcvVoice*
rcv_choice_voice_new(const RcvModel* model,
                     uint32_t        n_channels,
                     double          host_hz,
                     uint32_t        oversample,
                     bool            low_latency,
                     RcvChoice*      choice,
                     RcvError*       error);

#endif // DSP_MODEL_CHOICE_H

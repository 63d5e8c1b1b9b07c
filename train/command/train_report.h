// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_TRAIN_REPORT_H
#define TRAIN_COMMAND_TRAIN_REPORT_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/data/pair.h"
#include "train/trainer/trainer.h"

/**
   Write what came out of a training as one HTML file that needs nothing else:
   the figures, players to compare device and model, and a blind test; figures
   of each segment; waveforms, spectra, spectrograms and harmonics of both; what
   was found in the recordings; the recipe, the course of the training, and how
   far back gradients reach.

   Pictures are drawn by gnuplot; without it they are left out, saying so, and
   the tables remain.

   @param pair Read for training: with any_length its checks are not made.
*/
RcvStatus
rcv_train_report_write(const char*             path,
                       const RcvModel*         model,
                       const RcvPairs*         pairs,
                       const RcvTrainerResult* result,
                       RcvError*               error);

#endif // TRAIN_COMMAND_TRAIN_REPORT_H

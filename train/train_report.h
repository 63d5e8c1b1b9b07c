// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAIN_REPORT_H
#define TRAIN_TRAIN_REPORT_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "train/pair.h"
#include "train/trainer.h"

/**
   Write what came out of a training as one HTML file that needs nothing else:
   the figures, the course of the training, waveforms and spectra of the device
   and the model, players to compare them and a blind test.

   Plots are drawn by gnuplot; without it they are left out, saying so.
*/
RcvStatus
rcv_train_report_write(const char*             path,
                       const RcvModel*         model,
                       const RcvPair*          pair,
                       const RcvTrainerResult* result,
                       RcvError*               error);

#endif // TRAIN_TRAIN_REPORT_H

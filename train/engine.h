// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_ENGINE_H
#define TRAIN_ENGINE_H

#include "train/bptt/bptt.h"
#include "train/bptt/loss.h"

/// Back-propagation and loss of one instruction set
typedef struct {
  const RcvBpttTable* bptt;
  RcvLossFunc         loss;
} RcvEngine;

/**
   The engine for the kernels that play here, so that RECURVE_KERNELS chooses
   both.
*/
RcvEngine
rcv_engine_choose(void);

#endif // TRAIN_ENGINE_H

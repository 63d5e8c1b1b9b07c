// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_ENGINE_H
#define TRAIN_TRAINER_ENGINE_H

#include "train/bptt/bptt.h"
#include "train/bptt/loss.h"

#include <stdbool.h>

/// Back-propagation and loss of one instruction set
typedef struct {
  const RcvBpttTable* bptt;
  RcvLossFunc         loss;
} RcvEngine;

/**
   The engine for the kernels that play here, so that RECURVE_KERNELS chooses
   both.

   @param bf16_backward One that goes backward in bfloat16.
   @return The engine; its bptt is NULL if it is to go backward in bfloat16 and
   the processor or the chosen kernels have no instruction for that (AVX-512
   BF16: Zen 4, Cooper Lake, Sapphire Rapids and later).
*/
RcvEngine
rcv_engine_choose(bool bf16_backward);

#endif // TRAIN_TRAINER_ENGINE_H

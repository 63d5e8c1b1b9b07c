// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_MODEL_BF16_WEIGHTS_H
#define TRAIN_MODEL_BF16_WEIGHTS_H

#include "dsp/shape.h"

#include <stdbool.h>

/**
   @file

   The weights that large layers wait for, W_hh and what layers read from those
   below, as numbers of bfloat16, which kernels read from half the memory
   (RcvPackedLayer).

   Training keeps full weights and plays rounded ones: the gradient at the
   rounded weights moves the full ones (a straight-through estimator: Bengio,
   Léonard and Courville 2013, arXiv 1308.3432).
*/

/// Round them where they are
void
rcv_bf16_weights_round(const RcvShape* shape, float* params);

/// True if they all are numbers of bfloat16
bool
rcv_bf16_weights_are_exact(const RcvShape* shape, const float* params);

#endif // TRAIN_MODEL_BF16_WEIGHTS_H

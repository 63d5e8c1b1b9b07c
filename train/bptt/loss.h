// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_LOSS_H
#define TRAIN_BPTT_LOSS_H

#include "dsp/real.h"

#include <stdint.h>

/**
   @file

   The error-to-signal ratio with pre-emphasis and the DC loss (Wright et al.,
   "Real-Time Guitar Amplifier Emulation with Deep Learning", Applied Sciences
   10(3), 2020):

       e_t = y_t − target_t,  e'_t = e_t − α e_{t−1}
       L   = Σ_lanes s Σ_t e'_t² + q (Σ_t e_t)²

   with factors s and q of each lane that hold the energy of the target, so that
   several slices of a batch can be computed apart and added up.
*/

/// One window of n_lanes sequences, all arrays [n_frames][lanes] or [lanes]
typedef struct {
  uint32_t       n_frames;
  RcvReal        pre_emphasis; ///< α: 0 for none
  const RcvReal* y;            ///< Output
  const RcvReal* target;       ///< What it should be
  const RcvReal* esr_scale;    ///< [lanes] s
  const RcvReal* dc_scale;     ///< [lanes] q
  RcvReal*       e_before;     ///< [lanes] error of the frame before; updated
  RcvReal*       d_y;          ///< ∂L/∂y, set
} RcvLossWindow;

/// Compute a window's loss and its gradient; the error before is a constant
typedef RcvReal (*RcvLossFunc)(const RcvLossWindow* window);

RcvReal
rcv_loss_exact(const RcvLossWindow* window);

RcvReal
rcv_loss_generic(const RcvLossWindow* window);

RcvReal
rcv_loss_avx2(const RcvLossWindow* window);

RcvReal
rcv_loss_avx512(const RcvLossWindow* window);

RcvReal
rcv_loss_avx512bf16(const RcvLossWindow* window);

#endif // TRAIN_BPTT_LOSS_H

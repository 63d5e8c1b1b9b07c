// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The kernels of dsp/gru.c.  Compiled once per instruction set.
*/

#include "dsp/kernels/layer.h"

RCV_LAYER_KERNELS(rcv_kernels_gru, RCV_CELL_GRU, 3)

#if RCV_HAS_BF16
RCV_BF16_KERNELS(rcv_kernels_gru_bf16, RCV_CELL_GRU, 3)
#endif

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The kernels of dsp/rnn.c.  Compiled once per instruction set.
*/

#include "dsp/kernels/layer.h"

RCV_LAYER_KERNELS(rcv_kernels_rnn, RCV_CELL_RNN, 1)

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_ISA_H
#define DSP_KERNELS_ISA_H

/**
   @file

   What the sources that are compiled once per instruction set give each other:
   the same names with the instruction set's at the end.
*/

#include "dsp/kernels/kernels.h"
#include "dsp/kernels/vector.h"

/// The kernels of one cell, by size; the last entry takes every size
extern const RcvLayerKernel RCV_ISA_NAME(rcv_kernels_rnn)[];
extern const RcvLayerKernel RCV_ISA_NAME(rcv_kernels_lstm)[];
extern const RcvLayerKernel RCV_ISA_NAME(rcv_kernels_gru)[];

/// The same for weights in bfloat16, where RCV_HAS_BF16
extern const RcvLayerKernel RCV_ISA_NAME(rcv_kernels_lstm_bf16)[];
extern const RcvLayerKernel RCV_ISA_NAME(rcv_kernels_gru_bf16)[];

extern const RcvKernels RCV_ISA_NAME(rcv_kernels);

#endif // DSP_KERNELS_ISA_H

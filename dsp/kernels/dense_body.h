// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_DENSE_BODY_H
#define DSP_KERNELS_DENSE_BODY_H

#include "dsp/kernels/packed_dense.h"
#include "dsp/kernels/vector.h"
#include "dsp/realtime.h"

#include <stddef.h>
#include <stdint.h>

/// The RcvDenseFunc of the instruction set that this is compiled for
RCV_REALTIME void RCV_ISA_NAME(rcv_dense_run)(const RcvPackedDense* dense,
                                              const float*          x,
                                              ptrdiff_t             x_stride,
                                              float*                y,
                                              uint32_t              n_frames);

#endif // DSP_KERNELS_DENSE_BODY_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_CONVOLVE_BODY_H
#define DSP_KERNELS_CONVOLVE_BODY_H

#include "dsp/kernels/vector.h"
#include "dsp/realtime.h"

#include <stdint.h>

/// The RcvConvolveFunc of the instruction set that this is compiled for
RCV_REALTIME void RCV_ISA_NAME(rcv_convolve)(const float*        filter,
                                             const float* const* frames,
                                             float*              sums,
                                             uint32_t            n_streams,
                                             uint32_t            n_taps);

#endif // DSP_KERNELS_CONVOLVE_BODY_H

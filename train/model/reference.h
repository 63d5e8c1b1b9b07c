// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_MODEL_REFERENCE_H
#define TRAIN_MODEL_REFERENCE_H

#include "dsp/shape.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Layers and networks computed frame by frame from the readable cells of
   dsp/rnn.h, dsp/lstm.h and dsp/gru.h, in float and in double precision.
*/

/// A function that runs one layer from the zero state
typedef void (*RcvReferenceLayer)(
  RcvCell      cell,
  uint32_t     input_size,
  uint32_t     hidden_size,
  const float* params, ///< W_ih, W_hh, b_ih, b_hh
  const float* x,      ///< [n_frames][I]
  size_t       n_frames,
  double*      h); ///< [n_frames][H] set

/// A function that runs a network; y is not late, zeros follow the input
typedef void (*RcvReferenceNetwork)(const RcvShape* shape,
                                    const float*    params,
                                    const float*    x, ///< [n_frames][I]
                                    size_t          n_frames,
                                    double*         y); ///< [n_frames] set

void
rcv_reference_layer_float(RcvCell      cell,
                          uint32_t     input_size,
                          uint32_t     hidden_size,
                          const float* params,
                          const float* x,
                          size_t       n_frames,
                          double*      h);

void
rcv_reference_layer_exact(RcvCell      cell,
                          uint32_t     input_size,
                          uint32_t     hidden_size,
                          const float* params,
                          const float* x,
                          size_t       n_frames,
                          double*      h);

void
rcv_reference_network_float(const RcvShape* shape,
                            const float*    params,
                            const float*    x,
                            size_t          n_frames,
                            double*         y);

void
rcv_reference_network_exact(const RcvShape* shape,
                            const float*    params,
                            const float*    x,
                            size_t          n_frames,
                            double*         y);

#endif // TRAIN_MODEL_REFERENCE_H

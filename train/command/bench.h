// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_BENCH_H
#define TRAIN_COMMAND_BENCH_H

#include "dsp/kernels/kernels.h"
#include "dsp/model/error.h"
#include "dsp/shape.h"

#include <stdint.h>

/// What playing one network costs
typedef struct {
  RcvShape    shape;
  uint32_t    n_channels;
  const char* kernels;
  double      ns_per_sample; ///< Median of several runs, all channels together
  double      max_error;     ///< Greatest distance from the cells in double
} RcvBenchResult;

/**
   Play a network on the standard riff from the zero state and time it.

   @param params [rcv_shape_n_params()], or NULL for random weights.
   @param n_channels Voices with the same weights.
*/
RcvStatus
rcv_bench_network(const RcvShape*   shape,
                  const float*      params,
                  const RcvKernels* kernels,
                  uint32_t          n_channels,
                  RcvBenchResult*   result,
                  RcvError*         error);

/**
   Play a network on noise for a few hundredths of a second and time it.

   @param params [rcv_shape_n_params()].
   @param ns_per_sample Set: the median of several runs of one channel.
*/
RcvStatus
rcv_bench_briefly(const RcvShape*   shape,
                  const float*      params,
                  const RcvKernels* kernels,
                  double*           ns_per_sample,
                  RcvError*         error);

#endif // TRAIN_COMMAND_BENCH_H

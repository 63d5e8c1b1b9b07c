// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The dense layer of dsp/dense.c, fast: a vector of outputs at a time, in the
   layout of RcvPackedDense.  Compiled once per instruction set.
*/

#include "dsp/kernels/dense_body.h"

#include "dsp/kernels/vector_sum.h"

enum {
  W = RCV_VECTOR_WIDTH,

  // So many frames are computed together: each weight is then loaded once for
  // all of them, and their additions do not wait for each other
  FRAMES = 4,
};

/// The sums of all outputs for n frames, at most FRAMES
RCV_REALTIME RCV_INLINE void
run_frames(const RcvPackedDense* const dense,
           const float* const          x,
           const ptrdiff_t             x_stride,
           float* const                y,
           const uint32_t              n)
{
  const uint32_t n_groups = dense->padded_size / W;
  const RcvVec*  weights  = rcv_vec_view(dense->weights);
  RcvVec* const  out      = rcv_vec_edit(y);

  for (uint32_t group = 0; group < n_groups; ++group) {
    RcvVec sums[FRAMES];
    for (uint32_t t = 0; t < n; ++t) {
      sums[t] = weights[0];
    }
    for (uint32_t k = 0; k < dense->input_size; ++k) {
      const RcvVec column = weights[1 + k];
      for (uint32_t t = 0; t < n; ++t) {
        sums[t] += column * x[(x_stride * (ptrdiff_t)t) + (ptrdiff_t)k];
      }
    }
    for (uint32_t t = 0; t < n; ++t) {
      out[((size_t)t * n_groups) + group] = sums[t];
    }
    weights += 1 + dense->input_size;
  }
}

/// One of the activations that know no neighbours
RCV_REALTIME RCV_INLINE RcvVec
activate(const RcvActivation activation, const RcvVec a)
{
  const RcvVec zero = rcv_vec_set(0.0f);
  switch (activation) {
  case RCV_ACTIVATION_TANH:
    return rcv_vec_tanh(a);
  case RCV_ACTIVATION_SIGMOID:
    return rcv_vec_sigmoid(a);
  case RCV_ACTIVATION_RELU:
    return rcv_vec_select(a < zero, zero, a);
  case RCV_ACTIVATION_ELU:
    return rcv_vec_select(a < zero, rcv_vec_exp(a) - 1.0f, a);
  case RCV_ACTIVATION_LINEAR:
  case RCV_ACTIVATION_SOFTMAX:
  case RCV_N_ACTIVATIONS:
    break;
  }
  return a;
}

RCV_REALTIME RCV_INLINE void
activate_all(const RcvActivation activation, RcvVec* const y, const size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    y[i] = activate(activation, y[i]);
  }
}

/// Softmax over one frame; the greatest is subtracted as in the definition
RCV_REALTIME static void
softmax(RcvVec* const y, const uint32_t n_groups)
{
  RcvVec greatest = y[0];
  for (uint32_t group = 1; group < n_groups; ++group) {
    greatest = rcv_vec_max(y[group], greatest);
  }

  float top = greatest[0];
  for (uint32_t i = 1; i < W; ++i) {
    top = greatest[i] > top ? greatest[i] : top;
  }

  RcvVec total = {0};
  for (uint32_t group = 0; group < n_groups; ++group) {
    y[group] = rcv_vec_exp(y[group] - top);
    total += y[group];
  }

  const float sum = rcv_vec_sum(total);
  for (uint32_t group = 0; group < n_groups; ++group) {
    y[group] /= sum;
  }
}

void
RCV_ISA_NAME(rcv_dense_run)(const RcvPackedDense* const dense,
                            const float*                x,
                            const ptrdiff_t             x_stride,
                            float* const                y,
                            const uint32_t              n_frames)
{
  const uint32_t n_groups = dense->padded_size / W;
  const size_t   n_all    = (size_t)n_frames * n_groups;
  RcvVec* const  out      = rcv_vec_edit(y);

  uint32_t t = 0;
  for (; t + FRAMES <= n_frames; t += FRAMES) {
    run_frames(
      dense, x, x_stride, y + ((size_t)t * dense->padded_size), FRAMES);
    x += x_stride * FRAMES;
  }
  for (; t < n_frames; ++t) {
    run_frames(dense, x, x_stride, y + ((size_t)t * dense->padded_size), 1);
    x += x_stride;
  }

  // One loop for each, so that none asks for every vector which it is
  switch (dense->activation) {
  case RCV_ACTIVATION_TANH:
    activate_all(RCV_ACTIVATION_TANH, out, n_all);
    break;
  case RCV_ACTIVATION_SIGMOID:
    activate_all(RCV_ACTIVATION_SIGMOID, out, n_all);
    break;
  case RCV_ACTIVATION_RELU:
    activate_all(RCV_ACTIVATION_RELU, out, n_all);
    break;
  case RCV_ACTIVATION_ELU:
    activate_all(RCV_ACTIVATION_ELU, out, n_all);
    break;
  case RCV_ACTIVATION_SOFTMAX:
    for (t = 0; t < n_frames; ++t) {
      softmax(out + ((size_t)t * n_groups), n_groups);
    }
    break;
  case RCV_ACTIVATION_LINEAR:
  case RCV_N_ACTIVATIONS:
    break;
  }
}

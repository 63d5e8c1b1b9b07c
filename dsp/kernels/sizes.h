// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_SIZES_H
#define DSP_KERNELS_SIZES_H

#include "dsp/kernels/vector.h"

/**
   The hidden sizes that have kernels of their own, for which the compiler knows
   every loop's length; the general kernel runs the others.  Adding one is one
   line, at some 10 kB of code for each instruction set.

   Where products take most of the time, the faster activations and the halves
   of vectors gain nothing.
*/
#define RCV_SMALL_KERNEL_SIZES(X, cell, n_gates) \
  X(8, cell, n_gates)                            \
  X(12, cell, n_gates)                           \
  X(16, cell, n_gates)                           \
  X(20, cell, n_gates)                           \
  X(24, cell, n_gates)                           \
  X(32, cell, n_gates)                           \
  X(40, cell, n_gates)

#if defined(RCV_FEW_KERNEL_SIZES) // Sanitizers take minutes to compile them all
#  define RCV_KERNEL_SIZES(X, cell, n_gates) X(16, cell, n_gates)
#elif defined(RCV_FAST_ACTIVATIONS) || defined(RCV_HALF_VECTORS)
#  define RCV_KERNEL_SIZES(X, cell, n_gates) \
    RCV_SMALL_KERNEL_SIZES(X, cell, n_gates)
#else
#  define RCV_KERNEL_SIZES(X, cell, n_gates) \
    RCV_SMALL_KERNEL_SIZES(X, cell, n_gates) \
    X(48, cell, n_gates)                     \
    X(64, cell, n_gates)                     \
    X(80, cell, n_gates)                     \
    X(96, cell, n_gates)
#endif

/**
   Of weights in bfloat16.  Only where the processor waits for the weights and
   not for the products: with wide vectors, and layers beyond the first cache.
*/
#if RCV_VECTOR_WIDTH > 4 && !defined(RCV_FAST_ACTIVATIONS) && \
  !defined(RCV_HALF_VECTORS)
#  define RCV_HAS_BF16 1
#else
#  define RCV_HAS_BF16 0
#endif
#ifdef RCV_FEW_KERNEL_SIZES
#  define RCV_BF16_KERNEL_SIZES(X, cell, n_gates)
#else
#  define RCV_BF16_KERNEL_SIZES(X, cell, n_gates) \
    X(64, cell, n_gates)                          \
    X(80, cell, n_gates)                          \
    X(96, cell, n_gates)
#endif

#endif // DSP_KERNELS_SIZES_H

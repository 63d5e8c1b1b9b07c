// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_VECTOR_SUM_H
#define DSP_KERNELS_VECTOR_SUM_H

/**
   @file

   Sums of the elements of vectors, of one or of four at once.
*/

#include "dsp/kernels/vector.h"
#include "dsp/real.h"
#include "dsp/realtime.h"

#if RCV_VECTOR_WIDTH == 1

/// The sum of all elements
RCV_REALTIME RCV_INLINE RcvReal
rcv_vec_sum(const RcvVec a)
{
  return a;
}

#else

/// Four numbers, and eight
typedef RcvReal RcvVec4 __attribute__((vector_size(4 * sizeof(RcvReal))));
typedef RcvReal RcvVec8 __attribute__((vector_size(8 * sizeof(RcvReal))));

/// Four sums, each of every fourth element
RCV_REALTIME RCV_INLINE RcvVec4
rcv_vec_sum_quarters(const RcvVec a)
{
#  if RCV_VECTOR_WIDTH == 16
  const RcvVec8 b = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7) +
                    __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
#  else
  const RcvVec b = a;
#  endif
#  if RCV_VECTOR_WIDTH == 4
  return (RcvVec4)b;
#  else
  return __builtin_shufflevector(b, b, 0, 1, 2, 3) +
         __builtin_shufflevector(b, b, 4, 5, 6, 7);
#  endif
}

/// The sum of all elements
RCV_REALTIME RCV_INLINE RcvReal
rcv_vec_sum(const RcvVec a)
{
  const RcvVec4 sums = rcv_vec_sum_quarters(a);

  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Those of four vectors, to the same bits
RCV_REALTIME RCV_INLINE RcvVec4
rcv_vec_sum_each(const RcvVec a[4])
{
  const RcvVec4 s[4] = {rcv_vec_sum_quarters(a[0]),
                        rcv_vec_sum_quarters(a[1]),
                        rcv_vec_sum_quarters(a[2]),
                        rcv_vec_sum_quarters(a[3])};

  const RcvVec4 first = __builtin_shufflevector(s[0], s[1], 0, 2, 4, 6) +
                        __builtin_shufflevector(s[0], s[1], 1, 3, 5, 7);
  const RcvVec4 last = __builtin_shufflevector(s[2], s[3], 0, 2, 4, 6) +
                       __builtin_shufflevector(s[2], s[3], 1, 3, 5, 7);
  return __builtin_shufflevector(first, last, 0, 2, 4, 6) +
         __builtin_shufflevector(first, last, 1, 3, 5, 7);
}

#endif

#endif // DSP_KERNELS_VECTOR_SUM_H

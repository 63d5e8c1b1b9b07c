// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_DENORMALS_H
#define DSP_DENORMALS_H

#include "dsp/realtime.h"

#include <stdint.h>

/**
   @file

   Flush denormal numbers to zero while audio is computed.

   A recurrent state that dies away ends in denormals, on which a CPU can be a
   hundred times slower.  The mode belongs to the thread, so it is put back as
   it was: the thread is the host's.
*/

#if defined(__SSE2__)

#  include <xmmintrin.h>

/// Set flush-to-zero (bit 15) and denormals-are-zero (bit 6), return the mode
RCV_REALTIME static inline uint64_t
rcv_denormals_off(void)
{
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | 0x8040U);
  return mode;
}

/// Back to the mode that rcv_denormals_off() returned
RCV_REALTIME static inline void
rcv_denormals_restore(const uint64_t mode)
{
  _mm_setcsr((unsigned)mode);
}

#elif defined(__aarch64__)

/// Set flush-to-zero (FPCR bit 24), return the mode
RCV_REALTIME static inline uint64_t
rcv_denormals_off(void)
{
  uint64_t mode = 0;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | (1ULL << 24U)));
  return mode;
}

/// Back to the mode that rcv_denormals_off() returned
RCV_REALTIME static inline void
rcv_denormals_restore(const uint64_t mode)
{
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}

#else
#  error "Recurve knows how to flush denormals on x86-64 and AArch64 only"
#endif

#endif // DSP_DENORMALS_H

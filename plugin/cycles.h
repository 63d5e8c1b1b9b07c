// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef PLUGIN_CYCLES_H
#define PLUGIN_CYCLES_H

#include "dsp/realtime.h"

#include <stdint.h>

#if defined(__x86_64__)
#  include <x86intrin.h>
#endif

/**
   @file

   The CPU's own clock, which the audio thread may read.

   clock_gettime() is no system call on most machines, but it is on those whose
   kernel does not trust the clock.
*/

/// The clock's count
RCV_REALTIME static inline uint64_t
rcv_cycles_now(void)
{
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  uint64_t count = 0;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
  return count;
#else
  return 0;
#endif
}

/// Counts per second.  Not for the audio thread: on x86 it takes some ms
double
rcv_cycles_rate_hz(void);

#endif // PLUGIN_CYCLES_H

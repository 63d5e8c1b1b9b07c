// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/cycles.h"

#include <stdint.h>
#include <time.h>

#if defined(__aarch64__)

double
rcv_cycles_rate_hz(void)
{
  uint64_t rate_hz = 0;
  __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(rate_hz));
  return (double)rate_hz;
}

#else

static double
now_s(void)
{
  struct timespec now = {0, 0};
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + (1e-9 * (double)now.tv_nsec);
}

/// Counts per second during a millisecond
static double
measure_hz(void)
{
  const double time_s = 1e-3;

  const double   start_s = now_s();
  const uint64_t start   = rcv_cycles_now();
  double         end_s   = start_s;
  while (end_s - start_s < time_s && end_s >= start_s) {
    end_s = now_s();
  }
  return end_s > start_s
           ? (double)(rcv_cycles_now() - start) / (end_s - start_s)
           : 0.0;
}

double
rcv_cycles_rate_hz(void)
{
  // The middle one of three: the calendar may be set meanwhile
  const double a = measure_hz();
  const double b = measure_hz();
  const double c = measure_hz();

  const double low  = a < b ? a : b;
  const double high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

#endif

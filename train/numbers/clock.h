// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_NUMBERS_CLOCK_H
#define TRAIN_NUMBERS_CLOCK_H

#include <time.h>

/// Seconds on a clock that only goes forward
static inline double
rcv_clock_now_s(void)
{
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (1e-9 * (double)now.tv_nsec);
}

#endif // TRAIN_NUMBERS_CLOCK_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_RT_CHECK_H
#define TESTS_SUPPORT_RT_CHECK_H

#include <stdbool.h>

/**
   @file

   Watches a thread for what the audio thread must not do.

   A program that uses this has malloc(), the locks and their kin replaced by
   functions that count; system calls are caught by the kernel (Linux's Syscall
   User Dispatch).  Not together with a sanitizer, which replaces them as well.
*/

/// What was done between rcv_rt_check_begin() and rcv_rt_check_end()
typedef struct {
  unsigned n_allocations; ///< malloc() and its kin
  unsigned n_frees;
  unsigned n_locks;    ///< Locks and waits
  unsigned n_syscalls; ///< Not more than one is counted between begin and end
  long     syscall;    ///< Number of the last one
} RcvRtCounts;

/// False in a program with a sanitizer: nothing is seen
bool
rcv_rt_check_works(void);

/// True if system calls are seen too: on x86-64 since Linux 5.11
bool
rcv_rt_check_sees_syscalls(void);

/// Watch this thread from now on
void
rcv_rt_check_begin(void);

void
rcv_rt_check_end(void);

/// What was counted since the last call
RcvRtCounts
rcv_rt_check_take(void);

#endif // TESTS_SUPPORT_RT_CHECK_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_MEMORY_H
#define TRAIN_BPTT_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/**
   Allocate zeroed memory aligned for every vector.

   What is as large as a huge page is asked for in huge pages: a tape is gone
   through from end to end, and a processor knows where some 1500 pages of the
   ordinary size are.  Where there are none, nothing is lost.

   @return Memory to be freed by the caller with free(), at least one byte, or
   NULL.
*/
static inline void*
rcv_bptt_alloc(const size_t n, const size_t size)
{
  enum { LINE = 64, HUGE_PAGE = 2 << 20 };

  if (n > (SIZE_MAX - LINE) / size) {
    return NULL;
  }

  const size_t n_bytes = ((n * size) + LINE) / LINE * LINE;
  const size_t n_huge  = n_bytes / HUGE_PAGE * HUGE_PAGE;
  void*        memory  = NULL;
  if (posix_memalign(&memory, n_huge ? HUGE_PAGE : LINE, n_bytes)) {
    return NULL;
  }

  if (n_huge) {
    (void)madvise(memory, n_huge, MADV_HUGEPAGE);
  }
  return memset(memory, 0, n_bytes);
}

#endif // TRAIN_BPTT_MEMORY_H

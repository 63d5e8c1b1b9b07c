// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_BPTT_MEMORY_H
#define TRAIN_BPTT_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/**
   Allocate zeroed memory aligned for every vector.

   @return Memory to be freed by the caller with free(), at least one byte, or
   NULL.
*/
static inline void*
rcv_bptt_alloc(const size_t n, const size_t size)
{
  enum { ALIGNMENT = 64 };

  if (n > (SIZE_MAX - ALIGNMENT) / size) {
    return NULL;
  }

  const size_t n_bytes = ((n * size) + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
  void* const  memory  = aligned_alloc(ALIGNMENT, n_bytes);
  return memory ? memset(memory, 0, n_bytes) : NULL;
}

#endif // TRAIN_BPTT_MEMORY_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_ARENA_H
#define DSP_ARENA_H

#include <stddef.h>
#include <stdint.h>

/**
   Places objects one after another in memory that someone else owns, each
   aligned to 64 bytes.  With a NULL base it only counts: the same code so asks
   for the size first and places the objects later.
*/
typedef struct {
  char*  base; ///< Aligned to 64 bytes, or NULL
  size_t size; ///< Bytes taken so far
} RcvArena;

/// Place `size` bytes; NULL if the arena only counts
static inline void*
rcv_arena_take(RcvArena* const arena, const size_t size)
{
  const size_t offset = arena->size;

  arena->size += (size + 63U) / 64U * 64U;
  return arena->base ? arena->base + offset : NULL;
}

/// Place `n` floats; NULL if the arena only counts
static inline float*
rcv_arena_floats(RcvArena* const arena, const size_t n)
{
  return (float*)rcv_arena_take(arena, n * sizeof(float));
}

#endif // DSP_ARENA_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_NUMBERS_HASH_H
#define TRAIN_NUMBERS_HASH_H

#include <stddef.h>
#include <stdint.h>

/// What a hash begins with
#define RCV_HASH_START UINT64_C(0xCBF29CE484222325)

/**
   Go on with a hash (FNV-1a of 64 bits): tells whether data are the same, and
   keeps nobody from making some that only seem so.

   @param bytes [size].
*/
static inline uint64_t
rcv_hash(uint64_t hash, const void* const bytes, const size_t size)
{
  const unsigned char* const b = bytes;
  for (size_t i = 0; i < size; ++i) {
    hash = (hash ^ b[i]) * UINT64_C(0x100000001B3);
  }
  return hash;
}

/// Go on with a hash by a number
static inline uint64_t
rcv_hash_number(uint64_t hash, const uint64_t number)
{
  for (unsigned i = 0; i < 8; ++i) {
    hash = (hash ^ ((number >> (8U * i)) & 0xFFU)) * UINT64_C(0x100000001B3);
  }
  return hash;
}

#endif // TRAIN_NUMBERS_HASH_H

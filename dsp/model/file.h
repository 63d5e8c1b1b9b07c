// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_FILE_H
#define DSP_MODEL_FILE_H

#include "dsp/model/error.h"

#include <stddef.h>

/**
   Read a whole regular file into memory.

   Folders, pipes and devices are refused without waiting for them.

   @param size Set to its length in bytes.
   @param max_size A longer file is refused unread.
   @return Its bytes and a zero after them, to be freed by the caller with
   free(), or NULL.
*/
void*
rcv_file_read(const char* path, size_t* size, size_t max_size, RcvError* error);

/**
   Read the beginning of a regular file.

   @param head [size] set.
   @return Number of bytes read, less than `size` for a shorter file; 0 for an
   empty one and, after saying why, for one that cannot be read.
*/
size_t
rcv_file_read_head(const char* path, void* head, size_t size, RcvError* error);

#endif // DSP_MODEL_FILE_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_STATE_FILE_H
#define TRAIN_FILE_STATE_FILE_H

#include "dsp/model/error.h"
#include "train/file/state_list.h"

#include <jansson.h>

#include <stddef.h>

/**
   @file

   Arrays in a safetensors file, to be brought back bit for bit: what a training
   needs to go on (docs/formats.md).
*/

/// A file that was read
typedef struct RcvStateFileImpl RcvStateFile;

/**
   Write a file, whole or not at all.

   @param about Object of strings for the file's metadata, borrowed.
*/
RcvStatus
rcv_state_file_write(const char*         path,
                     json_t*             about,
                     const RcvStateList* list,
                     RcvError*           error);

/**
   Read a file and check that nothing in it was changed.

   @return To be freed by the caller with rcv_state_file_free(), or NULL.
*/
RcvStateFile*
rcv_state_file_read(const char* path, RcvError* error);

/// Free what was read; NULL is ignored
void
rcv_state_file_free(RcvStateFile* file);

/// A string of the metadata, borrowed from the file; NULL if it is not there
const char*
rcv_state_file_about(const RcvStateFile* file, const char* key);

/// Number of elements of an array; 0 if it is not there
size_t
rcv_state_file_length(const RcvStateFile* file, const char* name);

/// Copy the file's arrays to where the list has them; all must be there
RcvStatus
rcv_state_file_load(const RcvStateFile* file,
                    const RcvStateList* list,
                    RcvError*           error);

#endif // TRAIN_FILE_STATE_FILE_H

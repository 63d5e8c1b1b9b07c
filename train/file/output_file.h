// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_OUTPUT_FILE_H
#define TRAIN_FILE_OUTPUT_FILE_H

#include "dsp/model/error.h"

#include <stddef.h>
#include <stdio.h>

/**
   A file that is written whole or not at all.

   Everything goes to a temporary file beside the target, which takes the
   target's name in rcv_output_file_commit().  Until then the target is as it
   was before.
*/
typedef struct RcvOutputFile RcvOutputFile;

/**
   Start to write a file.

   A target that is a symbolic link is followed; one that is a folder, a FIFO, a
   device or a link to nothing is refused.

   @return A new file which must be freed by the caller with
   rcv_output_file_commit() or rcv_output_file_discard(), or NULL.
*/
RcvOutputFile*
rcv_output_file_new(const char* path, RcvError* error);

/// Find out whether a file can be written, and leave it as it is
RcvStatus
rcv_output_file_try(const char* path, RcvError* error);

/// Return the stream to write to; owned by `file` and must not be closed
FILE*
rcv_output_file_stream(RcvOutputFile* file);

/// Return the descriptor under the stream, for libraries that take one
int
rcv_output_file_descriptor(RcvOutputFile* file);

/**
   Flush to the disk, give the file its name, and free `file`.

   On failure (a full disk, say) the temporary file is removed.
*/
RcvStatus
rcv_output_file_commit(RcvOutputFile* file, RcvError* error);

/// Remove the temporary file and free `file`, which may be NULL
void
rcv_output_file_discard(RcvOutputFile* file);

/**
   Write a whole file at once.

   @param data [size] bytes of content.
*/
RcvStatus
rcv_output_file_write(const char* path,
                      const void* data,
                      size_t      size,
                      RcvError*   error);

/**
   Create a folder unless it is there.

   The folder above it must exist.
*/
RcvStatus
rcv_output_folder_make(const char* path, RcvError* error);

/**
   Remove every temporary file that is open now.

   Async-signal-safe: a signal handler may call it before the process ends.
*/
void
rcv_output_file_unlink_all(void);

/**
   Let SIGINT, SIGTERM and SIGHUP remove the temporary files and then end the
   process as they would have.

   Called once, by main().  A command that wants SIGINT for itself may replace
   the handler, and then calls rcv_output_file_unlink_all() if it gives up.
*/
void
rcv_output_file_catch_signals(void);

#endif // TRAIN_FILE_OUTPUT_FILE_H

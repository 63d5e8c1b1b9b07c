// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_ERROR_H
#define DSP_MODEL_ERROR_H

/// What kind of thing went wrong; the sentence that goes with it is in RcvError
typedef enum {
  RCV_OK = 0,   ///< Success
  RCV_NO_FILE,  ///< The file is not there or cannot be opened
  RCV_BAD_FILE, ///< The file is there, but its content is not what it should be
  RCV_BAD_DATA, ///< The content is valid, but cannot be used together or for
                ///< this
  RCV_BAD_USAGE,   ///< The caller or user asked for something impossible
  RCV_UNSUPPORTED, ///< A known thing that Recurve does not do
  RCV_NO_MEMORY,   ///< Allocation failed
  RCV_WRITE_ERROR, ///< An output could not be written
  RCV_INTERRUPTED, ///< The user asked to stop
} RcvStatus;

/// Room for a path of 4096 bytes and what is wrong with it
enum { RCV_ERROR_BYTES = 4096 + 512 };

/// A failure and its sentence: the file, the problem, and the way out
typedef struct {
  RcvStatus status;
  char      message[RCV_ERROR_BYTES]; ///< One line without a full stop, or ""
} RcvError;

/**
   Set an error from a printf format and return its status.

   Not for the audio thread.  A message that is too long is cut; control
   characters, which a name or a file may bring along, become question marks.

   @param error Where to, or NULL if the caller does not want to know.
*/
__attribute__((format(printf, 3, 4))) RcvStatus
rcv_error_set(RcvError* error, RcvStatus status, const char* format, ...);

#endif // DSP_MODEL_ERROR_H

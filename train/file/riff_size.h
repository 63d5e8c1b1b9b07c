// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_RIFF_SIZE_H
#define TRAIN_FILE_RIFF_SIZE_H

/**
   Find how much of a WAV or AIFF file's audio is missing at its end.

   Compares the size in the header of the chunk of samples with the file's.
   RIFF, RIFX, RF64 and AIFF are known; files of other kinds, and those that
   were streamed and state no true size, count as complete.

   @param fd Open for reading; its position is changed.
   @return The missing part of the audio: 0 when all is there, 1 when nothing
   is.
*/
double
rcv_riff_missing_part(int fd);

#endif // TRAIN_FILE_RIFF_SIZE_H

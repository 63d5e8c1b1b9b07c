// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_OUTPUT_NAMES_H
#define TRAIN_FILE_OUTPUT_NAMES_H

#include "dsp/model/error.h"

#include <stddef.h>

/**
   @file

   What the names of output files say.
*/

/**
   The folder that a name is in.

   @param folder [PATH_MAX] room for it.
   @return It, or ".".
*/
const char*
rcv_folder_of(const char* path, char* folder);

/**
   Refuse to write over what is read, or over another output.

   @param others [n_others] their names; NULL is ignored.
*/
RcvStatus
rcv_check_others(const char*        path,
                 const char* const* others,
                 size_t             n_others,
                 RcvError*          error);

#endif // TRAIN_FILE_OUTPUT_NAMES_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_SCRATCH_FOLDER_H
#define TESTS_SUPPORT_SCRATCH_FOLDER_H

#include <stddef.h>

/**
   Make a new folder for a test's files and enter it.

   It is removed with all that is in it when the process exits.
*/
void
scratch_folder_enter(void);

/// Return the number of entries in a folder, or -1
int
scratch_folder_count(const char* path);

#endif // TESTS_SUPPORT_SCRATCH_FOLDER_H

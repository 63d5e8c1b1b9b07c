// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/output_names.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

const char*
rcv_folder_of(const char* const path, char* const folder)
{
  const char* const slash  = strrchr(path, '/');
  const size_t      length = !slash          ? 0U
                             : slash == path ? 1U
                                             : (size_t)(slash - path);
  if (!length || length >= PATH_MAX) {
    return ".";
  }
  memcpy(folder, path, length);
  folder[length] = '\0';
  return folder;
}

/// Whether two names are of one file, also of one that is not there yet
static bool
are_same(const char* const a, const char* const b)
{
  char        folder[PATH_MAX];
  struct stat info_a;
  struct stat info_b;
  const bool  has_a = !stat(a, &info_a);
  const bool  has_b = !stat(b, &info_b);
  if (has_a != has_b) {
    return false;
  }
  if (!has_a) {
    const char* const slash_a = strrchr(a, '/');
    const char* const slash_b = strrchr(b, '/');
    if (strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) != 0 ||
        stat(rcv_folder_of(a, folder), &info_a) ||
        stat(rcv_folder_of(b, folder), &info_b)) {
      return false;
    }
  }
  return info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino;
}

RcvStatus
rcv_check_others(const char* const        path,
                 const char* const* const others,
                 const size_t             n_others,
                 RcvError* const          error)
{
  for (size_t i = 0; i < n_others; ++i) {
    if (others[i] && are_same(path, others[i])) {
      return rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "%s: would be written over %s; give the output "
                           "another name",
                           path,
                           others[i]);
    }
  }
  return RCV_OK;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// For nftw(), which POSIX has as an extension
#define _XOPEN_SOURCE 700 // NOLINT(bugprone-reserved-identifier,cert-*)

#include "tests/support/scratch_folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char  folder[] = "/tmp/recurve-test-XXXXXX";
static pid_t owner;

static int
remove_entry(const char*        path,
             const struct stat* info,
             int                type,
             struct FTW*        place)
{
  (void)info;
  (void)type;
  (void)place;
  return remove(path);
}

static void
remove_folder(void)
{
  // A child of a test that forks must leave it to the parent
  if (getpid() == owner && !chdir("/")) {
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  }
}

void
scratch_folder_enter(void)
{
  if (!mkdtemp(folder) || chdir(folder)) {
    perror(folder);
    abort();
  }
  owner = getpid();
  atexit(remove_folder);
}

int
scratch_folder_count(const char* const path)
{
  DIR* const dir = opendir(path);
  if (!dir) {
    return -1;
  }

  int n = 0;
  for (const struct dirent* e = readdir(dir); e; e = readdir(dir)) {
    n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
  }
  closedir(dir);
  return n;
}

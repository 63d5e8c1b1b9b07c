// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Read all of an open file whose length is known
static RcvStatus
read_all(const int         fd,
         const char* const path,
         char* const       bytes,
         const size_t      size,
         RcvError* const   error)
{
  for (size_t n_read = 0; n_read < size;) {
    const ssize_t n = read(fd, bytes + n_read, size - n_read);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      return rcv_error_set(
        error, RCV_BAD_FILE, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (n == 0) {
      return rcv_error_set(
        error, RCV_BAD_FILE, "%s: became shorter while it was read", path);
    }
    n_read += (size_t)n;
  }
  bytes[size] = '\0';
  return RCV_OK;
}

void*
rcv_file_read(const char* const path,
              size_t* const     size,
              const size_t      max_size,
              RcvError* const   error)
{
  // Without O_NONBLOCK the opening of a pipe waits for its writer
  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    rcv_error_set(error,
                  RCV_NO_FILE,
                  "%s: cannot be opened: %s; check its name and rights",
                  path,
                  strerror(errno));
    return NULL;
  }

  struct stat info;
  char*       bytes = NULL;
  if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
    rcv_error_set(
      error, RCV_BAD_FILE, "%s: is not a file; give a model file", path);
  } else if ((unsigned long long)info.st_size > max_size) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: has %lld bytes, the limit is %zu; this is no model",
                  path,
                  (long long)info.st_size,
                  max_size);
  } else if (!(bytes = malloc((size_t)info.st_size + 1))) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory to read it", path);
  } else if (read_all(fd, path, bytes, (size_t)info.st_size, error)) {
    free(bytes);
    bytes = NULL;
  }

  close(fd);
  *size = bytes ? (size_t)info.st_size : 0;
  return bytes;
}

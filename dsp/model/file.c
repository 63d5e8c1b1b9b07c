// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Open a regular file; its descriptor, or −1 after saying why
static int
open_regular(const char* const path, size_t* const size, RcvError* const error)
{
  // Without O_NONBLOCK the opening of a pipe waits for its writer
  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    rcv_error_set(error,
                  RCV_NO_FILE,
                  "%s: cannot be opened: %s; check its name and rights",
                  path,
                  strerror(errno));
    return -1;
  }

  struct stat info;
  if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
    rcv_error_set(
      error, RCV_BAD_FILE, "%s: is not a file; give a model file", path);
    close(fd);
    return -1;
  }
  *size = (size_t)info.st_size;
  return fd;
}

/// Read the next bytes of an open file, all of which are there
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
  return RCV_OK;
}

void*
rcv_file_read(const char* const path,
              size_t* const     size,
              const size_t      max_size,
              RcvError* const   error)
{
  size_t    file_size = 0;
  const int fd        = open_regular(path, &file_size, error);
  char*     bytes     = NULL;

  *size = 0;
  if (fd < 0) {
    return NULL;
  }
  if (file_size > max_size) {
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: has %zu bytes, the limit is %zu; this is no model",
                  path,
                  file_size,
                  max_size);
  } else if (!(bytes = malloc(file_size + 1))) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory to read it", path);
  } else if (read_all(fd, path, bytes, file_size, error)) {
    free(bytes);
    bytes = NULL;
  } else {
    bytes[file_size] = '\0';
    *size            = file_size;
  }
  close(fd);
  return bytes;
}

size_t
rcv_file_read_head(const char* const path,
                   void* const       head,
                   const size_t      size,
                   RcvError* const   error)
{
  size_t    file_size = 0;
  const int fd        = open_regular(path, &file_size, error);
  if (fd < 0) {
    return 0;
  }

  const size_t    n      = file_size < size ? file_size : size;
  const RcvStatus status = read_all(fd, path, head, n, error);
  close(fd);
  return status ? 0 : n;
}

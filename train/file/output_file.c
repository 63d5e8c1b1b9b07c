// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// For realpath(), which POSIX has as an extension
#define _XOPEN_SOURCE 700 // NOLINT(bugprone-reserved-identifier,cert-*)

#include "train/file/output_file.h"

#include "train/file/output_names.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_OPEN = 16, MAX_TRIES = 100 };

typedef enum { SLOT_FREE, SLOT_TAKEN, SLOT_OPEN } SlotState;

/// A temporary name, in storage that is never freed: a handler may read it
typedef struct {
  atomic_int state;
  char       path[PATH_MAX];
} Slot;

struct RcvOutputFile {
  char* path;   ///< Final name
  Slot* slot;   ///< Temporary name
  FILE* stream; ///< Open on the temporary file
  int   code;   ///< Of the first write that is known to have failed, or 0
};

static Slot slots[MAX_OPEN];

static Slot*
take_slot(void)
{
  for (size_t i = 0; i < MAX_OPEN; ++i) {
    int expected = SLOT_FREE;
    if (atomic_compare_exchange_strong(
          &slots[i].state, &expected, SLOT_TAKEN)) {
      return &slots[i];
    }
  }
  return NULL;
}

/// Return the name behind symbolic links, or a copy of `path`
static char*
resolve_target(const char* const path)
{
  char* const resolved = realpath(path, NULL);
  return resolved ? resolved : strdup(path);
}

static RcvStatus
open_error(const char* const path, const int code, RcvError* const error)
{
  char              folder[PATH_MAX];
  const char* const way_out =
    code == ENOENT                     ? "create this folder first"
    : code == EACCES || code == EROFS  ? "choose a folder you may write to"
    : code == ENOSPC || code == EDQUOT ? "free some space or write elsewhere"
    : code == ENOTDIR                  ? "choose a folder"
    : code == ENAMETOOLONG             ? "choose a shorter name"
                                       : "write to another folder";
  return rcv_error_set(error,
                       RCV_WRITE_ERROR,
                       "%s: cannot write in %s: %s; %s",
                       path,
                       rcv_folder_of(path, folder),
                       strerror(code),
                       way_out);
}

static RcvStatus
check_target(const char* const path, RcvError* const error)
{
  struct stat info;
  if (!*path) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "the name of an output file is empty; give it a name");
  }
  if (stat(path, &info)) {
    const int code = errno;
    return code == ENAMETOOLONG ? open_error(path, code, error)
           : !lstat(path, &info)
             ? rcv_error_set(error,
                             RCV_WRITE_ERROR,
                             "%s: is a link to what is not there; remove it",
                             path)
             : RCV_OK;
  }
  if (S_ISDIR(info.st_mode)) {
    return rcv_error_set(
      error, RCV_WRITE_ERROR, "%s: is a folder; name a file in it", path);
  }
  if (!S_ISREG(info.st_mode)) {
    return rcv_error_set(error,
                         RCV_WRITE_ERROR,
                         "%s: is not a regular file; name a file in a folder",
                         path);
  }
  if (access(path, W_OK)) {
    return rcv_error_set(error,
                         RCV_WRITE_ERROR,
                         "%s: %s; choose another name or change its rights",
                         path,
                         strerror(errno));
  }
  return RCV_OK;
}

/// Create a new file beside `path` and put its name into the slot
static int
open_temporary(const char* const path, Slot* const slot)
{
  static atomic_uint serial;

  const char* const slash = strrchr(path, '/');
  const char* const name  = slash ? slash + 1 : path;
  const int         stem  = (int)(name - path);

  for (unsigned i = 0; i < MAX_TRIES; ++i) {
    // The name is cut so that no file system finds the temporary one too long
    const int length = snprintf(slot->path,
                                sizeof(slot->path),
                                "%.*s.%.200s.%ld-%u.tmp",
                                stem,
                                path,
                                name,
                                (long)getpid(),
                                atomic_fetch_add(&serial, 1U));
    if (length < 0 || (size_t)length >= sizeof(slot->path)) {
      errno = ENAMETOOLONG;
      return -1;
    }

    const int fd =
      open(slot->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) {
      return fd;
    }
  }
  return -1;
}

static void
release(RcvOutputFile* const file, const bool unlink_temporary)
{
  if (file->stream) {
    fclose(file->stream);
  }
  if (unlink_temporary) {
    unlink(file->slot->path);
  }
  atomic_store(&file->slot->state, SLOT_FREE);
  free(file->path);
  free(file);
}

RcvOutputFile*
rcv_output_file_new(const char* const path, RcvError* const error)
{
  if (check_target(path, error)) {
    return NULL;
  }

  RcvOutputFile* const file = (RcvOutputFile*)calloc(1, sizeof(RcvOutputFile));
  char* const          target = resolve_target(path);
  Slot* const          slot   = take_slot();
  if (!file || !target || !slot) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: out of memory", path);
    if (slot) {
      atomic_store(&slot->state, SLOT_FREE);
    }
    free(target);
    free(file);
    return NULL;
  }

  file->path   = target;
  file->slot   = slot;
  const int fd = open_temporary(target, slot);
  if (fd < 0) {
    open_error(path, errno, error);
    release(file, false);
    return NULL;
  }

  atomic_store(&slot->state, SLOT_OPEN);

  // A file that is replaced keeps its rights
  struct stat info;
  if (!stat(target, &info)) {
    (void)fchmod(fd, info.st_mode & 0777U);
  }

  file->stream = fdopen(fd, "w+b");
  if (!file->stream) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: out of memory", path);
    close(fd);
    release(file, true);
    return NULL;
  }
  return file;
}

RcvStatus
rcv_output_file_try(const char* const path, RcvError* const error)
{
  RcvError             why  = {RCV_OK, ""};
  RcvOutputFile* const file = rcv_output_file_new(path, &why);
  rcv_output_file_discard(file);
  return file ? RCV_OK : rcv_error_set(error, why.status, "%s", why.message);
}

FILE*
rcv_output_file_stream(RcvOutputFile* const file)
{
  return file->stream;
}

int
rcv_output_file_descriptor(RcvOutputFile* const file)
{
  return fileno(file->stream);
}

/// Make the renaming itself durable, as far as the file system can
static void
sync_folder(const char* const path)
{
  char      folder[PATH_MAX];
  const int fd =
    open(rcv_folder_of(path, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    (void)fsync(fd);
    close(fd);
  }
}

RcvStatus
rcv_output_file_commit(RcvOutputFile* const file, RcvError* const error)
{
  errno = 0;

  bool ok = !ferror(file->stream);
  ok      = !fflush(file->stream) && ok;
  ok      = ok && !fsync(fileno(file->stream));

  const int  write_code = file->code ? file->code : errno;
  const bool closed     = !fclose(file->stream);
  file->stream          = NULL;

  const bool renamed = ok && closed && !rename(file->slot->path, file->path);
  if (!renamed) {
    const int code = ok ? errno : write_code;
    rcv_error_set(error,
                  RCV_WRITE_ERROR,
                  "%s: writing failed: %s; free some space or write elsewhere",
                  file->path,
                  strerror(code ? code : EIO));
    release(file, true);
    return RCV_WRITE_ERROR;
  }

  sync_folder(file->path);
  release(file, false);
  return RCV_OK;
}

void
rcv_output_file_discard(RcvOutputFile* const file)
{
  if (file) {
    release(file, true);
  }
}

RcvStatus
rcv_output_file_write(const char* const path,
                      const void* const data,
                      const size_t      size,
                      RcvError* const   error)
{
  RcvOutputFile* const file = rcv_output_file_new(path, error);
  if (!file) {
    return RCV_WRITE_ERROR;
  }

  // A short write leaves the stream's error flag, but not the reason
  errno = 0;
  if (fwrite(data, 1, size, file->stream) != size) {
    file->code = errno;
  }
  return rcv_output_file_commit(file, error);
}

RcvStatus
rcv_output_folder_make(const char* const path, RcvError* const error)
{
  struct stat info;
  if (!mkdir(path, 0777) || (!stat(path, &info) && S_ISDIR(info.st_mode))) {
    return RCV_OK;
  }
  return rcv_error_set(error,
                       RCV_WRITE_ERROR,
                       "%s: cannot create this folder: %s; choose another one",
                       path,
                       strerror(errno));
}

void
rcv_output_file_unlink_all(void)
{
  for (size_t i = 0; i < MAX_OPEN; ++i) {
    if (atomic_load(&slots[i].state) == SLOT_OPEN) {
      unlink(slots[i].path);
    }
  }
}

static void
end_process(const int signal_number)
{
  rcv_output_file_unlink_all();

  // SA_RESETHAND has restored the default, so the parent sees the true cause
  raise(signal_number);
}

void
rcv_output_file_catch_signals(void)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); ++i) {
    struct sigaction old;
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = end_process;
    action.sa_flags   = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);

    // A signal that the parent told us to ignore (nohup) stays ignored
    if (!sigaction(numbers[i], NULL, &old) && old.sa_handler != SIG_IGN) {
      (void)sigaction(numbers[i], &action, NULL);
    }
  }
}

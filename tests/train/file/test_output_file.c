// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/output_file.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
assert_content(const char* const path, const char* const expected)
{
  char        text[64] = "";
  FILE* const file     = fopen(path, "rb");
  assert_non_null(file);
  text[fread(text, 1, sizeof(text) - 1U, file)] = '\0';
  fclose(file);
  assert_string_equal(text, expected);
}

static void
test_commit_replaces(void** state)
{
  (void)state;
  RcvError error = {RCV_OK, ""};
  assert_int_equal(rcv_output_file_write("a", "old", 3, &error), RCV_OK);

  RcvOutputFile* const file = rcv_output_file_new("a", &error);
  assert_non_null(file);
  fputs("new", rcv_output_file_stream(file));
  assert_content("a", "old");
  assert_int_equal(rcv_output_file_commit(file, &error), RCV_OK);
  assert_content("a", "new");
  assert_int_equal(scratch_folder_count("."), 1);
}

static void
test_discard_keeps(void** state)
{
  (void)state;
  RcvOutputFile* const file = rcv_output_file_new("a", NULL);
  assert_non_null(file);
  fputs("lost", rcv_output_file_stream(file));
  rcv_output_file_discard(file);
  rcv_output_file_discard(NULL);
  assert_content("a", "new");
  assert_int_equal(scratch_folder_count("."), 1);
}

static void
test_follows_links_and_keeps_rights(void** state)
{
  (void)state;
  struct stat info;
  assert_int_equal(symlink("a", "link"), 0);
  assert_int_equal(chmod("a", 0640), 0);
  assert_int_equal(rcv_output_file_write("link", "via", 3, NULL), RCV_OK);
  assert_content("a", "via");
  assert_int_equal(lstat("link", &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_int_equal(stat("a", &info), 0);
  assert_int_equal(info.st_mode & 0777U, 0640);
  unlink("link");
}

static void
test_refuses(void** state)
{
  (void)state;
  RcvError error = {RCV_OK, ""};
  assert_null(rcv_output_file_new("no/such/a", &error));
  assert_int_equal(error.status, RCV_WRITE_ERROR);
  assert_non_null(strstr(error.message, "no/such"));
  assert_non_null(strstr(error.message, "create this folder"));

  assert_null(rcv_output_file_new(".", &error));
  assert_non_null(strstr(error.message, "is a folder"));
  assert_null(rcv_output_file_new("/dev/null", &error));
  assert_non_null(strstr(error.message, "not a regular file"));
  assert_null(rcv_output_file_new("", &error));
  assert_int_equal(mkfifo("fifo", 0600), 0);
  assert_null(rcv_output_file_new("fifo", &error));
  unlink("fifo");
}

static void
test_failed_write_leaves_nothing(void** state)
{
  (void)state;
  struct rlimit old;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);

  // A limit on the size of files fails as a full disk does
  const struct rlimit tight = {4096, old.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);

  RcvError        error  = {RCV_OK, ""};
  char* const     bytes  = (char*)calloc(100000, 1);
  const RcvStatus status = rcv_output_file_write("a", bytes, 100000, &error);
  setrlimit(RLIMIT_FSIZE, &old);
  free(bytes);

  assert_int_equal(status, RCV_WRITE_ERROR);
  assert_non_null(strstr(error.message, "a: writing failed: File too"));
  assert_content("a", "via");
  assert_int_equal(scratch_folder_count("."), 1);
}

static void
test_signal_leaves_nothing(void** state)
{
  (void)state;
  const pid_t child = fork();
  if (!child) {
    signal(SIGINT, SIG_DFL); // A job in a shell's background ignores it
    rcv_output_file_catch_signals();
    RcvOutputFile* const file = rcv_output_file_new("a", NULL);
    fputs("half", rcv_output_file_stream(file));
    fflush(rcv_output_file_stream(file));
    raise(SIGINT);
    _exit(0);
  }

  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  assert_int_equal(WTERMSIG(status), SIGINT);
  assert_content("a", "via");
  assert_int_equal(scratch_folder_count("."), 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_commit_replaces),
    cmocka_unit_test(test_discard_keeps),
    cmocka_unit_test(test_follows_links_and_keeps_rights),
    cmocka_unit_test(test_refuses),
    cmocka_unit_test(test_failed_write_leaves_nothing),
    cmocka_unit_test(test_signal_leaves_nothing),
  };

  scratch_folder_enter();
  return cmocka_run_group_tests(tests, NULL, NULL);
}

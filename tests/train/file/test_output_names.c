// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/output_names.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "train/file/output_file.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_folder_of(void** const unused)
{
  (void)unused;
  static const struct {
    const char* path;
    const char* folder;
  } cases[] = {{"a", "."}, {"/a", "/"}, {"b/a", "b"}, {"/c/b/a", "/c/b"}};

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char folder[PATH_MAX];
    assert_string_equal(rcv_folder_of(cases[i].path, folder), cases[i].folder);
  }
}

/// By what they are, not by how they are written, whether they are there or not
static void
test_others(void** const unused)
{
  (void)unused;
  assert_int_equal(mkdir("folder", 0700), 0);
  rcv_fixture_bytes("there", "x", 1);
  assert_int_equal(symlink("../there", "folder/link"), 0);
  assert_int_equal(link("there", "hard"), 0);

  static const struct {
    const char* path;
    const char* other;
    RcvStatus   status;
  } cases[] = {
    {"there", "there", RCV_BAD_USAGE},
    {"there", "folder/../there", RCV_BAD_USAGE},
    {"folder/link", "there", RCV_BAD_USAGE},
    {"hard", "there", RCV_BAD_USAGE},
    {"new", "./new", RCV_BAD_USAGE},
    {"folder/new", "folder/../folder/new", RCV_BAD_USAGE},
    {"new", "there", RCV_OK},
    {"new", "folder/new", RCV_OK},
    {"new", "new2", RCV_OK},
    {"missing/new", "nowhere/new", RCV_OK},
    {"new", NULL, RCV_OK},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const char* const others[] = {NULL, "something", cases[i].other};
    RcvError          error    = {RCV_OK, ""};
    assert_int_equal(rcv_check_others(cases[i].path, others, 3, &error),
                     cases[i].status);
    assert_true(!cases[i].status || strstr(error.message, cases[i].path));
  }
}

/// What is only tried leaves what is there, and nothing where there is nothing
static void
test_try(void** const unused)
{
  (void)unused;
  RcvError error = {RCV_OK, ""};
  rcv_fixture_bytes("kept", "abc", 3);
  assert_int_equal(rcv_output_file_try("kept", &error), RCV_OK);
  assert_int_equal(rcv_output_file_try("fresh", &error), RCV_OK);
  assert_int_not_equal(access("fresh", F_OK), 0);

  struct stat info;
  assert_int_equal(stat("kept", &info), 0);
  assert_int_equal(info.st_size, 3);
  assert_int_equal(rcv_output_file_try("nowhere/x", &error), RCV_WRITE_ERROR);
  assert_non_null(strstr(error.message, "nowhere/x"));

  static char long_name[300];
  memset(long_name, 'x', sizeof(long_name) - 1);
  assert_int_equal(rcv_output_file_try(long_name, &error), RCV_WRITE_ERROR);
  assert_non_null(strstr(error.message, "shorter name"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_folder_of),
    cmocka_unit_test(test_others),
    cmocka_unit_test(test_try),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

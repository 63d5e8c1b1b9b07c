// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/file.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/scratch_folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_reads(void** const unused)
{
  (void)unused;
  RcvError error = {RCV_OK, ""};
  size_t   size  = 0;
  rcv_fixture_bytes("good", "a\0b", 3);
  char* const bytes = rcv_file_read("good", &size, 3, &error);
  assert_non_null(bytes);
  assert_int_equal(size, 3);
  assert_memory_equal(bytes, "a\0b", 4); // And the zero after them
  free(bytes);

  char head[8] = "";
  assert_int_equal(rcv_file_read_head("good", head, 8, &error), 3);
  assert_memory_equal(head, "a\0b", 4);
  assert_int_equal(rcv_file_read_head("good", head, 2, &error), 2);
  assert_int_equal(rcv_file_read_head("missing", head, 2, &error), 0);
  assert_non_null(strstr(error.message, "check its name"));

  assert_null(rcv_file_read("good", &size, 2, &error));
  assert_int_equal(size, 0);
  assert_non_null(strstr(error.message, "the limit is 2"));
}

/// What a name or a file brings along leaves a message one line
static void
test_one_line(void** const unused)
{
  (void)unused;
  RcvError error = {RCV_OK, ""};
  rcv_error_set(&error, RCV_BAD_FILE, "%s: no", "a\n\033[2Jb\x7F\xC3\xA4");
  assert_string_equal(error.message, "a??[2Jb?\xC3\xA4: no");

  // The longest path leaves room to say why
  static char path[4096];
  memset(path, 'x', sizeof(path) - 1);
  size_t size = 0;
  assert_null(rcv_file_read(path, &size, 2, &error));
  assert_non_null(strstr(error.message, "xxx: "));
}

static void
test_not_files(void** const unused)
{
  (void)unused;
  assert_int_equal(mkfifo("fifo", 0600), 0);
  assert_int_equal(mkdir("folder", 0700), 0);
  assert_int_equal(symlink("nowhere", "link"), 0);
  rcv_fixture_bytes("empty", "", 0);
  rcv_fixture_bytes("text", "no model at all", 15);

  static const struct {
    const char* path;
    RcvStatus   status;
    const char* words;
  } cases[] = {
    {"fifo", RCV_BAD_FILE, "is not a file"},
    {"folder", RCV_BAD_FILE, "is not a file"},
    {"link", RCV_NO_FILE, "check its name"},
    {"missing", RCV_NO_FILE, "check its name"},
    {"empty", RCV_BAD_FILE, "known kind"},
    {"text", RCV_BAD_FILE, "known kind"},
    {"text/below", RCV_NO_FILE, "check its name"},
    {"", RCV_NO_FILE, "check its name"},
    {"/dev/zero", RCV_BAD_FILE, "is not a file"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    RcvError error = {RCV_OK, ""};
    assert_null(rcv_model_load(cases[i].path, &error));
    assert_int_equal(error.status, cases[i].status);
    assert_memory_equal(error.message, cases[i].path, strlen(cases[i].path));
    assert_int_equal(error.message[strlen(cases[i].path)], ':');
    assert_non_null(strstr(error.message, cases[i].words));
  }

  // A sparse file that is larger than any model
  assert_int_equal(truncate("empty", (off_t)1 << 40U), 0);
  RcvError error = {RCV_OK, ""};
  assert_null(rcv_model_load("empty", &error));
  assert_non_null(strstr(error.message, "1099511627776"));
}

/// JSON that is too long is refused by its size, before it is read
static void
test_long_json(void** const unused)
{
  (void)unused;
  static const struct {
    char        head[16];
    const char* words;
  } cases[] = {
    {"{\"layers\": [",
     "has 314572800 bytes, the limit is 67108864; this is no"},
    {" \n{", "has 314572800 bytes, the limit is 67108864"},
    {"12345678{", "has 314572800 bytes, the limit is 67108864"},
    {"RIFF", "has 314572800 bytes, the limit is 67108864"},
    // One of ours may be as long; its header is none
    {"\x08\0\0\0\0\0\0\0{\"a\"}...", "the header is not JSON"},
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    struct rusage before;
    struct rusage after;
    RcvError      error = {RCV_OK, ""};
    rcv_fixture_bytes("long", cases[i].head, 16);
    assert_int_equal(truncate("long", (off_t)300 << 20U), 0);
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    assert_null(rcv_model_load("long", &error));
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    if (!strstr(error.message, cases[i].words)) {
      fail_msg("\"%s\" lacks \"%s\"", error.message, cases[i].words);
    }
    if (i < 4) {
      assert_true(after.ru_maxrss - before.ru_maxrss < 1024); // KiB
    }
  }
}

int
main(void)
{
  scratch_folder_enter();

  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_reads),
    cmocka_unit_test(test_one_line),
    cmocka_unit_test(test_not_files),
    cmocka_unit_test(test_long_json),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

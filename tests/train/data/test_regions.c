// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/regions.h"

#include "tests/support/assert_close.h"
#include "tests/support/scratch_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 1000, N_FRAMES = 9000 };

/// Two recordings of 10 s, of which the second lost its first second
static RcvPair  both[2];
static RcvPairs pairs = {both, 2};

static RcvStatus
read_text(const char* const text, RcvError* const error)
{
  FILE* const file = fopen("r.csv", "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);

  for (size_t i = 0; i < 2; ++i) {
    free(both[i].parts);
    memset(&both[i], 0, sizeof(RcvPair));
    both[i].rate_hz      = RATE_HZ;
    both[i].n_frames     = N_FRAMES;
    both[i].delay_frames = i ? -1000 : 1000;
  }
  return rcv_regions_read(&pairs, "r.csv", error);
}

static int
tear_down(void** const unused)
{
  (void)unused;
  free(both[0].parts);
  free(both[1].parts);
  return 0;
}

static void
assert_parts(const size_t         index,
             const RcvPart* const expected,
             const size_t         n_parts)
{
  const RcvPair* const pair = &both[index];
  assert_int_equal(pair->n_parts, n_parts);
  for (size_t i = 0; i < n_parts; ++i) {
    assert_int_equal(pair->parts[i].use, expected[i].use);
    assert_int_equal(pair->parts[i].region.start, expected[i].region.start);
    assert_int_equal(pair->parts[i].region.end, expected[i].region.end);
  }
}

/// In any order, of the times of the files; what is skipped is not there
static void
test_rows(void** const unused)
{
  (void)unused;
  static const RcvPart first[]  = {{RCV_USE_TRAIN, {0, 4000}},
                                   {RCV_USE_VALIDATION, {4000, 4500}},
                                   {RCV_USE_TRAIN, {5000, 6000}},
                                   {RCV_USE_TEST, {8000, 9000}}};
  static const RcvPart second[] = {{RCV_USE_TRAIN, {0, 1500}},
                                   {RCV_USE_VALIDATION, {8000, 9000}}};

  RcvError error = {RCV_OK, ""};
  if (read_text("use,Pair, start_s ,\"end_s\"\r\n"
                "TRAIN,1,5,6\r\n\r\n"
                "validation,2,9,10.0004\n" // To the end as it is told
                "train,2,0.5,2.5\n"        // The beginning is lost
                "skip,1,4.5,5\n"
                "validation,1,4,4.5\n"
                "train,1,2.5,4\n"
                "test,1,8,10\n" // The end is lost
                "train,1,0,2.5\n",
                &error)) {
    fail_msg("%s", error.message);
  }
  assert_parts(0, first, 4);
  assert_parts(1, second, 2);

  // One recording needs no number
  pairs.n_pairs = 1;
  assert_int_equal(
    read_text("start_s,end_s,use\n0,4,train\n4,4.5,validation\n", &error),
    RCV_OK);
  assert_parts(0, first, 2);
  pairs.n_pairs = 2;
}

/// One message with the file and the place
static void
test_refused(void** const unused)
{
  (void)unused;
#define HEADER "pair,start_s,end_s,use\n"
  static const char* const cases[][2] = {
    {"", "0.00 s to train on"},
    {HEADER, "0.00 s to train on"},
    {HEADER "1,0,5,train\n", "0.00 s to validate by"},
    {HEADER "1,0,5,train\n1,5,5.05,validation\n", "0.05 s to validate by"},
    {HEADER "1,0,5,validation\n2,5,6,test\n", "add rows"},
    {"start_s,end_s,use\n0,5,train\n", "line 1: expected the names"},
    {"pair,start,end_s,use\n", "pair,start_s,end_s,use"},
    {"pair,start_s,end_s,use,use\n", "line 1: expected"},
    {"1,0,5,train\n", "line 1: expected"},
    {HEADER "1,0,5\n", "line 2 has 3 columns, the first has 4"},
    {HEADER "1,0,5,train,\n", "line 2 has 5 columns"},
    {HEADER "0,0,5,train\n", "line 2: \"0\" is not the number of a pair"},
    {HEADER "3,0,5,train\n", "line 2: \"3\" is not the number of a pair"},
    {HEADER "1.5,0,5,train\n", "\"1.5\" is not the number of a pair"},
    {HEADER "1,-1,5,train\n", "line 2: \"-1\" is not a time"},
    {HEADER "1,0,,train\n", "line 2: \"\" is not a time"},
    {HEADER "1,0,nan,train\n", "line 2: \"nan\" is not a time"},
    {HEADER "1,0,5,learn\n", "\"learn\" is not train, validation, test or"},
    {HEADER "1,0,5,\n", "line 2: \"\" is not train"},
    {HEADER "1,5,5,train\n", "line 2: has nothing between 5 and 5 s"},
    {HEADER "1,5,4,skip\n", "line 2: has nothing between"},
    {HEADER "1,0,10.1,train\n", "line 2: ends at 10.100 s, but pair 1 has 10."},
    {HEADER "1,0,0.9,train\n", "line 2: 0.900 s are too short to train on"},
    {HEADER "2,0,1.5,train\n", "line 2: 0.500 s are too short to train on"},
    {HEADER "1,0,5,train\n1,4,6,test\n", "line 3 overlaps line 2"},
    {HEADER "1,4,6,skip\n1,0,5,train\n", "line 2 overlaps line 3"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    RcvError error = {RCV_OK, ""};
    assert_int_equal(read_text(cases[i][0], &error), RCV_BAD_FILE);
    if (strncmp(error.message, "r.csv: ", 7) != 0 ||
        !strstr(error.message, cases[i][1])) {
      fail_msg("case %zu: \"%s\"", i, error.message);
    }
  }

  RcvError error = {RCV_OK, ""};
  assert_int_equal(rcv_regions_read(&pairs, "none.csv", &error), RCV_NO_FILE);
}

int
main(void)
{
  scratch_folder_enter();

  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rows),
    cmocka_unit_test(test_refused),
  };

  return cmocka_run_group_tests(tests, NULL, tear_down);
}

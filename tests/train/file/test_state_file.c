// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/state_file.h"

#include "tests/support/assert_close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* const path = "state";

/// The state of something
typedef struct {
  float    reals[3];
  double   number;
  uint64_t counts[2];
} State;

static RcvStateList
list_of(State* const state)
{
  RcvStateList list = {NULL, 0};
  assert_true(
    rcv_state_list_add(&list, "a.", "reals", RCV_STATE_F32, state->reals, 3));
  assert_true(rcv_state_list_add(
    &list, "a.", "number", RCV_STATE_F64, &state->number, 1));
  assert_true(
    rcv_state_list_add(&list, "b.", "counts", RCV_STATE_U64, state->counts, 2));
  return list;
}

static void
write_state(void)
{
  State state = {
    {1.5f, (float)NAN, -0.0f}, (double)INFINITY, {7, UINT64_MAX - 1}};
  RcvStateList  list  = list_of(&state);
  json_t* const about = json_pack("{s:s}", "key", "value");
  RcvError      error = {RCV_OK, ""};
  assert_int_equal(rcv_state_file_write(path, about, &list, &error), RCV_OK);
  assert_int_equal(json_object_size(about), 1);
  json_decref(about);
  rcv_state_list_clear(&list);
}

/// Every bit comes back, also of what is no number
static void
test_round_trip(void** const unused)
{
  (void)unused;
  write_state();

  State               state = {{0.0f, 0.0f, 0.0f}, 0.0, {0, 0}};
  RcvStateList        list  = list_of(&state);
  RcvStateFile* const file  = rcv_state_file_read(path, NULL);
  assert_non_null(file);
  assert_string_equal(rcv_state_file_about(file, "key"), "value");
  assert_null(rcv_state_file_about(file, "other"));
  assert_int_equal(rcv_state_file_length(file, "a.reals"), 3);
  assert_int_equal(rcv_state_file_length(file, "a.other"), 0);
  assert_int_equal(rcv_state_file_load(file, &list, NULL), RCV_OK);
  assert_close(state.reals[0], 1.5, 0.0);
  assert_true(isnan(state.reals[1]));
  assert_true(signbit(state.reals[2]));
  assert_true(isinf(state.number));
  assert_true(state.counts[0] == 7 && state.counts[1] == UINT64_MAX - 1);
  rcv_state_file_free(file);
  rcv_state_list_clear(&list);
}

/// What is not what was wanted is refused, by its name
static void
test_mismatch(void** const unused)
{
  (void)unused;
  write_state();

  State               state = {{0.0f, 0.0f, 0.0f}, 0.0, {0, 0}};
  RcvStateList        list  = list_of(&state);
  RcvError            error = {RCV_OK, ""};
  RcvStateFile* const file  = rcv_state_file_read(path, NULL);
  assert_non_null(file);
  list.entries[0].n = 2;
  assert_int_equal(rcv_state_file_load(file, &list, &error), RCV_BAD_FILE);
  assert_non_null(strstr(error.message, "state: $.a.reals: expected 2 elem"));
  list.entries[0].n    = 3;
  list.entries[2].type = RCV_STATE_F64;
  assert_int_equal(rcv_state_file_load(file, &list, &error), RCV_BAD_FILE);
  assert_non_null(strstr(error.message, "$.b.counts"));
  rcv_state_file_free(file);
  rcv_state_list_clear(&list);
}

/// Any byte of the data that is not what it was is found out
static void
test_damage(void** const unused)
{
  (void)unused;
  char   bytes[1024];
  size_t size = 0;
  write_state();

  FILE* file = fopen(path, "rb");
  assert_non_null(file);
  size = fread(bytes, 1, sizeof(bytes), file);
  fclose(file);
  for (size_t i = size - 36; i < size; ++i) { // Elements of 36 bytes in all
    bytes[i] ^= 4;
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    bytes[i] ^= 4;

    RcvError error = {RCV_OK, ""};
    assert_null(rcv_state_file_read(path, &error));
    assert_int_equal(error.status, RCV_BAD_FILE);
    assert_non_null(strstr(error.message, "state: is damaged"));
  }
  RcvError error = {RCV_OK, ""};
  assert_null(rcv_state_file_read("nowhere", &error));
  assert_int_equal(error.status, RCV_NO_FILE);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_mismatch),
    cmocka_unit_test(test_damage),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

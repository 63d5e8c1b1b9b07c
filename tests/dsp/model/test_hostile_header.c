// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "dsp/model/safetensors.h"
#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/model_fixture.h"

#include <stdlib.h>
#include <string.h>

/**
   @file

   Safetensors files of which every number and every key of the header is
   something else.
*/

enum { N_TEST = 8, DEPTH = 10000, PREFIX = 8 };

static char*  header; // With a zero
static char*  data;
static size_t data_size;

static int
set_up(void** const unused)
{
  (void)unused;
  float          x[N_TEST * 2];
  size_t         size  = 0;
  const RcvShape shape = json_fixture_shape(RCV_CELL_GRU, 2, 3, 1);

  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 1);
  rcv_fixture_signal(x, sizeof(x) / sizeof(x[0]), 1);
  assert_int_equal(rcv_model_set_test(model, x, N_TEST, NULL), RCV_OK);
  unsigned char* const bytes = rcv_safetensors_write(model, &size);
  rcv_model_free(model);
  assert_non_null(bytes);

  const size_t n = bytes[0] + ((size_t)bytes[1] << 8U);
  header         = calloc(n + 1, 1);
  data_size      = size - PREFIX - n;
  data           = malloc(data_size);
  assert_non_null(header);
  assert_non_null(data);
  memcpy(header, bytes + PREFIX, n);
  memcpy(data, bytes + PREFIX + n, data_size);
  free(bytes);
  return 0;
}

static int
tear_down(void** const unused)
{
  (void)unused;
  free(header);
  free(data);
  return 0;
}

/// Read the file with `length` bytes at a place of its header replaced
static RcvModel*
read_edited(const size_t      place,
            const size_t      length,
            const char* const by,
            RcvError* const   error)
{
  const size_t n_by  = strlen(by);
  const size_t n_all = strlen(header);
  const size_t n     = n_all - length + n_by;
  char* const  bytes = malloc(PREFIX + n + data_size);
  assert_non_null(bytes);
  for (size_t i = 0; i < PREFIX; ++i) {
    bytes[i] = (char)(unsigned char)(n >> (8U * i));
  }
  memcpy(bytes + PREFIX, header, place);
  memcpy(bytes + PREFIX + place, by, n_by);
  memcpy(bytes + PREFIX + place + n_by,
         header + place + length,
         n_all - place - length);
  memcpy(bytes + PREFIX + n, data, data_size);
  RcvModel* const model =
    json_fixture_parse(bytes, PREFIX + n + data_size, error);
  free(bytes);
  return model;
}

static void
assert_refused(const size_t place, const size_t length, const char* const by)
{
  RcvError        error;
  RcvModel* const model = read_edited(place, length, by, &error);
  if (model) {
    fail_msg("%.40s: %.20s is read", header + place, by);
  }
  if (!strstr(error.message, ": $.") && !strstr(error.message, ": byte ") &&
      !strstr(error.message, "needs bytes up to")) {
    fail_msg("\"%s\" has no place", error.message);
  }
}

/// Shapes and offsets: there is no other number that is not in a string
static void
test_numbers(void** const unused)
{
  (void)unused;
  static char deep[DEPTH + 1];
  memset(deep, '[', DEPTH);

  const char* const others[] = {"-1",
                                "NaN",
                                "1e400",
                                "9223372036854775807",
                                "18446744073709551616",
                                "\"x\"",
                                "{}",
                                "null",
                                deep};

  size_t n_numbers = 0;
  for (size_t at = 1; header[at]; ++at) {
    const size_t length = strspn(header + at, "0123456789");
    const bool   starts = strchr("[,", header[at - 1]) != NULL;
    if (length && starts) {
      for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); ++k) {
        assert_refused(at, length, others[k]);
      }
      ++n_numbers;
    }
  }
  assert_int_equal(n_numbers, 29); // 8 tensors, of which 3 have one dimension
}

/// Every object with a member that occurs twice
static void
test_duplicates(void** const unused)
{
  (void)unused;
  for (size_t at = 0; header[at]; ++at) {
    if (header[at] == '{') {
      RcvError error;
      assert_null(read_edited(at, 1, "{\"x\": 1, \"x\": 2,", &error));
      if (!strstr(error.message, "uplicate")) {
        fail_msg("\"%s\" at %.30s", error.message, header + at);
      }
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_duplicates),
  };

  return cmocka_run_group_tests(tests, set_up, tear_down);
}

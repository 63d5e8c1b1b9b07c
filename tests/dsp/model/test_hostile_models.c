// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "dsp/model/safetensors.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Damaged and hostile model files.  Each is parsed in memory of its exact size,
   so that AddressSanitizer sees what is read beyond its end.
*/

enum { N_TEST = 32 };

static char*  good;      // A good file and a zero
static size_t good_size; // Without the zero

static int
set_up(void** const unused)
{
  (void)unused;
  float    x[N_TEST];
  RcvShape shape        = rcv_fixture_shape(2);
  shape.skip_gain_db    = -3.0f;
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 1);
  rcv_fixture_signal(x, N_TEST, 1);
  if (rcv_model_set_test(model, x, N_TEST, NULL)) {
    return -1;
  }
  good = rcv_safetensors_write(model, &good_size);
  rcv_model_free(model);
  return good ? 0 : -1;
}

static int
tear_down(void** const unused)
{
  (void)unused;
  free(good);
  return 0;
}

/// Parse a copy of some bytes in memory that ends where they end
static RcvModel*
parse(const void* const bytes, const size_t size, RcvError* const error)
{
  void* const copy = malloc(size ? size : 1);
  assert_non_null(copy);
  if (size) {
    memcpy(copy, bytes, size);
  }
  memset(error, 0, sizeof(*error));
  RcvModel* const model = rcv_model_parse(copy, size, "evil.file", error);
  free(copy);
  return model;
}

/// A refusal is one line that begins with the file and says more
static void
assert_refusal(const RcvError* const error)
{
  assert_int_not_equal(error->status, RCV_OK);
  assert_memory_equal(error->message, "evil.file: ", 11);
  assert_true(strlen(error->message) > 25);
  assert_null(strchr(error->message, '\n'));
}

/// Expect some bytes to be refused with these words
static void
assert_refused(const void* const bytes,
               const size_t      size,
               const char* const words)
{
  RcvError        error;
  RcvModel* const model = parse(bytes, size, &error);
  assert_null(model);
  assert_refusal(&error);
  if (!strstr(error.message, words)) {
    fail_msg("\"%s\" lacks \"%s\"", error.message, words);
  }
}

/// Expect the good file with a header in which something is replaced to be
/// refused
static void
assert_edit_refused(const char* const from,
                    const char* const to,
                    const char* const words)
{
  const size_t header_size =
    (unsigned char)good[0] + ((size_t)(unsigned char)good[1] << 8U);
  const char* const place = strstr(good + 8, from);
  if (!place) {
    fail_msg("nothing says %s", from);
    return;
  }

  const size_t before = (size_t)(place - good);
  const size_t size   = good_size - strlen(from) + strlen(to);
  const size_t length = header_size - strlen(from) + strlen(to);
  char* const  bytes  = malloc(size);
  assert_non_null(bytes);
  memcpy(bytes, good, before);
  memcpy(bytes + before, to, strlen(to));
  memcpy(bytes + before + strlen(to),
         place + strlen(from),
         good_size - before - strlen(from));
  for (size_t i = 0; i < 8; ++i) {
    bytes[i] = (char)(unsigned char)(length >> (8U * i));
  }
  assert_refused(bytes, size, words);
  free(bytes);
}

static void
test_good(void** const unused)
{
  (void)unused;
  RcvError        error;
  RcvModel* const model = parse(good, good_size, &error);
  assert_non_null(model);
  assert_int_equal(model->n_test, N_TEST);
  rcv_model_free(model);
}

static void
test_truncated(void** const unused)
{
  (void)unused;
  for (size_t size = 0; size < good_size; ++size) {
    assert_refused(good, size, "");
  }
  assert_refused(good, 100, "ends in the middle");
  assert_refused(good, good_size - 1, "ends in the middle");
}

/// One byte wrong: an error, or a model whose numbers are numbers
static void
test_flipped(void** const unused)
{
  (void)unused;
  size_t n_valid = 0;
  for (size_t i = 0; i < good_size; ++i) {
    static const unsigned char masks[] = {0xFF, 0x80, 0x01};
    for (size_t k = 0; k < sizeof(masks); ++k) {
      RcvError error;
      good[i] = (char)((unsigned char)good[i] ^ masks[k]);

      RcvModel* const model = parse(good, good_size, &error);
      if (model) {
        ++n_valid;
        assert_true(rcv_shape_is_valid(&model->shape));
        rcv_model_free(model);
      } else {
        assert_refusal(&error);
      }
      good[i] = (char)((unsigned char)good[i] ^ masks[k]);
    }
  }
  print_message("%zu of %zu flips are no damage\n", n_valid, 3 * good_size);
}

static void
test_header_length(void** const unused)
{
  (void)unused;
  static const uint64_t lengths[] = {UINT64_MAX,
                                     UINT64_MAX - 7,
                                     (uint64_t)1 << 63U,
                                     ((uint64_t)1 << 63U) - 1,
                                     (uint64_t)1 << 32U};

  char* const bytes = malloc(good_size);
  assert_non_null(bytes);
  memcpy(bytes, good, good_size);
  for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); ++k) {
    for (size_t i = 0; i < 8; ++i) {
      bytes[i] = (char)(unsigned char)(lengths[k] >> (8U * i));
    }
    assert_refused(bytes, good_size, "byte 0");
  }
  memset(bytes, 0, 8);
  assert_refused(bytes, good_size, "byte 8");
  free(bytes);

  // A long header that is really there
  const size_t size = (size_t)2 << 20U;
  char* const  vast = malloc(size);
  assert_non_null(vast);
  memset(vast, ' ', size);
  memcpy(vast, "\0\0\x10\x00\0\0\0\0{", 9);
  vast[0] = 1;
  assert_refused(vast, size, "limit");
  free(vast);
}

static void
test_tensors(void** const unused)
{
  (void)unused;
  const char* const w =
    "\"rec.weight_ih_l0\":{\"dtype\":\"F32\",\"shape\":[8,1],"
    "\"data_offsets\":[0,32]}";
  const char* const at = "$.rec.weight_ih_l0";
  static const struct {
    const char* entry;
    const char* words;
  } cases[] = {
    {"{\"dtype\":\"F16\",\"shape\":[8,1],\"data_offsets\":[0,32]}", ".dtype"},
    {"{\"dtype\":32,\"shape\":[8,1],\"data_offsets\":[0,32]}", ".dtype"},
    {"{\"shape\":[8,1],\"data_offsets\":[0,32]}", ".dtype"},
    {"{\"dtype\":\"F32\",\"shape\":[1,8],\"data_offsets\":[0,32]}", ".shape"},
    {"{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}", ".shape"},
    {"{\"dtype\":\"F32\",\"shape\":8,\"data_offsets\":[0,32]}", ".shape"},
    {"{\"dtype\":\"F32\",\"shape\":[8.0,1],\"data_offsets\":[0,32]}", ".shape"},
    {"{\"dtype\":\"F32\",\"shape\":[-8,1],\"data_offsets\":[0,32]}", ".shape"},
    {"{\"dtype\":\"F32\",\"shape\":[8,1],\"data_offsets\":[0,28]}", "offsets"},
    {"{\"dtype\":\"F32\",\"shape\":[8,1],\"data_offsets\":[32,0]}", "offsets"},
    {"{\"dtype\":\"F32\",\"shape\":[8,1],\"data_offsets\":[-32,0]}", "offsets"},
    {"{\"dtype\":\"F32\",\"shape\":[8,1],\"data_offsets\":[0]}", "offsets"},
    {"{\"dtype\":\"F32\",\"shape\":[8,1]}", "offsets"},
    {"{\"dtype\":\"F32\",\"shape\":[8,1],\"data_offsets\":[9999968,10000000]}",
     "ends in the middle"},
    {"{\"dtype\":\"F32\",\"shape\":[8,1],\"data_offsets\":[9223372036854775775,"
     "9223372036854775807]}",
     "ends in the middle"},
    {"[]", "missing"},
    {"null", "missing"},
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char to[256];
    snprintf(to, sizeof(to), "\"rec.weight_ih_l0\":%s", cases[i].entry);
    assert_edit_refused(w, to, cases[i].words);
    if (!strstr(cases[i].words, "ends")) {
      assert_edit_refused(w, to, at);
    }
  }
  assert_edit_refused(
    "rec.weight_hh_l0", "rec.weight_hh_l9", "$.rec.weight_hh");
  assert_edit_refused("lin.bias", "lin.Bias", "$.lin.bias");
  assert_edit_refused("test_output", "test_0utput", "$.test_output");
  assert_edit_refused("\"shape\":[32,1]", "\"shape\":[0,1]", "$.test_input");
  assert_edit_refused(
    "\"shape\":[32,1]", "\"shape\":[1152921504606846976,1]", "$.test_input");
}

static void
test_json(void** const unused)
{
  (void)unused;
  assert_edit_refused("{\"__meta", "[\"__meta", "known kind");
  assert_edit_refused("{\"__meta", "{__meta", "byte 10");
  assert_edit_refused(
    "\"lin.bias\"", "\"lin.weight\"", "uplicate"); // The same key twice
  assert_edit_refused("__metadata__", "__metadata", "$.__metadata__");

  // Nested 10 000 deep, as a value and as the header
  enum { DEPTH = 10000 };
  char* const deep = malloc((DEPTH * 5) + 16);
  assert_non_null(deep);
  memset(deep, '[', DEPTH);
  memcpy(deep + DEPTH, ",\"lin.bias\"", sizeof(",\"lin.bias\""));
  deep[0] = '"';
  deep[1] = 'x';
  deep[2] = '"';
  deep[3] = ':';
  assert_edit_refused("\"lin.bias\"", deep, "depth");
  for (size_t i = 0; i < DEPTH; ++i) {
    memcpy(deep + (5 * i), "{\"a\":", 6);
  }
  assert_edit_refused("{\"__metadata__\"", deep, "depth");
  free(deep);
}

static void
test_metadata(void** const unused)
{
  (void)unused;
  static const struct {
    const char* key;
    const char* good;
    const char* bad;
  } cases[] = {
    {"recurve", "\"1\"", "\"2\""},
    {"recurve", "\"1\"", "1"},
    {"cell", "\"lstm\"", "\"LSTM\""},
    {"cell", "\"lstm\"", "\"\""},
    {"head", "\"linear\"", "\"softmax \""},
    {"bidirectional", "\"false\"", "false"},
    {"skip", "\"true\"", "\"yes\""},
    {"skip_gain_db", "\"-3\"", "\"-181\""},
    {"skip_gain_db", "\"-3\"", "\"loud\""},
    {"input_size", "\"1\"", "\"0\""},
    {"input_size", "\"1\"", "\"9\""},
    {"hidden_size", "\"2\"", "\"-2\""},
    {"hidden_size", "\"2\"", "\"2.5\""},
    {"hidden_size", "\"2\"", "\"1e300\""},
    {"hidden_size", "\"2\"", "\"18446744073709551618\""},
    {"hidden_size", "\"2\"", "\"4294967298\""},
    {"hidden_size", "\"2\"", "\"nan\""},
    {"num_layers", "\"1\"", "\"1000000000\""},
    {"num_layers", "\"1\"", "\" \""},
    {"output_size", "\"1\"", "\"2\""},
    {"block", "\"0\"", "\"1\""},
    {"lookahead", "\"0\"", "\"-1\""},
    {"sample_rate", "\"48000\"", "\"0\""},
    {"sample_rate", "\"48000\"", "\"-48000\""},
    {"sample_rate", "\"48000\"", "\"1e300\""},
    {"sample_rate", "\"48000\"", "\"48 kHz\""},
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char from[96];
    char to[96];
    char place[96];
    snprintf(from, sizeof(from), "\"%s\":%s", cases[i].key, cases[i].good);
    snprintf(to, sizeof(to), "\"%s\":%s", cases[i].key, cases[i].bad);
    snprintf(place, sizeof(place), "$.__metadata__.%s: ", cases[i].key);
    if (!strstr(good + 8, from)) {
      snprintf(from, sizeof(from), "\"%s\": %s", cases[i].key, cases[i].good);
    }
    assert_edit_refused(from, to, place);
  }
}

/// Weights and the self-test's numbers; the latter are the file's last
static void
test_numbers(void** const unused)
{
  (void)unused;
  static const float bad[] = {NAN, INFINITY, -INFINITY};

  const size_t header_size =
    (unsigned char)good[0] + ((size_t)(unsigned char)good[1] << 8U);
  char* const bytes = malloc(good_size);
  assert_non_null(bytes);
  for (size_t i = 0; i < 3; ++i) {
    memcpy(bytes, good, good_size);
    memcpy(bytes + 8 + header_size + 8, &bad[i], sizeof(float));
    assert_refused(bytes, good_size, "$.rec.weight_ih_l0: element 2");
    memcpy(bytes, good, good_size);
    memcpy(bytes + good_size - 4, &bad[i], sizeof(float));
    assert_refused(bytes, good_size, "$.test_output: element 31");
  }

  // A finite one that is wrong: the message says by how much
  float value = 0.0f;
  memcpy(bytes, good, good_size);
  memcpy(&value, bytes + good_size - 4, sizeof(float));
  value += 0.25f;
  memcpy(bytes + good_size - 4, &value, sizeof(float));
  assert_refused(bytes, good_size, "the error is 0.25");

  // Just within the tolerance
  value -= 0.25f - 9e-5f;
  memcpy(bytes + good_size - 4, &value, sizeof(float));
  RcvError        error;
  RcvModel* const model = parse(bytes, good_size, &error);
  assert_non_null(model);
  rcv_model_free(model);
  free(bytes);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good),
    cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_flipped),
    cmocka_unit_test(test_header_length),
    cmocka_unit_test(test_tensors),
    cmocka_unit_test(test_json),
    cmocka_unit_test(test_metadata),
    cmocka_unit_test(test_numbers),
  };

  return cmocka_run_group_tests(tests, set_up, tear_down);
}

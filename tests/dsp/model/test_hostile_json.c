// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/keras_fixture.h"
#include "tests/support/model_fixture.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Damaged and hostile JSON models of every kind.
*/

enum { N_KINDS = 6, DEPTH = 10000 };

static char* texts[N_KINDS];

static int
set_up(void** const unused)
{
  (void)unused;
  const RcvShape  shape = json_fixture_shape(RCV_CELL_LSTM, 1, 3, 2);
  RcvModel* const model = rcv_fixture_model(&shape, 0.0, 1);
  json_fixture_sum_biases(model);

  // A GRU and its weights alone, and keras with all that it may have
  const RcvShape  gru_shape = json_fixture_shape(RCV_CELL_GRU, 2, 3, 1);
  RcvModel* const gru       = rcv_fixture_model(&gru_shape, 0.0, 1);
  json_t* const   gru_root  = json_fixture_guitarml(gru);
  json_t* const   names = json_incref(json_object_get(gru_root, "state_dict"));

  static const KerasFixtureLayer layers[] = {{"dense", 2, "tanh"},
                                             {"activation", 2, "softmax"},
                                             {"gru", 3, ""},
                                             {"dense", 2, ""},
                                             {"gru", 2, ""},
                                             {"dense", 1, "elu"},
                                             {0}};

  json_t* const dense = keras_fixture_draw(layers, 1, 1);
  json_object_set_new(dense, "in_skip", json_integer(1));

  json_t* const roots[N_KINDS] = {json_fixture_guitarml(model),
                                  json_fixture_keras(model),
                                  json_fixture_nam(model),
                                  gru_root,
                                  names,
                                  dense};
  for (size_t i = 0; i < N_KINDS; ++i) {
    texts[i] = json_dumps(roots[i], JSON_INDENT(1));
    json_decref(roots[i]);
    assert_non_null(texts[i]);
  }
  rcv_model_free(model);
  rcv_model_free(gru);
  return 0;
}

static int
tear_down(void** const unused)
{
  (void)unused;
  for (size_t i = 0; i < N_KINDS; ++i) {
    free(texts[i]);
  }
  return 0;
}

/// Read a text: a refusal, or a model whose numbers are numbers
static bool
is_read(const char* const text, const size_t size)
{
  RcvError        error;
  RcvModel* const model = json_fixture_parse(text, size, &error);
  if (!model) {
    return false;
  }
  assert_true(rcv_shape_is_valid(&model->shape));
  for (size_t i = 0; i < rcv_shape_n_params(&model->shape); ++i) {
    assert_true(isfinite(model->params[i]));
  }
  rcv_model_free(model);
  return true;
}

/// Expect a text to be refused with these words
static void
assert_refused(const char* const text, const size_t size, const char* words)
{
  RcvError        error;
  RcvModel* const model = json_fixture_parse(text, size, &error);
  assert_null(model);
  if (!strstr(error.message, words)) {
    fail_msg("\"%s\" lacks \"%s\"", error.message, words);
  }
}

/// Expect a text to be refused with its place: a JSON path or a line
static void
assert_refused_at_place(const char* const text)
{
  RcvError        error;
  RcvModel* const model = json_fixture_parse(text, strlen(text), &error);
  assert_null(model);
  if (!strstr(error.message, ": $.") && !strstr(error.message, ": line ")) {
    fail_msg("\"%s\" has no place", error.message);
  }
}

static void
test_truncated(void** const unused)
{
  (void)unused;
  for (size_t i = 0; i < N_KINDS; ++i) {
    const size_t size = strlen(texts[i]);
    assert_true(is_read(texts[i], size));
    for (size_t n = 0; n < size; ++n) {
      assert_false(is_read(texts[i], n));
    }
  }
}

/// A text with `length` bytes at `place` replaced, to be freed with free()
static char*
replaced(const char* const text,
         const size_t      place,
         const size_t      length,
         const char* const by)
{
  const size_t n      = strlen(by);
  const size_t n_rest = strlen(text + place + length);
  char* const  result = malloc(place + n + n_rest + 1);
  assert_non_null(result);
  memcpy(result, text, place);
  memcpy(result + place, by, n);
  memcpy(result + place + n, text + place + length, n_rest + 1);
  return result;
}

/// Every number as something else; −1 alone may be one that is good
static void
test_numbers(void** const unused)
{
  (void)unused;
  static char deep[DEPTH + 1];
  memset(deep, '[', DEPTH);

  const char* const others[] = {"-1",
                                "NaN",
                                "1e400",
                                "-1e39",
                                "\"x\"",
                                "[]",
                                "{}",
                                "null",
                                "Infinity",
                                deep};

  for (size_t i = 0; i < N_KINDS; ++i) {
    const char* const text = texts[i];
    for (size_t at = 1; text[at]; ++at) {
      const size_t length = strspn(text + at, "0123456789.eE+-");
      const bool   starts = text[at - 1] == ' ' || text[at - 1] == '[';
      if (!length || !starts) {
        continue;
      }
      for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); ++k) {
        char* const edited = replaced(text, at, length, others[k]);
        if (k == 0) {
          is_read(edited, strlen(edited));
        } else {
          assert_refused_at_place(edited);
        }
        free(edited);
      }
    }
  }
}

/// Every byte with a bit wrong
static void
test_flipped(void** const unused)
{
  (void)unused;
  for (size_t i = 0; i < N_KINDS; ++i) {
    const size_t size = strlen(texts[i]);
    for (size_t at = 0; at < size; ++at) {
      const char good = texts[i][at];
      texts[i][at]    = (char)(good ^ 0x01);
      is_read(texts[i], size);
      texts[i][at] = (char)((unsigned char)good ^ 0x80U);
      is_read(texts[i], size);
      texts[i][at] = good;
    }
  }
}

static void
test_nested(void** const unused)
{
  (void)unused;
  char* const text = malloc((6 * DEPTH) + 16);
  assert_non_null(text);
  memcpy(text, "{\"layers\":", 10);
  memset(text + 10, '[', DEPTH);
  assert_refused(text, 10 + DEPTH, "depth");
  memset(text + 10 + DEPTH, ']', DEPTH);
  text[10 + (2 * DEPTH)] = '}';
  assert_refused(text, 11 + (2 * DEPTH), "depth");
  for (size_t i = 0; i < DEPTH; ++i) {
    memcpy(text + (5 * i), "{\"a\":", 5);
  }
  assert_refused(text, (size_t)5 * DEPTH, "limit");
  assert_refused(text, (size_t)5 * 4000, "depth");

  // In place of any array of any kind
  for (size_t i = 0; i < N_KINDS; ++i) {
    size_t n = 0;
    for (size_t at = 0; texts[i][at]; ++at) {
      if (texts[i][at] == '[' && n++ % 7 == 0) {
        memset(text, '[', DEPTH);
        text[DEPTH]      = '\0';
        char* const deep = replaced(texts[i], at, 1, text);
        assert_refused(deep, strlen(deep), "depth");
        free(deep);
      }
    }
  }
  free(text);
}

/// What would take much memory is refused before it is parsed
static void
test_vast(void** const unused)
{
  (void)unused;
  const size_t size = (size_t)65 << 20U;
  char* const  text = malloc(size);
  assert_non_null(text);

  memset(text, ' ', size);
  text[0] = '{';
  assert_refused(text, size, "bytes of JSON, the limit is");
  memset(text + 1, ',', size - 1);
  assert_refused(text, (size_t)16 << 20U, "values, the limit is");
  memset(text + 1, '[', size - 1);
  assert_refused(text, (size_t)16 << 20U, "arrays, the limit is");
  memset(text + 1, ':', size - 1);
  assert_refused(text, (size_t)16 << 20U, "members, the limit is");
  free(text);
}

static void
test_duplicate(void** const unused)
{
  (void)unused;
  static const char text[] = "{\"layers\": [], \"layers\": []}";
  assert_refused(text, sizeof(text) - 1, "uplicate");

  // In every object of every kind
  for (size_t i = 0; i < N_KINDS; ++i) {
    for (size_t at = 0; texts[i][at]; ++at) {
      if (texts[i][at] == '{') {
        char* const twice =
          replaced(texts[i], at, 1, "{\"type\": 1, \"type\": 2,");
        assert_refused(twice, strlen(twice), "uplicate");
        free(twice);
      }
    }
  }
}

/// White space may come first, a zero may not
static void
test_beginning(void** const unused)
{
  (void)unused;
  char* const spaced = replaced(texts[2], 0, 0, " \n\t\r      \n");
  assert_true(is_read(spaced, strlen(spaced)));
  free(spaced);
  assert_refused("[]", 2, "known kind");
  assert_refused("", 0, "known kind");
  assert_refused("{\0\0\0\0\0\0\0{}", 10, "ends in the middle");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_flipped),
    cmocka_unit_test(test_nested),
    cmocka_unit_test(test_vast),
    cmocka_unit_test(test_duplicate),
    cmocka_unit_test(test_beginning),
  };

  return cmocka_run_group_tests(tests, set_up, tear_down);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/write.h"

#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/model_fixture.h"

#include <string.h>

/**
   @file

   Kinds of file that cannot hold a model, and what names promise.
*/

/// Expect a kind of file to refuse a shape with these words
static void
assert_refused(const RcvShape* const shape,
               const RcvFormat       format,
               const char* const     words)
{
  size_t          size  = 0;
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_fixture_model(shape, 48000.0, 1);
  assert_null(rcv_model_write(model, format, "out", &size, &error));
  if (!strstr(error.message, words)) {
    fail_msg("\"%s\" lacks \"%s\"", error.message, words);
  }
  assert_int_equal(error.status, RCV_UNSUPPORTED);
  rcv_model_free(model);
}

static void
test_refused(void** const unused)
{
  (void)unused;
  RcvShape shape = json_fixture_shape(RCV_CELL_RNN, 1, 4, 1);
  assert_refused(&shape,
                 RCV_FORMAT_KERAS,
                 "out: the format keras cannot hold rnn cells; these can hold "
                 "the model: safetensors, guitarml");
  assert_refused(&shape, RCV_FORMAT_NAM, "nam cannot hold rnn cells");

  shape.cell = RCV_CELL_GRU;
  assert_refused(&shape,
                 RCV_FORMAT_NAM,
                 "nam cannot hold gru cells; these can hold the model: "
                 "safetensors, keras, guitarml");

  shape.cell = RCV_CELL_LSTM;
  shape.skip = true;
  assert_refused(&shape, RCV_FORMAT_NAM, "nam cannot hold a skip; these");
  shape.skip_gain_db = -3.0f;
  assert_refused(&shape,
                 RCV_FORMAT_GUITARML,
                 "cannot hold a gain of the skip; these can hold the model: "
                 "safetensors, keras");
  shape.skip_gain_db = 90.0f;
  assert_refused(&shape, RCV_FORMAT_KERAS, "so great a gain of the skip");

  shape = json_fixture_shape(RCV_CELL_LSTM, 2, 4, 1);
  assert_refused(&shape, RCV_FORMAT_NAM, "nam cannot hold knobs; these");

  shape = json_fixture_shape(RCV_CELL_LSTM, 1, 4, 1);
  shape.dense[RCV_DENSE_OUT][0].size = 3;
  assert_refused(&shape, RCV_FORMAT_NAM, "nam cannot hold dense layers");
  assert_refused(&shape, RCV_FORMAT_GUITARML, "guitarml cannot hold dense");

  shape = json_fixture_shape(RCV_CELL_LSTM, 1, 4, 1);
  rcv_shape_add_layer(&shape, RCV_CELL_LSTM, 3);
  assert_refused(&shape,
                 RCV_FORMAT_NAM,
                 "nam cannot hold recurrent layers of different kinds or "
                 "sizes; these can hold the model: safetensors, keras");
  assert_refused(&shape, RCV_FORMAT_GUITARML, "guitarml cannot hold recurrent");
  rcv_shape_add_layer(&shape, RCV_CELL_RNN, 3);
  rcv_shape_add_layer(&shape, RCV_CELL_LSTM, 3);
  assert_refused(&shape,
                 RCV_FORMAT_KERAS,
                 "keras cannot hold rnn cells; these can hold the model: "
                 "safetensors");

  for (uint32_t f = RCV_FORMAT_KERAS; f < RCV_N_FORMATS; ++f) {
    RcvShape other    = json_fixture_shape(RCV_CELL_LSTM, 1, 4, 1);
    other.head        = RCV_HEAD_SOFTMAX;
    other.output_size = 16;
    assert_refused(&other,
                   (RcvFormat)f,
                   "a softmax head; these can hold the model: safetensors");
    other               = json_fixture_shape(RCV_CELL_LSTM, 1, 4, 1);
    other.bidirectional = true;
    other.block_frames  = 16;
    assert_refused(&other, (RcvFormat)f, "cannot hold two directions; these");
  }
}

static void
test_names(void** const unused)
{
  (void)unused;
  RcvFormat format = RCV_N_FORMATS;
  assert_true(rcv_format_of_name("a.b/c.NAM", &format));
  assert_int_equal(format, RCV_FORMAT_NAM);
  assert_true(rcv_format_of_name("a.json", &format));
  assert_int_equal(format, RCV_FORMAT_KERAS);
  assert_true(rcv_format_of_name("a.aidax", &format));
  assert_int_equal(format, RCV_FORMAT_KERAS);
  assert_true(rcv_format_of_name(".safetensors", &format));
  assert_int_equal(format, RCV_FORMAT_SAFETENSORS);
  assert_false(rcv_format_of_name("nam", &format));
  assert_false(rcv_format_of_name("a.nam/model", &format));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_names),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

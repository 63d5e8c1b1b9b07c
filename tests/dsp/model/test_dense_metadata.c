// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/dense_metadata.h"

#include "dsp/model/metadata.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <stdio.h>
#include <string.h>

/// An lstm and a gru with a dense layer at every place that they have
static RcvShape
dense_shape(void)
{
  RcvShape shape = network_rig_shape(NETWORK_RIG_UNIFORM, 1, 0);
  for (uint32_t place = 0; place <= RCV_DENSE_L1; ++place) {
    shape.dense[place][0].size       = 4 + place;
    shape.dense[place][0].activation = (RcvActivation)(1 + place);
  }
  return shape;
}

static void
test_round_trip(void** const unused)
{
  (void)unused;
  const RcvShape     shape    = dense_shape();
  const RcvModelInfo info     = {.rate_hz = 48000.0};
  json_t* const      metadata = rcv_metadata_write(&shape, &info);
  RcvShape           read     = {0};
  RcvError           error    = {RCV_OK, ""};
  assert_int_equal(rcv_metadata_read_shape(metadata, "in", &read, &error),
                   RCV_OK);
  assert_memory_equal(&read, &shape, sizeof(shape));
  assert_string_equal(json_string_value(json_object_get(metadata, "dense_l1")),
                      "[{\"size\":6,\"activation\":\"sigmoid\"}]");
  json_decref(metadata);
}

/// Metadata in which a key has a value that cannot be
static void
assert_refused(const RcvShape* const shape,
               const char* const     key,
               const char* const     value)
{
  const RcvModelInfo info     = {.rate_hz = 48000.0};
  json_t* const      metadata = rcv_metadata_write(shape, &info);
  RcvShape           read     = {0};
  RcvError           error    = {RCV_OK, ""};
  char               words[64];
  json_object_set_new(metadata, key, json_string(value));
  assert_int_equal(rcv_metadata_read_shape(metadata, "in", &read, &error),
                   RCV_BAD_FILE);
  (void)snprintf(words, sizeof(words), "in: $.__metadata__.%s: expected", key);
  assert_non_null(strstr(error.message, words));
  json_decref(metadata);
}

static void
test_refused(void** const unused)
{
  (void)unused;
  static const char        good[] = "[{\"size\":8,\"activation\":\"tanh\"}]";
  static const char* const bad[]  = {
     "",
     "3",
     "[]",
     "[{}]",
     "[[",
     "[{\"size\":0,\"activation\":\"tanh\"}]",
     "[{\"size\":513,\"activation\":\"tanh\"}]",
     "[{\"size\":8}]",
     "[{\"size\":8,\"activation\":\"best\"}]",
     "[{\"size\":-8,\"activation\":\"tanh\"}]",
     "[{\"size\":8e300,\"activation\":\"tanh\"}]"};

  const RcvShape shape = dense_shape();
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    assert_refused(&shape, "dense_in", bad[i]);
    assert_refused(&shape, "dense_out", bad[i]);
    assert_refused(&shape, "dense_l1", bad[i]);
  }

  // Before a layer that there is not, and in both directions
  assert_refused(&shape, "dense_l2", good);
  assert_refused(&shape, "dense_l7", good);
  const RcvShape both = network_rig_shape(9, 1, 4); // Three layers
  assert_refused(&both, "dense_in", good);
  assert_refused(&both, "dense_l1", good);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

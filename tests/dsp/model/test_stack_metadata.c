// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/stack_metadata.h"

#include "dsp/model/metadata.h"
#include "dsp/model/names.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <string.h>

/// Write the metadata of every shape and read it
static void
test_round_trip(void** const unused)
{
  (void)unused;
  for (uint32_t index = 0; index < NETWORK_RIG_SHAPES; ++index) {
    const RcvShape     shape    = network_rig_shape(index, 2, 5);
    const bool         is_mixed = index >= NETWORK_RIG_UNIFORM;
    const RcvModelInfo info     = {.rate_hz = 48000.0};
    json_t* const      metadata = rcv_metadata_write(&shape, &info);
    RcvShape           read     = {0};
    RcvError           error    = {RCV_OK, ""};
    assert_int_equal(rcv_metadata_read_shape(metadata, "in", &read, &error),
                     RCV_OK);
    assert_memory_equal(&read, &shape, sizeof(shape));
    assert_int_equal(!json_object_get(metadata, "stack"), !is_mixed);
    if (is_mixed) {
      assert_string_equal(json_string_value(json_object_get(metadata, "cell")),
                          "mixed");
    }
    json_decref(metadata);
  }
}

/// As docs/formats.md has it
static void
test_words(void** const unused)
{
  (void)unused;
  const RcvShape shape    = network_rig_shape(NETWORK_RIG_UNIFORM, 1, 0);
  json_t* const  metadata = json_object();
  assert_int_equal(rcv_stack_write_metadata(metadata, &shape), 0);
  assert_string_equal(
    json_string_value(json_object_get(metadata, "stack")),
    "[{\"cell\":\"lstm\",\"size\":16},{\"cell\":\"gru\",\"size\":8}]");
  assert_string_equal(rcv_shape_cell_name(&shape), "mixed");
  json_decref(metadata);
}

/// Layers that cannot be, or that the rest of the metadata contradicts
static void
test_refused(void** const unused)
{
  (void)unused;
#define LSTM_16 "{\"cell\":\"lstm\",\"size\":16}"
#define GRU_8 "{\"cell\":\"gru\",\"size\":8}"
  static const struct {
    const char* key;
    const char* value; ///< NULL: the key is left out
  } cases[] = {
    {"stack", NULL},
    {"stack", ""},
    {"stack", "3"},
    {"stack", "[["},
    {"stack", "[]"},
    {"stack", "[{}, {}]"},
    {"stack", "[" LSTM_16 "]"},
    {"stack", "[" GRU_8 "]"},
    {"stack", "[" GRU_8 "," GRU_8 "]"},
    {"stack", "[" LSTM_16 "," LSTM_16 "]"},
    {"stack", "[" GRU_8 "," LSTM_16 "]"},
    {"stack", "[" LSTM_16 "," GRU_8 "," GRU_8 "]"},
    {"stack", "[{\"cell\":\"lstm\",\"size\":0}," GRU_8 "]"},
    {"stack", "[{\"cell\":\"lstm\",\"size\":513}," GRU_8 "]"},
    {"stack", "[{\"cell\":\"lstm\",\"size\":-16}," GRU_8 "]"},
    {"stack", "[{\"cell\":\"lstm\",\"size\":16.5}," GRU_8 "]"},
    {"stack", "[{\"cell\":\"lstm\",\"size\":4294967312}," GRU_8 "]"},
    {"stack", "[{\"cell\":\"mixed\",\"size\":16}," GRU_8 "]"},
    {"stack", "[{\"cell\":3,\"size\":16}," GRU_8 "]"},
    {"stack", "[{\"size\":16}," GRU_8 "]"},
    {"num_layers", "1"},
    {"num_layers", "8"},
    {"hidden_size", "16"},
    {"bidirectional", "true"},
  };

  const RcvShape     shape = network_rig_shape(NETWORK_RIG_UNIFORM, 1, 0);
  const RcvModelInfo info  = {.rate_hz = 48000.0};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    json_t* const metadata = rcv_metadata_write(&shape, &info);
    RcvShape      read     = {0};
    RcvError      error    = {RCV_OK, ""};
    if (cases[i].value) {
      json_object_set_new(metadata, cases[i].key, json_string(cases[i].value));
    } else {
      json_object_del(metadata, cases[i].key);
    }
    if (!strcmp(cases[i].key, "bidirectional")) {
      json_object_set_new(metadata, "block", json_string("16"));
    }
    assert_int_equal(rcv_metadata_read_shape(metadata, "in", &read, &error),
                     RCV_BAD_FILE);
    if (!strstr(error.message, "in: $.__metadata__.stack: expected a string")) {
      fail_msg("case %zu: %s", i, error.message);
    }
    json_decref(metadata);
  }
#undef LSTM_16
#undef GRU_8
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_words),
    cmocka_unit_test(test_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

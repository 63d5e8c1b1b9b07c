// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// What plugin/ports.h and the Turtle file say of the ports is the same

#include "dsp/voice.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>

#include <stdlib.h>
#include <string.h>

typedef struct {
  LilvWorld*        world;
  const LilvPlugin* plugin;
} Fixture;

static bool
is_a(const Fixture* const f, const uint32_t index, const char* const uri)
{
  LilvNode* const node = lilv_new_uri(f->world, uri);
  const bool      is   = lilv_port_is_a(
    f->plugin, lilv_plugin_get_port_by_index(f->plugin, index), node);
  lilv_node_free(node);
  return is;
}

static void
check_value(const Fixture* const f, const RcvValue value, const uint32_t index)
{
  const RcvValueInfo    info = rcv_value_info(value);
  const LilvPort* const port = lilv_plugin_get_port_by_index(f->plugin, index);
  assert_string_equal(
    lilv_node_as_string(lilv_port_get_symbol(f->plugin, port)), info.symbol);
  assert_true(is_a(f, index, LV2_CORE__ControlPort));
  assert_true(
    is_a(f, index, info.is_input ? LV2_CORE__InputPort : LV2_CORE__OutputPort));

  LilvNode* nodes[3] = {NULL, NULL, NULL};
  lilv_port_get_range(f->plugin, port, &nodes[0], &nodes[1], &nodes[2]);
  const float expected[] = {info.value, info.min, info.max};
  for (unsigned i = 0; i < 3; ++i) {
    assert_non_null(nodes[i]);
    assert_close(lilv_node_as_float(nodes[i]), expected[i], 0.0);
    lilv_node_free(nodes[i]);
  }
}

/// The values that have words, as bits
static unsigned
points_of(const Fixture* const f, const uint32_t index)
{
  LilvScalePoints* const points = lilv_port_get_scale_points(
    f->plugin, lilv_plugin_get_port_by_index(f->plugin, index));
  unsigned seen = 0;
  LILV_FOREACH(scale_points, i, points)
  {
    const LilvScalePoint* const point = lilv_scale_points_get(points, i);
    seen |= 1U << (unsigned)lilv_node_as_int(lilv_scale_point_get_value(point));
  }
  lilv_scale_points_free(points);
  return seen;
}

static void
check_plugin(const char* const uri, const uint32_t n_channels)
{
  Fixture f = {lilv_world_new(), NULL};
  lilv_world_load_all(f.world);
  LilvNode* const node = lilv_new_uri(f.world, uri);
  f.plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(f.world), node);
  assert_non_null(f.plugin);

  const uint32_t first_value = rcv_value_port((RcvValue)0, n_channels);
  assert_int_equal(lilv_plugin_get_num_ports(f.plugin),
                   first_value + RCV_N_VALUES);
  for (uint32_t i = 0; i < first_value; ++i) {
    const bool is_input =
      i == RCV_PORT_CONTROL ||
      (i >= RCV_PORT_AUDIO && i < RCV_PORT_AUDIO + n_channels);
    assert_true(is_a(
      &f, i, i < RCV_PORT_AUDIO ? LV2_ATOM__AtomPort : LV2_CORE__AudioPort));
    assert_true(
      is_a(&f, i, is_input ? LV2_CORE__InputPort : LV2_CORE__OutputPort));
  }
  for (unsigned i = 0; i < RCV_N_VALUES; ++i) {
    check_value(&f, (RcvValue)i, first_value + i);
  }

  assert_true(lilv_plugin_has_latency(f.plugin));
  assert_int_equal(lilv_plugin_get_latency_port_index(f.plugin),
                   rcv_value_port(RCV_VALUE_LATENCY, n_channels));

  assert_close(rcv_value_info(RCV_VALUE_LATENCY).max, RCV_MAX_LATENCY, 0.0);

  // Every status has its words, and so has every multiple of the rate
  assert_int_equal(points_of(&f, rcv_value_port(RCV_VALUE_STATUS, n_channels)),
                   (1U << (RCV_STATUS_REFUSED + 1U)) - 1U);
  assert_int_equal(
    points_of(&f, rcv_value_port(RCV_VALUE_OVERSAMPLE, n_channels)),
    (1U << 1U) | (1U << 2U) | (1U << 4U));

  lilv_node_free(node);
  lilv_world_free(f.world);
}

static void
test_mono(void** state)
{
  (void)state;
  check_plugin(RCV_URI_MONO, 1);
}

static void
test_stereo(void** state)
{
  (void)state;
  check_plugin(RCV_URI_STEREO, 2);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_mono),
    cmocka_unit_test(test_stereo),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

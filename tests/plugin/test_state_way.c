// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// How a model was played is in the state, so that restore() makes it so at once

#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <stdint.h>
#include <string.h>

/// Saved as the ports are
static void
test_save(void** const state)
{
  (void)state;
  RcvRig* const rig                  = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rig->values[RCV_VALUE_OVERSAMPLE]  = 2.0f;
  rig->values[RCV_VALUE_LOW_LATENCY] = 1.0f;
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_idle(rig, 64);
  rcv_rig_save(rig);
  assert_int_equal(rig->saved_way[0], 2);
  assert_int_equal(rig->saved_way[1], 1);
  rcv_rig_free(rig);
}

/// Made once, before the ports are set
static void
test_restore(void** const state)
{
  (void)state;
  static const int32_t way[] = {2, 1};
  RcvRig* const        rig   = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore_way(rig, "one.safetensors", way);
  assert_non_null(strstr(rig->log, "plays at 2 times"));
  rig->log[0]                        = '\0';
  rig->values[RCV_VALUE_OVERSAMPLE]  = 2.0f;
  rig->values[RCV_VALUE_LOW_LATENCY] = 1.0f;
  rcv_rig_idle(rig, 64);
  assert_close(rig->values[RCV_VALUE_LATENCY], 64.0, 0.0);
  assert_int_equal(rig->n_scheduled, 0);
  assert_string_equal(rig->log, "");

  // The ports have the last word
  rig->values[RCV_VALUE_OVERSAMPLE] = 1.0f;
  rcv_rig_idle(rig, 64);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, 64);
  assert_close(rig->values[RCV_VALUE_LATENCY], 0.0, 0.0);

  // What cannot be is ignored
  static const int32_t wrong[] = {3, 7};
  rcv_rig_restore_way(rig, "one.safetensors", wrong);
  rcv_rig_idle(rig, 64);
  assert_int_equal(rig->n_scheduled, 0);
  assert_close(rig->values[RCV_VALUE_LATENCY], 0.0, 0.0);
  rcv_rig_free(rig);
}

/// A file that is missing changes how the model before it is played, since the
/// ports will say so too, and are not seen to change
static void
test_missing_file(void** const state)
{
  (void)state;
  static const int32_t way[] = {2, 0};
  RcvRig* const        rig   = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_idle(rig, 64);
  rcv_rig_restore_way(rig, "nothing", way);
  rig->values[RCV_VALUE_OVERSAMPLE] = 2.0f;
  rcv_rig_idle(rig, 64);
  assert_int_equal(rig->n_scheduled, 0);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_MISSING);
  assert_non_null(strstr(rig->log, "one.safetensors: plays at 2 times"));
  assert_close(rig->values[RCV_VALUE_LATENCY], 64.0, 0.0);
  rcv_rig_free(rig);
}

/// A file that comes together with a port and cannot be played leaves the port
/// to the model before it
static void
test_refused_file(void** const state)
{
  (void)state;
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  rcv_rig_restore(rig, "one.safetensors");
  rcv_rig_idle(rig, 64);
  rcv_rig_send_path(rig, "far.safetensors");
  rig->values[RCV_VALUE_OVERSAMPLE] = 2.0f;
  rcv_rig_idle(rig, 64);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, 64);
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_REFUSED);
  assert_non_null(
    strstr(rig->log, "far.safetensors: the model is made for 1e+06 Hz"));
  assert_close(rig->values[RCV_VALUE_LATENCY], 64.0, 0.0);
  rcv_rig_free(rig);
}

static int
setup(void** const state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);

  // For a rate that is too far from the host's
  const RcvShape  shape = rcv_fixture_shape(8);
  RcvModel* const far   = rcv_fixture_model(&shape, RCV_MOST_RATE_HZ, 2);
  rcv_fixture_write(far, "far.safetensors");
  rcv_model_free(far);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_save),
    cmocka_unit_test(test_restore),
    cmocka_unit_test(test_missing_file),
    cmocka_unit_test(test_refused_file),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

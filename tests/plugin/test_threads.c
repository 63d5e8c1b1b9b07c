// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// All threads of a host at once; for ThreadSanitizer above all

#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

static const char* const paths[] = {"one.safetensors",
                                    "two.safetensors",
                                    "nothing.safetensors",
                                    "one.safetensors"};

static atomic_bool quit;

static LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle,
        const uint32_t            size,
        const void* const         data)
{
  (void)handle;
  (void)size;
  (void)data;
  return LV2_WORKER_ERR_NO_SPACE; // run() must find it by itself
}

static void*
work(void* const data)
{
  const RcvRig* const               rig = (const RcvRig*)data;
  const LV2_Worker_Interface* const interface =
    (const LV2_Worker_Interface*)rig->descriptor->extension_data(
      LV2_WORKER__interface);
  while (!atomic_load(&quit)) {
    interface->work(rig->handle, respond, NULL, 0, NULL);
  }
  return NULL;
}

/// A store that only checks that the path is a whole one
static LV2_State_Status
store(LV2_State_Handle  handle,
      const uint32_t    key,
      const void* const value,
      const size_t      size,
      const uint32_t    type,
      const uint32_t    flags)
{
  (void)handle;
  (void)key;
  (void)type;
  (void)flags;
  bool known = false;
  for (unsigned i = 0; i < 4; ++i) {
    known = known ||
            (size == strlen(paths[i]) + 1U && !memcmp(value, paths[i], size));
  }
  return known ? LV2_STATE_SUCCESS : LV2_STATE_ERR_UNKNOWN;
}

static atomic_uint n_failed;

static void*
save(void* const data)
{
  const RcvRig* const              rig = (const RcvRig*)data;
  const LV2_State_Interface* const interface =
    (const LV2_State_Interface*)rig->descriptor->extension_data(
      LV2_STATE__interface);
  const LV2_Feature* const none[] = {NULL};
  while (!atomic_load(&quit)) {
    atomic_fetch_add(&n_failed,
                     interface->save(rig->handle, store, NULL, 0, none) !=
                       LV2_STATE_SUCCESS);
  }
  return NULL;
}

static LV2_URID type_path;

static const void*
retrieve(LV2_State_Handle handle,
         const uint32_t   key,
         size_t* const    size,
         uint32_t* const  type,
         uint32_t* const  flags)
{
  const char* const path = *(const char* const*)handle;
  (void)key;
  *size  = strlen(path) + 1U;
  *type  = type_path;
  *flags = 0;
  return path;
}

static void*
restore(void* const data)
{
  const RcvRig* const              rig = (const RcvRig*)data;
  const LV2_State_Interface* const interface =
    (const LV2_State_Interface*)rig->descriptor->extension_data(
      LV2_STATE__interface);
  const LV2_Feature* const none[] = {NULL};
  for (unsigned i = 0; !atomic_load(&quit); ++i) {
    const char* path = paths[i % 4U];
    atomic_fetch_add(
      &n_failed,
      interface->restore(rig->handle, retrieve, &path, 0, none) !=
        LV2_STATE_SUCCESS);
  }
  return NULL;
}

static void
test_all_at_once(void** state)
{
  (void)state;
  enum { N_RUNS = 8000, BLOCK = 64, N_THREADS = 3 };

  void* (*const functions[])(void*) = {work, save, restore};
  static float  x[BLOCK];
  static float  y[BLOCK];
  RcvRig* const rig = rcv_rig_new(RCV_URI_MONO, 48000.0, true);
  type_path         = rcv_rig_map(rig, LV2_ATOM__Path);
  rcv_fixture_signal(x, BLOCK, 1);

  pthread_t threads[N_THREADS];
  for (unsigned i = 0; i < N_THREADS; ++i) {
    assert_int_equal(pthread_create(&threads[i], NULL, functions[i], rig), 0);
  }
  for (unsigned i = 0; i < N_RUNS; ++i) {
    if (i % 5U == 0) {
      rcv_rig_send_path(rig, paths[i % 3U]);
    }
    rig->n_scheduled = 0; // The worker looks all the time
    rcv_rig_run_mono(rig, x, y, BLOCK);
  }
  atomic_store(&quit, true);
  for (unsigned i = 0; i < N_THREADS; ++i) {
    pthread_join(threads[i], NULL);
  }
  assert_int_equal(atomic_load(&n_failed), 0);

  // At the end what is saved is what is said
  rig->n_scheduled = 1;
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_save(rig);
  rcv_rig_send_path(rig, "two.safetensors");
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_work(rig);
  rcv_rig_idle(rig, BLOCK);
  rcv_rig_save(rig);
  assert_string_equal(rig->path, "two.safetensors");
  assert_string_equal(rig->saved, "two.safetensors");
  assert_int_equal(rcv_rig_status(rig), RCV_STATUS_PLAYING);
  rcv_rig_free(rig);
}

static int
setup(void** state)
{
  (void)state;
  rcv_fixture_file("one.safetensors", 1);
  rcv_fixture_file("two.safetensors", 2);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_all_at_once),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

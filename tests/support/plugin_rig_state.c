// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/plugin_rig.h"

#include "plugin/uris.h"
#include "tests/support/assert_close.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static LV2_State_Status
store(LV2_State_Handle  handle,
      const uint32_t    key,
      const void* const value,
      const size_t      size,
      const uint32_t    type,
      const uint32_t    flags)
{
  RcvRig* const rig = (RcvRig*)handle;
  assert_int_equal(key, rcv_rig_map(rig, RCV_URI_MODEL));
  assert_int_equal(type, rcv_rig_map(rig, LV2_ATOM__Path));
  assert_true(flags & LV2_STATE_IS_POD);
  assert_true(size > 1U && size <= sizeof(rig->saved)); // Never an empty path
  memcpy(rig->saved, value, size);
  assert_int_equal(strlen(rig->saved) + 1U, size);
  return LV2_STATE_SUCCESS;
}

static const LV2_State_Interface*
state_of(const RcvRig* const rig)
{
  return (const LV2_State_Interface*)rig->descriptor->extension_data(
    LV2_STATE__interface);
}

void
rcv_rig_save(RcvRig* const rig)
{
  static const LV2_Feature* const no_features[] = {NULL};

  rig->saved[0] = '\0';
  assert_int_equal(state_of(rig)->save(rig->handle, store, rig, 0, no_features),
                   LV2_STATE_SUCCESS);
}

/// The state that is being restored
typedef struct {
  const char* path;
  LV2_URID    key;
  LV2_URID    type;
} State;

static const void*
retrieve(LV2_State_Handle handle,
         const uint32_t   key,
         size_t* const    size,
         uint32_t* const  type,
         uint32_t* const  flags)
{
  const State* const state = (const State*)handle;
  if (key != state->key || !state->path) {
    return NULL;
  }
  *size  = strlen(state->path) + 1U;
  *type  = state->type;
  *flags = LV2_STATE_IS_POD;
  return state->path;
}

LV2_State_Status
rcv_rig_restore_as(RcvRig* const     rig,
                   const char* const path,
                   const char* const type)
{
  static const LV2_Feature* const no_features[] = {NULL};

  State state = {path, rcv_rig_map(rig, RCV_URI_MODEL), rcv_rig_map(rig, type)};
  return state_of(rig)->restore(rig->handle, retrieve, &state, 0, no_features);
}

LV2_State_Status
rcv_rig_restore(RcvRig* const rig, const char* const path)
{
  return rcv_rig_restore_as(rig, path, LV2_ATOM__Path);
}

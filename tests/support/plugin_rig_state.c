// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/plugin_rig.h"

#include "plugin/uris.h"
#include "tests/support/assert_close.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>

#include <stdbool.h>
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
  RcvRig* const rig    = (RcvRig*)handle;
  const bool    is_low = key == rcv_rig_map(rig, RCV_URI_LOW_LATENCY);
  if (is_low || key == rcv_rig_map(rig, RCV_URI_OVERSAMPLE)) {
    assert_int_equal(type, rcv_rig_map(rig, LV2_ATOM__Int));
    assert_int_equal(size, sizeof(int32_t));
    memcpy(&rig->saved_way[is_low], value, size);
    return LV2_STATE_SUCCESS;
  }

  const bool  is_path = key == rcv_rig_map(rig, RCV_URI_MODEL);
  char* const text    = is_path ? rig->saved : rig->saved_knobs;
  assert_true(is_path || key == rcv_rig_map(rig, RCV_URI_KNOBS));
  assert_int_equal(
    type, rcv_rig_map(rig, is_path ? LV2_ATOM__Path : LV2_ATOM__String));
  assert_true(flags & LV2_STATE_IS_POD);
  assert_true(size > 1U && size <= sizeof(rig->saved)); // Never an empty one
  memcpy(text, value, size);
  assert_int_equal(strlen(text) + 1U, size);
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

  rig->saved[0] = rig->saved_knobs[0] = '\0';
  assert_int_equal(state_of(rig)->save(rig->handle, store, rig, 0, no_features),
                   LV2_STATE_SUCCESS);
}

/// The state that is being restored
typedef struct {
  RcvRig*     rig;
  const char* path;
  const char* path_type; ///< Its URI
  const char* knobs;

  const int32_t* way; ///< [2] or NULL
} State;

static const void*
retrieve(LV2_State_Handle handle,
         const uint32_t   key,
         size_t* const    size,
         uint32_t* const  type,
         uint32_t* const  flags)
{
  const State* const state = (const State*)handle;
  const bool is_low = key == rcv_rig_map(state->rig, RCV_URI_LOW_LATENCY);
  if (is_low || key == rcv_rig_map(state->rig, RCV_URI_OVERSAMPLE)) {
    *size  = sizeof(int32_t);
    *type  = rcv_rig_map(state->rig, LV2_ATOM__Int);
    *flags = LV2_STATE_IS_POD;
    return state->way ? &state->way[is_low] : NULL;
  }

  const bool        is_path  = key == rcv_rig_map(state->rig, RCV_URI_MODEL);
  const bool        is_knobs = key == rcv_rig_map(state->rig, RCV_URI_KNOBS);
  const char* const text     = is_path    ? state->path
                               : is_knobs ? state->knobs
                                          : NULL;
  if (!text) {
    return NULL;
  }
  *size = strlen(text) + 1U;
  *type =
    rcv_rig_map(state->rig, is_path ? state->path_type : LV2_ATOM__String);
  *flags = LV2_STATE_IS_POD;
  return text;
}

static LV2_State_Status
restore(State* const state)
{
  static const LV2_Feature* const no_features[] = {NULL};

  return state_of(state->rig)
    ->restore(state->rig->handle, retrieve, state, 0, no_features);
}

LV2_State_Status
rcv_rig_restore_as(RcvRig* const     rig,
                   const char* const path,
                   const char* const type)
{
  State state = {rig, path, type, NULL, NULL};
  return restore(&state);
}

LV2_State_Status
rcv_rig_restore(RcvRig* const rig, const char* const path)
{
  return rcv_rig_restore_as(rig, path, LV2_ATOM__Path);
}

LV2_State_Status
rcv_rig_restore_knobs(RcvRig* const     rig,
                      const char* const path,
                      const char* const knobs)
{
  State state = {rig, path, LV2_ATOM__Path, knobs, NULL};
  return restore(&state);
}

LV2_State_Status
rcv_rig_restore_way(RcvRig* const        rig,
                    const char* const    path,
                    const int32_t* const way)
{
  State state = {rig, path, LV2_ATOM__Path, NULL, way};
  return restore(&state);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/knobs.h"
#include "plugin/load.h"
#include "plugin/messages.h"
#include "plugin/recurve_plugin.h"

#include <lv2/core/lv2.h>
#include <lv2/core/lv2_util.h>
#include <lv2/log/logger.h>
#include <lv2/state/state.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/// The host's ways with paths; each may be NULL
typedef struct {
  const LV2_State_Map_Path*  map;
  const LV2_State_Free_Path* free;
} Paths;

static Paths
paths_of(const LV2_Feature* const* const features)
{
  const Paths paths = {
    (const LV2_State_Map_Path*)lv2_features_data(features, LV2_STATE__mapPath),
    (const LV2_State_Free_Path*)lv2_features_data(features,
                                                  LV2_STATE__freePath),
  };
  return paths;
}

/// Free a path that the host has mapped, which may be NULL
static void
free_path(const Paths* const paths, char* const path)
{
  if (paths->free) {
    paths->free->free_path(paths->free->handle, path);
  } else {
    free(path); // As the standard says for hosts without the feature
  }
}

/// Store what the model's knobs are called and where they stand, if it has any
static LV2_State_Status
save_knobs(RcvPlugin* const               plugin,
           const RcvKnobs* const          knobs,
           const LV2_State_Store_Function store,
           LV2_State_Handle               handle)
{
  float values[RCV_N_KNOB_PORTS];
  for (unsigned k = 0; k < RCV_N_KNOB_PORTS; ++k) {
    values[k] =
      atomic_load_explicit(&plugin->knob_values[k], memory_order_relaxed);
  }
  if (!knobs->n) {
    return LV2_STATE_SUCCESS;
  }

  char* const text = rcv_knobs_print(knobs, values, RCV_N_KNOB_PORTS);
  if (!text) {
    return LV2_STATE_ERR_UNKNOWN;
  }

  const LV2_State_Status status =
    store(handle,
          plugin->uris.knobs,
          text,
          strlen(text) + 1U,
          plugin->uris.atom_String,
          LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  free(text);
  return status;
}

/// What a state says about the knobs: nothing, if it says anything else
static RcvKnobs
retrieve_knobs(RcvPlugin* const                  plugin,
               const LV2_State_Retrieve_Function retrieve,
               LV2_State_Handle                  handle)
{
  const RcvKnobs    none  = {0, {{{0}, 0.0, 0.0}}};
  size_t            size  = 0;
  uint32_t          type  = 0;
  uint32_t          flags = 0;
  const char* const text =
    (const char*)retrieve(handle, plugin->uris.knobs, &size, &type, &flags);
  return text && type == plugin->uris.atom_String ? rcv_knobs_parse(text, size)
                                                  : none;
}

/// Store how the model is played; what cannot be stored is not missed
static void
save_way(RcvPlugin* const               plugin,
         const LV2_State_Store_Function store,
         LV2_State_Handle               handle)
{
  const LV2_URID keys[] = {plugin->uris.oversample, plugin->uris.low_latency};
  const int32_t  numbers[] = {
     (int32_t)atomic_load_explicit(&plugin->oversample, memory_order_relaxed),
     (int32_t)atomic_load_explicit(&plugin->low_latency, memory_order_relaxed)};
  for (unsigned i = 0; i < 2; ++i) {
    (void)store(handle,
                keys[i],
                &numbers[i],
                sizeof(numbers[i]),
                plugin->uris.atom_Int,
                LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  }
}

/// A stored number, or −1 if there is none
static int32_t
retrieve_number(const RcvPlugin* const            plugin,
                const LV2_State_Retrieve_Function retrieve,
                LV2_State_Handle                  handle,
                const LV2_URID                    key)
{
  size_t            size   = 0;
  uint32_t          type   = 0;
  uint32_t          flags  = 0;
  int32_t           number = -1;
  const void* const value  = retrieve(handle, key, &size, &type, &flags);
  if (value && type == plugin->uris.atom_Int && size == sizeof(number)) {
    memcpy(&number, value, sizeof(number));
  }
  return number;
}

/**
   Take over how the model was played, so that it is made so at once: a host may
   set the ports before this or after it.

   They have the last word: if they say something else, the next run() asks for
   that.
*/
static void
restore_way(RcvPlugin* const                  plugin,
            const LV2_State_Retrieve_Function retrieve,
            LV2_State_Handle                  handle)
{
  const int32_t times =
    retrieve_number(plugin, retrieve, handle, plugin->uris.oversample);
  const int32_t low =
    retrieve_number(plugin, retrieve, handle, plugin->uris.low_latency);
  if (times == 1 || times == 2 || times == 4) {
    atomic_store_explicit(
      &plugin->oversample, (unsigned)times, memory_order_release);
  }
  if (low == 0 || low == 1) {
    atomic_store_explicit(
      &plugin->low_latency, (unsigned)low, memory_order_release);
  }
}

LV2_State_Status
rcv_plugin_save(LV2_Handle                      instance,
                LV2_State_Store_Function        store,
                LV2_State_Handle                handle,
                const uint32_t                  flags,
                const LV2_Feature* const* const features)
{
  (void)flags;
  RcvPlugin* const plugin = (RcvPlugin*)instance;
  const Paths      paths  = paths_of(features);

  char path[RCV_PATH_SIZE];
  pthread_mutex_lock(&plugin->lock);
  const RcvKnobs knobs = plugin->knobs;
  memcpy(path, plugin->path, sizeof(path));
  pthread_mutex_unlock(&plugin->lock);
  if (!path[0]) {
    return LV2_STATE_SUCCESS;
  }

  char* const mapped =
    paths.map ? paths.map->abstract_path(paths.map->handle, path) : NULL;
  const char* const value = mapped && mapped[0] ? mapped : path;

  const LV2_State_Status status =
    store(handle,
          plugin->uris.model,
          value,
          strlen(value) + 1U,
          plugin->uris.atom_Path,
          LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  if (mapped) {
    free_path(&paths, mapped);
  }
  save_way(plugin, store, handle);
  return status ? status : save_knobs(plugin, &knobs, store, handle);
}

LV2_State_Status
rcv_plugin_restore(LV2_Handle                      instance,
                   LV2_State_Retrieve_Function     retrieve,
                   LV2_State_Handle                handle,
                   const uint32_t                  flags,
                   const LV2_Feature* const* const features)
{
  (void)flags;
  RcvPlugin* const plugin = (RcvPlugin*)instance;
  const Paths      paths  = paths_of(features);

  size_t            size        = 0;
  uint32_t          type        = 0;
  uint32_t          value_flags = 0;
  const char* const value       = (const char*)retrieve(
    handle, plugin->uris.model, &size, &type, &value_flags);
  if (!value || !size || !value[0]) {
    return LV2_STATE_SUCCESS; // A state without a model changes none
  }
  if (type != plugin->uris.atom_Path || !memchr(value, '\0', size)) {
    lv2_log_error(&plugin->logger, "The state's model is no atom:Path\n");
    return LV2_STATE_ERR_BAD_TYPE;
  }

  // What retrieve() returned before is valid until restore() returns
  const RcvKnobs knobs = retrieve_knobs(plugin, retrieve, handle);

  // It is loaded here and now, without the worker: a host may run the plugin at
  // once and expects to hear what it has restored
  char* const mapped =
    paths.map ? paths.map->absolute_path(paths.map->handle, value) : NULL;
  const char* const path = mapped && mapped[0] ? mapped : value;
  const bool        fits = strlen(path) <= RCV_MAX_PATH;
  if (fits) {
    restore_way(plugin, retrieve, handle);
    rcv_plugin_load(plugin, path, 0, &knobs);

    // Without the file what plays is as the state says, as the ports will be
    (void)rcv_plugin_follow_ports(plugin);
  } else {
    lv2_log_error(&plugin->logger,
                  "The path of the state's model has more than %d bytes\n",
                  RCV_MAX_PATH);
  }
  if (mapped) {
    free_path(&paths, mapped);
  }
  rcv_plugin_free_waste(plugin); // For hosts that never work
  return fits ? LV2_STATE_SUCCESS : LV2_STATE_ERR_UNKNOWN;
}

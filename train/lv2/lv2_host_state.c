// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host_impl.h"

#include "train/file/output_file.h"

#include <lv2/state/state.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const uint32_t save_flags = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;

static const void*
get_value(const char* const symbol,
          void* const       data,
          uint32_t* const   size,
          uint32_t* const   type)
{
  const RcvLv2Plugin* const plugin = (const RcvLv2Plugin*)data;
  const RcvLv2Port* const   port   = rcv_lv2_ports_find(plugin, symbol);
  if (!port || port->kind != RCV_LV2_PORT_CONTROL) {
    *size = *type = 0U;
    return NULL;
  }
  *size = sizeof(float);
  *type = plugin->host->urids.atom_Float;
  return &port->value;
}

static void
set_value(const char* const symbol,
          void* const       data,
          const void* const value,
          const uint32_t    size,
          const uint32_t    type)
{
  const RcvLv2Plugin* const plugin = (const RcvLv2Plugin*)data;
  const RcvLv2Urids* const  urids  = &plugin->host->urids;
  RcvLv2Port* const         port   = rcv_lv2_ports_find(plugin, symbol);
  if (!port || port->kind != RCV_LV2_PORT_CONTROL || !port->control.is_input) {
    return;
  }
  if (type == urids->atom_Float && size == sizeof(float)) {
    memcpy(&port->value, value, sizeof(float));
  } else if (type == urids->atom_Double && size == sizeof(double)) {
    double number = 0.0;
    memcpy(&number, value, sizeof(number));
    port->value = (float)number;
  } else if ((type == urids->atom_Int || type == urids->atom_Bool) &&
             size == sizeof(int32_t)) {
    int32_t number = 0;
    memcpy(&number, value, sizeof(number));
    port->value = (float)number;
  } else if (type == urids->atom_Long && size == sizeof(int64_t)) {
    int64_t number = 0;
    memcpy(&number, value, sizeof(number));
    port->value = (float)number;
  }
}

/// Apply a state, do the work it causes, and free it
static RcvStatus
apply(RcvLv2Plugin* const plugin,
      LilvState* const    state,
      const char* const   what,
      RcvError* const     error)
{
  if (!state) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: is no state that can be read; save it again",
                         what);
  }

  const LilvNode* const uri = lilv_state_get_plugin_uri(state);
  const bool matches = uri && !strcmp(lilv_node_as_uri(uri), plugin->info.uri);
  if (matches) {
    lilv_state_restore(
      state, plugin->instance, set_value, plugin, 0U, plugin->feature_list);

    rcv_lv2_worker_dispatch(plugin);
  } else {
    rcv_error_set(error,
                  RCV_BAD_DATA,
                  "%s: is of %s, not of %s; use one of this plugin",
                  what,
                  uri ? lilv_node_as_uri(uri) : "no plugin",
                  plugin->info.uri);
  }
  lilv_state_free(state);
  return matches ? RCV_OK : RCV_BAD_DATA;
}

void
rcv_lv2_state_load_default(RcvLv2Plugin* const plugin)
{
  LilvWorld* const world = plugin->host->world;
  LilvNode* const  node  = lilv_new_uri(world, LV2_STATE__loadDefaultState);
  if (lilv_plugin_has_feature(plugin->lilv_plugin, node)) {
    LilvState* const state = lilv_state_new_from_world(
      world, &plugin->host->map, lilv_plugin_get_uri(plugin->lilv_plugin));
    if (state) {
      (void)lilv_state_restore(
        state, plugin->instance, set_value, plugin, 0U, plugin->feature_list);
      rcv_lv2_worker_dispatch(plugin);
      lilv_state_free(state);
    }
  }
  lilv_node_free(node);
}

static LilvState*
take_state(RcvLv2Plugin* const plugin, const char* const folder)
{
  return lilv_state_new_from_instance(plugin->lilv_plugin,
                                      plugin->instance,
                                      &plugin->host->map,
                                      folder,
                                      folder,
                                      folder,
                                      folder,
                                      get_value,
                                      plugin,
                                      save_flags,
                                      plugin->feature_list);
}

RcvStatus
rcv_lv2_plugin_save(RcvLv2Plugin* const plugin,
                    const char* const   folder,
                    RcvError* const     error)
{
  const RcvStatus made = rcv_output_folder_make(folder, error);
  if (made) {
    return made;
  }

  LilvState* const state  = take_state(plugin, folder);
  const int        failed = !state || lilv_state_save(plugin->host->world,
                                               &plugin->host->map,
                                               &plugin->host->unmap,
                                               state,
                                               NULL,
                                               folder,
                                               "state.ttl");
  lilv_state_free(state);
  return failed ? rcv_error_set(
                    error,
                    RCV_WRITE_ERROR,
                    "%s: the plugin's state cannot be saved; choose another "
                    "folder",
                    folder)
                : RCV_OK;
}

RcvStatus
rcv_lv2_plugin_restore(RcvLv2Plugin* const plugin,
                       const char* const   folder,
                       RcvError* const     error)
{
  char        path[PATH_MAX];
  struct stat info;
  snprintf(path, sizeof(path), "%s/state.ttl", folder);
  if (stat(path, &info)) {
    return rcv_error_set(error,
                         RCV_NO_FILE,
                         "%s: is not there; name a folder with a saved state",
                         path);
  }
  return apply(plugin,
               lilv_state_new_from_file(
                 plugin->host->world, &plugin->host->map, NULL, path),
               path,
               error);
}

char*
rcv_lv2_plugin_to_string(RcvLv2Plugin* const plugin, RcvError* const error)
{
  LilvState* const state = take_state(plugin, NULL);
  char* const      text  = state ? lilv_state_to_string(plugin->host->world,
                                                  &plugin->host->map,
                                                  &plugin->host->unmap,
                                                  state,
                                                  "urn:recurve:state",
                                                  NULL)
                                 : NULL;
  if (!text) {
    rcv_error_set(error,
                  RCV_NO_MEMORY,
                  "%s: its state cannot be written",
                  plugin->info.uri);
  }
  lilv_state_free(state);
  return text;
}

RcvStatus
rcv_lv2_plugin_from_string(RcvLv2Plugin* const plugin,
                           const char* const   text,
                           RcvError* const     error)
{
  return apply(
    plugin,
    lilv_state_new_from_string(plugin->host->world, &plugin->host->map, text),
    "state",
    error);
}

RcvStatus
rcv_lv2_plugin_load_preset(RcvLv2Plugin* const plugin,
                           const char* const   uri,
                           RcvError* const     error)
{
  LilvWorld* const world = plugin->host->world;
  LilvNode* const  node  = strchr(uri, ':') ? lilv_new_uri(world, uri) : NULL;
  LilvState*       state = NULL;

  // What it returns does not tell: 0 is nothing found, or a file that was read
  // before for another preset of it
  if (node && lilv_world_load_resource(world, node) >= 0) {
    state = lilv_state_new_from_world(world, &plugin->host->map, node);
  }
  lilv_node_free(node);
  if (!state) {
    return rcv_error_set(
      error,
      RCV_NO_FILE,
      "%s: no such preset is installed; lv2info lists those of a plugin",
      uri);
  }
  return apply(plugin, state, uri, error);
}

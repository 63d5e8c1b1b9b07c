// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host.h"
#include "train/lv2/lv2_host_impl.h"

#include <stdlib.h>
#include <string.h>

static const LilvPlugin*
find_plugin(RcvLv2Host* const host, const char* const uri)
{
  // lilv complains on stderr about a text that is no URI at all
  LilvNode* const node =
    strchr(uri, ':') ? lilv_new_uri(host->world, uri) : NULL;
  const LilvPlugin* const found =
    node
      ? lilv_plugins_get_by_uri(lilv_world_get_all_plugins(host->world), node)
      : NULL;

  lilv_node_free(node);
  return found;
}

static void
describe(RcvLv2Plugin* const plugin)
{
  const LilvPlugin* const p = plugin->lilv_plugin;
  LilvNode* const         doap =
    lilv_new_uri(plugin->host->world, "http://usefulinc.com/ns/doap#license");

  plugin->name     = lilv_plugin_get_name(p);
  plugin->author   = lilv_plugin_get_author_name(p);
  plugin->licences = lilv_plugin_get_value(p, doap);
  lilv_node_free(doap);

  const LilvNode* const licence =
    plugin->licences ? lilv_nodes_get_first(plugin->licences) : NULL;
  RcvLv2Info* const info = &plugin->info;

  info->uri     = lilv_node_as_uri(lilv_plugin_get_uri(p));
  info->name    = plugin->name ? lilv_node_as_string(plugin->name) : NULL;
  info->author  = plugin->author ? lilv_node_as_string(plugin->author) : NULL;
  info->licence = licence ? lilv_node_as_string(licence) : NULL;
  info->has_latency = plugin->latency;
}

static RcvStatus
start(RcvLv2Plugin* const plugin, const char* const uri, RcvError* const error)
{
  RcvStatus status = rcv_lv2_features_check(plugin, error);
  if (status || (status = rcv_lv2_ports_init(plugin, error)) ||
      (status = rcv_lv2_worker_init(plugin, error))) {
    return status;
  }

  describe(plugin);
  rcv_lv2_features_init(plugin);
  plugin->instance = lilv_plugin_instantiate(
    plugin->lilv_plugin, plugin->settings.rate_hz, plugin->feature_list);
  if (!plugin->instance) {
    return rcv_error_set(
      error,
      RCV_BAD_FILE,
      "%s: cannot be instantiated at %g Hz%s%.200s; try another rate",
      uri,
      plugin->settings.rate_hz,
      plugin->log_text[0] ? ": " : "",
      plugin->log_text);
  }

  status = rcv_lv2_worker_start(plugin, error);
  if (status) {
    return status;
  }
  rcv_lv2_ports_connect(plugin);
  rcv_lv2_state_load_default(plugin);
  lilv_instance_activate(plugin->instance);
  return RCV_OK;
}

RcvLv2Plugin*
rcv_lv2_plugin_new(RcvLv2Host* const           host,
                   const char* const           uri,
                   const RcvLv2Settings* const settings,
                   RcvError* const             error)
{
  const LilvPlugin* const found = find_plugin(host, uri);
  if (!found) {
    rcv_error_set(error,
                  RCV_NO_FILE,
                  "%s: no such plugin is installed; lv2ls lists those that are",
                  uri);
    return NULL;
  }

  RcvLv2Plugin* const plugin = (RcvLv2Plugin*)calloc(1, sizeof(RcvLv2Plugin));
  if (!plugin) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: out of memory", uri);
    return NULL;
  }

  pthread_mutex_init(&plugin->log_lock, NULL);
  plugin->host        = host;
  plugin->lilv_plugin = found;
  plugin->settings    = *settings;
  if (start(plugin, uri, error)) {
    if (plugin->instance) {
      lilv_instance_free(plugin->instance);
      plugin->instance = NULL;
    }
    rcv_lv2_plugin_free(plugin);
    return NULL;
  }
  return plugin;
}

void
rcv_lv2_plugin_free(RcvLv2Plugin* const plugin)
{
  if (!plugin) {
    return;
  }
  if (plugin->instance) {
    rcv_lv2_worker_finish(plugin);
    lilv_instance_deactivate(plugin->instance);
    lilv_instance_free(plugin->instance);
  }
  rcv_lv2_worker_clear(plugin);
  rcv_lv2_ports_clear(plugin);
  lilv_nodes_free(plugin->licences);
  lilv_node_free(plugin->author);
  lilv_node_free(plugin->name);
  pthread_mutex_destroy(&plugin->log_lock);
  free(plugin);
}

void
rcv_lv2_plugin_reset(RcvLv2Plugin* const plugin)
{
  lilv_instance_deactivate(plugin->instance);
  lilv_instance_activate(plugin->instance);
}

const RcvLv2Info*
rcv_lv2_plugin_info(const RcvLv2Plugin* const plugin)
{
  return &plugin->info;
}

void
rcv_lv2_plugin_run(RcvLv2Plugin* const       plugin,
                   const float* const* const in,
                   float* const* const       out,
                   const uint32_t            n_frames)
{
  uint32_t n_in  = 0U;
  uint32_t n_out = 0U;
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    const RcvLv2Port* const port = &plugin->ports[i];
    if (port->kind == RCV_LV2_PORT_AUDIO) {
      // The interface takes inputs without const, but may not write to them
      union {
        const float* in;
        float*       out;
      } buffer;
      if (port->control.is_input) {
        buffer.in = in[n_in++];
      } else {
        buffer.out = out[n_out++];
      }
      lilv_instance_connect_port(plugin->instance, i, buffer.out);
    }
  }

  rcv_lv2_atoms_prepare(plugin);
  lilv_instance_run(plugin->instance, n_frames);
  rcv_lv2_worker_after_run(plugin);
  rcv_lv2_atoms_collect(plugin);
}

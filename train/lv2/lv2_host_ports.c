// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host_impl.h"

#include <lv2/resize-port/resize-port.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The nodes that ports are asked about
typedef struct {
  LilvNode* audio;
  LilvNode* atom;
  LilvNode* control;
  LilvNode* input;
  LilvNode* optional;
  LilvNode* toggled;
  LilvNode* integer;
  LilvNode* designation_control;
  LilvNode* minimum_size;
} Nodes;

static void
init_nodes(Nodes* const nodes, LilvWorld* const world)
{
  nodes->audio    = lilv_new_uri(world, LV2_CORE__AudioPort);
  nodes->atom     = lilv_new_uri(world, LV2_ATOM__AtomPort);
  nodes->control  = lilv_new_uri(world, LV2_CORE__ControlPort);
  nodes->input    = lilv_new_uri(world, LV2_CORE__InputPort);
  nodes->optional = lilv_new_uri(world, LV2_CORE__connectionOptional);
  nodes->toggled  = lilv_new_uri(world, LV2_CORE__toggled);
  nodes->integer  = lilv_new_uri(world, LV2_CORE__integer);
  nodes->designation_control = lilv_new_uri(world, LV2_CORE__control);
  nodes->minimum_size = lilv_new_uri(world, LV2_RESIZE_PORT__minimumSize);
}

static void
clear_nodes(Nodes* const nodes)
{
  lilv_node_free(nodes->minimum_size);
  lilv_node_free(nodes->designation_control);
  lilv_node_free(nodes->integer);
  lilv_node_free(nodes->toggled);
  lilv_node_free(nodes->optional);
  lilv_node_free(nodes->input);
  lilv_node_free(nodes->control);
  lilv_node_free(nodes->atom);
  lilv_node_free(nodes->audio);
}

static float
number_of(LilvNode* const node, const float fallback)
{
  const float value =
    node && (lilv_node_is_float(node) || lilv_node_is_int(node) ||
             lilv_node_is_bool(node))
      ? lilv_node_as_float(node)
      : fallback;
  lilv_node_free(node);
  return value;
}

static void
init_control(RcvLv2Port* const       port,
             const LilvPlugin* const plugin,
             const LilvPort* const   lilv_port,
             const Nodes* const      nodes)
{
  RcvLv2Control* const control       = &port->control;
  LilvNode*            default_value = NULL;
  LilvNode*            min           = NULL;
  LilvNode*            max           = NULL;
  lilv_port_get_range(plugin, lilv_port, &default_value, &min, &max);

  control->min           = number_of(min, 0.0F);
  control->max           = number_of(max, 1.0F);
  control->default_value = number_of(default_value, control->min);
  control->is_toggled =
    lilv_port_has_property(plugin, lilv_port, nodes->toggled);
  control->is_integer =
    lilv_port_has_property(plugin, lilv_port, nodes->integer);
  port->value = control->default_value;
}

static RcvStatus
init_atoms(RcvLv2Port* const       port,
           const LilvPlugin* const plugin,
           const LilvPort* const   lilv_port,
           const Nodes* const      nodes)
{
  LilvNode* const size = lilv_port_get(plugin, lilv_port, nodes->minimum_size);
  const int       wanted =
    size && lilv_node_is_int(size) ? lilv_node_as_int(size) : 0;
  lilv_node_free(size);

  port->capacity =
    wanted > RCV_LV2_ATOM_BYTES ? (uint32_t)wanted : RCV_LV2_ATOM_BYTES;
  port->atoms = (uint8_t*)calloc(port->capacity, 1U);
  return port->atoms ? RCV_OK : RCV_NO_MEMORY;
}

static RcvStatus
init_port(RcvLv2Plugin* const plugin,
          const uint32_t      index,
          const Nodes* const  nodes,
          RcvError* const     error)
{
  const LilvPlugin* const p         = plugin->lilv_plugin;
  const LilvPort* const   lilv_port = lilv_plugin_get_port_by_index(p, index);
  RcvLv2Port* const       port      = &plugin->ports[index];
  const char* const       uri       = lilv_node_as_uri(lilv_plugin_get_uri(p));

  port->name = lilv_port_get_name(p, lilv_port);
  port->control.symbol =
    lilv_node_as_string(lilv_port_get_symbol(p, lilv_port));
  port->control.name =
    port->name ? lilv_node_as_string(port->name) : port->control.symbol;
  port->control.is_input = lilv_port_is_a(p, lilv_port, nodes->input);

  if (lilv_port_is_a(p, lilv_port, nodes->audio)) {
    port->kind = RCV_LV2_PORT_AUDIO;
    ++*(port->control.is_input ? &plugin->info.n_in : &plugin->info.n_out);
  } else if (lilv_port_is_a(p, lilv_port, nodes->control)) {
    port->kind = RCV_LV2_PORT_CONTROL;
    init_control(port, p, lilv_port, nodes);
  } else if (lilv_port_is_a(p, lilv_port, nodes->atom)) {
    port->kind = RCV_LV2_PORT_ATOM;
    if (init_atoms(port, p, lilv_port, nodes)) {
      return rcv_error_set(error, RCV_NO_MEMORY, "%s: out of memory", uri);
    }
  } else if (lilv_port_has_property(p, lilv_port, nodes->optional)) {
    port->kind = RCV_LV2_PORT_NONE;
  } else {
    return rcv_error_set(
      error,
      RCV_UNSUPPORTED,
      "%s: port \"%s\" is neither audio, control nor atom; use another plugin",
      uri,
      port->control.symbol);
  }
  return RCV_OK;
}

/// Messages go to the atom input that is designated for them, or to the first
static void
find_special_ports(RcvLv2Plugin* const plugin, const Nodes* const nodes)
{
  const LilvPlugin* const p = plugin->lilv_plugin;

  const LilvPort* const designated = lilv_plugin_get_port_by_designation(
    p, nodes->input, nodes->designation_control);
  for (uint32_t i = plugin->n_ports; i-- > 0U;) {
    RcvLv2Port* const port = &plugin->ports[i];
    if (port->kind == RCV_LV2_PORT_ATOM && port->control.is_input) {
      plugin->control_in = port;
    }
  }
  if (designated) {
    const uint32_t index = lilv_port_get_index(p, designated);
    if (plugin->ports[index].kind == RCV_LV2_PORT_ATOM) {
      plugin->control_in = &plugin->ports[index];
    }
  }
  if (lilv_plugin_has_latency(p)) {
    const uint32_t index = lilv_plugin_get_latency_port_index(p);
    plugin->latency = index < plugin->n_ports ? &plugin->ports[index] : NULL;
  }
}

RcvStatus
rcv_lv2_ports_init(RcvLv2Plugin* const plugin, RcvError* const error)
{
  const uint32_t n = lilv_plugin_get_num_ports(plugin->lilv_plugin);

  plugin->ports = (RcvLv2Port*)calloc(n ? n : 1U, sizeof(RcvLv2Port));
  if (!plugin->ports) {
    return rcv_error_set(error, RCV_NO_MEMORY, "out of memory");
  }
  plugin->n_ports = n;

  Nodes     nodes;
  RcvStatus status = RCV_OK;
  init_nodes(&nodes, plugin->host->world);
  for (uint32_t i = 0U; i < n && !status; ++i) {
    status = init_port(plugin, i, &nodes, error);
  }
  if (!status) {
    find_special_ports(plugin, &nodes);
  }
  clear_nodes(&nodes);
  return status;
}

void
rcv_lv2_ports_connect(RcvLv2Plugin* const plugin)
{
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    RcvLv2Port* const port = &plugin->ports[i];
    void*             data = NULL;
    if (port->kind == RCV_LV2_PORT_CONTROL) {
      data = &port->value;
    } else if (port->kind == RCV_LV2_PORT_ATOM) {
      data = port->atoms;
    }
    lilv_instance_connect_port(plugin->instance, i, data);
  }

  // restore() and activate() may look at the atom ports
  rcv_lv2_atoms_prepare(plugin);
  rcv_lv2_atoms_collect(plugin);
}

void
rcv_lv2_ports_clear(RcvLv2Plugin* const plugin)
{
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    lilv_node_free(plugin->ports[i].name);
    free(plugin->ports[i].atoms);
  }
  free(plugin->ports);
}

RcvLv2Port*
rcv_lv2_ports_find(const RcvLv2Plugin* const plugin, const char* const symbol)
{
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    if (!strcmp(plugin->ports[i].control.symbol, symbol)) {
      return &plugin->ports[i];
    }
  }
  return NULL;
}

size_t
rcv_lv2_plugin_n_controls(const RcvLv2Plugin* const plugin)
{
  size_t n = 0U;
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    n += plugin->ports[i].kind == RCV_LV2_PORT_CONTROL;
  }
  return n;
}

RcvLv2Control
rcv_lv2_plugin_control(const RcvLv2Plugin* const plugin, const size_t index)
{
  size_t n = 0U;
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    if (plugin->ports[i].kind == RCV_LV2_PORT_CONTROL && n++ == index) {
      return plugin->ports[i].control;
    }
  }

  const RcvLv2Control none = {"", "", 0.0F, 0.0F, 0.0F, false, false, false};
  return none;
}

RcvStatus
rcv_lv2_plugin_set(RcvLv2Plugin* const plugin,
                   const char* const   symbol,
                   const float         value,
                   RcvError* const     error)
{
  RcvLv2Port* const port = rcv_lv2_ports_find(plugin, symbol);
  if (!port || port->kind != RCV_LV2_PORT_CONTROL || !port->control.is_input) {
    return rcv_error_set(
      error,
      RCV_BAD_USAGE,
      "%s: has no control input \"%s\"; recurve capture --list shows them",
      plugin->info.uri,
      symbol);
  }
  port->value = value;
  return RCV_OK;
}

float
rcv_lv2_plugin_get(const RcvLv2Plugin* const plugin, const char* const symbol)
{
  const RcvLv2Port* const port = rcv_lv2_ports_find(plugin, symbol);
  return port && port->kind == RCV_LV2_PORT_CONTROL ? port->value : NAN;
}

uint32_t
rcv_lv2_plugin_latency(const RcvLv2Plugin* const plugin)
{
  const float frames = plugin->latency ? plugin->latency->value : 0.0F;
  return frames > 0.0F && frames < 1.0e9F ? (uint32_t)lrintf(frames) : 0U;
}

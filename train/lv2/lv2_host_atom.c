// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host_impl.h"

#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>

#include <string.h>

/// One event in storage that is aligned as atoms are
typedef union {
  LV2_Atom_Event event;
  uint8_t        bytes[sizeof(LV2_Atom_Event) + 8192];
} Message;

static LV2_Atom_Sequence*
sequence_of(const RcvLv2Port* const port)
{
  return (LV2_Atom_Sequence*)(void*)port->atoms;
}

static void
empty_input(const RcvLv2Plugin* const plugin, const RcvLv2Port* const port)
{
  LV2_Atom_Sequence* const sequence = sequence_of(port);
  sequence->atom.type               = plugin->host->urids.atom_Sequence;
  sequence->atom.size               = sizeof(LV2_Atom_Sequence_Body);
  sequence->body.unit               = 0U;
  sequence->body.pad                = 0U;
}

void
rcv_lv2_atoms_prepare(RcvLv2Plugin* const plugin)
{
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    const RcvLv2Port* const port = &plugin->ports[i];
    if (port->kind == RCV_LV2_PORT_ATOM && !port->control.is_input) {
      // An output is told its capacity so
      LV2_Atom_Sequence* const sequence = sequence_of(port);
      memset(sequence, 0, sizeof(*sequence));
      sequence->atom.type = plugin->host->urids.atom_Chunk;
      sequence->atom.size = port->capacity - (uint32_t)sizeof(LV2_Atom);
    }
  }
}

static void
collect_path(RcvLv2Plugin* const plugin, const LV2_Atom* const atom)
{
  const RcvLv2Urids* const     urids = &plugin->host->urids;
  const LV2_Atom_Object* const object =
    (const LV2_Atom_Object*)(const void*)atom;
  if (atom->type != urids->atom_Object ||
      object->body.otype != urids->patch_Set) {
    return;
  }

  const LV2_Atom* value = NULL;
  lv2_atom_object_get(object, urids->patch_value, &value, 0);
  if (value && value->type == urids->atom_Path) {
    const size_t size = value->size;
    const size_t length =
      size < sizeof(plugin->path) ? size : sizeof(plugin->path) - 1U;
    memcpy(plugin->path, LV2_ATOM_BODY_CONST(value), length);
    plugin->path[length] = '\0';
    ++plugin->n_paths;
  }
}

void
rcv_lv2_atoms_collect(RcvLv2Plugin* const plugin)
{
  for (uint32_t i = 0U; i < plugin->n_ports; ++i) {
    const RcvLv2Port* const port = &plugin->ports[i];
    if (port->kind != RCV_LV2_PORT_ATOM) {
      continue;
    }
    if (port->control.is_input) {
      empty_input(plugin, port);
      continue;
    }

    const LV2_Atom_Sequence* const sequence = sequence_of(port);
    if (sequence->atom.type == plugin->host->urids.atom_Sequence &&
        sequence->atom.size <= port->capacity - sizeof(LV2_Atom)) {
      LV2_ATOM_SEQUENCE_FOREACH(sequence, event)
      {
        collect_path(plugin, &event->body);
      }
    }
  }
}

static RcvStatus
send(RcvLv2Plugin* const plugin,
     const LV2_URID      type,
     const char* const   property,
     const char* const   path,
     RcvError* const     error)
{
  const RcvLv2Urids* const urids = &plugin->host->urids;
  if (!plugin->control_in) {
    return rcv_error_set(error,
                         RCV_UNSUPPORTED,
                         "%s: has no atom input to send a message to",
                         plugin->info.uri);
  }

  Message              message;
  LV2_Atom_Forge       forge;
  LV2_Atom_Forge_Frame frame;
  memset(&message, 0, sizeof(message));
  lv2_atom_forge_init(&forge, &plugin->host->map);
  lv2_atom_forge_set_buffer(&forge, message.bytes, sizeof(message.bytes));

  bool ok = lv2_atom_forge_frame_time(&forge, 0) &&
            lv2_atom_forge_object(&forge, &frame, 0U, type);
  if (ok && property) {
    ok = lv2_atom_forge_key(&forge, urids->patch_property) &&
         lv2_atom_forge_urid(&forge, rcv_lv2_host_map(plugin->host, property));
  }
  if (ok && path) {
    ok = lv2_atom_forge_key(&forge, urids->patch_value) &&
         lv2_atom_forge_path(&forge, path, (uint32_t)strlen(path));
  }
  if (ok) {
    lv2_atom_forge_pop(&forge, &frame);
    const uint32_t room =
      plugin->control_in->capacity - (uint32_t)sizeof(LV2_Atom);
    ok = lv2_atom_sequence_append_event(
      sequence_of(plugin->control_in), room, &message.event);
  }
  return ok ? RCV_OK
            : rcv_error_set(error,
                            RCV_BAD_USAGE,
                            "%s: the message does not fit; run a block first",
                            plugin->info.uri);
}

RcvStatus
rcv_lv2_plugin_send_path(RcvLv2Plugin* const plugin,
                         const char* const   property,
                         const char* const   path,
                         RcvError* const     error)
{
  return send(plugin, plugin->host->urids.patch_Set, property, path, error);
}

RcvStatus
rcv_lv2_plugin_send_get(RcvLv2Plugin* const plugin,
                        const char* const   property,
                        RcvError* const     error)
{
  return send(plugin, plugin->host->urids.patch_Get, property, NULL, error);
}

size_t
rcv_lv2_plugin_n_paths(const RcvLv2Plugin* const plugin)
{
  return plugin->n_paths;
}

const char*
rcv_lv2_plugin_path(const RcvLv2Plugin* const plugin)
{
  return plugin->n_paths ? plugin->path : NULL;
}

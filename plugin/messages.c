// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/messages.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// True if `atom` is `urid`
RCV_REALTIME static bool
is_urid(const RcvUris* const  uris,
        const LV2_Atom* const atom,
        const LV2_URID        urid)
{
  LV2_URID value = 0;
  if (atom->type == uris->atom_URID && atom->size >= sizeof(value)) {
    memcpy(&value, LV2_ATOM_BODY_CONST(atom), sizeof(value));
  }
  return value == urid;
}

/**
   A property that lies wholly within its object, or NULL.

   lv2_atom_object_get() believes the sizes: one near 2^32 makes its step 0 and
   it never ends, and the last property may end beyond the object.
*/
RCV_REALTIME static const LV2_Atom*
property_of(const LV2_Atom_Object* const object, const LV2_URID key)
{
  const char* at   = (const char*)object + sizeof(LV2_Atom_Object);
  size_t      left = object->atom.size - sizeof(LV2_Atom_Object_Body);
  while (left >= sizeof(LV2_Atom_Property_Body)) {
    const LV2_Atom_Property_Body* const property =
      (const LV2_Atom_Property_Body*)(const void*)at;
    const size_t size = sizeof(*property) + (size_t)property->value.size;
    if (size > left) {
      return NULL;
    }
    if (property->key == key) {
      return &property->value;
    }

    const size_t step = (size + 7U) & ~(size_t)7U; // Atoms begin at such
    if (step >= left) {
      return NULL;
    }
    at += step;
    left -= step;
  }
  return NULL;
}

/// Length of a text that may lack its zero; more than RCV_MAX_PATH if it is
RCV_REALTIME static uint32_t
length_of(const char* const text, const uint32_t size)
{
  const uint32_t limit = size <= RCV_MAX_PATH ? size : RCV_MAX_PATH + 1U;

  const char* const end = (const char*)memchr(text, '\0', limit);
  return end ? (uint32_t)(end - text) : limit;
}

RcvMessage
rcv_message_read(const RcvUris* const uris, const LV2_Atom* const atom)
{
  RcvMessage message = {RCV_MESSAGE_OTHER, NULL, 0};
  if (atom->type != uris->atom_Object ||
      atom->size < sizeof(LV2_Atom_Object_Body)) {
    return message;
  }

  const LV2_Atom_Object* const object =
    (const LV2_Atom_Object*)(const void*)atom;
  const LV2_Atom* const subject  = property_of(object, uris->patch_subject);
  const LV2_Atom* const property = property_of(object, uris->patch_property);
  if ((subject && !is_urid(uris, subject, uris->plugin)) ||
      (property && !is_urid(uris, property, uris->model))) {
    return message;
  }

  if (object->body.otype == uris->patch_Get) {
    message.kind = RCV_MESSAGE_GET; // Without a property: of all
  } else if (object->body.otype == uris->patch_Set && property) {
    const LV2_Atom* const value = property_of(object, uris->patch_value);
    message.kind                = RCV_MESSAGE_SET_OTHER;
    if (value && value->type == uris->atom_Path) {
      message.kind   = RCV_MESSAGE_SET;
      message.path   = (const char*)LV2_ATOM_BODY_CONST(value);
      message.length = length_of(message.path, value->size);
    }
  }
  return message;
}

uint32_t
rcv_message_size(const uint32_t length)
{
  // The event, the object, two properties with a URID and a padded path
  return (uint32_t)(sizeof(LV2_Atom_Event) + sizeof(LV2_Atom_Object_Body) +
                    2U * sizeof(LV2_Atom_Property_Body)) +
         8U + lv2_atom_pad_size(length + 1U);
}

void
rcv_message_write(LV2_Atom_Forge* const forge,
                  const RcvUris* const  uris,
                  const char* const     path,
                  const uint32_t        length)
{
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_frame_time(forge, 0);
  lv2_atom_forge_object(forge, &frame, 0, uris->patch_Set);
  lv2_atom_forge_key(forge, uris->patch_property);
  lv2_atom_forge_urid(forge, uris->model);
  lv2_atom_forge_key(forge, uris->patch_value);
  lv2_atom_forge_path(forge, path, length);
  lv2_atom_forge_pop(forge, &frame);
}

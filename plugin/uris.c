// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/uris.h"

#include <lv2/atom/atom.h>
#include <lv2/patch/patch.h>
#include <lv2/urid/urid.h>

RcvUris
rcv_uris_map(const LV2_URID_Map* const map, const char* const plugin_uri)
{
  const RcvUris uris = {
    .atom_Int       = map->map(map->handle, LV2_ATOM__Int),
    .atom_Object    = map->map(map->handle, LV2_ATOM__Object),
    .atom_Path      = map->map(map->handle, LV2_ATOM__Path),
    .atom_Sequence  = map->map(map->handle, LV2_ATOM__Sequence),
    .atom_String    = map->map(map->handle, LV2_ATOM__String),
    .atom_URID      = map->map(map->handle, LV2_ATOM__URID),
    .patch_Get      = map->map(map->handle, LV2_PATCH__Get),
    .patch_Set      = map->map(map->handle, LV2_PATCH__Set),
    .patch_property = map->map(map->handle, LV2_PATCH__property),
    .patch_subject  = map->map(map->handle, LV2_PATCH__subject),
    .patch_value    = map->map(map->handle, LV2_PATCH__value),
    .knobs          = map->map(map->handle, RCV_URI_KNOBS),
    .model          = map->map(map->handle, RCV_URI_MODEL),
    .oversample     = map->map(map->handle, RCV_URI_OVERSAMPLE),
    .low_latency    = map->map(map->handle, RCV_URI_LOW_LATENCY),
    .plugin         = map->map(map->handle, plugin_uri),
  };
  return uris;
}

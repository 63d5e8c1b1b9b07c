// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef PLUGIN_URIS_H
#define PLUGIN_URIS_H

#include <lv2/urid/urid.h>

#define RCV_URI_MONO "urn:recurve:mono"
#define RCV_URI_STEREO "urn:recurve:stereo"
#define RCV_URI_MODEL "urn:recurve:model"
#define RCV_URI_KNOBS "urn:recurve:knobs"

/// Of the state: how the model is played, as the ports of these names say
#define RCV_URI_OVERSAMPLE "urn:recurve:oversample"
#define RCV_URI_LOW_LATENCY "urn:recurve:low_latency"

/// The numbers that a host has given to the URIs we use
typedef struct {
  LV2_URID atom_Int;
  LV2_URID atom_Object;
  LV2_URID atom_Path;
  LV2_URID atom_Sequence;
  LV2_URID atom_String;
  LV2_URID atom_URID;
  LV2_URID patch_Get;
  LV2_URID patch_Set;
  LV2_URID patch_property;
  LV2_URID patch_subject;
  LV2_URID patch_value;
  LV2_URID knobs; ///< Of the state: names and ranges of the model's knobs
  LV2_URID model; ///< The parameter
  LV2_URID oversample;
  LV2_URID low_latency;
  LV2_URID plugin; ///< The plugin itself
} RcvUris;

/**
   Map all URIs.  Not for the audio thread.

   @param plugin_uri The URI of the plugin that this is an instance of.
*/
RcvUris
rcv_uris_map(const LV2_URID_Map* map, const char* plugin_uri);

#endif // PLUGIN_URIS_H

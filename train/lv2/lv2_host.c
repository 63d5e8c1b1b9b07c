// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host.h"
#include "train/lv2/lv2_host_impl.h"

#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/log/log.h>
#include <lv2/patch/patch.h>

#include <stdlib.h>
#include <string.h>

static LV2_URID
map_uri(LV2_URID_Map_Handle handle, const char* const uri)
{
  RcvLv2Host* const host = (RcvLv2Host*)handle;
  LV2_URID          urid = 0U;

  pthread_mutex_lock(&host->lock);
  for (size_t i = 0U; i < host->n_uris && !urid; ++i) {
    urid = strcmp(host->uris[i], uri) ? 0U : (LV2_URID)(i + 1U);
  }
  if (!urid) {
    char* const  copy = strdup(uri);
    char** const grown =
      (char**)realloc(host->uris, (host->n_uris + 1U) * sizeof(char*));
    host->uris = grown ? grown : host->uris;
    if (copy && grown) {
      host->uris[host->n_uris++] = copy;
      urid                       = (LV2_URID)host->n_uris;
    } else {
      free(copy);
    }
  }
  pthread_mutex_unlock(&host->lock);
  return urid;
}

static const char*
unmap_urid(LV2_URID_Unmap_Handle handle, const LV2_URID urid)
{
  RcvLv2Host* const host = (RcvLv2Host*)handle;

  pthread_mutex_lock(&host->lock);
  const char* const uri =
    urid && urid <= host->n_uris ? host->uris[urid - 1U] : NULL;
  pthread_mutex_unlock(&host->lock);
  return uri;
}

static void
map_urids(RcvLv2Host* const host)
{
  RcvLv2Urids* const urids = &host->urids;

  urids->atom_Bool      = map_uri(host, LV2_ATOM__Bool);
  urids->atom_Chunk     = map_uri(host, LV2_ATOM__Chunk);
  urids->atom_Double    = map_uri(host, LV2_ATOM__Double);
  urids->atom_Float     = map_uri(host, LV2_ATOM__Float);
  urids->atom_Int       = map_uri(host, LV2_ATOM__Int);
  urids->atom_Long      = map_uri(host, LV2_ATOM__Long);
  urids->atom_Object    = map_uri(host, LV2_ATOM__Object);
  urids->atom_Path      = map_uri(host, LV2_ATOM__Path);
  urids->atom_Sequence  = map_uri(host, LV2_ATOM__Sequence);
  urids->atom_URID      = map_uri(host, LV2_ATOM__URID);
  urids->log_Error      = map_uri(host, LV2_LOG__Error);
  urids->log_Warning    = map_uri(host, LV2_LOG__Warning);
  urids->max_block      = map_uri(host, LV2_BUF_SIZE__maxBlockLength);
  urids->patch_Get      = map_uri(host, LV2_PATCH__Get);
  urids->patch_Set      = map_uri(host, LV2_PATCH__Set);
  urids->patch_property = map_uri(host, LV2_PATCH__property);
  urids->patch_value    = map_uri(host, LV2_PATCH__value);
}

RcvLv2Host*
rcv_lv2_host_new(RcvError* const error)
{
  RcvLv2Host* const host = (RcvLv2Host*)calloc(1, sizeof(RcvLv2Host));
  if (!host) {
    rcv_error_set(error, RCV_NO_MEMORY, "out of memory");
    return NULL;
  }

  host->world = lilv_world_new();
  if (!host->world) {
    rcv_error_set(error, RCV_NO_MEMORY, "out of memory");
    free(host);
    return NULL;
  }

  pthread_mutex_init(&host->lock, NULL);
  host->map.handle   = host;
  host->map.map      = map_uri;
  host->unmap.handle = host;
  host->unmap.unmap  = unmap_urid;
  map_urids(host);
  lilv_world_load_all(host->world);
  return host;
}

void
rcv_lv2_host_free(RcvLv2Host* const host)
{
  if (host) {
    lilv_world_free(host->world);
    for (size_t i = 0U; i < host->n_uris; ++i) {
      free(host->uris[i]);
    }
    free(host->uris);
    pthread_mutex_destroy(&host->lock);
    free(host);
  }
}

uint32_t
rcv_lv2_host_map(RcvLv2Host* const host, const char* const uri)
{
  return map_uri(host, uri);
}

const char*
rcv_lv2_host_unmap(RcvLv2Host* const host, const uint32_t urid)
{
  return unmap_urid(host, urid);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"
#include "dsp/network.h"
#include "dsp/player.h"
#include "dsp/voice.h"
#include "plugin/cycles.h"
#include "plugin/latest.h"
#include "plugin/load.h"
#include "plugin/ports.h"
#include "plugin/recurve_plugin.h"
#include "plugin/uris.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/core/lv2.h>
#include <lv2/core/lv2_util.h>
#include <lv2/log/log.h>
#include <lv2/log/logger.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
init_values(RcvPlugin* const plugin)
{
  for (unsigned i = 0; i < RCV_N_VALUES; ++i) {
    plugin->values[i] = rcv_value_info((RcvValue)i).value;
  }
}

static void
init_shared(RcvPlugin* const plugin)
{
  rcv_latest_init(&plugin->requests_latest);
  rcv_latest_init(&plugin->news_latest);
  atomic_init(&plugin->waste, NULL);
  atomic_init(&plugin->complaints, 0U);
  atomic_init(&plugin->oversample, 1U);
  atomic_init(&plugin->low_latency, 0U);
  for (unsigned k = 0; k < RCV_N_KNOB_PORTS; ++k) {
    atomic_init(&plugin->knob_values[k], plugin->values[RCV_VALUE_KNOB_1 + k]);
  }
  pthread_mutex_init(&plugin->loading, NULL);
  pthread_mutex_init(&plugin->lock, NULL);
}

static LV2_Handle
instantiate(const LV2_Descriptor* const     descriptor,
            const double                    rate_hz,
            const char* const               bundle_path,
            const LV2_Feature* const* const features)
{
  (void)bundle_path;
  LV2_URID_Map* const map =
    (LV2_URID_Map*)lv2_features_data(features, LV2_URID__map);
  LV2_Log_Log* const log =
    (LV2_Log_Log*)lv2_features_data(features, LV2_LOG__log);
  const LV2_Worker_Schedule* const schedule =
    (const LV2_Worker_Schedule*)lv2_features_data(features,
                                                  LV2_WORKER__schedule);

  LV2_Log_Logger logger;
  lv2_log_logger_init(&logger, map, log);
  if (!map) {
    lv2_log_error(&logger, "%s: the host lacks urid:map\n", descriptor->URI);
    return NULL;
  }
  if (!schedule) {
    lv2_log_warning(&logger,
                    "%s: the host lacks work:schedule, so models are loaded "
                    "from presets and saved state only\n",
                    descriptor->URI);
  }

  const uint32_t n_channels = strcmp(descriptor->URI, RCV_URI_STEREO) ? 1U : 2U;
  RcvPlugin* const plugin   = (RcvPlugin*)calloc(1, sizeof(RcvPlugin));
  void* const      memory =
    aligned_alloc(RCV_ALIGNMENT, rcv_player_size(n_channels));
  if (!plugin || !memory) {
    lv2_log_error(&logger, "%s: out of memory\n", descriptor->URI);
    free(plugin);
    free(memory);
    return NULL;
  }

  plugin->uris             = rcv_uris_map(map, descriptor->URI);
  plugin->n_channels       = n_channels;
  plugin->rate_hz          = rate_hz;
  plugin->cycles_per_frame = rcv_cycles_rate_hz() / rate_hz;
  plugin->logger           = logger;
  plugin->player_memory    = memory;
  plugin->player           = rcv_player_init(memory, rate_hz, n_channels);
  if (schedule) {
    plugin->schedule = *schedule;
  }
  lv2_atom_forge_init(&plugin->forge, map);
  plugin->oversample_made = 1;
  init_values(plugin);
  plugin->controls = rcv_controls_default();
  init_shared(plugin);
  return plugin;
}

static void
connect_port(LV2_Handle instance, const uint32_t port, void* const data)
{
  RcvPlugin* const plugin      = (RcvPlugin*)instance;
  const uint32_t   n_channels  = plugin->n_channels;
  const uint32_t   first_out   = RCV_PORT_AUDIO + n_channels;
  const uint32_t   first_value = first_out + n_channels;

  if (port == RCV_PORT_CONTROL) {
    plugin->control = (const LV2_Atom_Sequence*)data;
  } else if (port == RCV_PORT_NOTIFY) {
    plugin->notify = (LV2_Atom_Sequence*)data;
  } else if (port < first_out) {
    plugin->in[port - RCV_PORT_AUDIO] = (const float*)data;
  } else if (port < first_value) {
    plugin->out[port - first_out] = (float*)data;
  } else if (port < first_value + RCV_N_VALUES) {
    plugin->value_ports[port - first_value] = (float*)data;
  }
}

static void
activate(LV2_Handle instance)
{
  rcv_player_reset(((RcvPlugin*)instance)->player);
}

/// Free the voices, wherever they are by now
static void
free_voices(RcvPlugin* const plugin)
{
  if (rcv_latest_take(&plugin->news_latest)) {
    rcv_model_voice_free(plugin->news[plugin->news_latest.front].voice);
  }

  // The player gives back all that it has when it stops fading to nothing
  rcv_player_reset(plugin->player);
  rcv_player_set_voice(plugin->player, NULL);
  RcvVoice* voice = NULL;
  while ((voice = rcv_player_take_retired(plugin->player))) {
    rcv_model_voice_free(voice);
  }
  rcv_plugin_free_waste(plugin);
  rcv_model_free(plugin->model);
}

static void
cleanup(LV2_Handle instance)
{
  RcvPlugin* const plugin = (RcvPlugin*)instance;

  free_voices(plugin);
  pthread_mutex_destroy(&plugin->lock);
  pthread_mutex_destroy(&plugin->loading);
  free(plugin->player_memory);
  free(plugin);
}

static const void*
extension_data(const char* const uri)
{
  static const LV2_State_Interface state = {rcv_plugin_save,
                                            rcv_plugin_restore};

  static const LV2_Worker_Interface worker = {
    rcv_plugin_work, rcv_plugin_work_response, NULL};

  return !strcmp(uri, LV2_STATE__interface)    ? (const void*)&state
         : !strcmp(uri, LV2_WORKER__interface) ? (const void*)&worker
                                               : NULL;
}

LV2_SYMBOL_EXPORT const LV2_Descriptor*
lv2_descriptor(const uint32_t index)
{
#define DESCRIPTOR(uri)                                                      \
  {                                                                          \
    uri, instantiate, connect_port, activate, rcv_plugin_run, NULL, cleanup, \
      extension_data                                                         \
  }
  static const LV2_Descriptor descriptors[] = {DESCRIPTOR(RCV_URI_MONO),
                                               DESCRIPTOR(RCV_URI_STEREO)};
#undef DESCRIPTOR

  return index < sizeof(descriptors) / sizeof(descriptors[0])
           ? &descriptors[index]
           : NULL;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host_impl.h"

#include <lv2/buf-size/buf-size.h>
#include <lv2/parameters/parameters.h>
#include <lv2/state/state.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/// Features that are kept by how this host works, or passed by lilv
static const char* const kept_features[] = {
  LV2_BUF_SIZE__coarseBlockLength,
  LV2_CORE__hardRTCapable,
  LV2_CORE__inPlaceBroken,
  LV2_CORE__isLive,
  LV2_STATE__freePath,
  LV2_STATE__mapPath,
  LV2_STATE__threadSafeRestore,
  LV2_BUF_SIZE__boundedBlockLength,
  LV2_STATE__loadDefaultState,
  LV2_LOG__log,
  LV2_OPTIONS__options,
  LV2_URID__map,
  LV2_URID__unmap,
  LV2_WORKER__schedule,
};

enum { N_KEPT = sizeof(kept_features) / sizeof(kept_features[0]) };

RcvStatus
rcv_lv2_features_check(const RcvLv2Plugin* const plugin, RcvError* const error)
{
  RcvStatus        status = RCV_OK;
  LilvNodes* const nodes =
    lilv_plugin_get_required_features(plugin->lilv_plugin);

  LILV_FOREACH(nodes, i, nodes)
  {
    const char* const uri = lilv_node_as_string(lilv_nodes_get(nodes, i));
    size_t            k   = 0U;
    while (k < N_KEPT && strcmp(uri, kept_features[k]) != 0) {
      ++k;
    }
    if (k == N_KEPT && !status) {
      status = rcv_error_set(
        error,
        RCV_UNSUPPORTED,
        "%s: requires the feature %s, which this host has not; use another "
        "plugin",
        lilv_node_as_uri(lilv_plugin_get_uri(plugin->lilv_plugin)),
        uri);
    }
  }
  lilv_nodes_free(nodes);
  return status;
}

__attribute__((format(printf, 3, 0))) static int
log_vprintf(LV2_Log_Handle    handle,
            const LV2_URID    type,
            const char* const format,
            va_list           args)
{
  RcvLv2Plugin* const      plugin = (RcvLv2Plugin*)handle;
  const RcvLv2Urids* const urids  = &plugin->host->urids;

  char      line[1024];
  const int length = vsnprintf(line, sizeof(line) - 1U, format, args);
  if (length < 0) {
    return length;
  }
  line[strcspn(line, "\n")] = '\0';

  const char* const prefix = type == urids->log_Error     ? "error: "
                             : type == urids->log_Warning ? "warning: "
                                                          : "";

  // What does not fit is dropped: the first messages tell the cause
  pthread_mutex_lock(&plugin->log_lock);
  const size_t used = strlen(plugin->log_text);
  const size_t room = sizeof(plugin->log_text) - used;
  if (strlen(prefix) + strlen(line) + 2U <= room) {
    snprintf(plugin->log_text + used, room, "%s%s\n", prefix, line);
  }
  pthread_mutex_unlock(&plugin->log_lock);
  return length;
}

__attribute__((format(printf, 3, 4))) static int
log_printf(LV2_Log_Handle    handle,
           const LV2_URID    type,
           const char* const format,
           ...)
{
  va_list args;
  va_start(args, format);
  const int length = log_vprintf(handle, type, format, args);
  va_end(args);
  return length;
}

void
rcv_lv2_plugin_take_log(RcvLv2Plugin* const plugin,
                        char* const         text,
                        const size_t        size)
{
  pthread_mutex_lock(&plugin->log_lock);
  snprintf(text, size, "%s", plugin->log_text);
  plugin->log_text[0] = '\0';
  pthread_mutex_unlock(&plugin->log_lock);
}

static void
add_option(LV2_Options_Option* const option,
           RcvLv2Host* const         host,
           const char* const         key,
           const void* const         value,
           const LV2_URID            type)
{
  // Every option is a 32-bit number
  option->context = LV2_OPTIONS_INSTANCE;
  option->subject = 0U;
  option->key     = rcv_lv2_host_map(host, key);
  option->size    = sizeof(int32_t);
  option->type    = type;
  option->value   = value;
}

static void
fill_options(RcvLv2Plugin* const plugin)
{
  RcvLv2Host* const         host    = plugin->host;
  const RcvLv2Urids* const  urids   = &host->urids;
  const int32_t* const      blocks  = plugin->option_blocks;
  LV2_Options_Option* const options = plugin->options;

  plugin->option_rate      = (float)plugin->settings.rate_hz;
  plugin->option_blocks[0] = 1;
  plugin->option_blocks[1] = (int32_t)plugin->settings.max_block;
  plugin->option_blocks[2] = (int32_t)plugin->settings.nominal_block;
  plugin->option_blocks[3] = RCV_LV2_ATOM_BYTES;

  add_option(&options[0],
             host,
             LV2_PARAMETERS__sampleRate,
             &plugin->option_rate,
             urids->atom_Float);

  static const char* const keys[] = {
    LV2_BUF_SIZE__minBlockLength,
    LV2_BUF_SIZE__maxBlockLength,
    LV2_BUF_SIZE__nominalBlockLength,
    LV2_BUF_SIZE__sequenceSize,
  };
  for (size_t i = 0U; i < 4U; ++i) {
    add_option(&options[1U + i], host, keys[i], &blocks[i], urids->atom_Int);
  }
  memset(&options[5], 0, sizeof(options[5]));
}

static void
add_feature(RcvLv2Plugin* const plugin, const char* const uri, void* const data)
{
  size_t n = 0U;
  while (plugin->feature_list[n]) {
    ++n;
  }
  plugin->features[n].URI  = uri;
  plugin->features[n].data = data;
  plugin->feature_list[n]  = &plugin->features[n];
}

void
rcv_lv2_features_init(RcvLv2Plugin* const plugin)
{
  plugin->log.handle  = plugin;
  plugin->log.printf  = log_printf;
  plugin->log.vprintf = log_vprintf;
  fill_options(plugin);

  add_feature(plugin, LV2_URID__map, &plugin->host->map);
  add_feature(plugin, LV2_URID__unmap, &plugin->host->unmap);
  add_feature(plugin, LV2_OPTIONS__options, plugin->options);
  add_feature(plugin, LV2_WORKER__schedule, &plugin->schedule);
  add_feature(plugin, LV2_LOG__log, &plugin->log);
  add_feature(plugin, LV2_BUF_SIZE__boundedBlockLength, NULL);
  add_feature(plugin, LV2_STATE__loadDefaultState, NULL);
  add_feature(plugin, LV2_STATE__threadSafeRestore, NULL);
}

RcvStatus
rcv_lv2_plugin_set_max_block(RcvLv2Plugin* const plugin,
                             const uint32_t      max_block,
                             RcvError* const     error)
{
  const LV2_Options_Interface* const interface =
    (const LV2_Options_Interface*)lilv_instance_get_extension_data(
      plugin->instance, LV2_OPTIONS__interface);
  if (!interface || !interface->set) {
    return rcv_error_set(error,
                         RCV_UNSUPPORTED,
                         "%s: has no options interface; make a new instance",
                         plugin->info.uri);
  }

  plugin->settings.max_block = max_block;
  plugin->option_blocks[1]   = (int32_t)max_block;

  const LV2_Options_Option options[] = {plugin->options[2], plugin->options[5]};
  const uint32_t           result =
    interface->set(lilv_instance_get_handle(plugin->instance), options);
  return result ? rcv_error_set(error,
                                RCV_UNSUPPORTED,
                                "%s: refused maxBlockLength %u (code %u)",
                                plugin->info.uri,
                                max_block,
                                result)
                : RCV_OK;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/load.h"

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/voice.h"
#include "plugin/latest.h"
#include "plugin/ports.h"
#include "plugin/recurve_plugin.h"

#include <lv2/log/logger.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/// Read the file; return its voice, or NULL, and what is to be said of it
static RcvVoice*
load_voice(RcvPlugin* const     plugin,
           const char* const    path,
           RcvPlayStatus* const status)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_load(path, &error);
  RcvVoice*       voice = NULL;
  if (model) {
    const double model_rate_hz = model->info.rate_hz;

    *status = RCV_STATUS_PLAYING;
    voice   = rcv_model_voice_new(
      model, plugin->n_channels, plugin->rate_hz, 1, &error);
    if (voice && voice->is_resampled) {
      *status = RCV_STATUS_RESAMPLED;
      lv2_log_note(&plugin->logger,
                   "%s: plays at its own %g Hz, resampled from and to %g Hz, "
                   "%u frames late\n",
                   path,
                   model_rate_hz,
                   plugin->rate_hz,
                   voice->latency_frames);
    }
  }
  if (!voice) {
    *status =
      error.status == RCV_NO_FILE ? RCV_STATUS_MISSING : RCV_STATUS_REFUSED;
    lv2_log_error(&plugin->logger,
                  "%s%s%s\n",
                  model ? path : "", // Else it is in the message
                  model ? ": " : "",
                  error.message);
  }

  rcv_model_free(model);
  return voice;
}

/// Give the news to the audio thread; what it has not taken yet is merged in
static void
publish(RcvPlugin* const plugin, RcvVoice* voice, const RcvPlayStatus status)
{
  const bool     retracted = rcv_latest_retract(&plugin->news_latest);
  RcvNews* const news      = &plugin->news[plugin->news_latest.back];
  if (retracted && !voice) {
    voice = news->voice; // The load before succeeded, so this is to be played
  } else if (retracted) {
    rcv_model_voice_free(news->voice);
  }

  news->voice      = voice;
  news->status     = status;
  news->n_answered = plugin->n_answered;
  memcpy(news->path, plugin->path, sizeof(news->path));
  rcv_latest_publish(&plugin->news_latest);
}

void
rcv_plugin_load(RcvPlugin* const  plugin,
                const char* const path,
                const uint32_t    n_answered,
                const bool        keeps_path)
{
  pthread_mutex_lock(&plugin->loading);

  RcvPlayStatus   status = RCV_STATUS_NO_MODEL;
  RcvVoice* const voice  = load_voice(plugin, path, &status);
  if (voice || keeps_path) {
    pthread_mutex_lock(&plugin->lock);
    memset(plugin->path, 0, sizeof(plugin->path));
    memcpy(plugin->path, path, strlen(path));
    pthread_mutex_unlock(&plugin->lock);
  }
  if (n_answered) {
    plugin->n_answered = n_answered;
  }
  publish(plugin, voice, status);

  pthread_mutex_unlock(&plugin->loading);
}

void
rcv_plugin_free_waste(RcvPlugin* const plugin)
{
  RcvVoice* voice =
    atomic_exchange_explicit(&plugin->waste, NULL, memory_order_acquire);
  while (voice) {
    RcvVoice* const next = voice->next;
    rcv_model_voice_free(voice);
    voice = next;
  }
}

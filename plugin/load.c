// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/load.h"

#include "dsp/model/choice.h"
#include "dsp/model/error.h"
#include "dsp/model/knobs.h"
#include "dsp/model/model.h"
#include "dsp/voice.h"
#include "plugin/latest.h"
#include "plugin/ports.h"
#include "plugin/recurve_plugin.h"

#include <lv2/log/logger.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/// Say how a model plays at another rate than its own, and why
static void
log_way(RcvPlugin* const       plugin,
        const RcvModel* const  model,
        const char* const      path,
        const RcvVoice* const  voice,
        const RcvChoice* const choice)
{
  const double own_hz =
    isnan(model->info.rate_hz) ? plugin->rate_hz : model->info.rate_hz;
  if (voice->is_resampled) {
    lv2_log_note(&plugin->logger,
                 "%s: plays at %u times its own %g Hz, resampled from and to "
                 "%g Hz, %u frames late\n",
                 path,
                 voice->oversample,
                 own_hz,
                 plugin->rate_hz,
                 voice->latency_frames);
  } else if (choice->way != RCV_WAY_RESAMPLED) {
    lv2_log_note(&plugin->logger,
                 "%s: made for %g Hz, plays at %g Hz, not resampled and not "
                 "late\n",
                 path,
                 own_hz,
                 plugin->rate_hz);
  }
  if (choice->is_measured) {
    lv2_log_note(&plugin->logger,
                 "%s: SNR %.1f dB without latency (%s), %.1f dB resampled\n",
                 path,
                 choice->direct_snr_db,
                 choice->is_stable ? "stable" : "unstable",
                 choice->resampled_snr_db);
  }
}

/**
   Make a model's voice, as the audio thread wants it now, and note that if
   there is one: else what plays is as it was.

   @param status Set, if there is a voice.
   @return The voice, or NULL; then the error says why.
*/
static RcvVoice*
make_voice(RcvPlugin* const      plugin,
           const RcvModel* const model,
           const char* const     path,
           RcvPlayStatus* const  status,
           RcvError* const       error)
{
  const uint32_t oversample =
    atomic_load_explicit(&plugin->oversample, memory_order_acquire);
  const uint32_t low_latency =
    atomic_load_explicit(&plugin->low_latency, memory_order_acquire);

  RcvChoice       choice = {0};
  RcvVoice* const voice  = rcv_choice_voice_new(model,
                                               plugin->n_channels,
                                               plugin->rate_hz,
                                               oversample,
                                               low_latency,
                                               &choice,
                                               error);
  if (voice) {
    *status = voice->is_foreign ? RCV_STATUS_RESAMPLED : RCV_STATUS_PLAYING;
    plugin->oversample_made  = oversample;
    plugin->low_latency_made = low_latency;
    log_way(plugin, model, path, voice, &choice);
  }
  return voice;
}

/// Read the file; return its voice and keep its model, or return NULL
static RcvVoice*
load_voice(RcvPlugin* const     plugin,
           const char* const    path,
           RcvPlayStatus* const status)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_load(path, &error);
  RcvVoice* const voice =
    model ? make_voice(plugin, model, path, status, &error) : NULL;
  if (voice) {
    rcv_model_free(plugin->model);
    plugin->model = model;
    snprintf(plugin->model_path, sizeof(plugin->model_path), "%s", path);
    return voice;
  }

  *status =
    error.status == RCV_NO_FILE ? RCV_STATUS_MISSING : RCV_STATUS_REFUSED;
  lv2_log_error(&plugin->logger,
                "%s%s%s\n",
                model ? path : "", // Else it is in the message
                model ? ": " : "",
                error.message);
  rcv_model_free(model);
  return NULL;
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

/// Say which knobs of a file have changed since its state was saved
static void
compare_knobs(RcvPlugin* const      plugin,
              const char* const     path,
              const RcvKnobs* const saved,
              const RcvKnobs* const now)
{
  for (uint32_t k = 0; k < saved->n; ++k) {
    const char* const name = saved->items[k].name;
    if (k >= now->n) {
      lv2_log_warning(&plugin->logger,
                      "%s: has no knob_%u any more, which was \"%s\" when the "
                      "state was saved\n",
                      path,
                      k + 1,
                      name);
    } else if (strcmp(name, now->items[k].name) != 0) {
      lv2_log_warning(&plugin->logger,
                      "%s: knob_%u is \"%s\", and was \"%s\" when the state "
                      "was saved\n",
                      path,
                      k + 1,
                      now->items[k].name,
                      name);
    }
  }
}

void
rcv_plugin_load(RcvPlugin* const      plugin,
                const char* const     path,
                const uint32_t        n_answered,
                const RcvKnobs* const saved_knobs)
{
  pthread_mutex_lock(&plugin->loading);

  RcvPlayStatus   status = RCV_STATUS_NO_MODEL;
  RcvVoice* const voice  = load_voice(plugin, path, &status);
  if (voice || saved_knobs) {
    const RcvKnobs knobs =
      voice ? rcv_knobs_of_model(plugin->model) : *saved_knobs;

    pthread_mutex_lock(&plugin->lock);
    memset(plugin->path, 0, sizeof(plugin->path));
    memcpy(plugin->path, path, strlen(path));
    plugin->knobs = knobs;
    pthread_mutex_unlock(&plugin->lock);
    if (voice && saved_knobs) {
      compare_knobs(plugin, path, saved_knobs, &knobs);
    }
  }
  if (n_answered) {
    plugin->n_answered = n_answered;
  }
  plugin->load_status = status;
  publish(plugin, voice, status);

  pthread_mutex_unlock(&plugin->loading);
}

bool
rcv_plugin_follow_ports(RcvPlugin* const plugin)
{
  pthread_mutex_lock(&plugin->loading);

  const uint32_t oversample =
    atomic_load_explicit(&plugin->oversample, memory_order_acquire);
  const uint32_t low_latency =
    atomic_load_explicit(&plugin->low_latency, memory_order_acquire);
  const bool follows = plugin->oversample_made != oversample ||
                       plugin->low_latency_made != low_latency;
  if (follows && plugin->model) {
    RcvError        error  = {RCV_OK, ""};
    RcvPlayStatus   status = RCV_STATUS_NO_MODEL;
    RcvVoice* const voice =
      make_voice(plugin, plugin->model, plugin->model_path, &status, &error);
    if (voice) {
      // A file that was missing or refused before is so still
      const bool failed = plugin->load_status == RCV_STATUS_MISSING ||
                          plugin->load_status == RCV_STATUS_REFUSED;
      publish(plugin, voice, failed ? plugin->load_status : status);
    } else {
      lv2_log_error(&plugin->logger,
                    "%s: cannot be played otherwise: %s\n",
                    plugin->model_path,
                    error.message);
      plugin->oversample_made  = oversample; // Not tried again
      plugin->low_latency_made = low_latency;
    }
  }

  pthread_mutex_unlock(&plugin->loading);
  return follows;
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

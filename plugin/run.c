// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// All that the audio thread enters.  What is not static is named in
// plugin/recurve_plugin.h.

#include "dsp/player.h"
#include "dsp/realtime.h"
#include "dsp/voice.h"
#include "plugin/cycles.h"
#include "plugin/latest.h"
#include "plugin/messages.h"
#include "plugin/ports.h"
#include "plugin/recurve_plugin.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/worker/worker.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Models that come and go */

/// Take what came out of a load, if something did
RCV_REALTIME static void
take_news(RcvPlugin* const plugin)
{
  if (!rcv_latest_take(&plugin->news_latest)) {
    return;
  }

  const RcvNews* const news = &plugin->news[plugin->news_latest.front];
  if (news->voice) {
    rcv_player_set_voice(plugin->player, news->voice);
  }
  plugin->status    = news->status;
  plugin->owes_path = true; // Also after a failure: what plays is the old file
}

/// Give the voices that the player is done with to whoever frees them
RCV_REALTIME static void
give_waste(RcvPlugin* const plugin)
{
  RcvVoice* voice = NULL;
  while ((voice = rcv_player_take_retired(plugin->player))) {
    // Only this thread adds and the others always take all, so what is taken
    // back here is the whole list
    voice->next =
      atomic_exchange_explicit(&plugin->waste, NULL, memory_order_acquire);
    atomic_store_explicit(&plugin->waste, voice, memory_order_release);
    plugin->wants_work = true;
  }
}

/// Tell the worker to look; if there is no room for that, in the next block
RCV_REALTIME static void
call_worker(RcvPlugin* const plugin)
{
  const LV2_Worker_Schedule* const schedule = &plugin->schedule;
  if (plugin->wants_work && schedule->schedule_work) {
    const uint32_t message = 0;

    plugin->wants_work =
      schedule->schedule_work(schedule->handle, sizeof(message), &message) !=
      LV2_WORKER_SUCCESS;
  }
}

LV2_Worker_Status
rcv_plugin_work_response(LV2_Handle        instance,
                         const uint32_t    size,
                         const void* const body)
{
  (void)size;
  (void)body;
  take_news((RcvPlugin*)instance);
  return LV2_WORKER_SUCCESS;
}

/* Messages */

/// The message cannot be used: the worker shall log why
RCV_REALTIME static void
complain(RcvPlugin* const plugin, const unsigned complaint)
{
  atomic_fetch_or_explicit(
    &plugin->complaints, complaint, memory_order_relaxed);
  plugin->wants_work = true;
}

/// Ask the worker for a file; of several before it looks, it sees the last
RCV_REALTIME static void
request(RcvPlugin* const plugin, const RcvMessage* const message)
{
  if (!message->length) {
    complain(plugin, RCV_COMPLAINT_EMPTY);
  } else if (message->length > RCV_MAX_PATH) {
    complain(plugin, RCV_COMPLAINT_TOO_LONG);
    plugin->status = RCV_STATUS_REFUSED;
  } else if (!plugin->schedule.schedule_work) {
    plugin->status = RCV_STATUS_REFUSED; // Said so in the log at the start
  } else {
    RcvRequest* const slot = &plugin->requests[plugin->requests_latest.back];

    slot->number = ++plugin->n_requests;
    memcpy(slot->path, message->path, message->length);
    slot->path[message->length] = '\0';
    rcv_latest_publish(&plugin->requests_latest);
    plugin->wants_work = true;
  }
}

RCV_REALTIME static void
read_messages(RcvPlugin* const plugin)
{
  const LV2_Atom_Sequence* const control = plugin->control;
  if (!control || control->atom.type != plugin->uris.atom_Sequence) {
    return;
  }

  const size_t end = sizeof(LV2_Atom) + (size_t)control->atom.size;
  LV2_ATOM_SEQUENCE_FOREACH(control, event)
  {
    const size_t start = (size_t)((const char*)event - (const char*)control);
    if (end - start < sizeof(LV2_Atom_Event) ||
        end - start < sizeof(LV2_Atom_Event) + (size_t)event->body.size) {
      break; // It does not lie within the sequence, and neither does the next
    }
    const RcvMessage message = rcv_message_read(&plugin->uris, &event->body);
    switch (message.kind) {
    case RCV_MESSAGE_OTHER:
      break;
    case RCV_MESSAGE_GET:
      plugin->owes_path = true;
      break;
    case RCV_MESSAGE_SET:
      request(plugin, &message);
      break;
    case RCV_MESSAGE_SET_OTHER:
      complain(plugin, RCV_COMPLAINT_TYPE);
      plugin->status = RCV_STATUS_REFUSED;
      break;
    }
  }
}

/// Send the current path if it is owed; without one there is nothing to send
RCV_REALTIME static void
write_messages(RcvPlugin* const plugin)
{
  LV2_Atom_Sequence* const notify = plugin->notify;
  if (!notify) {
    return;
  }

  const uint32_t       capacity = notify->atom.size;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_set_buffer(&plugin->forge, (uint8_t*)notify, capacity);
  if (!lv2_atom_forge_sequence_head(&plugin->forge, &frame, 0)) {
    return;
  }

  const char* const path = plugin->news[plugin->news_latest.front].path;
  if (plugin->owes_path && path[0]) {
    const uint32_t length = (uint32_t)strlen(path);
    const uint32_t room   = capacity - (uint32_t)sizeof(LV2_Atom_Sequence);
    if (rcv_message_size(length) <= room) { // Else in a later block
      rcv_message_write(&plugin->forge, &plugin->uris, path, length);
      plugin->owes_path = false;
    }
  } else {
    plugin->owes_path = false;
  }
  lv2_atom_forge_pop(&plugin->forge, &frame);
}

/* Ports */

/// Read the input values; NaN leaves a value as it was
RCV_REALTIME static void
read_values(RcvPlugin* const plugin)
{
  for (unsigned i = 0; i < RCV_N_VALUES; ++i) {
    const RcvValueInfo info = rcv_value_info((RcvValue)i);
    const float* const port = plugin->value_ports[i];
    if (info.is_input && port) {
      const float value = *port;
      if (value <= info.min) {
        plugin->values[i] = info.min;
      } else if (value >= info.max) {
        plugin->values[i] = info.max;
      } else if (value > info.min) {
        plugin->values[i] = value;
      }
    }
  }
  for (unsigned k = 0; k < RCV_N_KNOB_PORTS; ++k) {
    atomic_store_explicit(&plugin->knob_values[k],
                          plugin->values[RCV_VALUE_KNOB_1 + k],
                          memory_order_relaxed);
  }
}

/// Ask the worker for a voice that is made as the ports now say
RCV_REALTIME static void
request_voice(RcvPlugin* const plugin)
{
  const uint32_t low = plugin->values[RCV_VALUE_LOW_LATENCY] > 0.0f ? 1U : 0U;
  if (low != atomic_load_explicit(&plugin->low_latency, memory_order_relaxed)) {
    atomic_store_explicit(&plugin->low_latency, low, memory_order_release);
    plugin->wants_work = true;
  }

  const float    value  = plugin->values[RCV_VALUE_OVERSAMPLE];
  const uint32_t wanted = value < 2.0f ? 1U : value < 4.0f ? 2U : 4U;
  if (wanted !=
      atomic_load_explicit(&plugin->oversample, memory_order_relaxed)) {
    atomic_store_explicit(&plugin->oversample, wanted, memory_order_release);
    plugin->wants_work = true;
  }
}

/// What the values say to the player.  In its place, since as a struct that is
/// returned and copied it took a seventh of an idle block.
RCV_REALTIME static void
read_controls(RcvPlugin* const plugin)
{
  const float* const values   = plugin->values;
  RcvControls* const controls = &plugin->controls;

  controls->enabled        = values[RCV_VALUE_ENABLED] > 0.0f;
  controls->normalize      = values[RCV_VALUE_NORMALIZE] > 0.0f;
  controls->input_gain_db  = values[RCV_VALUE_INPUT_GAIN];
  controls->output_gain_db = values[RCV_VALUE_OUTPUT_GAIN];
  controls->mix            = values[RCV_VALUE_MIX] / 100.0f;
  for (unsigned k = 0; k < RCV_N_KNOB_PORTS; ++k) {
    controls->knobs[k] = values[RCV_VALUE_KNOB_1 + k];
  }
}

RCV_REALTIME static void
write_value(RcvPlugin* const plugin, const RcvValue value, const float number)
{
  plugin->values[value] = number;
  if (plugin->value_ports[value]) {
    *plugin->value_ports[value] = number;
  }
}

RCV_REALTIME static void
write_values(RcvPlugin* const plugin,
             const uint64_t   start_cycles,
             const uint32_t   n_frames)
{
  const RcvNews* const news   = &plugin->news[plugin->news_latest.front];
  const bool           loads  = news->n_answered != plugin->n_requests;
  const RcvPlayStatus  status = loads ? RCV_STATUS_LOADING : plugin->status;
  write_value(plugin, RCV_VALUE_STATUS, (float)status);
  write_value(
    plugin, RCV_VALUE_LATENCY, (float)rcv_player_latency(plugin->player));

  float        load  = plugin->values[RCV_VALUE_LOAD];
  const double block = (double)n_frames * plugin->cycles_per_frame;
  if (block > 0.0) {
    const uint64_t cycles  = rcv_cycles_now() - start_cycles;
    const double   percent = 100.0 * (double)cycles / block;

    load = percent < 100.0 ? (float)percent : 100.0f;
  }
  write_value(plugin, RCV_VALUE_LOAD, load);
}

RCV_REALTIME static bool
has_audio(const RcvPlugin* const plugin)
{
  bool connected = true;
  for (uint32_t c = 0; c < plugin->n_channels; ++c) {
    connected = connected && plugin->in[c] && plugin->out[c];
  }
  return connected;
}

void
rcv_plugin_run(LV2_Handle instance, const uint32_t n_frames)
{
  const uint64_t   start_cycles = rcv_cycles_now();
  RcvPlugin* const plugin       = (RcvPlugin*)instance;

  take_news(plugin);
  read_messages(plugin);
  read_values(plugin);
  request_voice(plugin);

  read_controls(plugin);
  if (has_audio(plugin)) {
    rcv_player_run(
      plugin->player, &plugin->controls, plugin->in, plugin->out, n_frames);
  }

  give_waste(plugin);
  call_worker(plugin);
  write_messages(plugin);
  write_values(plugin, start_cycles, n_frames);
}

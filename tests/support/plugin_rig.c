// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/plugin_rig.h"

#include "dsp/voice.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/patch/patch.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static LV2_URID
map_uri(LV2_URID_Map_Handle handle, const char* const uri)
{
  RcvRig* const rig = (RcvRig*)handle;
  for (uint32_t i = 0; i < rig->n_uris; ++i) {
    if (!strcmp(rig->uris[i], uri)) {
      return i + 1U;
    }
  }
  assert_true(rig->n_uris < RCV_RIG_MAX_URIS);
  rig->uris[rig->n_uris] = strdup(uri);
  return ++rig->n_uris;
}

LV2_URID
rcv_rig_map(RcvRig* const rig, const char* const uri)
{
  return map_uri(rig, uri);
}

__attribute__((format(printf, 3, 0))) static int
log_vprintf(LV2_Log_Handle    handle,
            const LV2_URID    type,
            const char* const format,
            va_list           args)
{
  (void)type;
  RcvRig* const rig = (RcvRig*)handle;
  pthread_mutex_lock(&rig->log_lock);
  const size_t used = strlen(rig->log);
  const int    length =
    vsnprintf(rig->log + used, sizeof(rig->log) - used, format, args);
  pthread_mutex_unlock(&rig->log_lock);
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

static LV2_Worker_Status
schedule_work(LV2_Worker_Schedule_Handle handle,
              const uint32_t             size,
              const void* const          data)
{
  // What the message says is of no importance to this plugin
  (void)size;
  (void)data;
  RcvRig* const rig = (RcvRig*)handle;
  if (rig->refuses_work || rig->n_scheduled == RCV_RIG_MAX_PENDING) {
    ++rig->n_refused;
    return LV2_WORKER_ERR_NO_SPACE;
  }
  ++rig->n_scheduled;
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle,
        const uint32_t            size,
        const void* const         data)
{
  (void)data;
  RcvRig* const rig = (RcvRig*)handle;
  assert_int_equal(size, 0);
  if (rig->drops_responses) {
    return LV2_WORKER_ERR_NO_SPACE;
  }
  ++rig->n_responses;
  return LV2_WORKER_SUCCESS;
}

static LV2_Atom_Sequence*
control_of(const RcvRig* const rig)
{
  return (LV2_Atom_Sequence*)(void*)rig->control;
}

static void
empty_control(RcvRig* const rig)
{
  LV2_Atom_Sequence* const control = control_of(rig);

  control->atom.type = rcv_rig_map(rig, LV2_ATOM__Sequence);
  control->atom.size = sizeof(LV2_Atom_Sequence_Body);
  control->body.unit = control->body.pad = 0;
}

RcvRig*
rcv_rig_new(const char* const uri, const double rate_hz, const bool has_worker)
{
  RcvRig* const rig = (RcvRig*)calloc(1, sizeof(RcvRig));
  assert_non_null(rig);
  rig->control = (uint64_t*)calloc(1, RCV_RIG_ATOM_BYTES);
  rig->notify  = (uint64_t*)calloc(1, RCV_RIG_ATOM_BYTES);
  assert_true(rig->control && rig->notify);

  rig->n_channels             = strcmp(uri, RCV_URI_STEREO) ? 1 : 2;
  rig->notify_bytes           = 8192;
  rig->map.handle             = rig;
  rig->map.map                = map_uri;
  rig->logger.handle          = rig;
  rig->logger.printf          = log_printf;
  rig->logger.vprintf         = log_vprintf;
  rig->schedule.handle        = rig;
  rig->schedule.schedule_work = schedule_work;
  pthread_mutex_init(&rig->log_lock, NULL);
  empty_control(rig);

  const LV2_Feature  map        = {LV2_URID__map, &rig->map};
  const LV2_Feature  logger     = {LV2_LOG__log, &rig->logger};
  const LV2_Feature  schedule   = {LV2_WORKER__schedule, &rig->schedule};
  const LV2_Feature* features[] = {
    &map, &logger, has_worker ? &schedule : NULL, NULL};

  rig->descriptor = lv2_descriptor(rig->n_channels - 1U);
  assert_non_null(rig->descriptor);
  assert_string_equal(rig->descriptor->URI, uri);
  rig->handle = rig->descriptor->instantiate(
    rig->descriptor, rate_hz, "/nowhere", features);
  assert_non_null(rig->handle);

  rig->descriptor->connect_port(rig->handle, RCV_PORT_CONTROL, rig->control);
  rig->descriptor->connect_port(rig->handle, RCV_PORT_NOTIFY, rig->notify);
  for (unsigned i = 0; i < RCV_N_VALUES; ++i) {
    rig->values[i] = rcv_value_info((RcvValue)i).value;
    rig->descriptor->connect_port(rig->handle,
                                  rcv_value_port((RcvValue)i, rig->n_channels),
                                  &rig->values[i]);
  }
  rig->descriptor->activate(rig->handle);
  return rig;
}

void
rcv_rig_free(RcvRig* const rig)
{
  rig->descriptor->cleanup(rig->handle);
  pthread_mutex_destroy(&rig->log_lock);
  for (uint32_t i = 0; i < rig->n_uris; ++i) {
    free(rig->uris[i]);
  }
  free(rig->control);
  free(rig->notify);
  free(rig);
}

/// Read the paths that came out
static void
read_notify(RcvRig* const rig)
{
  LV2_Atom_Sequence* const notify = (LV2_Atom_Sequence*)(void*)rig->notify;
  const LV2_URID           set    = rcv_rig_map(rig, LV2_PATCH__Set);
  const LV2_URID           value  = rcv_rig_map(rig, LV2_PATCH__value);
  const LV2_URID           key    = rcv_rig_map(rig, LV2_PATCH__property);

  rig->n_paths = 0;
  if (notify->atom.type != rcv_rig_map(rig, LV2_ATOM__Sequence)) {
    return; // No room for even that
  }
  LV2_ATOM_SEQUENCE_FOREACH(notify, event)
  {
    const LV2_Atom_Object* const object =
      (const LV2_Atom_Object*)(const void*)&event->body;
    const LV2_Atom*      path     = NULL;
    const LV2_Atom_URID* property = NULL;
    assert_int_equal(object->body.otype, set);
    lv2_atom_object_get(object, value, &path, key, &property, 0);
    assert_true(path && property);
    assert_int_equal(path->type, rcv_rig_map(rig, LV2_ATOM__Path));
    assert_int_equal(property->body, rcv_rig_map(rig, RCV_URI_MODEL));
    assert_true(path->size <= sizeof(rig->path));
    memcpy(rig->path, LV2_ATOM_BODY_CONST(path), path->size);
    assert_int_equal(strlen(rig->path) + 1U, path->size);
    ++rig->n_paths;
  }
}

void
rcv_rig_run(RcvRig* const             rig,
            const float* const* const in,
            float* const* const       out,
            const uint32_t            n_frames)
{
  for (uint32_t c = 0; c < RCV_MAX_CHANNELS && c < rig->n_channels; ++c) {
    // The interface takes inputs without const, but may not write to them
    union {
      const float* in;
      void*        port;
    } buffer = {in[c]};

    rig->descriptor->connect_port(rig->handle, RCV_PORT_AUDIO + c, buffer.port);
    rig->descriptor->connect_port(
      rig->handle, RCV_PORT_AUDIO + rig->n_channels + c, out[c]);
  }

  LV2_Atom_Sequence* const notify = (LV2_Atom_Sequence*)(void*)rig->notify;
  notify->atom.type               = rcv_rig_map(rig, LV2_ATOM__Chunk);
  notify->atom.size               = rig->notify_bytes;

  if (rig->before_run) {
    rig->before_run();
  }
  rig->descriptor->run(rig->handle, n_frames);
  if (rig->after_run) {
    rig->after_run();
  }

  empty_control(rig);
  read_notify(rig);
}

void
rcv_rig_run_mono(RcvRig* const      rig,
                 const float* const in,
                 float* const       out,
                 const uint32_t     n_frames)
{
  static float second[RCV_RIG_MAX_FRAMES];
  assert_true(n_frames <= RCV_RIG_MAX_FRAMES);

  const float* const ins[RCV_MAX_CHANNELS]  = {in, in};
  float* const       outs[RCV_MAX_CHANNELS] = {out, second};
  rcv_rig_run(rig, ins, outs, n_frames);
}

void
rcv_rig_idle(RcvRig* const rig, const uint32_t n_frames)
{
  static float silence[RCV_RIG_MAX_FRAMES];
  static float out[RCV_RIG_MAX_FRAMES];
  rcv_rig_run_mono(rig, silence, out, n_frames);
}

void
rcv_rig_work(RcvRig* const rig)
{
  const LV2_Worker_Interface* const worker =
    (const LV2_Worker_Interface*)rig->descriptor->extension_data(
      LV2_WORKER__interface);

  while (rig->n_scheduled) {
    const uint32_t message = 0;
    --rig->n_scheduled;
    ++rig->n_worked;
    assert_int_equal(
      worker->work(rig->handle, respond, rig, sizeof(message), &message),
      LV2_WORKER_SUCCESS);
  }
  while (rig->n_responses) {
    --rig->n_responses;
    worker->work_response(rig->handle, 0, NULL);
  }
}

void
rcv_rig_send(RcvRig* const     rig,
             const char* const type,
             const char* const subject,
             const char* const property,
             const char* const value_type,
             const void* const value,
             const uint32_t    size)
{
  uint64_t* const      bytes = (uint64_t*)calloc(1, RCV_RIG_ATOM_BYTES);
  LV2_Atom_Forge       forge;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_init(&forge, &rig->map);
  lv2_atom_forge_set_buffer(&forge, (uint8_t*)bytes, RCV_RIG_ATOM_BYTES);
  lv2_atom_forge_frame_time(&forge, 0);
  lv2_atom_forge_object(&forge, &frame, 0, rcv_rig_map(rig, type));
  if (subject) {
    lv2_atom_forge_key(&forge, rcv_rig_map(rig, LV2_PATCH__subject));
    lv2_atom_forge_urid(&forge, rcv_rig_map(rig, subject));
  }
  if (property) {
    lv2_atom_forge_key(&forge, rcv_rig_map(rig, LV2_PATCH__property));
    lv2_atom_forge_urid(&forge, rcv_rig_map(rig, property));
  }
  if (value_type) {
    lv2_atom_forge_key(&forge, rcv_rig_map(rig, LV2_PATCH__value));
    lv2_atom_forge_atom(&forge, size, rcv_rig_map(rig, value_type));
    assert_true(!size || lv2_atom_forge_write(&forge, value, size));
  }
  lv2_atom_forge_pop(&forge, &frame);
  assert_non_null(
    lv2_atom_sequence_append_event(control_of(rig),
                                   RCV_RIG_ATOM_BYTES - sizeof(LV2_Atom),
                                   (const LV2_Atom_Event*)(const void*)bytes));
  free(bytes);
}

void
rcv_rig_send_path(RcvRig* const rig, const char* const path)
{
  rcv_rig_send(rig,
               LV2_PATCH__Set,
               NULL,
               RCV_URI_MODEL,
               LV2_ATOM__Path,
               path,
               (uint32_t)strlen(path) + 1U);
}

RcvPlayStatus
rcv_rig_status(const RcvRig* const rig)
{
  return (RcvPlayStatus)rig->values[RCV_VALUE_STATUS];
}

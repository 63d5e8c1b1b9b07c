// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/lv2_host_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// A plugin that schedules from each response could go on for ever
enum { MAX_ROUNDS = 64 };

static void
copy_in(RcvLv2Ring* const ring,
        const size_t      at,
        const void* const data,
        const size_t      size)
{
  const size_t start = at % RCV_LV2_RING_BYTES;
  const size_t room  = RCV_LV2_RING_BYTES - start;
  const size_t first = size < room ? size : room;
  if (size) {
    memcpy(ring->bytes + start, data, first);
    memcpy(ring->bytes, (const uint8_t*)data + first, size - first);
  }
}

static void
copy_out(const RcvLv2Ring* const ring,
         const size_t            at,
         void* const             data,
         const size_t            size)
{
  const size_t start = at % RCV_LV2_RING_BYTES;
  const size_t room  = RCV_LV2_RING_BYTES - start;
  const size_t first = size < room ? size : room;
  memcpy(data, ring->bytes + start, first);
  memcpy((uint8_t*)data + first, ring->bytes, size - first);
}

static bool
ring_write(RcvLv2Ring* const ring, const uint32_t size, const void* const data)
{
  const size_t head =
    atomic_load_explicit(&ring->n_written, memory_order_relaxed);
  const size_t tail = atomic_load_explicit(&ring->n_read, memory_order_acquire);
  const size_t room = RCV_LV2_RING_BYTES - (head - tail);
  if (size > RCV_LV2_RING_BYTES || sizeof(size) + size > room) {
    return false;
  }

  copy_in(ring, head, &size, sizeof(size));
  copy_in(ring, head + sizeof(size), data, size);
  atomic_store_explicit(
    &ring->n_written, head + sizeof(size) + size, memory_order_release);
  return true;
}

/// Read one message into data [RCV_LV2_RING_BYTES]
static bool
ring_read(RcvLv2Ring* const ring, uint32_t* const size, void* const data)
{
  const size_t tail = atomic_load_explicit(&ring->n_read, memory_order_relaxed);
  const size_t head =
    atomic_load_explicit(&ring->n_written, memory_order_acquire);
  if (head == tail) {
    return false;
  }

  copy_out(ring, tail, size, sizeof(*size));
  copy_out(ring, tail + sizeof(*size), data, *size);
  atomic_store_explicit(
    &ring->n_read, tail + sizeof(*size) + *size, memory_order_release);
  return true;
}

/**
   Take a job.

   The plugin calls this from run(), so nothing but copying happens here: the
   thread is woken in rcv_lv2_worker_dispatch(), when run() is over.
*/
static LV2_Worker_Status
schedule_work(LV2_Worker_Schedule_Handle handle,
              const uint32_t             size,
              const void* const          data)
{
  RcvLv2Worker* const worker = (RcvLv2Worker*)handle;
  if (!worker->interface) {
    return LV2_WORKER_ERR_UNKNOWN;
  }
  if (!ring_write(&worker->jobs, size, data)) {
    return LV2_WORKER_ERR_NO_SPACE;
  }
  atomic_fetch_add(&worker->n_scheduled, 1U);
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle,
        const uint32_t            size,
        const void* const         data)
{
  RcvLv2Worker* const worker = &((RcvLv2Plugin*)handle)->worker;
  return ring_write(&worker->responses, size, data) ? LV2_WORKER_SUCCESS
                                                    : LV2_WORKER_ERR_NO_SPACE;
}

/// Do the jobs that are there
static void
do_jobs(RcvLv2Plugin* const plugin)
{
  RcvLv2Worker* const worker = &plugin->worker;
  uint32_t            size   = 0U;
  while (ring_read(&worker->jobs, &size, worker->job)) {
    worker->interface->work(lilv_instance_get_handle(plugin->instance),
                            respond,
                            plugin,
                            size,
                            worker->job);
    atomic_fetch_add(&worker->n_done, 1U);
  }
}

static void*
work_in_thread(void* const data)
{
  RcvLv2Plugin* const plugin = (RcvLv2Plugin*)data;
  while (!atomic_load(&plugin->worker.quit)) {
    while (sem_wait(&plugin->worker.wake) && errno == EINTR) {
    }
    do_jobs(plugin);
  }
  return NULL;
}

RcvStatus
rcv_lv2_worker_init(RcvLv2Plugin* const plugin, RcvError* const error)
{
  RcvLv2Worker* const worker = &plugin->worker;

  sem_init(&worker->wake, 0, 0U);
  plugin->schedule.handle        = worker;
  plugin->schedule.schedule_work = schedule_work;

  worker->jobs.bytes      = (uint8_t*)calloc(1, RCV_LV2_RING_BYTES);
  worker->responses.bytes = (uint8_t*)calloc(1, RCV_LV2_RING_BYTES);
  worker->job             = (uint8_t*)calloc(1, RCV_LV2_RING_BYTES);
  worker->response        = (uint8_t*)calloc(1, RCV_LV2_RING_BYTES);
  return worker->jobs.bytes && worker->responses.bytes && worker->job &&
             worker->response
           ? RCV_OK
           : rcv_error_set(error, RCV_NO_MEMORY, "out of memory");
}

RcvStatus
rcv_lv2_worker_start(RcvLv2Plugin* const plugin, RcvError* const error)
{
  RcvLv2Worker* const worker = &plugin->worker;

  const LV2_Worker_Interface* const interface =
    (const LV2_Worker_Interface*)lilv_instance_get_extension_data(
      plugin->instance, LV2_WORKER__interface);
  if (!interface || !interface->work) {
    return RCV_OK;
  }
  if (plugin->settings.worker == RCV_LV2_WORKER_THREAD) {
    worker->has_thread =
      !pthread_create(&worker->thread, NULL, work_in_thread, plugin);
    if (!worker->has_thread) {
      return rcv_error_set(
        error, RCV_NO_MEMORY, "cannot start a thread for the plugin's worker");
    }
  }
  worker->interface = interface;
  return RCV_OK;
}

/// Give the plugin the responses that are there, and return if there were any
static bool
deliver(RcvLv2Plugin* const plugin)
{
  RcvLv2Worker* const worker = &plugin->worker;
  uint32_t            size   = 0U;
  bool                any    = false;
  while (worker->interface &&
         ring_read(&worker->responses, &size, worker->response)) {
    if (worker->interface->work_response) {
      worker->interface->work_response(
        lilv_instance_get_handle(plugin->instance), size, worker->response);
    }
    any = true;
  }
  return any;
}

void
rcv_lv2_worker_dispatch(RcvLv2Plugin* const plugin)
{
  RcvLv2Worker* const worker = &plugin->worker;
  if (!worker->has_thread) {
    do_jobs(plugin);
    return;
  }

  const size_t n_scheduled = atomic_load(&worker->n_scheduled);
  if (worker->n_posted != n_scheduled) {
    worker->n_posted = n_scheduled;
    sem_post(&worker->wake);
  }
}

/// A response may schedule again, to have the old model freed for example
static void
exchange(RcvLv2Plugin* const plugin)
{
  unsigned round = 0U;
  do {
    rcv_lv2_worker_dispatch(plugin);
  } while (deliver(plugin) && ++round < MAX_ROUNDS);
}

void
rcv_lv2_worker_after_run(RcvLv2Plugin* const plugin)
{
  const LV2_Worker_Interface* const interface = plugin->worker.interface;

  exchange(plugin);
  if (interface && interface->end_run) {
    interface->end_run(lilv_instance_get_handle(plugin->instance));
  }
}

void
rcv_lv2_plugin_wait(RcvLv2Plugin* const plugin)
{
  static const struct timespec pause = {0, 200000};

  RcvLv2Worker* const worker = &plugin->worker;
  rcv_lv2_worker_dispatch(plugin);
  while (atomic_load(&worker->n_done) != atomic_load(&worker->n_scheduled)) {
    (void)nanosleep(&pause, NULL);
  }
}

void
rcv_lv2_worker_finish(RcvLv2Plugin* const plugin)
{
  RcvLv2Worker* const worker = &plugin->worker;
  if (worker->has_thread) {
    atomic_store(&worker->quit, true);
    sem_post(&worker->wake);
    pthread_join(worker->thread, NULL);
    worker->has_thread = false;
  }

  // What was responded is owed to the plugin, which may own memory by it
  exchange(plugin);
}

void
rcv_lv2_worker_clear(RcvLv2Plugin* const plugin)
{
  RcvLv2Worker* const worker = &plugin->worker;
  if (plugin->schedule.handle) {
    sem_destroy(&worker->wake);
  }
  free(worker->response);
  free(worker->job);
  free(worker->responses.bytes);
  free(worker->jobs.bytes);
}

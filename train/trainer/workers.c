// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/workers.h"

#include "dsp/denormals.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/// One thread besides the caller
typedef struct {
  RcvWorkers* workers;
  uint32_t    index;
  pthread_t   thread;
} Worker;

struct RcvWorkersImpl {
  uint32_t        n_threads;
  Worker*         others; // [n_threads − 1]
  uint32_t        n_started;
  pthread_mutex_t mutex; // Of all that follows
  pthread_cond_t  begin;
  pthread_cond_t  end;
  uint64_t        n_jobs; // Given so far
  uint32_t        n_busy; // Threads at the last job
  bool            quit;
  RcvTask         task;
  void*           job;
  uint32_t        n_tasks;
};

static void
do_tasks(const RcvWorkers* const workers, const uint32_t thread)
{
  for (uint32_t i = thread; i < workers->n_tasks; i += workers->n_threads) {
    workers->task(workers->job, i);
  }
}

static void*
work(void* const arg)
{
  const Worker* const worker  = arg;
  RcvWorkers* const   workers = worker->workers;
  uint64_t            n_done  = 0;

  rcv_denormals_off(); // The thread is ours
  pthread_mutex_lock(&workers->mutex);
  while (!workers->quit) {
    if (workers->n_jobs == n_done) {
      pthread_cond_wait(&workers->begin, &workers->mutex);
      continue;
    }
    n_done = workers->n_jobs;
    pthread_mutex_unlock(&workers->mutex);
    do_tasks(workers, worker->index);
    pthread_mutex_lock(&workers->mutex);
    if (--workers->n_busy == 0) {
      pthread_cond_signal(&workers->end);
    }
  }
  pthread_mutex_unlock(&workers->mutex);
  return NULL;
}

RcvWorkers*
rcv_workers_new(const uint32_t n_threads)
{
  RcvWorkers* const workers = calloc(1, sizeof(RcvWorkers));
  if (!workers) {
    return NULL;
  }

  workers->n_threads = n_threads;
  workers->others    = calloc(n_threads, sizeof(Worker));
  pthread_mutex_init(&workers->mutex, NULL);
  pthread_cond_init(&workers->begin, NULL);
  pthread_cond_init(&workers->end, NULL);
  for (uint32_t i = 1; workers->others && i < n_threads; ++i) {
    Worker* const worker = &workers->others[i - 1];

    worker->workers = workers;
    worker->index   = i;
    if (pthread_create(&worker->thread, NULL, work, worker)) {
      break;
    }
    ++workers->n_started;
  }
  if (!workers->others || workers->n_started != n_threads - 1) {
    rcv_workers_free(workers);
    return NULL;
  }
  return workers;
}

void
rcv_workers_free(RcvWorkers* const workers)
{
  if (!workers) {
    return;
  }

  pthread_mutex_lock(&workers->mutex);
  workers->quit = true;
  pthread_cond_broadcast(&workers->begin);
  pthread_mutex_unlock(&workers->mutex);
  for (uint32_t i = 0; i < workers->n_started; ++i) {
    pthread_join(workers->others[i].thread, NULL);
  }
  pthread_mutex_destroy(&workers->mutex);
  pthread_cond_destroy(&workers->begin);
  pthread_cond_destroy(&workers->end);
  free(workers->others);
  free(workers);
}

uint32_t
rcv_workers_n_threads(const RcvWorkers* const workers)
{
  return workers ? workers->n_threads : 1;
}

void
rcv_workers_run(RcvWorkers* const workers,
                const RcvTask     task,
                void* const       job,
                const uint32_t    n_tasks)
{
  if (!workers) {
    const uint64_t mode = rcv_denormals_off();
    for (uint32_t i = 0; i < n_tasks; ++i) {
      task(job, i);
    }
    rcv_denormals_restore(mode);
    return;
  }

  pthread_mutex_lock(&workers->mutex);
  workers->task    = task;
  workers->job     = job;
  workers->n_tasks = n_tasks;
  workers->n_busy  = workers->n_threads - 1;
  ++workers->n_jobs;
  pthread_cond_broadcast(&workers->begin);
  pthread_mutex_unlock(&workers->mutex);

  const uint64_t mode = rcv_denormals_off();
  do_tasks(workers, 0);
  rcv_denormals_restore(mode);

  pthread_mutex_lock(&workers->mutex);
  while (workers->n_busy) {
    pthread_cond_wait(&workers->end, &workers->mutex);
  }
  pthread_mutex_unlock(&workers->mutex);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/workers.h"

#include "tests/support/assert_close.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TASKS = 100 };

/// What each task noted; each writes its own places only
typedef struct {
  uint32_t  n_runs[MAX_TASKS];
  pthread_t threads[MAX_TASKS];
  float     flushed[MAX_TASKS];
} Job;

static void
note(void* const handle, const uint32_t index)
{
  Job* const     job  = handle;
  volatile float tiny = 1e-40f;

  ++job->n_runs[index];
  job->threads[index] = pthread_self();
  job->flushed[index] = tiny * 0.5f;
}

/// Each task once per job, by the thread that it belongs to
static void
test_tasks(void** const unused)
{
  (void)unused;
  for (uint32_t n_threads = 1; n_threads <= 5; ++n_threads) {
    RcvWorkers* const workers = rcv_workers_new(n_threads);
    assert_non_null(workers);

    Job job;
    memset(&job, 0, sizeof(job));
    for (uint32_t i = 0; i < 200; ++i) {
      rcv_workers_run(workers, note, &job, MAX_TASKS);
    }
    for (uint32_t i = 0; i < MAX_TASKS; ++i) {
      assert_int_equal(job.n_runs[i], 200);
      assert_true(job.flushed[i] >= 0.0f && job.flushed[i] <= 0.0f);
      assert_true(pthread_equal(job.threads[i], job.threads[i % n_threads]));
      assert_int_equal(!pthread_equal(job.threads[i], pthread_self()),
                       i % n_threads != 0);
    }
    rcv_workers_free(workers);
  }
}

/// Fewer tasks than threads, and none
static void
test_few_tasks(void** const unused)
{
  (void)unused;
  RcvWorkers* const workers = rcv_workers_new(4);
  Job               job;
  memset(&job, 0, sizeof(job));
  for (uint32_t n = 0; n < 6; ++n) {
    rcv_workers_run(workers, note, &job, n);
  }
  for (uint32_t i = 0; i < 6; ++i) {
    assert_int_equal(job.n_runs[i], 5 - i);
  }
  rcv_workers_free(workers);
}

/// Without workers the caller does them all
static void
test_none(void** const unused)
{
  (void)unused;
  Job job;
  memset(&job, 0, sizeof(job));
  rcv_workers_run(NULL, note, &job, 3);
  assert_int_equal(rcv_workers_n_threads(NULL), 1);
  for (uint32_t i = 0; i < 3; ++i) {
    assert_int_equal(job.n_runs[i], 1);
    assert_true(pthread_equal(job.threads[i], pthread_self()));
    assert_true(job.flushed[i] >= 0.0f && job.flushed[i] <= 0.0f);
  }
}

/// The caller's float mode is its own, and unused threads end
static void
test_ends(void** const unused)
{
  (void)unused;
  volatile float    tiny    = 1e-40f;
  RcvWorkers* const workers = rcv_workers_new(2);
  Job               job;
  memset(&job, 0, sizeof(job));
  rcv_workers_run(workers, note, &job, 2);
  assert_true(tiny * 0.5f > 0.0f);
  rcv_workers_free(workers);
  rcv_workers_free(rcv_workers_new(8));
  rcv_workers_free(NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tasks),
    cmocka_unit_test(test_few_tasks),
    cmocka_unit_test(test_none),
    cmocka_unit_test(test_ends),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

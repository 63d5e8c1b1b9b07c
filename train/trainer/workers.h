// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_WORKERS_H
#define TRAIN_TRAINER_WORKERS_H

#include <stdint.h>

/// Threads that do the tasks of one job together
typedef struct RcvWorkersImpl RcvWorkers;

/// One task of a job; tasks of one job run at the same time
typedef void (*RcvTask)(void* job, uint32_t index);

/**
   Start threads.

   @param n_threads At least 1, the calling thread included.
   @return To be freed by the caller with rcv_workers_free(), or NULL.
*/
RcvWorkers*
rcv_workers_new(uint32_t n_threads);

/// End the threads; NULL is ignored
void
rcv_workers_free(RcvWorkers* workers);

/// How many threads there are, the caller's included: 1 without workers (NULL)
uint32_t
rcv_workers_n_threads(const RcvWorkers* workers);

/**
   Do tasks 0 to n_tasks − 1 and return when all are done.

   Task i is done by thread i mod n_threads, always, with denormal numbers
   flushed to zero.

   @param workers NULL: the caller does them all.
*/
void
rcv_workers_run(RcvWorkers* workers, RcvTask task, void* job, uint32_t n_tasks);

#endif // TRAIN_TRAINER_WORKERS_H

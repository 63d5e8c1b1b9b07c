// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef PLUGIN_LATEST_H
#define PLUGIN_LATEST_H

#include "dsp/realtime.h"

#include <stdatomic.h>
#include <stdbool.h>

/**
   @file

   Hands the latest value from one thread to another without a lock, a wait or a
   loop on either side (triple buffering).

   There are three slots: one is the writer's, one the reader's, and one lies
   between them.  Publishing and taking each exchange the own slot for the one
   between, so neither ever touches what the other has.  A value that is
   published before the last one was taken replaces it.

   Here are only the indices; the slots are an array [RCV_LATEST_SLOTS] beside.
*/

enum {
  RCV_LATEST_SLOTS = 3,
  RCV_LATEST_FRESH = 4, ///< Flag: published and not taken yet
};

typedef struct {
  atomic_uint between; ///< Index, and RCV_LATEST_FRESH or not
  unsigned    back;    ///< The writer's slot
  unsigned    front;   ///< The reader's slot
} RcvLatest;

static inline void
rcv_latest_init(RcvLatest* const latest)
{
  atomic_init(&latest->between, 0U);
  latest->back  = 1U;
  latest->front = 2U;
}

/// Writer: give the slot `back` to the reader, and have another
RCV_REALTIME static inline void
rcv_latest_publish(RcvLatest* const latest)
{
  latest->back = atomic_exchange_explicit(&latest->between,
                                          latest->back | RCV_LATEST_FRESH,
                                          memory_order_acq_rel) &
                 3U;
}

/**
   Writer: take back the value that was published last.

   @return True if the reader has not taken it; then it is in the slot `back`.
*/
RCV_REALTIME static inline bool
rcv_latest_retract(RcvLatest* const latest)
{
  const unsigned between = atomic_exchange_explicit(
    &latest->between, latest->back, memory_order_acq_rel);

  latest->back = between & 3U;
  return between & RCV_LATEST_FRESH;
}

/**
   Reader: take the new value, if there is one, into the slot `front`.

   Otherwise the reader's slot stays as it is.
*/
RCV_REALTIME static inline bool
rcv_latest_take(RcvLatest* const latest)
{
  unsigned between =
    atomic_load_explicit(&latest->between, memory_order_relaxed);

  // If the writer comes in between, there is a next time
  if (!(between & RCV_LATEST_FRESH) ||
      !atomic_compare_exchange_strong_explicit(&latest->between,
                                               &between,
                                               latest->front,
                                               memory_order_acq_rel,
                                               memory_order_relaxed)) {
    return false;
  }
  latest->front = between & 3U;
  return true;
}

#endif // PLUGIN_LATEST_H

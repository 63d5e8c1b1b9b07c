// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_PLUGIN_RIG_H
#define TESTS_SUPPORT_PLUGIN_RIG_H

#include "plugin/ports.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   An instance of the plugin in the hands of a host that does what it is told,
   also what no good host does: no worker, a full ring, messages of any kind.

   Tests read and write the fields.  Real hosting is train/lv2/lv2_host.h's.
*/

enum {
  RCV_RIG_MAX_URIS    = 256,
  RCV_RIG_ATOM_BYTES  = 262144,
  RCV_RIG_LOG_BYTES   = 65536,
  RCV_RIG_MAX_FRAMES  = 65536,
  RCV_RIG_MAX_PENDING = 16, ///< Messages to the worker
};

typedef struct {
  const LV2_Descriptor* descriptor;
  LV2_Handle            handle;
  uint32_t              n_channels;
  float                 values[RCV_N_VALUES]; ///< Connected to the value ports

  /// Called before and after the plugin's run()
  void (*before_run)(void);
  void (*after_run)(void);

  bool     refuses_work; ///< The ring is full
  uint32_t n_scheduled;  ///< Messages that wait for rcv_rig_work()
  uint32_t n_refused;    ///< How often the ring was full
  uint32_t n_worked;
  uint32_t n_responses;
  bool     drops_responses; ///< respond() fails, as if its ring were full

  uint32_t n_paths;           ///< patch:Set that came out in the last run
  char     path[8192];        ///< The last one
  char     saved[8192];       ///< The path that save() has stored
  char     saved_knobs[8192]; ///< What it has stored about knobs
  int32_t  saved_way[2];      ///< Likewise: oversample, low_latency
  char     log[RCV_RIG_LOG_BYTES];
  uint32_t notify_bytes; ///< Capacity of the notify port

  /* Its own */

  pthread_mutex_t     log_lock;
  char*               uris[RCV_RIG_MAX_URIS];
  uint32_t            n_uris;
  LV2_URID_Map        map;
  LV2_Log_Log         logger;
  LV2_Worker_Schedule schedule;
  uint64_t*           control; ///< [RCV_RIG_ATOM_BYTES / 8]
  uint64_t*           notify;  ///< [RCV_RIG_ATOM_BYTES / 8]
} RcvRig;

/**
   Make and activate an instance.

   @return A rig that must be freed by the caller with rcv_rig_free().
*/
RcvRig*
rcv_rig_new(const char* uri, double rate_hz, bool has_worker);

void
rcv_rig_free(RcvRig* rig);

LV2_URID
rcv_rig_map(RcvRig* rig, const char* uri);

/// Run on separate or the same buffers
void
rcv_rig_run(RcvRig*             rig,
            const float* const* in,
            float* const*       out,
            uint32_t            n_frames);

/// Run the same mono buffer on every channel; `out` gets the first channel
void
rcv_rig_run_mono(RcvRig* rig, const float* in, float* out, uint32_t n_frames);

/// Let some silent frames pass
void
rcv_rig_idle(RcvRig* rig, uint32_t n_frames);

/// Do what was scheduled, and deliver the responses
void
rcv_rig_work(RcvRig* rig);

/// Send patch:Set of the model with the next run
void
rcv_rig_send_path(RcvRig* rig, const char* path);

/**
   Send a patch message with the next run.

   @param type URI of patch:Set or patch:Get.
   @param subject URI, or NULL.
   @param property URI, or NULL.
   @param value_type URI of the value's type, or NULL for no value.
   @param value [size].
*/
void
rcv_rig_send(RcvRig*     rig,
             const char* type,
             const char* subject,
             const char* property,
             const char* value_type,
             const void* value,
             uint32_t    size);

/// save(); what was stored is in `saved` and `saved_knobs`, "" if nothing
void
rcv_rig_save(RcvRig* rig);

/// restore() of a state with this path, or (NULL) without one
LV2_State_Status
rcv_rig_restore(RcvRig* rig, const char* path);

/// The same with a value of another type
LV2_State_Status
rcv_rig_restore_as(RcvRig* rig, const char* path, const char* type);

/// restore() of a state with a path and a text about its knobs
LV2_State_Status
rcv_rig_restore_knobs(RcvRig* rig, const char* path, const char* knobs);

/// The same with how the model was played: oversample, low_latency
LV2_State_Status
rcv_rig_restore_way(RcvRig* rig, const char* path, const int32_t* way);

/// The status port
RcvPlayStatus
rcv_rig_status(const RcvRig* rig);

#endif // TESTS_SUPPORT_PLUGIN_RIG_H

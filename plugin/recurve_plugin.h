// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef PLUGIN_RECURVE_PLUGIN_H
#define PLUGIN_RECURVE_PLUGIN_H

#include "dsp/model/knobs.h"
#include "dsp/model/model.h"
#include "dsp/player.h"
#include "dsp/realtime.h"
#include "dsp/voice.h"
#include "plugin/latest.h"
#include "plugin/messages.h"
#include "plugin/ports.h"
#include "plugin/uris.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/core/lv2.h>
#include <lv2/log/logger.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/**
   @file

   One instance of the plugin, and which thread may touch what of it.

   Three kinds of thread call us: the audio thread (run.c), the host's worker
   (worker.c), and whichever thread saves and restores (state.c), also while the
   other two are busy.  Everything goes between them in one of six ways:

       audio ── requests ──▶ worker            a path to load; the latest counts
       audio ◀─── news ──── worker, restore    a voice, a path, a status
       audio ── waste ────▶ worker, restore    voices to be freed
       audio ── complaints ▶ worker            what is to be logged
       audio, restore ── oversample ▶ worker,   how a voice is to be
                         low_latency  restore   made
       audio ── knob_values ▶ save              where the knobs stand

   Each is lock-free and holds what it holds even if nobody comes, so nothing
   depends on the host's rings: the message to the worker says no more than
   "look", may be lost, and is sent again with the next reason.  No path and no
   pointer travels in it (jalv's ring is smaller than a long path).

   News is published under the lock `loading`, in the same order in which `path`
   changes, so that what sounds, what is shown and what is saved are the same
   file.  The audio thread takes no lock: of the path it has a copy of its own
   in the news it took last.
*/

enum { RCV_PATH_SIZE = RCV_MAX_PATH + 1 }; ///< With its zero

/// What was wrong with a message, as flags; logged by the worker
enum {
  RCV_COMPLAINT_TYPE     = 1, ///< The model's value is no atom:Path
  RCV_COMPLAINT_TOO_LONG = 2, ///< The path has more than 4096 bytes
  RCV_COMPLAINT_EMPTY    = 4, ///< The path is empty
};

/// A path that the audio thread asks for
typedef struct {
  uint32_t number; ///< Counts the requests
  char     path[RCV_PATH_SIZE];
} RcvRequest;

/// What came out of a load
typedef struct {
  RcvVoice*     voice; ///< To play from now on, or NULL: it stays as it was
  RcvPlayStatus status;
  uint32_t      n_answered; ///< Number of the last request that is dealt with
  char          path[RCV_PATH_SIZE]; ///< The current path, or ""
} RcvNews;

typedef struct {
  /* Set once by instantiate(), read by all */

  RcvUris             uris;
  uint32_t            n_channels;
  double              rate_hz;
  double              cycles_per_frame; ///< Of the clock, or 0
  LV2_Worker_Schedule schedule;         ///< schedule_work may be NULL
  LV2_Log_Logger      logger;           ///< Not for the audio thread
  void*               player_memory;

  /* The audio thread's own */

  RcvPlayer*               player;
  LV2_Atom_Forge           forge;
  const LV2_Atom_Sequence* control;
  LV2_Atom_Sequence*       notify;
  const float*             in[RCV_MAX_CHANNELS];
  float*                   out[RCV_MAX_CHANNELS];
  float*                   value_ports[RCV_N_VALUES];
  float                    values[RCV_N_VALUES]; ///< In range, never NaN
  RcvControls              controls; ///< What they say to the player
  uint32_t                 n_requests;
  RcvPlayStatus            status;     ///< But for LOADING
  bool                     wants_work; ///< The worker must be told to look
  bool                     owes_path;  ///< The path must be sent

  /* Between the threads */

  RcvLatest          requests_latest;
  RcvRequest         requests[RCV_LATEST_SLOTS];
  RcvLatest          news_latest;
  RcvNews            news[RCV_LATEST_SLOTS];
  _Atomic(RcvVoice*) waste;
  atomic_uint        complaints;
  atomic_uint        oversample;  ///< 1, 2 or 4
  atomic_uint        low_latency; ///< 0 or 1
  _Atomic(float)     knob_values[RCV_N_KNOB_PORTS];

  /* The others', under a lock */

  pthread_mutex_t loading;    ///< Held during a load and its publication
  uint32_t        n_answered; ///< Under `loading`

  // Under `loading`: what plays, and how
  RcvModel*     model; ///< The last one that could be loaded, or NULL
  char          model_path[RCV_PATH_SIZE]; ///< Its file
  uint32_t      oversample_made;
  uint32_t      low_latency_made;
  RcvPlayStatus load_status; ///< Of the last load

  pthread_mutex_t lock; ///< Held for a moment, also with `loading`
  char            path[RCV_PATH_SIZE]; ///< Current path, which is saved, or ""
  RcvKnobs        knobs; ///< Of that file, as was known of it last
} RcvPlugin;

/* The audio thread: run.c */

RCV_REALTIME void
rcv_plugin_run(LV2_Handle instance, uint32_t n_frames);

RCV_REALTIME LV2_Worker_Status
rcv_plugin_work_response(LV2_Handle instance, uint32_t size, const void* body);

/* The worker: worker.c */

LV2_Worker_Status
rcv_plugin_work(LV2_Handle                  instance,
                LV2_Worker_Respond_Function respond,
                LV2_Worker_Respond_Handle   handle,
                uint32_t                    size,
                const void*                 data);

/* Any thread but the audio thread, also several at once: state.c */

LV2_State_Status
rcv_plugin_save(LV2_Handle                instance,
                LV2_State_Store_Function  store,
                LV2_State_Handle          handle,
                uint32_t                  flags,
                const LV2_Feature* const* features);

LV2_State_Status
rcv_plugin_restore(LV2_Handle                  instance,
                   LV2_State_Retrieve_Function retrieve,
                   LV2_State_Handle            handle,
                   uint32_t                    flags,
                   const LV2_Feature* const*   features);

#endif // PLUGIN_RECURVE_PLUGIN_H

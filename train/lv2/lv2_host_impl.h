// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_LV2_LV2_HOST_IMPL_H
#define TRAIN_LV2_LV2_HOST_IMPL_H

// Shared by train/lv2_host*.c alone

#include "train/lv2/lv2_host.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

enum {
  RCV_LV2_ATOM_BYTES = 16384, ///< Capacity of an atom port
  RCV_LV2_RING_BYTES = 65536, ///< Capacity of each of the worker's rings
  RCV_LV2_LOG_BYTES  = 16384,
  RCV_LV2_N_OPTIONS  = 6,
  RCV_LV2_N_FEATURES = 9
};

typedef enum {
  RCV_LV2_PORT_AUDIO,
  RCV_LV2_PORT_CONTROL,
  RCV_LV2_PORT_ATOM,
  RCV_LV2_PORT_NONE ///< Optional and of an unknown kind: not connected
} RcvLv2PortKind;

typedef struct {
  RcvLv2PortKind kind;
  RcvLv2Control  control; ///< Texts are owned by lilv or by `name`
  float          value;   ///< Control ports
  LilvNode*      name;
  uint8_t*       atoms;    ///< Atom ports: [capacity], owned
  uint32_t       capacity; ///< Bytes in `atoms`
} RcvLv2Port;

/// URIs that are needed while running
typedef struct {
  LV2_URID atom_Chunk;
  LV2_URID atom_Double;
  LV2_URID atom_Float;
  LV2_URID atom_Int;
  LV2_URID atom_Long;
  LV2_URID atom_Bool;
  LV2_URID atom_Object;
  LV2_URID atom_Path;
  LV2_URID atom_Sequence;
  LV2_URID atom_URID;
  LV2_URID log_Error;
  LV2_URID log_Warning;
  LV2_URID max_block;
  LV2_URID patch_Get;
  LV2_URID patch_Set;
  LV2_URID patch_property;
  LV2_URID patch_value;
} RcvLv2Urids;

struct RcvLv2Host {
  LilvWorld*      world;
  pthread_mutex_t lock; ///< Of the map: workers use it too
  char**          uris; ///< [n_uris], the URI of number i + 1
  size_t          n_uris;
  LV2_URID_Map    map;
  LV2_URID_Unmap  unmap;
  RcvLv2Urids     urids;
};

/// Bytes from one thread to another: messages with a length before each
typedef struct {
  uint8_t*      bytes; ///< [RCV_LV2_RING_BYTES]
  atomic_size_t n_written;
  atomic_size_t n_read;
} RcvLv2Ring;

/// What carries work out of run() and its responses back
typedef struct {
  const LV2_Worker_Interface* interface; ///< The plugin's, or NULL
  RcvLv2Ring                  jobs;
  RcvLv2Ring                  responses;
  uint8_t*                    job;      ///< [RCV_LV2_RING_BYTES] being done
  uint8_t*                    response; ///< [RCV_LV2_RING_BYTES] delivered
  sem_t                       wake;
  atomic_bool                 quit;
  atomic_size_t               n_scheduled;
  atomic_size_t               n_done;
  size_t                      n_posted;
  pthread_t                   thread;
  bool                        has_thread;
} RcvLv2Worker;

struct RcvLv2Plugin {
  RcvLv2Host*       host;
  const LilvPlugin* lilv_plugin;
  LilvInstance*     instance;
  RcvLv2Settings    settings;
  RcvLv2Info        info;
  LilvNode*         name;
  LilvNode*         author;
  LilvNodes*        licences;

  RcvLv2Port* ports; ///< [n_ports]
  uint32_t    n_ports;
  RcvLv2Port* control_in; ///< Atom input for messages, or NULL
  RcvLv2Port* latency;    ///< Or NULL

  RcvLv2Worker        worker;
  LV2_Worker_Schedule schedule;

  LV2_Log_Log     log;
  pthread_mutex_t log_lock;
  char            log_text[RCV_LV2_LOG_BYTES];

  float              option_rate;
  int32_t            option_blocks[4]; ///< Least, longest, usual, sequence
  LV2_Options_Option options[RCV_LV2_N_OPTIONS];
  LV2_Feature        features[RCV_LV2_N_FEATURES];
  const LV2_Feature* feature_list[RCV_LV2_N_FEATURES + 1];

  char   path[4096]; ///< Last path that came out
  size_t n_paths;
};

/// Fill the plugin's features, options and log
void
rcv_lv2_features_init(RcvLv2Plugin* plugin);

/// Check that the host has every feature the plugin requires
RcvStatus
rcv_lv2_features_check(const RcvLv2Plugin* plugin, RcvError* error);

/// Find, allocate and set the ports to their defaults
RcvStatus
rcv_lv2_ports_init(RcvLv2Plugin* plugin, RcvError* error);

void
rcv_lv2_ports_connect(RcvLv2Plugin* plugin);

void
rcv_lv2_ports_clear(RcvLv2Plugin* plugin);

/// Return a port by symbol, or NULL
RcvLv2Port*
rcv_lv2_ports_find(const RcvLv2Plugin* plugin, const char* symbol);

/// Allocate what schedule_work() needs, before the plugin is instantiated
RcvStatus
rcv_lv2_worker_init(RcvLv2Plugin* plugin, RcvError* error);

/// Start working for the new instance
RcvStatus
rcv_lv2_worker_start(RcvLv2Plugin* plugin, RcvError* error);

/**
   Do, or have done, what was scheduled since the last call.

   Responses wait for rcv_lv2_worker_after_run(): work_response() may write to
   the atom outputs of the block that has just been run.
*/
void
rcv_lv2_worker_dispatch(RcvLv2Plugin* plugin);

/// Dispatch, deliver the responses that are there, and end the cycle
void
rcv_lv2_worker_after_run(RcvLv2Plugin* plugin);

/// Do all work, deliver all responses, and end the thread
void
rcv_lv2_worker_finish(RcvLv2Plugin* plugin);

void
rcv_lv2_worker_clear(RcvLv2Plugin* plugin);

/// Make every atom output ready to be written to
void
rcv_lv2_atoms_prepare(RcvLv2Plugin* plugin);

/// Read what came out, and empty the inputs
void
rcv_lv2_atoms_collect(RcvLv2Plugin* plugin);

/// Restore the default state if the plugin wants that
void
rcv_lv2_state_load_default(RcvLv2Plugin* plugin);

#endif // TRAIN_LV2_LV2_HOST_IMPL_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_LV2_LV2_HOST_H
#define TRAIN_LV2_LV2_HOST_H

#include "dsp/model/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file lv2_host.h A small LV2 host on lilv.

   It renders plugins offline, with what a real host gives them: urid, options,
   worker, state, presets, log, and atom ports for patch messages.  One thread
   at a time may use a host and its plugins.
*/

/// The plugins that are installed, and a map of URIs
typedef struct RcvLv2Host RcvLv2Host;

/// One running instance of a plugin
typedef struct RcvLv2Plugin RcvLv2Plugin;

/// How work that a plugin schedules is done
typedef enum {
  RCV_LV2_WORKER_SYNC,  ///< After run() and before the next: repeatable
  RCV_LV2_WORKER_THREAD ///< In a thread of its own, as in a live host
} RcvLv2WorkerMode;

/// What an instance is made with
typedef struct {
  double           rate_hz;       ///< Sample rate
  uint32_t         nominal_block; ///< Announced usual block, in frames
  uint32_t         max_block;     ///< Announced longest block, in frames
  RcvLv2WorkerMode worker;        ///< How work is done
} RcvLv2Settings;

/// What a plugin says about itself; every text may be NULL but for the URI
typedef struct {
  const char* uri;
  const char* name;
  const char* author;
  const char* licence;     ///< URI of the licence
  uint32_t    n_in;        ///< Audio inputs
  uint32_t    n_out;       ///< Audio outputs
  bool        has_latency; ///< It has a latency port
} RcvLv2Info;

/// One control port
typedef struct {
  const char* symbol;
  const char* name;
  float       min;
  float       max;
  float       default_value;
  bool        is_input;
  bool        is_toggled;
  bool        is_integer;
} RcvLv2Control;

/**
   Find the plugins that are installed (LV2_PATH, or the usual folders).

   @return A new host which must be freed with rcv_lv2_host_free(), or NULL.
*/
RcvLv2Host*
rcv_lv2_host_new(RcvError* error);

/// Free a host, which may be NULL; its plugins must have been freed before
void
rcv_lv2_host_free(RcvLv2Host* host);

/// Return the number of a URI, the same for the host's whole life
uint32_t
rcv_lv2_host_map(RcvLv2Host* host, const char* uri);

/// Return the URI of a number, owned by the host, or NULL
const char*
rcv_lv2_host_unmap(RcvLv2Host* host, uint32_t urid);

/**
   Instantiate and activate a plugin.

   Control inputs get their defaults, and then the plugin its default state if
   it asks for that.  A plugin that requires a feature or a kind of port that
   this host has not is refused.

   @return A new plugin which must be freed with rcv_lv2_plugin_free() before
   its host, or NULL.
*/
RcvLv2Plugin*
rcv_lv2_plugin_new(RcvLv2Host*           host,
                   const char*           uri,
                   const RcvLv2Settings* settings,
                   RcvError*             error);

/// Finish all work, deactivate and free a plugin, which may be NULL
void
rcv_lv2_plugin_free(RcvLv2Plugin* plugin);

/// Deactivate and activate again: the plugin forgets its audio's history
void
rcv_lv2_plugin_reset(RcvLv2Plugin* plugin);

/// Return what the plugin says about itself, owned by the plugin
const RcvLv2Info*
rcv_lv2_plugin_info(const RcvLv2Plugin* plugin);

/// Return the number of control ports
size_t
rcv_lv2_plugin_n_controls(const RcvLv2Plugin* plugin);

/// Return one control port; its texts are owned by the plugin
RcvLv2Control
rcv_lv2_plugin_control(const RcvLv2Plugin* plugin, size_t index);

/**
   Set a control input, also beyond its range.

   @return RCV_BAD_USAGE if there is no such input.
*/
RcvStatus
rcv_lv2_plugin_set(RcvLv2Plugin* plugin,
                   const char*   symbol,
                   float         value,
                   RcvError*     error);

/// Return the value of a control port of either direction, or NaN if none
float
rcv_lv2_plugin_get(const RcvLv2Plugin* plugin, const char* symbol);

/// Return what the latency port said in the last run(), or 0 without one
uint32_t
rcv_lv2_plugin_latency(const RcvLv2Plugin* plugin);

/**
   Run one block.

   Messages that were sent since the last one arrive in this one.  Responses of
   the worker that are there are delivered at its end, so that what restore()
   has scheduled is heard from the next block on: an empty block does for that.
   Buffers are passed on as they are, so that an input
   may be an output as well; a block may be longer than announced, which some
   hosts do.

   @param in [n_in][n_frames] one buffer for each audio input.
   @param out [n_out][n_frames] one buffer for each audio output.
   @param n_frames Length of the block, 0 allowed.
*/
void
rcv_lv2_plugin_run(RcvLv2Plugin*       plugin,
                   const float* const* in,
                   float* const*       out,
                   uint32_t            n_frames);

/// Wait until the worker has done its work; run() then delivers the responses
void
rcv_lv2_plugin_wait(RcvLv2Plugin* plugin);

/**
   Announce another longest block through the plugin's options interface.

   @return RCV_UNSUPPORTED if the plugin has none.
*/
RcvStatus
rcv_lv2_plugin_set_max_block(RcvLv2Plugin* plugin,
                             uint32_t      max_block,
                             RcvError*     error);

/**
   Copy what the plugin has logged since the last call.

   @param text [size] set to whole lines, ended by a null byte.
*/
void
rcv_lv2_plugin_take_log(RcvLv2Plugin* plugin, char* text, size_t size);

/**
   Send patch:Set of an atom:Path with the next block.

   @param property URI of the plugin's parameter.
*/
RcvStatus
rcv_lv2_plugin_send_path(RcvLv2Plugin* plugin,
                         const char*   property,
                         const char*   path,
                         RcvError*     error);

/// Send patch:Get, of one property or (NULL) of all, with the next block
RcvStatus
rcv_lv2_plugin_send_get(RcvLv2Plugin* plugin,
                        const char*   property,
                        RcvError*     error);

/// Return the number of paths that came out as patch:Set until now
size_t
rcv_lv2_plugin_n_paths(const RcvLv2Plugin* plugin);

/// Return the last path that came out, or NULL; borrowed until the next run()
const char*
rcv_lv2_plugin_path(const RcvLv2Plugin* plugin);

/// Save ports and state to a folder, which is made unless it is there
RcvStatus
rcv_lv2_plugin_save(RcvLv2Plugin* plugin, const char* folder, RcvError* error);

/// Restore ports and state from such a folder
RcvStatus
rcv_lv2_plugin_restore(RcvLv2Plugin* plugin,
                       const char*   folder,
                       RcvError*     error);

/**
   Return ports and state as Turtle.

   @return A new string which must be freed by the caller with free(), or NULL.
*/
char*
rcv_lv2_plugin_to_string(RcvLv2Plugin* plugin, RcvError* error);

/// Restore ports and state from rcv_lv2_plugin_to_string()
RcvStatus
rcv_lv2_plugin_from_string(RcvLv2Plugin* plugin,
                           const char*   text,
                           RcvError*     error);

/// Load a preset that is installed, with the files that it names
RcvStatus
rcv_lv2_plugin_load_preset(RcvLv2Plugin* plugin,
                           const char*   uri,
                           RcvError*     error);

#endif // TRAIN_LV2_LV2_HOST_H

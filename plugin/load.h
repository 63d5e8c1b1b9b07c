// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef PLUGIN_LOAD_H
#define PLUGIN_LOAD_H

#include "dsp/model/knobs.h"
#include "plugin/recurve_plugin.h"

#include <stdbool.h>

/**
   @file

   Loading and freeing models: what the worker and restore() have in common.
   Not for the audio thread.
*/

/**
   Load a file and hand what comes of it to the audio thread.

   Says in the log what is wrong.  Loads that are asked for at the same time are
   done one after another.

   @param path The file, not empty, at most RCV_MAX_PATH bytes.
   @param n_answered The request that this answers, or 0.
   @param saved_knobs What a state says about the file: NULL, or the path
   becomes the current one, with these knobs, even if the load fails.
*/
void
rcv_plugin_load(RcvPlugin*      plugin,
                const char*     path,
                uint32_t        n_answered,
                const RcvKnobs* saved_knobs);

/**
   If the ports `oversample` or `low_latency` want the model played otherwise,
   make it anew and hand it to the audio thread.  Its file is not read again.

   @return True if there was something to do.
*/
bool
rcv_plugin_follow_ports(RcvPlugin* plugin);

/// Free the voices that the audio thread does not use any more
void
rcv_plugin_free_waste(RcvPlugin* plugin);

#endif // PLUGIN_LOAD_H

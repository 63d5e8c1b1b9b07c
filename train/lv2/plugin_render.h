// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_LV2_PLUGIN_RENDER_H
#define TRAIN_LV2_PLUGIN_RENDER_H

#include "train/file/audio_file.h"
#include "train/lv2/lv2_host.h"

/// How a recording is sent through a plugin
typedef struct {
  uint32_t block;        ///< Frames per block, at least 1
  double   warm_up_s;    ///< Silence before the recording, not kept
  bool     trim_latency; ///< Take away the latency that the plugin reports
} RcvRenderSettings;

/// What came of it
typedef struct {
  uint32_t latency; ///< Frames that the plugin reported, 0 without a port
  float    peak;    ///< Greatest absolute value of the output
} RcvRenderResult;

/**
   Send a mono recording through a plugin.

   All audio inputs get the recording, the first output is kept.  The output has
   the length of the input.  One that is not finite is an error.

   @param wet Set on success; must be cleared by the caller with
   rcv_audio_clear().  Untouched on failure.
*/
RcvStatus
rcv_plugin_render(RcvLv2Plugin*            plugin,
                  const RcvAudio*          dry,
                  const RcvRenderSettings* settings,
                  RcvAudio*                wet,
                  RcvRenderResult*         result,
                  RcvError*                error);

#endif // TRAIN_LV2_PLUGIN_RENDER_H

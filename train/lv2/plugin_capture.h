// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_LV2_PLUGIN_CAPTURE_H
#define TRAIN_LV2_PLUGIN_CAPTURE_H

#include "train/data/knob_grid.h"
#include "train/lv2/capture_report.h"
#include "train/lv2/lv2_host.h"
#include "train/lv2/plugin_render.h"

enum { RCV_CAPTURE_MAX_SET = 64, RCV_CAPTURE_MAX_KNOBS = 16 };

/// What is to be captured, and what happens on the way
typedef struct {
  const char*       uri;      ///< Of the plugin
  const char*       preset;   ///< URI, or NULL
  const char*       dry_path; ///< Recording to play
  uint32_t          channel;  ///< Of the recording, from 1; 0: its only one
  const char*       folder;   ///< For dry.wav, wet.wav and capture.json
  RcvRenderSettings render;
  size_t            n_set;
  RcvKnob           set[RCV_CAPTURE_MAX_SET]; ///< Controls with one value each
  size_t            n_grid;
  RcvKnob           grid[RCV_CAPTURE_MAX_KNOBS]; ///< Controls that vary

  /// Called with each file when it is written, unless NULL
  void (*written)(const char* path, bool is_silent, size_t done, size_t n_all);
} RcvCapture;

/// Instantiate the plugin of a capture with its own settings
RcvLv2Plugin*
rcv_capture_instantiate(const RcvCapture* capture,
                        RcvLv2Host*       host,
                        uint32_t          rate_hz,
                        RcvError*         error);

/**
   Play the recording through the plugin, once for each combination.

   Without a grid the output is folder/wet.wav, with one folder/NUMBER/wet.wav.
   The report is written last: where it is, the capture is complete.

   @param text Set to the report, which must be freed by the caller with free();
   untouched on failure.
*/
RcvStatus
rcv_capture_run(const RcvCapture* capture,
                RcvLv2Host*       host,
                char**            text,
                RcvError*         error);

#endif // TRAIN_LV2_PLUGIN_CAPTURE_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_LV2_CAPTURE_REPORT_H
#define TRAIN_LV2_CAPTURE_REPORT_H

#include "train/data/knob_grid.h"
#include "train/file/audio_file.h"
#include "train/lv2/lv2_host.h"
#include "train/lv2/plugin_render.h"

/**
   What was captured, as capture.json says it.

   Keys: `device` {uri, name, author, licence}, `preset`, `sample_rate`,
   `frames`, `dry` {file, peak_db}, `knobs` [{symbol, name, min, max}] and
   `captures` [{file, settings {SYMBOL: value}, knobs {SYMBOL: 0 to 1}, latency,
   peak_db}].  A silent file's peak is null.
*/
typedef struct RcvCaptureReport RcvCaptureReport;

/**
   Start a report.

   @param preset URI, or NULL.
   @param knobs [n_knobs] those that vary.
   @return A new report which must be freed with rcv_capture_report_free(), or
   NULL if memory is short.
*/
RcvCaptureReport*
rcv_capture_report_new(const RcvLv2Plugin* plugin,
                       const RcvAudio*     dry,
                       const char*         preset,
                       const RcvKnob*      knobs,
                       size_t              n_knobs);

/// Free a report, which may be NULL
void
rcv_capture_report_free(RcvCaptureReport* report);

/**
   Add what one rendering gave.

   @param plugin The plugin with the settings it had.
   @param file Name of the file, relative to the report's.
*/
void
rcv_capture_report_add(RcvCaptureReport*      report,
                       const RcvLv2Plugin*    plugin,
                       const char*            file,
                       const RcvRenderResult* result);

/**
   Return the report as JSON.

   @return A new string which must be freed by the caller with free(), or NULL.
*/
char*
rcv_capture_report_text(const RcvCaptureReport* report);

/**
   Return the controls of a plugin as a JSON array.

   @return A new string which must be freed by the caller with free(), or NULL.
*/
char*
rcv_capture_report_controls(const RcvLv2Plugin* plugin);

#endif // TRAIN_LV2_CAPTURE_REPORT_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/plugin_capture.h"

#include "train/file/audio_file.h"
#include "train/file/output_file.h"
#include "train/file/output_names.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static RcvStatus
read_dry(const RcvCapture* const c, RcvAudio* const dry, RcvError* const error)
{
  const RcvStatus status = rcv_audio_read(dry, c->dry_path, error);
  if (status) {
    return status;
  }
  if (c->channel > dry->n_channels) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "%s: has %u channels; choose one of them",
                         c->dry_path,
                         dry->n_channels);
  }
  if (dry->n_channels > 1U && !c->channel) {
    return rcv_error_set(
      error,
      RCV_BAD_DATA,
      "%s: has %u channels; choose one with --channel 1 to %u",
      c->dry_path,
      dry->n_channels,
      dry->n_channels);
  }
  if (c->channel) {
    rcv_audio_keep_channel(dry, c->channel - 1U);
  }
  return RCV_OK;
}

static RcvStatus
set_checked(RcvLv2Plugin* const plugin,
            const char* const   symbol,
            const float         value,
            RcvError* const     error)
{
  for (size_t i = 0U; i < rcv_lv2_plugin_n_controls(plugin); ++i) {
    const RcvLv2Control c = rcv_lv2_plugin_control(plugin, i);
    if (!strcmp(c.symbol, symbol) && c.is_input &&
        !(value >= c.min && value <= c.max)) {
      return rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "%s: %g is not in %g..%g of this plugin",
                           symbol,
                           (double)value,
                           (double)c.min,
                           (double)c.max);
    }
  }
  return rcv_lv2_plugin_set(plugin, symbol, value, error);
}

RcvLv2Plugin*
rcv_capture_instantiate(const RcvCapture* const capture,
                        RcvLv2Host* const       host,
                        const uint32_t          rate_hz,
                        RcvError* const         error)
{
  const RcvLv2Settings settings = {(double)rate_hz,
                                   capture->render.block,
                                   capture->render.block,
                                   RCV_LV2_WORKER_SYNC};
  RcvLv2Plugin* const  plugin =
    rcv_lv2_plugin_new(host, capture->uri, &settings, error);

  RcvStatus status = plugin ? RCV_OK : RCV_NO_FILE;
  if (!status && capture->preset) {
    status = rcv_lv2_plugin_load_preset(plugin, capture->preset, error);
  }
  for (size_t i = 0U; i < capture->n_set && !status; ++i) {
    const RcvKnob* const knob = &capture->set[i];
    status = set_checked(plugin, knob->symbol, knob->values[0], error);
  }
  if (status) {
    rcv_lv2_plugin_free(plugin);
    return NULL;
  }
  return plugin;
}

/// Set the knobs of one combination, render, and write
static RcvStatus
capture_one(const RcvCapture* const capture,
            RcvLv2Plugin* const     plugin,
            const RcvAudio* const   dry,
            const size_t            combination,
            RcvCaptureReport* const report,
            RcvError* const         error)
{
  const size_t    n_grid = capture->n_grid;
  RcvAudio        wet    = {NULL, 0U, 0U, 0U};
  RcvRenderResult result = {0U, 0.0F};
  RcvStatus       status = RCV_OK;
  for (size_t i = 0U; i < n_grid && !status; ++i) {
    status = set_checked(plugin,
                         capture->grid[i].symbol,
                         rcv_knob_value(capture->grid, n_grid, i, combination),
                         error);
  }
  if (status || (status = rcv_plugin_render(
                   plugin, dry, &capture->render, &wet, &result, error))) {
    return status;
  }

  char name[64] = "wet.wav";
  char path[PATH_MAX];
  if (n_grid) {
    snprintf(name, sizeof(name), "%04zu/wet.wav", combination);
    snprintf(path, sizeof(path), "%s/%04zu", capture->folder, combination);
    status = rcv_output_folder_make(path, error);
  }
  if (!status) {
    snprintf(path, sizeof(path), "%s/%s", capture->folder, name);
    status = rcv_check_others(path, &capture->dry_path, 1, error);
  }
  if (!status) {
    status = rcv_audio_write(&wet, path, error);
  }
  if (!status) {
    rcv_capture_report_add(report, plugin, name, &result);
    if (capture->written) {
      capture->written(path,
                       !(result.peak > 0.0F),
                       combination + 1U,
                       rcv_knob_n_combinations(capture->grid, n_grid));
    }
  }
  rcv_audio_clear(&wet);
  return status;
}

/// Give every combination a new instance, so that none hears the one before
static RcvStatus
capture_all(const RcvCapture* const  capture,
            RcvLv2Host* const        host,
            const RcvAudio* const    dry,
            RcvCaptureReport** const report,
            RcvError* const          error)
{
  const size_t n = rcv_knob_n_combinations(capture->grid, capture->n_grid);
  if (!n) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "the grid has too many combinations; leave some out");
  }

  RcvStatus status = RCV_OK;
  for (size_t i = 0U; i < n && !status; ++i) {
    RcvLv2Plugin* const plugin =
      rcv_capture_instantiate(capture, host, dry->rate_hz, error);
    if (!plugin) {
      return error ? error->status : RCV_NO_FILE;
    }
    if (!*report) {
      *report = rcv_capture_report_new(
        plugin, dry, capture->preset, capture->grid, capture->n_grid);
    }
    status = *report ? capture_one(capture, plugin, dry, i, *report, error)
                     : rcv_error_set(error, RCV_NO_MEMORY, "out of memory");
    rcv_lv2_plugin_free(plugin);
  }
  return status;
}

static RcvStatus
write_report(const RcvCapture* const       capture,
             const RcvCaptureReport* const report,
             char** const                  text,
             RcvError* const               error)
{
  char        path[PATH_MAX];
  char* const json = rcv_capture_report_text(report);
  if (!json) {
    return rcv_error_set(error, RCV_NO_MEMORY, "out of memory");
  }

  snprintf(path, sizeof(path), "%s/capture.json", capture->folder);
  const RcvStatus status =
    rcv_output_file_write(path, json, strlen(json), error);
  if (status) {
    free(json);
    return status;
  }
  *text = json;
  return RCV_OK;
}

/// Whether what is played is the folder's dry.wav already
static bool
is_dry_there(const RcvCapture* const capture, const char* const path)
{
  return rcv_check_others(path, &capture->dry_path, 1, NULL) != RCV_OK;
}

/// What is played may be the folder's dry.wav, if it is to stay as it is
static RcvStatus
check_dry(const RcvCapture* const capture,
          const char* const       path,
          RcvError* const         error)
{
  return capture->channel ? rcv_check_others(path, &capture->dry_path, 1, error)
                          : RCV_OK;
}

RcvStatus
rcv_capture_run(const RcvCapture* const capture,
                RcvLv2Host* const       host,
                char** const            text,
                RcvError* const         error)
{
  char              path[PATH_MAX];
  RcvAudio          dry    = {NULL, 0U, 0U, 0U};
  RcvCaptureReport* report = NULL;
  const bool        is_new = access(capture->folder, F_OK) != 0;
  snprintf(path, sizeof(path), "%s/dry.wav", capture->folder);

  RcvStatus status = check_dry(capture, path, error);
  if (!status) {
    status = read_dry(capture, &dry, error);
  }
  if (!status) {
    status = rcv_output_folder_make(capture->folder, error);
  }
  if (!status) {
    // An older report would not be true of the files while they change
    char report_path[PATH_MAX];
    snprintf(
      report_path, sizeof(report_path), "%s/capture.json", capture->folder);
    (void)unlink(report_path);
    status = capture_all(capture, host, &dry, &report, error);
  }
  if (!status && !is_dry_there(capture, path)) {
    status = rcv_audio_write(&dry, path, error);
  }
  if (!status) {
    status = write_report(capture, report, text, error);
  }
  if (status && is_new) {
    (void)rmdir(capture->folder); // Unless something was captured
  }
  rcv_capture_report_free(report);
  rcv_audio_clear(&dry);
  return status;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/capture_report.h"

#include <jansson.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct RcvCaptureReport {
  json_t* root;
  json_t* captures; ///< Owned by root
};

/// Seven digits write 0.8 as it was given, though a float is not exactly that
static const size_t text_flags = JSON_INDENT(2) | JSON_REAL_PRECISION(7);

static json_t*
text_or_null(const char* const text)
{
  return text ? json_string(text) : json_null();
}

static json_t*
peak_db(const float peak)
{
  return peak > 0.0F ? json_real(round(2000.0 * log10((double)peak)) / 100.0)
                     : json_null();
}

static bool
find_control(const RcvLv2Plugin* const plugin,
             const char* const         symbol,
             RcvLv2Control* const      control)
{
  for (size_t i = 0U; i < rcv_lv2_plugin_n_controls(plugin); ++i) {
    *control = rcv_lv2_plugin_control(plugin, i);
    if (!strcmp(control->symbol, symbol)) {
      return true;
    }
  }
  return false;
}

static json_t*
describe_knob(const RcvLv2Control* const control)
{
  json_t* const knob = json_object();
  json_object_set_new(knob, "symbol", json_string(control->symbol));
  json_object_set_new(knob, "name", text_or_null(control->name));
  json_object_set_new(knob, "min", json_real((double)control->min));
  json_object_set_new(knob, "max", json_real((double)control->max));
  return knob;
}

static float
peak_of(const RcvAudio* const audio)
{
  float peak = 0.0F;
  for (size_t i = 0U; i < audio->n_frames * audio->n_channels; ++i) {
    peak = fmaxf(peak, fabsf(audio->samples[i]));
  }
  return peak;
}

static json_t*
describe_device(const RcvLv2Info* const info)
{
  json_t* const device = json_object();
  json_object_set_new(device, "uri", json_string(info->uri));
  json_object_set_new(device, "name", text_or_null(info->name));
  json_object_set_new(device, "author", text_or_null(info->author));
  json_object_set_new(device, "licence", text_or_null(info->licence));
  return device;
}

RcvCaptureReport*
rcv_capture_report_new(const RcvLv2Plugin* const plugin,
                       const RcvAudio* const     dry,
                       const char* const         preset,
                       const RcvKnob* const      knobs,
                       const size_t              n_knobs)
{
  RcvCaptureReport* const report =
    (RcvCaptureReport*)calloc(1, sizeof(RcvCaptureReport));
  json_t* const root     = json_object();
  json_t* const dry_file = json_object();
  json_t* const varied   = json_array();
  if (!report || !root || !dry_file || !varied) {
    json_decref(varied);
    json_decref(dry_file);
    json_decref(root);
    free(report);
    return NULL;
  }

  json_object_set_new(dry_file, "file", json_string("dry.wav"));
  json_object_set_new(dry_file, "peak_db", peak_db(peak_of(dry)));
  for (size_t i = 0U; i < n_knobs; ++i) {
    RcvLv2Control control;
    if (find_control(plugin, knobs[i].symbol, &control)) {
      json_array_append_new(varied, describe_knob(&control));
    }
  }

  report->root     = root;
  report->captures = json_array();
  json_object_set_new(
    root, "device", describe_device(rcv_lv2_plugin_info(plugin)));
  json_object_set_new(root, "preset", text_or_null(preset));
  json_object_set_new(root, "sample_rate", json_integer(dry->rate_hz));
  json_object_set_new(root, "frames", json_integer((json_int_t)dry->n_frames));
  json_object_set_new(root, "dry", dry_file);
  json_object_set_new(root, "knobs", varied);
  json_object_set_new(root, "captures", report->captures);
  return report;
}

void
rcv_capture_report_free(RcvCaptureReport* const report)
{
  if (report) {
    json_decref(report->root);
    free(report);
  }
}

void
rcv_capture_report_add(RcvCaptureReport* const      report,
                       const RcvLv2Plugin* const    plugin,
                       const char* const            file,
                       const RcvRenderResult* const result)
{
  json_t* const capture  = json_object();
  json_t* const settings = json_object();
  json_t* const varied   = json_object();

  for (size_t i = 0U; i < rcv_lv2_plugin_n_controls(plugin); ++i) {
    const RcvLv2Control control = rcv_lv2_plugin_control(plugin, i);
    if (control.is_input) {
      const float value = rcv_lv2_plugin_get(plugin, control.symbol);
      json_object_set_new(settings, control.symbol, json_real((double)value));
    }
  }

  size_t  i    = 0U;
  json_t* knob = NULL;
  json_array_foreach(json_object_get(report->root, "knobs"), i, knob)
  {
    const char* const symbol =
      json_string_value(json_object_get(knob, "symbol"));
    const double min   = json_number_value(json_object_get(knob, "min"));
    const double max   = json_number_value(json_object_get(knob, "max"));
    const double value = (double)rcv_lv2_plugin_get(plugin, symbol);
    const double part  = max > min ? (value - min) / (max - min) : 0.0;
    json_object_set_new(varied, symbol, json_real(part));
  }

  json_object_set_new(capture, "file", json_string(file));
  json_object_set_new(capture, "settings", settings);
  json_object_set_new(capture, "knobs", varied);
  json_object_set_new(capture, "latency", json_integer(result->latency));
  json_object_set_new(capture, "peak_db", peak_db(result->peak));
  json_array_append_new(report->captures, capture);
}

char*
rcv_capture_report_text(const RcvCaptureReport* const report)
{
  return json_dumps(report->root, text_flags);
}

char*
rcv_capture_report_controls(const RcvLv2Plugin* const plugin)
{
  json_t* const controls = json_array();
  for (size_t i = 0U; i < rcv_lv2_plugin_n_controls(plugin); ++i) {
    const RcvLv2Control control = rcv_lv2_plugin_control(plugin, i);
    if (control.is_input) {
      json_t* const knob = describe_knob(&control);
      json_object_set_new(
        knob, "default", json_real((double)control.default_value));
      json_array_append_new(controls, knob);
    }
  }

  char* const text = json_dumps(controls, text_flags);
  json_decref(controls);
  return text;
}

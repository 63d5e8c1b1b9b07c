// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/train_report.h"

#include "dsp/model/names.h"
#include "train/command/train_result.h"
#include "train/file/output_file.h"
#include "train/numbers/spectrum.h"
#include "train/report/report_harmonics.h"
#include "train/report/report_html.h"
#include "train/report/report_listen.h"
#include "train/report/report_plot.h"
#include "train/report/report_reach.h"
#include "train/report/report_recordings.h"
#include "train/report/report_spectrogram.h"
#include "train/report/report_stretches.h"
#include "train/trainer/evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is played and drawn
static const double excerpt_s  = 10.0;
static const double waveform_s = 0.03;

static const char* const device_color = "#1f6fb4";
static const char* const model_color  = "#e07b00";
static const char* const error_color  = "#999999";

/// What a report is made of
typedef struct {
  FILE*                   html;
  const RcvModel*         model;
  const RcvPairs*         pairs;
  const RcvPair*          pair; // Of the excerpt
  const RcvTrainerResult* result;
  RcvRegion               region; // The excerpt
  float*                  y_hat;  // [excerpt] the model's output
  RcvMetrics              metrics;
  RcvError*               error;
} Report;

static void
write_head(const Report* const r)
{
  fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "media-src data:; img-src data:\">\n<title>",
        r->html);
  rcv_html_text(r->html, r->model->info.name);
  fputs(" – Recurve</title>\n<style>\n"
        "body{font:16px/1.5 sans-serif;max-width:900px;margin:2em auto;"
        "padding:0 1em;color:#222}\n"
        "th{text-align:left;padding-right:2em;font-weight:normal;color:#666;"
        "vertical-align:top}\n"
        "table.numbers{font-size:13px;border-spacing:0}"
        "table.numbers th{padding-right:1em;vertical-align:bottom}"
        "table.numbers td,table.numbers tr:first-child th{text-align:right;"
        "padding-right:1em}table.numbers td{"
        "font-variant-numeric:tabular-nums}\n"
        ".warnings{color:#a00}\n"
        "h1{margin-bottom:0}h2{margin-top:1.6em}svg{width:100%;height:auto}\n"
        "button{font:inherit;padding:.4em 1.2em;margin-right:.5em}\n"
        "button.on{background:#1f6fb4;color:#fff}\n"
        "code{overflow-wrap:anywhere}\n"
        "</style></head><body>\n<h1>",
        r->html);
  rcv_html_text(r->html, r->model->info.name);
  fputs("</h1>\n", r->html);
}

static void
write_figures(const Report* const r)
{
  const RcvModelInfo* const     info   = &r->model->info;
  const RcvShape* const         shape  = &r->model->shape;
  const RcvTrainerResult* const result = r->result;

  char network[128];
  snprintf(network,
           sizeof(network),
           "%s%s, hidden size %u, %u layer%s, %zu parameters",
           shape->bidirectional ? "bidirectional " : "",
           rcv_cell_name(shape->cell),
           shape->hidden_size,
           shape->num_layers,
           shape->num_layers > 1 ? "s" : "",
           rcv_shape_n_params(shape));

  fputs("<table>\n", r->html);
  rcv_html_row(r->html, "Device", info->device);
  rcv_html_row(r->html, "Network", network);
  rcv_html_number_row(r->html, "Validation ESR", info->validation_esr, "");
  rcv_html_number_row(r->html, "Test ESR", info->test_esr, "");
  rcv_html_row(r->html, "Measured as", info->measured);
  rcv_html_number_row(
    r->html, "MR-STFT of the excerpt", r->metrics.mr_stft, "");
  rcv_html_number_row(r->html, "DC of the excerpt", r->metrics.dc, "");
  rcv_html_number_row(
    r->html, "Level after sound ends", info->rest_level, " RMS");
  rcv_html_number_row(r->html, "Loudness", info->loudness_db, " dB RMS");
  rcv_html_number_row(r->html, "Sample rate", info->rate_hz, " Hz");
  rcv_html_row(r->html,
               "After sound",
               result->latches
                 ? "it latches, or rounding errors change what it plays: from "
                   "some places it goes on by itself; train again with another "
                   "--seed or a lower --lr"
                 : "it falls silent");
  fputs("</table>\n", r->html);
}

/// How it was trained
static void
write_recipe(const Report* const r)
{
  const RcvTrainerResult* const result = r->result;

  fputs("<h2 id=\"recipe\">Recipe</h2>\n<table>\n", r->html);
  rcv_html_row(r->html, "Ended as", rcv_train_result_end(result->end));
  rcv_html_number_row(r->html, "Time", result->seconds, " s");
  rcv_html_number_row(r->html, "Updates", (double)result->n_updates, "");
  rcv_html_number_row(
    r->html, "Frames of all sequences", 1e-6 * result->n_steps, " million");
  rcv_html_number_row(r->html,
                      "Speed of updates",
                      1e-6 * result->update_steps_per_second,
                      " million frames/s");
  rcv_html_number_row(
    r->html, "Returns to validated weights", (double)result->n_returns, "");
  if (result->n_points) {
    rcv_html_number_row(
      r->html,
      "Window at the end",
      (double)result->points[result->n_points - 1].window_frames,
      " frames");
  }
  fputs("</table>\n<p>The same again:</p>\n<p><code>", r->html);
  rcv_html_text(r->html, r->model->info.recipe);
  fputs("</code></p>\n", r->html);
}

static RcvStatus
write_course(const Report* const r)
{
  const size_t  n    = r->result->n_points;
  double* const x    = calloc(n + 1, sizeof(double));
  double* const loss = calloc(n + 1, sizeof(double));
  double* const esr  = calloc(n + 1, sizeof(double));
  if (!x || !loss || !esr) {
    free(x);
    free(loss);
    free(esr);
    return rcv_error_set(r->error, RCV_NO_MEMORY, "No memory for the report");
  }

  for (size_t i = 0; i < n; ++i) {
    x[i]    = r->result->points[i].seconds;
    loss[i] = r->result->points[i].train_loss;
    esr[i]  = r->result->points[i].val_esr;
  }

  const RcvPlotLine lines[] = {
    {"training loss", error_color, x, loss, n},
    {"validation ESR", device_color, x, esr, n},
  };
  const RcvPlot plot = {"seconds", "", false, true, lines, 2};
  fputs("<h2>Course of the training</h2>\n", r->html);
  const RcvStatus status = rcv_report_plot(r->html, &plot, r->error);

  free(x);
  free(loss);
  free(esr);
  return status;
}

/// A few periods around the loudest frame
static RcvStatus
write_waveform(const Report* const r)
{
  enum { MOST = 8192 };
  static double x[MOST];
  static double target[MOST];
  static double output[MOST];

  const float* const wet      = r->pair->takes.takes[0].wet + r->region.start;
  const size_t       n_all    = rcv_region_length(r->region);
  const double       wanted   = waveform_s * r->pair->rate_hz;
  const size_t       n_wanted = (size_t)fmin(wanted, MOST);
  const size_t       n        = n_wanted < n_all ? n_wanted : n_all;

  size_t loudest = 0;
  for (size_t t = 0; t < n_all; ++t) {
    loudest = fabsf(wet[t]) > fabsf(wet[loudest]) ? t : loudest;
  }
  const size_t start = loudest + n > n_all ? n_all - n : loudest;
  for (size_t t = 0; t < n; ++t) {
    x[t]      = 1000.0 * (double)t / r->pair->rate_hz;
    target[t] = (double)wet[start + t];
    output[t] = (double)r->y_hat[start + t];
  }

  const RcvPlotLine lines[] = {
    {"device", device_color, x, target, n},
    {"model", model_color, x, output, n},
  };
  const RcvPlot plot = {"milliseconds", "", false, false, lines, 2};
  fputs("<h2>Waveform at the loudest place</h2>\n", r->html);
  return rcv_report_plot(r->html, &plot, r->error);
}

static RcvStatus
write_spectrum(const Report* const r)
{
  static double hz[RCV_SPECTRUM_BINS];
  static double target[RCV_SPECTRUM_BINS];
  static double output[RCV_SPECTRUM_BINS];
  static double rest[RCV_SPECTRUM_BINS];

  const size_t       n     = rcv_region_length(r->region);
  const float* const wet   = r->pair->takes.takes[0].wet + r->region.start;
  float* const       error = malloc(n * sizeof(float));
  if (!error) {
    return rcv_error_set(r->error, RCV_NO_MEMORY, "No memory for the report");
  }
  for (size_t t = 0; t < n; ++t) {
    error[t] = wet[t] - r->y_hat[t];
  }

  RcvStatus status = RCV_OK;
  if (!(status = rcv_spectrum_db(wet, n, target, r->error)) &&
      !(status = rcv_spectrum_db(r->y_hat, n, output, r->error)) &&
      !(status = rcv_spectrum_db(error, n, rest, r->error))) {
    for (size_t k = 0; k < RCV_SPECTRUM_BINS; ++k) {
      hz[k] = (double)k * r->pair->rate_hz / (2.0 * (RCV_SPECTRUM_BINS - 1));
    }

    const RcvPlotLine lines[] = {
      {"device", device_color, hz + 1, target + 1, RCV_SPECTRUM_BINS - 1},
      {"model", model_color, hz + 1, output + 1, RCV_SPECTRUM_BINS - 1},
      {"error", error_color, hz + 1, rest + 1, RCV_SPECTRUM_BINS - 1},
    };
    const RcvPlot plot = {"Hz", "dB", true, false, lines, 3};
    fputs("<h2>Spectrum</h2>\n", r->html);
    status = rcv_report_plot(r->html, &plot, r->error);
  }
  free(error);
  return status;
}

/// Of the device, the model and what is between them
static RcvStatus
write_spectrograms(const Report* const r)
{
  const size_t       n     = rcv_region_length(r->region);
  const uint32_t     rate  = r->pair->rate_hz;
  const float* const wet   = r->pair->takes.takes[0].wet + r->region.start;
  float* const       error = malloc(n * sizeof(float));
  if (!error) {
    return rcv_error_set(r->error, RCV_NO_MEMORY, "No memory for the report");
  }
  for (size_t t = 0; t < n; ++t) {
    error[t] = wet[t] - r->y_hat[t];
  }

  fputs("<h2>Spectrograms</h2>\n", r->html);
  const char* const  titles[] = {"device", "model", "difference"};
  const float* const sounds[] = {wet, r->y_hat, error};
  RcvStatus          status   = RCV_OK;
  for (int i = 0; !status && i < 3; ++i) {
    status =
      rcv_report_spectrogram(r->html, titles[i], sounds[i], n, rate, r->error);
  }
  free(error);
  return status;
}

static void
write_players(const Report* const r)
{
  const RcvListen listen = {r->pair->dry + r->region.start,
                            r->pair->takes.takes[0].wet + r->region.start,
                            r->y_hat,
                            rcv_region_length(r->region),
                            r->pair->rate_hz};
  rcv_report_listen(r->html, &listen);
}

/// Play the first seconds of what was tested, or validated
static RcvStatus
play_excerpt(Report* const r)
{
  const RcvUse      use  = rcv_pairs_length(r->pairs, RCV_USE_TEST)
                             ? RCV_USE_TEST
                             : RCV_USE_VALIDATION;
  size_t            n    = 0;
  RcvPassage* const list = rcv_pairs_passages(r->pairs, RCV_USE_BIT(use), &n);
  if (!list || !n) {
    free(list);
    return rcv_error_set(r->error, RCV_NO_MEMORY, "No memory for the report");
  }
  r->pair   = list[0].pair;
  r->region = list[0].region;
  free(list);

  const size_t end = r->region.start + (size_t)(excerpt_s * r->pair->rate_hz);
  r->region.end    = end < r->region.end ? end : r->region.end;
  r->y_hat         = malloc(rcv_region_length(r->region) * sizeof(float));
  if (!r->y_hat) {
    return rcv_error_set(r->error, RCV_NO_MEMORY, "No memory for the report");
  }

  const RcvStatus status = rcv_evaluate_region(
    r->model, r->pair, r->region, r->y_hat, &r->metrics, r->error);
  return status
           ? status
           : rcv_metrics_mr_stft(r->pair->takes.takes[0].wet + r->region.start,
                                 r->y_hat,
                                 rcv_region_length(r->region),
                                 &r->metrics.mr_stft,
                                 r->error);
}

/// The pair with the sines of the capture signal, if there is one
static const RcvPair*
tones_pair(const Report* const r)
{
  size_t i = 0;
  while (i < r->pairs->n_pairs && !r->pairs->pairs[i].is_signal) {
    ++i;
  }
  return i < r->pairs->n_pairs ? &r->pairs->pairs[i] : r->pair;
}

/// All that follows the players
static RcvStatus
write_sections(const Report* const r)
{
  RcvStatus status =
    rcv_report_stretches(r->html, r->model, r->pairs, r->error);
  if (!status) {
    status = write_waveform(r);
  }
  if (!status) {
    status = write_spectrum(r);
  }
  if (!status) {
    status = write_spectrograms(r);
  }
  if (!status) {
    status = rcv_report_harmonics(r->html, r->model, tones_pair(r), r->error);
  }
  if (!status) {
    rcv_report_recordings(r->html, r->pairs);
    write_recipe(r);
    status = write_course(r);
  }
  if (!status) {
    status = rcv_report_reach(r->html, r->model, r->pairs, r->error);
  }
  return status;
}

RcvStatus
rcv_train_report_write(const char* const             path,
                       const RcvModel* const         model,
                       const RcvPairs* const         pairs,
                       const RcvTrainerResult* const result,
                       RcvError* const               error)
{
  Report r;
  memset(&r, 0, sizeof(r));
  r.model  = model;
  r.pairs  = pairs;
  r.pair   = pairs->pairs;
  r.result = result;
  r.error  = error;

  RcvOutputFile* const file   = rcv_output_file_new(path, error);
  RcvStatus            status = file ? play_excerpt(&r) : error->status;
  if (!status) {
    r.html = rcv_output_file_stream(file);
    write_head(&r);
    write_figures(&r);
    write_players(&r);
    status = write_sections(&r);
    fputs("</body></html>\n", r.html);
  }

  free(r.y_hat);
  if (status) {
    rcv_output_file_discard(file);
    return status;
  }
  return rcv_output_file_commit(file, error);
}

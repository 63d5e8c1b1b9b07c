// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/kernels/kernels.h"
#include "dsp/model/model.h"
#include "dsp/model/names.h"
#include "dsp/model/stack_metadata.h"
#include "train/command/bench.h"
#include "train/command/options.h"
#include "train/model/model_file.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A network of the standard list
typedef struct {
  RcvCell  cell;
  uint32_t n_layers;
  uint32_t hidden_size;
  uint32_t n_channels;
} Standard;

static const Standard standards[] = {
  {RCV_CELL_LSTM, 1, 8, 1},  {RCV_CELL_LSTM, 1, 12, 1},
  {RCV_CELL_LSTM, 1, 16, 1}, {RCV_CELL_LSTM, 1, 20, 1},
  {RCV_CELL_LSTM, 1, 24, 1}, {RCV_CELL_LSTM, 1, 32, 1},
  {RCV_CELL_LSTM, 1, 40, 1}, {RCV_CELL_LSTM, 1, 64, 1},
  {RCV_CELL_LSTM, 1, 96, 1}, {RCV_CELL_LSTM, 2, 8, 1},
  {RCV_CELL_LSTM, 2, 16, 1}, {RCV_CELL_LSTM, 1, 8, 2},
  {RCV_CELL_LSTM, 1, 16, 2}, {RCV_CELL_LSTM, 1, 32, 2},
  {RCV_CELL_LSTM, 1, 40, 2}, {RCV_CELL_LSTM, 1, 64, 2},
  {RCV_CELL_LSTM, 1, 96, 2}, {RCV_CELL_GRU, 1, 8, 1},
  {RCV_CELL_GRU, 1, 16, 1},  {RCV_CELL_GRU, 1, 24, 1},
  {RCV_CELL_GRU, 1, 40, 1},  {RCV_CELL_RNN, 1, 16, 1},
  {RCV_CELL_RNN, 1, 32, 1},
};

/// Where results go
typedef struct {
  bool    json;
  json_t* rows; // An array, if json
} Output;

/// The hidden size, or those of all layers where they differ: "16/8"
static void
write_sizes(const RcvShape* const shape, char text[64])
{
  int n = snprintf(text, 64, "%u", rcv_shape_layer_at(shape, 0).hidden_size);
  for (uint32_t l = 1; rcv_shape_is_mixed(shape) && l < shape->num_layers;
       ++l) {
    n += snprintf(text + n,
                  64 - (size_t)n,
                  "/%u",
                  rcv_shape_layer_at(shape, l).hidden_size);
  }
}

static void
report(const Output* const output, const RcvBenchResult* const r)
{
  if (!output->json) {
    const double ns_per_frame = 1e9 / 48000.0;

    char sizes[64]; // Eight of three digits
    write_sizes(&r->shape, sizes);
    printf("%-5s %6u %6s %8u  %-8s %10.1f %10.2g %10.0f\n",
           rcv_shape_cell_name(&r->shape),
           r->shape.num_layers,
           sizes,
           r->n_channels,
           r->kernels,
           r->ns_per_sample,
           r->max_error,
           ns_per_frame / r->ns_per_sample);
    fflush(stdout);
    return;
  }

  json_t* const row = json_pack("{s:s,s:i,s:i,s:i,s:s,s:f,s:o}",
                                "cell",
                                rcv_shape_cell_name(&r->shape),
                                "layers",
                                (int)r->shape.num_layers,
                                "hidden",
                                (int)r->shape.hidden_size,
                                "channels",
                                (int)r->n_channels,
                                "kernels",
                                r->kernels,
                                "ns_per_sample",
                                r->ns_per_sample,
                                "max_error",
                                rcv_json_number(r->max_error));
  if (rcv_shape_is_mixed(&r->shape)) {
    json_object_set_new(row, "stack", rcv_stack_describe(&r->shape));
  }
  json_array_append_new(output->rows, row);
}

/// The list of usual networks, with the kernels of a name
static RcvStatus
bench_standards(const char* const   name,
                const Output* const output,
                RcvError* const     error)
{
  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < sizeof(standards) / sizeof(standards[0]);
       ++i) {
    const Standard* const   s       = &standards[i];
    const RcvShape          shape   = {s->cell,
                                       RCV_HEAD_LINEAR,
                                       1,
                                       s->hidden_size,
                                       s->n_layers,
                                       1,
                                       false,
                                       false,
                                       0,
                                       0,
                                       0.0f,
                                       {{{0}}},
                                       {{0}}};
    const RcvKernels* const kernels = rcv_kernels_choose(name, s->hidden_size);

    RcvBenchResult result;
    status =
      rcv_bench_network(&shape, NULL, kernels, s->n_channels, &result, error);
    if (!status) {
      report(output, &result);
    }
  }
  return status;
}

static RcvStatus
bench_model(const RcvModel* const model,
            const char* const     name,
            const Output* const   output,
            RcvError* const       error)
{
  const RcvKernels* const kernels =
    rcv_kernels_choose(name, rcv_shape_widest(&model->shape));

  RcvStatus status = RCV_OK;
  for (uint32_t n_channels = 1; !status && n_channels <= 2; ++n_channels) {
    RcvBenchResult result;
    status = rcv_bench_network(
      &model->shape, model->params, kernels, n_channels, &result, error);
    if (!status) {
      report(output, &result);
    }
  }
  return status;
}

static RcvStatus
bench(const char* const path, const Output* const output, RcvError* const error)
{
  RcvModel* const model = path ? rcv_model_load(path, error) : NULL;
  if (path && !model) {
    return error->status;
  }
  if (!output->json) {
    printf("%-5s %6s %6s %8s  %-8s %10s %10s %10s\n",
           "cell",
           "layers",
           "hidden",
           "channels",
           "kernels",
           "ns/sample",
           "max error",
           "at 48 kHz");
  }

  // One table if it is asked for, else all that run here
  const char* const named  = getenv("RECURVE_KERNELS");
  const bool        is_one = named && rcv_kernels_choose(named, 0);
  RcvStatus         status = RCV_OK;
  for (uint32_t i = 0; !status && rcv_kernels_supported(i); ++i) {
    const char* const name = is_one ? named : rcv_kernels_supported(i)->name;

    status = model ? bench_model(model, name, output, error)
                   : bench_standards(name, output, error);
    if (is_one) {
      break;
    }
  }
  rcv_model_free(model);
  return status;
}

int
rcv_cmd_bench(const int argc, char** const argv)
{
  Output          output    = {false, NULL};
  const RcvOption options[] = {
    {"json",
     'j',
     RCV_OPTION_FLAG,
     &output.json,
     NULL,
     "Print one JSON array on standard output",
     0.0,
     0.0,
     NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };

  // The model may be left out; no option here has an argument
  bool has_model = false;
  for (int i = 1; i < argc; ++i) {
    has_model = has_model || argv[i][0] != '-';
  }

  const RcvUsage usage = {
    "bench",
    "[MODEL]",
    "Measure what playing costs",
    "Nanoseconds per sample (median of nine runs of 20 ms on one core), "
    "greatest\n"
    "distance from the same network in double precision, and how many of them\n"
    "one core plays at 48 kHz: of MODEL, or of a list of usual networks with\n"
    "random weights, for all kernels of this CPU or those that "
    "RECURVE_KERNELS\n"
    "names.",
    has_model ? 1 : 0,
    options};

  const char*     path   = NULL;
  const RcvParsed parsed = rcv_options_parse(&usage, argc, argv, &path);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError error = {RCV_OK, ""};
  output.rows    = output.json ? json_array() : NULL;
  if (!bench(path, &output, &error) && output.json) {
    rcv_json_print(output.rows, &error);
  }
  if (error.status) {
    fprintf(stderr, "recurve bench: %s\n", error.message);
  }
  return error.status ? 1 : 0;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/model/model.h"
#include "train/command/model_and_pair.h"
#include "train/command/options.h"
#include "train/data/pair.h"
#include "train/file/output_file.h"
#include "train/file/output_names.h"
#include "train/model/model_file.h"
#include "train/report/report_reach.h"
#include "train/trainer/reach.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What is on the command line
typedef struct {
  const char* operands[3]; // MODEL DRY WET
  const char* picture;
  uint32_t    n_lags;
  uint32_t    n_places;
  bool        json;

  RcvPairOptions pair;
} Arguments;

static RcvParsed
parse(Arguments* const a, const int argc, char** const argv)
{
  // clang-format off
  const RcvOption options[] = {
    {"lags", 'l', RCV_OPTION_UINT, &a->n_lags, "FRAMES",
     "Greatest lag", 1.0, 1e6, NULL},
    {"places", 'n', RCV_OPTION_UINT, &a->n_places, "N",
     "Frames whose loss is sent back, spread over the recording", 1.0, 65536.0,
     NULL},
    {"picture", 'p', RCV_OPTION_STRING, &a->picture, "FILE.svg",
     "Draw it, with gnuplot", 0.0, 0.0, NULL},
    {"align", 'a', RCV_OPTION_FLAG, &a->pair.align, NULL,
     "Find the delay of WET and take it off", 0.0, 0.0, NULL},
    {"channel", 0, RCV_OPTION_UINT, &a->pair.reading.channel, "N",
     "Channel of recordings with several, from 1", 0.0, 1024.0, NULL},
    {"rate", 0, RCV_OPTION_UINT, &a->pair.reading.rate_hz, "HZ",
     "Resample the recordings to this rate; 0: use them as they are", 0.0,
     768000.0, NULL},
    {"json", 'j', RCV_OPTION_FLAG, &a->json, NULL,
     "Print one JSON object on standard output", 0.0, 0.0, NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  // clang-format on
  const RcvUsage usage = {
    "reach",
    "MODEL DRY WET",
    "Measure how far back in time a model's gradients reach",
    "The size of the gradient of one frame's loss by the hidden state (and "
    "the\n"
    "cell state) some frames before, relative to that of the same frame.",
    3,
    options};

  return rcv_options_parse(&usage, argc, argv, a->operands);
}

static json_t*
quartile_pair(const double* const quartiles)
{
  return json_pack(
    "[o,o]", rcv_json_number(quartiles[0]), rcv_json_number(quartiles[1]));
}

static RcvStatus
print_json(const RcvReachResult* const r,
           const char* const           verdict,
           RcvError* const             error)
{
  static const char* const kinds[] = {"vanish", "explode", "last"};

  json_t* const lags        = json_array();
  json_t* const median      = json_array();
  json_t* const quartiles   = json_array();
  json_t* const median_c    = json_array();
  json_t* const quartiles_c = json_array();
  for (size_t i = 0; i < r->n_points; ++i) {
    const RcvReachPoint* const p = &r->points[i];

    json_array_append_new(lags, json_integer(p->lag));
    json_array_append_new(median, rcv_json_number(p->median));
    json_array_append_new(quartiles, quartile_pair(p->quartiles));
    json_array_append_new(median_c, rcv_json_number(p->median_c));
    json_array_append_new(quartiles_c, quartile_pair(p->quartiles_c));
  }
  return rcv_json_print(json_pack("{s:o,s:o,s:o,s:o,s:o,s:s,s:s,s:i,s:i}",
                                  "lags",
                                  lags,
                                  "median",
                                  median,
                                  "quartiles",
                                  quartiles,
                                  "median_c",
                                  median_c,
                                  "quartiles_c",
                                  quartiles_c,
                                  "verdict",
                                  verdict,
                                  "gradients",
                                  kinds[r->verdict],
                                  "lag",
                                  (int)r->lag,
                                  "segment",
                                  (int)r->segment_frames),
                        error);
}

static void
print_table(const RcvReachResult* const r, const char* const verdict)
{
  printf(
    "%8s %12s %12s %12s %12s\n", "lag", "median", "25 %", "75 %", "median c");
  uint32_t next = 0; // About one line per octave, and the last
  for (size_t i = 0; i < r->n_points; ++i) {
    const RcvReachPoint* const p = &r->points[i];
    if (p->lag >= next || i + 1 == r->n_points) {
      next = p->lag ? 2 * p->lag : 1;
      printf("%8u %12.4g %12.4g %12.4g %12.4g\n",
             p->lag,
             p->median,
             p->quartiles[0],
             p->quartiles[1],
             p->median_c);
    }
  }
  printf("%s\n", verdict);
}

static RcvStatus
draw(const Arguments* const      a,
     const RcvReachResult* const r,
     RcvError* const             error)
{
  RcvOutputFile* const file = rcv_output_file_new(a->picture, error);
  if (!file) {
    return error->status;
  }

  const RcvStatus status =
    rcv_report_reach_plot(rcv_output_file_stream(file), r, error);
  if (status) {
    rcv_output_file_discard(file);
    return status;
  }
  return rcv_output_file_commit(file, error);
}

static RcvStatus
measure(void* const           handle,
        const RcvModel* const model,
        const RcvPair* const  pair,
        RcvError* const       error)
{
  const Arguments* const a     = handle;
  const RcvRegion        whole = {0, pair->n_frames};
  if (a->picture && rcv_check_others(a->picture, a->operands, 3, error)) {
    return error->status;
  }

  RcvReachResult result;
  RcvStatus      status = rcv_reach_measure(
    model, pair, whole, a->n_lags, a->n_places, &result, error);
  if (!status) {
    char verdict[256];
    rcv_reach_say(&result, pair->rate_hz, verdict, sizeof(verdict));
    if (a->json) {
      status = print_json(&result, verdict, error);
    } else {
      print_table(&result, verdict);
    }
  }
  if (!status && a->picture) {
    status = draw(a, &result, error);
  }
  free(result.points);
  return status;
}

int
rcv_cmd_reach(const int argc, char** const argv)
{
  Arguments a;
  memset(&a, 0, sizeof(a));
  a.n_lags   = 4096;
  a.n_places = 256;
  a.pair     = rcv_pair_options_compare();

  const RcvParsed parsed = parse(&a, argc, argv);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  return rcv_with_model_and_pair("reach", a.operands, &a.pair, measure, &a);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/commands.h"

#include "dsp/model/model.h"
#include "train/eval_floor.h"
#include "train/evaluate.h"
#include "train/metrics.h"
#include "train/model_and_pair.h"
#include "train/model_file.h"
#include "train/options.h"
#include "train/pair.h"
#include "train/perplexity.h"
#include "train/steadiness.h"
#include "train/stretches.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What is on the command line
typedef struct {
  const char* operands[3]; // MODEL DRY WET
  double      from_s;
  double      to_s;
  double      segment_s;
  double      delay_frames; // NaN: not given
  bool        floor;        // Then only TAKE TAKE, and nothing else but json
  bool        json;

  RcvPairOptions pair;
} Arguments;

static RcvParsed
parse(Arguments* const a, const int argc, char** const argv)
{
  // With --floor there is no model
  bool floors = false;
  for (int i = 1; i < argc; ++i) {
    floors = floors || !strcmp(argv[i], "--floor");
  }

  // clang-format off
  const RcvOption options[] = {
    {"floor", 0, RCV_OPTION_FLAG, &a->floor, NULL,
     "Compare two takes of the same device and sound instead, TAKE TAKE: the "
     "ESR that no model can be expected to do better than", 0.0, 0.0, NULL},
    {"from", 'f', RCV_OPTION_DURATION, &a->from_s, "TIME",
     "Begin here", 0.0, 1e6, NULL},
    {"to", 't', RCV_OPTION_DURATION, &a->to_s, "TIME",
     "End here; 0: at the end", 0.0, 1e6, NULL},
    {"segment", 's', RCV_OPTION_DURATION, &a->segment_s, "TIME",
     "Length of the segments that are listed", 0.1, 1e6, NULL},
    {"align", 'a', RCV_OPTION_FLAG, &a->pair.align, NULL,
     "Find the delay of WET and take it off", 0.0, 0.0, NULL},
    {"delay", 0, RCV_OPTION_REAL, &a->delay_frames, "FRAMES",
     "Take off this delay instead, as `recurve train` told it for the pair that "
     "it trained on", -65536.0, 65536.0, NULL},
    {"clips", 'c', RCV_OPTION_UINT, &a->pair.clip_frames, "FRAMES",
     "The recordings are clips of so many frames in a row, of which only the "
     "second halves are right; 0: they are whole", 0.0, 100000000.0, NULL},
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
    "eval",
    floors ? "TAKE TAKE" : "MODEL DRY WET",
    "Compare a model with the device it was made from",
    "ESR is the energy of the error over that of WET; "
    "esr_pre is the same after\n"
    "pre-emphasis; DC is the squared mean error over the "
    "energy; MR-STFT is the\n"
    "distance of the spectra.  0 is perfect for each.  Of a capture.json the\n"
    "ratios are over all takes; segments and MR-STFT are of the first.  On\n"
    "another recording than the model was trained on, give the --delay of the\n"
    "training.",
    floors ? 2 : 3,
    options};

  return rcv_options_parse(&usage, argc, argv, a->operands);
}

/// Metrics of each segment of what was played
static RcvStatus
list_segments(const Arguments* const a,
              const RcvModel* const  model,
              const RcvPair* const   pair,
              const RcvRegion        region,
              const float* const     y_hat,
              json_t* const          list,
              RcvError* const        error)
{
  RcvStretch*     stretches = NULL;
  size_t          n         = 0;
  const RcvStatus status =
    rcv_stretches_measure(model,
                          pair,
                          region,
                          y_hat,
                          (size_t)(a->segment_s * pair->rate_hz),
                          &stretches,
                          &n,
                          error);
  for (size_t i = 0; i < n; ++i) {
    const RcvMetrics* const m = &stretches[i].metrics;

    json_array_append_new(
      list,
      json_pack("{s:f,s:o,s:o,s:o,s:o,s:o}",
                "start_s",
                (double)stretches[i].region.start / pair->rate_hz,
                "esr",
                rcv_json_number(m->esr),
                "esr_pre",
                rcv_json_number(m->esr_pre),
                "dc",
                rcv_json_number(m->dc),
                "mr_stft",
                rcv_json_number(m->mr_stft),
                "rest_level",
                rcv_json_number(stretches[i].rest_level)));
  }
  free(stretches);
  return status;
}

/// A number of a segment, which may be null
static double
number_of(const json_t* const segment, const char* const key)
{
  const json_t* const value = json_object_get(segment, key);

  return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void
print_result(const RcvMetrics* const m,
             const double            rest,
             const double            perplexity,
             json_t* const           list)
{
  size_t  i       = 0;
  json_t* segment = NULL;
  printf("%10s %10s %10s %10s %10s %10s\n",
         "start",
         "ESR",
         "pre-emph.",
         "DC",
         "MR-STFT",
         "rest level");
  json_array_foreach(list, i, segment)
  {
    printf("%9.2fs %10.4g %10.4g %10.2g %10.4g %10.2g\n",
           number_of(segment, "start_s"),
           number_of(segment, "esr"),
           number_of(segment, "esr_pre"),
           number_of(segment, "dc"),
           number_of(segment, "mr_stft"),
           number_of(segment, "rest_level"));
  }
  printf("%10s %10.4g %10.4g %10.2g %10.4g %10.2g\n",
         "all",
         m->esr,
         m->esr_pre,
         m->dc,
         m->mr_stft,
         rest);
  if (isfinite(perplexity)) {
    printf("perplexity %.4g levels\n", perplexity);
  }
}

static RcvStatus
print_json(const RcvMetrics* const m,
           const double            rest,
           const double            perplexity,
           const RcvPair* const    pair,
           json_t* const           list,
           RcvError* const         error)
{
  return rcv_json_print(json_pack("{s:o,s:o,s:o,s:o,s:I,s:o,s:o,s:o,s:o}",
                                  "esr",
                                  rcv_json_number(m->esr),
                                  "esr_pre",
                                  rcv_json_number(m->esr_pre),
                                  "dc",
                                  rcv_json_number(m->dc),
                                  "mr_stft",
                                  rcv_json_number(m->mr_stft),
                                  "samples",
                                  (json_int_t)m->n_frames,
                                  "perplexity",
                                  rcv_json_number(perplexity),
                                  "max_rest_level",
                                  rcv_json_number(rest),
                                  "delay",
                                  rcv_json_frames(pair->delay_frames),
                                  "segments",
                                  json_incref(list)),
                        error);
}

static RcvStatus
evaluate(void* const           handle,
         const RcvModel* const model,
         const RcvPair* const  pair,
         RcvError* const       error)
{
  const Arguments* const a      = handle;
  const double           rate   = pair->rate_hz;
  RcvRegion              region = {(size_t)(a->from_s * rate),
                      a->to_s > 0.0 ? (size_t)(a->to_s * rate)
                                                 : pair->n_frames};
  region.end = region.end < pair->n_frames ? region.end : pair->n_frames;
  if (region.end <= region.start) {
    return rcv_error_set(
      error,
      RCV_BAD_USAGE,
      "--from %g --to %g: there is nothing between in %.2f s",
      a->from_s,
      a->to_s,
      (double)pair->n_frames / rate);
  }

  float* const y_hat      = malloc(rcv_region_length(region) * sizeof(float));
  RcvMetrics   m          = {0.0, 0.0, 0.0, 0.0, 0};
  double       rest       = (double)NAN;
  double       perplexity = (double)NAN;
  RcvStatus    status =
    y_hat ? rcv_evaluate_region(model, pair, region, y_hat, &m, error)
             : rcv_error_set(error, RCV_NO_MEMORY, "No memory to compare");
  if (!status) {
    status = rcv_metrics_mr_stft(pair->takes.takes[0].wet + region.start,
                                 y_hat,
                                 rcv_region_length(region),
                                 &m.mr_stft,
                                 error);
  }
  if (!status) {
    const RcvPassage passage = {pair, region};
    status = rcv_evaluate_rest(model, &passage, 1, 32, NULL, &rest, error);
  }
  if (!status) {
    status = rcv_perplexity_measure(model, pair, region, &perplexity, error);
  }
  json_t* const list = json_array();
  if (!status) {
    status = list_segments(a, model, pair, region, y_hat, list, error);
  }
  if (!status && a->json) {
    status = print_json(&m, rest, perplexity, pair, list, error);
  } else if (!status) {
    print_result(&m, rest, perplexity, list);
  }
  json_decref(list);

  free(y_hat);
  return status;
}

int
rcv_cmd_eval(const int argc, char** const argv)
{
  Arguments a;
  memset(&a, 0, sizeof(a));
  a.segment_s = 10.0;
  a.pair      = rcv_pair_options_compare();

  a.delay_frames = (double)NAN;

  const RcvParsed parsed = parse(&a, argc, argv);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  if (!isnan(a.delay_frames)) {
    a.pair.delay_frames = &a.delay_frames;
  }
  if (a.floor) {
    return rcv_eval_floor(a.operands, &a.pair, a.json);
  }
  return rcv_with_model_and_pair("eval", a.operands, &a.pair, evaluate, &a);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/model/model.h"
#include "train/command/eval_floor.h"
#include "train/command/model_and_pair.h"
#include "train/command/options.h"
#include "train/data/pair.h"
#include "train/model/model_file.h"
#include "train/numbers/metrics.h"
#include "train/report/stretches.h"
#include "train/trainer/evaluate.h"
#include "train/trainer/perplexity.h"
#include "train/trainer/steadiness.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Length of the segments that are listed, unless said
#define SEGMENT_S 10.0

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

/// What was found
typedef struct {
  RcvMetrics  all;
  double      rest_level;
  double      perplexity; ///< NaN with a linear head
  RcvStretch* segments;   ///< [n_segments] owned
  size_t      n_segments;
} Findings;

static void
print_row(const char* const       name,
          const RcvMetrics* const m,
          const double            rest_level)
{
  printf("%10s %10.4g %10.4g %10.2g %10.4g %10.2g\n",
         name,
         m->esr,
         m->esr_pre,
         m->dc,
         m->mr_stft,
         rest_level);
}

static void
print_result(const Findings* const found, const RcvPair* const pair)
{
  printf("%10s %10s %10s %10s %10s %10s\n",
         "start",
         "ESR",
         "pre-emph.",
         "DC",
         "MR-STFT",
         "rest level");
  for (size_t i = 0; i < found->n_segments; ++i) {
    const RcvStretch* const segment = &found->segments[i];

    char start[32];
    snprintf(start,
             sizeof(start),
             "%.2fs",
             (double)segment->region.start / pair->rate_hz);
    print_row(start, &segment->metrics, segment->rest_level);
  }
  print_row("all", &found->all, found->rest_level);
  if (isfinite(found->perplexity)) {
    printf("perplexity %.4g levels\n", found->perplexity);
  }
}

/// The figures that the whole and every segment have
static json_t*
pack_metrics(const RcvMetrics* const m)
{
  return json_pack("{s:o,s:o,s:o,s:o}",
                   "esr",
                   rcv_json_number(m->esr),
                   "esr_pre",
                   rcv_json_number(m->esr_pre),
                   "dc",
                   rcv_json_number(m->dc),
                   "mr_stft",
                   rcv_json_number(m->mr_stft));
}

static RcvStatus
print_json(const Findings* const found,
           const RcvPair* const  pair,
           RcvError* const       error)
{
  json_t* const list = json_array();
  for (size_t i = 0; i < found->n_segments; ++i) {
    const RcvStretch* const segment = &found->segments[i];
    json_t* const           row     = pack_metrics(&segment->metrics);

    json_object_set_new(
      row, "start_s", json_real((double)segment->region.start / pair->rate_hz));
    json_object_set_new(
      row, "rest_level", rcv_json_number(segment->rest_level));
    json_array_append_new(list, row);
  }

  json_t* const object = pack_metrics(&found->all);
  json_object_set_new(
    object, "samples", json_integer((json_int_t)found->all.n_frames));
  json_object_set_new(object, "perplexity", rcv_json_number(found->perplexity));
  json_object_set_new(
    object, "max_rest_level", rcv_json_number(found->rest_level));
  json_object_set_new(object, "delay", rcv_json_frames(pair->delay_frames));
  json_object_set_new(object, "segments", list);
  return rcv_json_print(object, error);
}

/// Compare what a model plays in a region
static RcvStatus
measure(const Arguments* const a,
        const RcvModel* const  model,
        const RcvPair* const   pair,
        const RcvRegion        region,
        float* const           y_hat,
        Findings* const        found,
        RcvError* const        error)
{
  const RcvPassage passage = {pair, region};
  const RcvPlaces  places  = {&passage, 1, 32, 0.0};

  RcvStatus status =
    rcv_evaluate_region(model, pair, region, y_hat, &found->all, error);
  if (!status) {
    status = rcv_metrics_mr_stft(pair->takes.takes[0].wet + region.start,
                                 y_hat,
                                 rcv_region_length(region),
                                 &found->all.mr_stft,
                                 error);
  }
  if (!status) {
    status = rcv_evaluate_rest(model,
                               &places,
                               RCV_REST_LIMIT * pair->wet_levels.rms,
                               NULL,
                               &found->rest_level,
                               error);
  }
  if (!status) {
    status =
      rcv_perplexity_measure(model, pair, region, &found->perplexity, error);
  }
  if (!status) {
    status = rcv_stretches_measure(model,
                                   pair,
                                   region,
                                   y_hat,
                                   (size_t)(a->segment_s * pair->rate_hz),
                                   &found->segments,
                                   &found->n_segments,
                                   error);
  }
  return status;
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

  float* const y_hat = malloc(rcv_region_length(region) * sizeof(float));
  Findings found = {{0.0, 0.0, 0.0, 0.0, 0}, (double)NAN, (double)NAN, NULL, 0};
  RcvStatus status =
    y_hat ? measure(a, model, pair, region, y_hat, &found, error)
          : rcv_error_set(error, RCV_NO_MEMORY, "No memory to compare");
  if (!status && a->json) {
    status = print_json(&found, pair, error);
  } else if (!status) {
    print_result(&found, pair);
  }

  free(found.segments);
  free(y_hat);
  return status;
}

int
rcv_cmd_eval(const int argc, char** const argv)
{
  Arguments a;
  memset(&a, 0, sizeof(a));
  a.segment_s = SEGMENT_S;
  a.pair      = rcv_pair_options_compare();

  a.delay_frames = (double)NAN;

  const RcvParsed parsed = parse(&a, argc, argv);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  if (!isnan(a.delay_frames)) {
    a.pair.delay_frames = &a.delay_frames;
  }
  if (a.floor && (a.from_s > 0.0 || a.to_s > 0.0 || a.pair.clip_frames ||
                  a.segment_s > SEGMENT_S || a.segment_s < SEGMENT_S)) {
    fputs("recurve eval: --floor compares all of both takes; leave out --from, "
          "--to, --segment and --clips\n",
          stderr);
    return 2;
  }
  if (a.floor) {
    return rcv_eval_floor(a.operands, &a.pair, a.json);
  }
  return rcv_with_model_and_pair("eval", a.operands, &a.pair, evaluate, &a);
}

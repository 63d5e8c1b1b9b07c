// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/train_arguments.h"

#include "train/trainer/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// What is parsed before it becomes settings
typedef struct {
  uint32_t    cell;
  uint32_t    head;
  uint32_t    hidden;
  uint32_t    layers;
  uint32_t    classes;
  uint32_t    block;
  uint32_t    lookahead;
  bool        bidirectional;
  RcvSwitch   skip;
  uint32_t    optimizer;
  const char* bptt;
  uint32_t    seed;
  uint32_t    updates;
  uint32_t    segment_ms;
  uint32_t    carry_ms;
} Raw;

static RcvParsed
parse(RcvTrainArguments* const a,
      Raw* const               r,
      const int                argc,
      char** const             argv)
{
  RcvTrainerSettings* const s = &a->settings;

  // clang-format off
  const RcvOption options[] = {
    {"output", 'o', RCV_OPTION_STRING, &a->output, "MODEL",
     "Model file to write: the best so far is always there", 0.0, 0.0, NULL},
    {"cell", 'c', RCV_OPTION_CHOICE, &r->cell, NULL,
     "Recurrent cell", 0.0, 0.0, "rnn|lstm|gru"},
    {"hidden", 'H', RCV_OPTION_UINT, &r->hidden, "N",
     "Hidden size: larger is more exact and costs more to play", 1.0,
     RCV_MAX_HIDDEN, NULL},
    {"layers", 'L', RCV_OPTION_UINT, &r->layers, "N",
     "Stacked layers", 1.0, RCV_MAX_LAYERS, NULL},
    {"bidirectional", 0, RCV_OPTION_FLAG, &r->bidirectional, NULL,
     "Read a window to the right too, at a latency of --block + --lookahead",
     0.0, 0.0, NULL},
    {"block", 0, RCV_OPTION_UINT, &r->block, "FRAMES",
     "Internal block of bidirectional networks", 1.0, RCV_MAX_BLOCK, NULL},
    {"lookahead", 0, RCV_OPTION_UINT, &r->lookahead, "FRAMES",
     "Lookahead of bidirectional networks", 0.0, RCV_MAX_LOOKAHEAD, NULL},
    {"head", 0, RCV_OPTION_CHOICE, &r->head, NULL,
     "Output: audio, or probabilities of mu-law levels", 0.0, 0.0,
     "linear|softmax"},
    {"classes", 0, RCV_OPTION_UINT, &r->classes, "V",
     "Levels of the softmax head", 2.0, RCV_MAX_CLASSES, NULL},
    {"skip", 0, RCV_OPTION_SWITCH, &r->skip, NULL,
     "Add the input to the output (default: decided by two short trials)", 0.0,
     0.0, NULL},
    {"bf16", 0, RCV_OPTION_FLAG, &s->is_bf16, NULL,
     "Weights that are exact in bfloat16: an LSTM of 45 units or more, and a "
     "GRU of 52, then costs less to play", 0.0, 0.0, NULL},
    {"bf16-backward", 0, RCV_OPTION_FLAG, &s->is_bf16_backward, NULL,
     "Go backward in bfloat16: up to 40 % faster with many units, but less "
     "exact; needs AVX-512 BF16", 0.0, 0.0, NULL},
    {"bptt", 0, RCV_OPTION_STRING, &r->bptt, "full|grow|N",
     "How far gradients go back: whole segments, windows that grow to whole "
     "segments, or windows of N frames", 0.0, 0.0, NULL},
    {"segment", 0, RCV_OPTION_UINT, &r->segment_ms, "MS",
     "Length of a segment in milliseconds", 1.0, 60000.0, NULL},
    {"carry", 0, RCV_OPTION_UINT, &r->carry_ms, "MS",
     "How long segments follow each other, each from the state at the end of "
     "the last, before others are drawn; 0: never", 0.0, 600000.0, NULL},
    {"optimizer", 0, RCV_OPTION_CHOICE, &r->optimizer, NULL,
     "Optimizer", 0.0, 0.0, "soap|adam"},
    {"lr", 0, RCV_OPTION_REAL, &s->rate, "X",
     "Greatest learning rate (default: 0.03 for soap, 0.01 for adam)", 1e-8,
     1.0, NULL},
    {"batch", 'B', RCV_OPTION_UINT, &s->batch_size, "N",
     "Sequences per update", 1.0, 4096.0, NULL},
    {"time", 't', RCV_OPTION_DURATION, &s->time_s, "TIME",
     "Train for about so long", 1.0, 1e6, NULL},
    {"updates", 'u', RCV_OPTION_UINT, &r->updates, "N",
     "Train for so many updates instead; the same command then makes the same "
     "file; 0: see --time", 0.0, 4294967295.0, NULL},
    {"until", 0, RCV_OPTION_REAL, &s->until_esr, "ESR",
     "Stop at this validation ESR; 0: do not", 0.0, 1e6, NULL},
    {"patience", 0, RCV_OPTION_UINT, &s->patience, "N",
     "Stop after N validations without a gain; 0: do not", 0.0, 1e6, NULL},
    {"seed", 's', RCV_OPTION_UINT, &r->seed, "N",
     "Start of all random numbers", 0.0, 4294967295.0, NULL},
    {"threads", 'j', RCV_OPTION_UINT, &s->n_threads, "N",
     "Threads; 0: one per processor", 0.0, 256.0, NULL},
    {"val-from", 0, RCV_OPTION_DURATION, &a->pair.validation_s, "TIME",
     "Where validation begins; training is before.  By default the parts of "
     "the capture signal, or the last fifth (half of it for testing)", 0.0,
     1e6, NULL},
    {"test-from", 0, RCV_OPTION_DURATION, &a->pair.test_s, "TIME",
     "Where testing begins, with --val-from", 0.0, 1e6, NULL},
    {"regions", 0, RCV_OPTION_STRING, &a->regions, "FILE.csv",
     "Use what its lines \"pair,start_s,end_s,use\" name for train, validation "
     "or test, and nothing else", 0.0, 0.0, NULL},
    {"align", 0, RCV_OPTION_FLAG, &a->pair.align, NULL,
     "Find the delay of WET and take it off", 0.0, 0.0, NULL},
    {"clips", 0, RCV_OPTION_UINT, &a->pair.clip_frames, "FRAMES",
     "The recordings are clips of so many frames in a row, of which only the "
     "second halves are right; 0: they are whole", 0.0, 100000000.0, NULL},
    {"channel", 0, RCV_OPTION_UINT, &a->pair.reading.channel, "N",
     "Channel of recordings with several, from 1", 0.0, 1024.0, NULL},
    {"rate", 0, RCV_OPTION_UINT, &a->pair.reading.rate_hz, "HZ",
     "Resample the recordings to this rate; 0: use them as they are", 0.0,
     768000.0, NULL},
    {"resume", 0, RCV_OPTION_FLAG, &s->resume, NULL,
     "Go on with an interrupted run of the same command, from MODEL.resume",
     0.0, 0.0, NULL},
    {"log", 0, RCV_OPTION_STRING, &a->log, "FILE.jsonl",
     "Write a line of JSON at each validation", 0.0, 0.0, NULL},
    {"name", 'n', RCV_OPTION_STRING, &a->name, "TEXT",
     "Name of the model, as hosts show it", 0.0, 0.0, NULL},
    {"author", 0, RCV_OPTION_STRING, &a->author, "TEXT",
     "Who made it", 0.0, 0.0, NULL},
    {"licence", 0, RCV_OPTION_STRING, &a->licence, "TEXT",
     "Its licence", 0.0, 0.0, NULL},
    {"device", 0, RCV_OPTION_STRING, &a->device, "TEXT",
     "What was captured, and how it was set", 0.0, 0.0, NULL},
    {"report", 'r', RCV_OPTION_STRING, &a->report, "FILE.html",
     "Write a report to open in a browser", 0.0, 0.0, NULL},
    {"json", 0, RCV_OPTION_FLAG, &a->json, NULL,
     "Print one JSON object on standard output at the end", 0.0, 0.0, NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  // clang-format on
  const RcvUsage usage = {
    "train",
    "DRY WET [DRY WET]...",
    "Train a model of the device between two recordings",
    "DRY is what went into the device, WET what came out: mono, of the same\n"
    "rate and length.  WET may be the capture.json of `recurve capture "
    "--grid`:\n"
    "the model then has the knobs that were turned.  Further pairs are "
    "recordings\n"
    "of the same device, each of which is aligned by itself.\n"
    "Ctrl-C ends the training and keeps the best model.",
    2,
    options};

  int             n_pairs = 0;
  const RcvParsed parsed  = rcv_options_parse_groups(
    &usage, argc, argv, a->paths, RCV_MAX_PAIRS, &n_pairs);
  a->n_pairs = (size_t)n_pairs;
  return parsed;
}

static RcvParsed
wrong(const char* const message, const char* const value)
{
  fprintf(stderr, "recurve train: %s%s\n", message, value);
  return RCV_PARSED_WRONG;
}

enum { CLASSES = 256, BLOCK = 256, SEGMENT_MS = 500, CARRY_MS = 1500 };

/// What is given must mean something together
static RcvParsed
check_together(const RcvTrainArguments* const a, const Raw* const r)
{
  if (a->pair.test_s >= 0.0 && a->pair.validation_s < 0.0) {
    return wrong("--test-from needs --val-from", "");
  }
  if (a->pair.test_s >= 0.0 && a->pair.test_s <= a->pair.validation_s) {
    return wrong("--test-from must be after --val-from", "");
  }
  if (a->regions && (a->pair.validation_s >= 0.0 || a->pair.clip_frames)) {
    return wrong("--regions says all that --val-from, --test-from and --clips "
                 "do; give only one of them",
                 "");
  }
  if (r->head != RCV_HEAD_SOFTMAX && r->classes != CLASSES) {
    return wrong("--classes needs --head softmax", "");
  }
  if (!r->bidirectional && (r->block != BLOCK || r->lookahead != BLOCK)) {
    return wrong("--block and --lookahead need --bidirectional", "");
  }
  if (r->lookahead > (RCV_MAX_STEPS_PER_FRAME - 2U) * r->block) {
    return wrong("--lookahead must be at most 254 times --block, or the "
                 "network cannot be played live",
                 "");
  }
  if (a->pair.clip_frames &&
      (r->segment_ms != SEGMENT_MS || r->carry_ms != CARRY_MS)) {
    return wrong("--segment and --carry mean nothing with --clips, of which "
                 "each is a segment; leave them out",
                 "");
  }
  if (a->settings.is_bf16_backward && !rcv_engine_choose(true).bptt) {
    return wrong("--bf16-backward needs a processor with AVX-512 BF16, and the "
                 "kernels avx512; leave it out",
                 "");
  }
  return RCV_PARSED;
}

/// --bptt full, grow or a number
static RcvParsed
parse_windows(const char* const text, RcvTrainerSettings* const settings)
{
  if (!strcmp(text, "full")) {
    settings->windows = RCV_WINDOWS_FULL;
  } else if (!strcmp(text, "grow")) {
    settings->windows = RCV_WINDOWS_GROW;
  } else {
    char* end = NULL;
    errno     = 0;

    const unsigned long n = strtoul(text, &end, 10);
    if (errno || *end || text[0] == '-' || n < 1 || n > 100000000) {
      return wrong("--bptt takes full, grow or a number of frames, not ", text);
    }
    settings->windows       = RCV_WINDOWS_FIXED;
    settings->window_frames = (uint32_t)n;
  }
  return RCV_PARSED;
}

RcvParsed
rcv_train_arguments_parse(RcvTrainArguments* const a,
                          const int                argc,
                          char** const             argv)
{
  memset(a, 0, sizeof(RcvTrainArguments));
  RcvTrainerSettings* const s = &a->settings;

  Raw r                = {0};
  r.cell               = RCV_CELL_LSTM;
  r.hidden             = 16;
  r.layers             = 1;
  r.classes            = CLASSES;
  r.block              = BLOCK;
  r.lookahead          = BLOCK;
  r.bptt               = "grow";
  r.segment_ms         = SEGMENT_MS;
  r.carry_ms           = CARRY_MS;
  s->rate              = -1.0; // By the optimizer
  s->batch_size        = 32;
  s->time_s            = 300.0;
  a->pair.align        = true;
  a->pair.validation_s = -1.0;
  a->pair.test_s       = -1.0;

  RcvParsed parsed = parse(a, &r, argc, argv);
  if (parsed == RCV_PARSED && !a->output) {
    return wrong("-o MODEL is missing; name the file to write", "");
  }
  parsed = parsed == RCV_PARSED ? check_together(a, &r) : parsed;
  if (parsed != RCV_PARSED) {
    return parsed;
  }

  const bool     softmax = r.head == RCV_HEAD_SOFTMAX;
  const RcvShape shape   = {(RcvCell)r.cell,
                            (RcvHead)r.head,
                            1,
                            r.hidden,
                            r.layers,
                          softmax ? r.classes : 1,
                            r.bidirectional,
                            r.skip == RCV_SWITCH_ON,
                          r.bidirectional ? r.block : 0,
                          r.bidirectional ? r.lookahead : 0,
                            0.0f,
                            {{{0}}},
                            {{0}}};
  s->shape               = shape;
  s->optimizer = r.optimizer ? RCV_OPTIMIZER_ADAM : RCV_OPTIMIZER_SOAP;
  s->rate      = s->rate > 0.0 ? s->rate : r.optimizer ? 1e-2 : 3e-2;
  s->try_skip  = r.skip == RCV_SWITCH_NOT_GIVEN && !softmax;
  s->segment_s = r.segment_ms / 1000.0;
  s->carry_s   = r.carry_ms / 1000.0;
  s->seed      = r.seed;
  s->n_updates = r.updates;
  if (!s->n_threads) {
    const long n_processors = sysconf(_SC_NPROCESSORS_ONLN);
    s->n_threads            = n_processors > 0 ? (uint32_t)n_processors : 1;
  }
  return parse_windows(r.bptt, s);
}

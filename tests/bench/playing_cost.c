// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// playing_cost PRESETS [MINUTES]: what the plugin's run() costs in blocks of 64
// frames, and how long the longest of MINUTES (10) of playing takes.
//
// All ways to play take turns, so that what slows the machine for a while slows
// all of them, and of each the 30th fastest of 301 short turns is printed.  A
// model is loaded between two blocks, as a worker on another processor would do
// it.  What it takes to read the clock is taken off.  Nothing waits between the
// blocks, so the caches are warmer than in a live host.

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/plugin_rig.h"
#include "train/signal/capture_signal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
  RATE_HZ       = 48000,
  BLOCK         = 64,
  N_TURNS       = 301,
  FAST_TURN     = 30, // The one that counts: some are interrupted
  TURN_BLOCKS   = 14, // Shorter than the 20 ms of a cross-fade
  SETTLE_BLOCKS = 4 * RATE_HZ / BLOCK,
  SWAP_BLOCKS   = 2 * RATE_HZ / BLOCK,
  MAX_PATH      = 4096,
};

typedef enum { SOUND, SILENCE, SWAPS } Feed;

/// One way to play
typedef struct {
  const char* name;
  const char* uri;
  double      host_hz;
  double      model_hz;
  float       oversample;
  Feed        feed;
} Way;

static const Way ways[] = {
  {"mono", RCV_URI_MONO, 48e3, 48e3, 1.0f, SOUND},
  {"stereo", RCV_URI_STEREO, 48e3, 48e3, 1.0f, SOUND},
  {"mono, idle", RCV_URI_MONO, 48e3, 48e3, 1.0f, SILENCE},
  {"stereo, idle", RCV_URI_STEREO, 48e3, 48e3, 1.0f, SILENCE},
  {"mono, in a cross-fade", RCV_URI_MONO, 48e3, 48e3, 1.0f, SWAPS},
  {"mono, oversampled 2 times", RCV_URI_MONO, 48e3, 48e3, 2.0f, SOUND},
  {"mono, oversampled 4 times", RCV_URI_MONO, 48e3, 48e3, 4.0f, SOUND},
  {"mono, 48 kHz model at 44.1 kHz", RCV_URI_MONO, 44.1e3, 48e3, 1.0f, SOUND},
  {"mono, 44.1 kHz model at 48 kHz", RCV_URI_MONO, 48e3, 44.1e3, 1.0f, SOUND},
};

enum { N_WAYS = sizeof(ways) / sizeof(ways[0]), MONO = 0 };

static float* riff;
static size_t n_riff_frames;

// Between the two calls of a rig is run(), and reading the clock
static struct timespec block_start;
static double          clock_ns;
static double          block_ns;

static void
start_block(void)
{
  clock_gettime(CLOCK_MONOTONIC, &block_start);
}

static void
end_block(void)
{
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  block_ns = (1e9 * (double)(end.tv_sec - block_start.tv_sec)) +
             (double)(end.tv_nsec - block_start.tv_nsec) - clock_ns;
}

static int
compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// What a block takes of which nothing is run, the fast ones as of the turns
static void
measure_clock(void)
{
  static double ns[N_TURNS];

  for (size_t i = 0; i < N_TURNS; ++i) {
    start_block();
    end_block();
    ns[i] = block_ns;
  }
  qsort(ns, N_TURNS, sizeof(double), compare);
  clock_ns = ns[FAST_TURN];
}

static void
load_riff(void)
{
  RcvError error = {RCV_OK, ""};
  n_riff_frames  = rcv_capture_signal_length(RCV_SIGNAL_RIFF, RATE_HZ);
  n_riff_frames -= n_riff_frames % BLOCK;
  int32_t* const values = calloc(n_riff_frames + BLOCK, sizeof(int32_t));
  riff                  = calloc(n_riff_frames, sizeof(float));
  assert_true(values && riff);
  assert_int_equal(
    rcv_capture_signal_render(RCV_SIGNAL_RIFF, RATE_HZ, values, &error),
    RCV_OK);
  for (size_t t = 0; t < n_riff_frames; ++t) {
    riff[t] = (float)values[t] / (float)RCV_SIGNAL_FULL_SCALE;
  }
  free(values);
}

/// Run one block and return what it took, in ns
static double
play_block(RcvRig* const rig, const size_t index, const Feed feed)
{
  static const float silence[BLOCK];
  static float       out[2][BLOCK];

  // The channels play different music
  const size_t       place = (index * BLOCK) % n_riff_frames;
  const size_t       other = (place + n_riff_frames / 2) % n_riff_frames;
  const float* const ins[] = {
    feed == SILENCE ? silence : riff + place,
    feed == SILENCE ? silence : riff + (other - (other % BLOCK))};
  float* const outs[] = {out[0], out[1]};
  rcv_rig_run(rig, ins, outs, BLOCK);
  return block_ns;
}

/// A plugin that plays a model and has come to rest
static RcvRig*
start(const Way* const way, const char* const path)
{
  RcvRig* const rig                 = rcv_rig_new(way->uri, way->host_hz, true);
  rig->before_run                   = start_block;
  rig->after_run                    = end_block;
  rig->values[RCV_VALUE_OVERSAMPLE] = way->oversample;
  rcv_rig_restore(rig, path);
  for (size_t i = 0; i < SETTLE_BLOCKS; ++i) {
    play_block(rig, i, way->feed);
    rcv_rig_work(rig);
  }
  assert_true(rcv_rig_status(rig) == RCV_STATUS_PLAYING ||
              rcv_rig_status(rig) == RCV_STATUS_RESAMPLED);
  return rig;
}

/// Load a model between two blocks; the next one is the first of the fade
static void
swap(RcvRig* const rig, const size_t index, const char* const path)
{
  rcv_rig_send_path(rig, path);
  play_block(rig, index, SOUND);
  rcv_rig_work(rig);
}

/// One turn, in ns per frame
static double
play_turn(RcvRig* const     rig,
          const Feed        feed,
          const size_t      turn,
          const char* const path)
{
  // The caches are those of this way again, and a fade before ends
  for (size_t i = 0; i < (size_t)2 * TURN_BLOCKS; ++i) {
    play_block(rig, i, feed);
  }
  if (feed == SWAPS) {
    swap(rig, 0, path);
  }

  double ns = 0.0;
  for (size_t i = 0; i < TURN_BLOCKS; ++i) {
    ns += play_block(rig, (turn * TURN_BLOCKS) + i, feed);
  }
  return ns / TURN_BLOCKS / BLOCK;
}

/// Copy a model, as if it were one of 44.1 kHz
static void
write_copy(const char* const path, const char* const copy)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_load(path, &error);
  if (!model) {
    fprintf(stderr, "%s\n", error.message);
    exit(1);
  }
  model->info.rate_hz = 44100.0;
  rcv_fixture_write(model, copy);
  rcv_model_free(model);
}

static void
print_costs(const char* const name, const char* const path)
{
  static double ns[N_WAYS][N_TURNS];
  RcvRig*       rigs[N_WAYS];
  char          copy[MAX_PATH];
  const char*   folder = getenv("TMPDIR");
  snprintf(copy,
           sizeof(copy),
           "%s/playing_cost_%ld.safetensors",
           folder ? folder : "/tmp",
           (long)getpid());
  write_copy(path, copy);

  for (size_t w = 0; w < N_WAYS; ++w) {
    rigs[w] = start(&ways[w], ways[w].model_hz < 48e3 ? copy : path);
  }
  for (size_t i = 0; i < N_TURNS; ++i) {
    for (size_t w = 0; w < N_WAYS; ++w) {
      ns[w][i] = play_turn(rigs[w], ways[w].feed, i, path);
    }
  }
  unlink(copy);

  printf("\n%s\n| way | ns per sample | of mono |\n|---|---|---|\n", name);
  for (size_t w = 0; w < N_WAYS; ++w) {
    qsort(ns[w], N_TURNS, sizeof(double), compare);
    const double fast = ns[w][FAST_TURN];
    printf(
      "| %s | %.1f | %.3f |\n", ways[w].name, fast, fast / ns[MONO][FAST_TURN]);
    rcv_rig_free(rigs[w]);
  }
  fflush(stdout);
}

/// The times of all blocks, with a swap every two seconds
static void
print_block_times(const Way* const   way,
                  const double       minutes,
                  const char* const* paths)
{
  const double  length_us = 1e6 * BLOCK / RATE_HZ;
  const size_t  n_blocks  = (size_t)(minutes * 60.0 * RATE_HZ / BLOCK);
  double* const us        = calloc(n_blocks, sizeof(double));
  RcvRig* const rig       = start(way, paths[0]);
  assert_non_null(us);

  size_t n_swaps = 0;
  size_t n_late  = 0;
  for (size_t i = 0; i < n_blocks; ++i) {
    if (i % SWAP_BLOCKS == SWAP_BLOCKS / 2) {
      rcv_rig_send_path(rig, paths[++n_swaps % 2]);
    }
    us[i] = 1e-3 * play_block(rig, i, SOUND);
    n_late += us[i] > length_us;
    rcv_rig_work(rig);
  }
  rcv_rig_free(rig);

  qsort(us, n_blocks, sizeof(double), compare);
  const double quantiles[] = {us[n_blocks / 2],
                              us[(size_t)(0.9999 * (double)n_blocks)],
                              us[n_blocks - 1]};
  printf("| %s | %zu | %zu |", way->name, n_blocks, n_swaps);
  for (size_t k = 0; k < 3; ++k) {
    printf(" %.1f | %.2f |", quantiles[k], 100.0 * quantiles[k] / length_us);
  }
  printf(" %zu |\n", n_late);
  fflush(stdout);
  free(us);
}

int
main(const int argc, char** const argv)
{
  if (argc < 2 || argc > 3 || (argc > 2 && strtod(argv[2], NULL) <= 0.0)) {
    fprintf(stderr, "usage: playing_cost PRESETS [MINUTES]\n");
    return 2;
  }

  static const char* const names[] = {"chump40", "chump"};
  static char              files[2][MAX_PATH];
  const char* const        paths[] = {files[0], files[1]};
  const double             minutes = argc > 2 ? strtod(argv[2], NULL) : 10.0;
  load_riff();
  measure_clock();
  for (size_t i = 0; i < 2; ++i) {
    snprintf(files[i], MAX_PATH, "%s/%s/model.safetensors", argv[1], names[i]);
    print_costs(names[i], paths[i]);
  }

  printf(
    "\n%g minutes, %s and %s in turn every 2 s, blocks of %.0f us\n"
    "| way | blocks | swaps | p50, us | %% | p99.99, us | %% | max, us | %% "
    "| late |\n|---|---|---|---|---|---|---|---|---|---|\n",
    minutes,
    names[0],
    names[1],
    1e6 * BLOCK / RATE_HZ);
  for (size_t w = 0; w < 2; ++w) {
    print_block_times(&ways[w], minutes, paths);
  }
  free(riff);
  return 0;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/bench.h"

#include "dsp/denormals.h"
#include "dsp/network.h"
#include "train/model/reference.h"
#include "train/numbers/clock.h"
#include "train/numbers/random.h"
#include "train/signal/capture_signal.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
  RATE_HZ     = 48000,
  N_FRAMES    = 4800, // Of the riff, played again and again
  BLOCK       = 64,
  N_RUNS      = 9,
  MOST_VOICES = 8,
};

// Time of one run, short enough that other processes spoil few of them
static const double run_s       = 0.02;
static const double brief_run_s = 0.003;

/// All that is allocated
typedef struct {
  float*      params; // [n_params]
  float*      x;      // [N_FRAMES][I]
  float*      y;      // [N_FRAMES]
  double*     exact;  // [N_FRAMES]
  void*       network_memory;
  void*       state_memory[MOST_VOICES];
  RcvNetwork* network;
  RcvState*   states[MOST_VOICES];
} Bench;

/// Weights as PyTorch starts with
static void
draw_params(const RcvShape* const shape, float* const params)
{
  RcvRandom    random = {1};
  const double bound  = 1.0 / sqrt((double)shape->hidden_size);
  for (size_t i = 0; i < rcv_shape_n_params(shape); ++i) {
    params[i] = (float)(bound * ((2.0 * rcv_random_unit(&random)) - 1.0));
  }
}

/// A piece of the riff; knobs stand in the middle
static RcvStatus
load_riff(const RcvShape* const shape, float* const x, RcvError* const error)
{
  const size_t   n       = rcv_capture_signal_length(RCV_SIGNAL_RIFF, RATE_HZ);
  int32_t* const samples = malloc(n * sizeof(int32_t));
  if (!samples) {
    return rcv_error_set(error, RCV_NO_MEMORY, "no memory for the riff");
  }

  const RcvStatus status =
    rcv_capture_signal_render(RCV_SIGNAL_RIFF, RATE_HZ, samples, error);
  const int32_t* const middle = samples + (n / 2);
  for (size_t t = 0; !status && t < N_FRAMES; ++t) {
    float* const inputs = x + (t * shape->input_size);

    inputs[0] = (float)middle[t] / (float)RCV_SIGNAL_FULL_SCALE;
    for (uint32_t k = 1; k < shape->input_size; ++k) {
      inputs[k] = 0.5f;
    }
  }
  free(samples);
  return status;
}

static bool
bench_init(Bench* const            bench,
           const RcvShape* const   shape,
           const float* const      params,
           const RcvKernels* const kernels,
           const uint32_t          n_channels)
{
  const size_t n_params = rcv_shape_n_params(shape);

  bench->params = malloc(n_params * sizeof(float));
  bench->x      = calloc((size_t)N_FRAMES * shape->input_size, sizeof(float));
  bench->y      = calloc(N_FRAMES, sizeof(float));
  bench->exact  = calloc(N_FRAMES, sizeof(double));
  bench->network_memory =
    aligned_alloc(RCV_ALIGNMENT, rcv_network_size(shape, kernels));

  bool good = bench->params && bench->x && bench->y && bench->exact &&
              bench->network_memory;
  for (uint32_t i = 0; i < n_channels; ++i) {
    bench->state_memory[i] =
      aligned_alloc(RCV_ALIGNMENT, rcv_state_size(shape, kernels));
    good = good && bench->state_memory[i];
  }
  if (!good) {
    return false;
  }

  if (params) {
    memcpy(bench->params, params, n_params * sizeof(float));
  } else {
    draw_params(shape, bench->params);
  }
  bench->network = rcv_network_init(
    bench->network_memory, shape, bench->params, NULL, kernels);
  for (uint32_t i = 0; i < n_channels; ++i) {
    bench->states[i] = rcv_state_init(bench->state_memory[i], bench->network);
  }
  return true;
}

static void
bench_clear(Bench* const bench)
{
  free(bench->params);
  free(bench->x);
  free(bench->y);
  free(bench->exact);
  free(bench->network_memory);
  for (uint32_t i = 0; i < MOST_VOICES; ++i) {
    free(bench->state_memory[i]);
  }
}

/// The first frames through all voices, block by block as a host asks for it
static void
play(const Bench* const bench,
     const uint32_t     input_size,
     const uint32_t     n_voices,
     const size_t       n_frames)
{
  for (size_t t = 0; t < n_frames; t += BLOCK) {
    for (uint32_t i = 0; i < n_voices; i += RCV_MAX_STREAMS) {
      const uint32_t n =
        n_voices - i < RCV_MAX_STREAMS ? n_voices - i : RCV_MAX_STREAMS;
      const float* const x[RCV_MAX_STREAMS] = {bench->x + (t * input_size),
                                               bench->x + (t * input_size)};
      float* const       y[RCV_MAX_STREAMS] = {bench->y + t, bench->y + t};

      rcv_network_run_streams(
        bench->network, &bench->states[i], x, y, n, BLOCK);
    }
  }
}

/// Distance from the readable cells, which know no latency
static double
measure_error(const Bench* const bench, const RcvShape* const shape)
{
  const size_t late     = rcv_shape_latency(shape);
  double       greatest = 0.0;

  rcv_reference_network_exact(
    shape, bench->params, bench->x, N_FRAMES, bench->exact);
  play(bench, shape->input_size, 1, N_FRAMES);
  for (size_t t = late; t < N_FRAMES; ++t) {
    const double error = fabs((double)bench->y[t] - bench->exact[t - late]);

    greatest = error <= greatest ? greatest : error; // NaN is greater
  }
  return greatest;
}

static int
compare_numbers(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// The median time of some runs, each through the first frames of the signal
static double
measure_ns(const Bench* const bench,
           const uint32_t     input_size,
           const uint32_t     n_channels,
           const size_t       n_frames,
           const double       least_s)
{
  double times[N_RUNS];
  for (uint32_t run = 0; run < N_RUNS; ++run) {
    const double start   = rcv_clock_now_s();
    double       seconds = 0.0;
    size_t       n       = 0;
    while (seconds < least_s) {
      play(bench, input_size, n_channels, n_frames);
      n += n_frames;
      seconds = rcv_clock_now_s() - start;
    }
    times[run] = 1e9 * seconds / (double)n;
  }
  qsort(times, N_RUNS, sizeof(double), compare_numbers);
  return times[N_RUNS / 2];
}

RcvStatus
rcv_bench_network(const RcvShape* const   shape,
                  const float* const      params,
                  const RcvKernels* const kernels,
                  const uint32_t          n_channels,
                  RcvBenchResult* const   result,
                  RcvError* const         error)
{
  Bench bench;
  memset(&bench, 0, sizeof(bench));

  const bool good = n_channels <= MOST_VOICES &&
                    bench_init(&bench, shape, params, kernels, n_channels);

  const RcvStatus status =
    good ? load_riff(shape, bench.x, error)
         : rcv_error_set(error, RCV_NO_MEMORY, "no memory for the benchmark");
  if (good && !status) {
    const uint64_t mode = rcv_denormals_off();

    result->shape      = *shape;
    result->n_channels = n_channels;
    result->kernels    = kernels->name;
    result->max_error  = measure_error(&bench, shape);
    result->ns_per_sample =
      measure_ns(&bench, shape->input_size, n_channels, N_FRAMES, run_s);
    rcv_denormals_restore(mode);
  }

  bench_clear(&bench);
  return status;
}

RcvStatus
rcv_bench_briefly(const RcvShape* const   shape,
                  const float* const      params,
                  const RcvKernels* const kernels,
                  double* const           ns_per_sample,
                  RcvError* const         error)
{
  // A bidirectional network computes a whole window now and then
  const size_t n_frames = shape->bidirectional ? N_FRAMES : BLOCK;
  RcvRandom    random   = {1};
  Bench        bench;
  memset(&bench, 0, sizeof(bench));

  const bool good = bench_init(&bench, shape, params, kernels, 1);
  for (size_t i = 0; good && i < (size_t)N_FRAMES * shape->input_size; ++i) {
    bench.x[i] = (float)rcv_random_unit(&random);
  }
  if (good) {
    const uint64_t mode = rcv_denormals_off();
    *ns_per_sample      = measure_ns(&bench,
                                shape->input_size,
                                1,
                                n_frames,
                                shape->bidirectional ? run_s : brief_run_s);
    rcv_denormals_restore(mode);
  }
  bench_clear(&bench);
  return good
           ? RCV_OK
           : rcv_error_set(error, RCV_NO_MEMORY, "no memory for the benchmark");
}

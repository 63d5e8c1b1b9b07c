// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/evaluate.h"

#include "train/capture_signal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  // Frames of the self-test pair
  TEST_FRAMES = 1024,
};

static RcvStatus
no_memory(RcvError* const error)
{
  return rcv_error_set(error, RCV_NO_MEMORY, "No memory to play a model");
}

/// The network's inputs; without positions (NULL) knobs stand in the middle
static float*
make_inputs(const uint32_t     input_size,
            const float* const audio,
            const float* const knobs,
            const size_t       n_frames)
{
  float* const x = malloc(n_frames * input_size * sizeof(float));
  for (size_t t = 0; x && t < n_frames; ++t) {
    x[t * input_size] = audio[t];
    for (uint32_t k = 1; k < input_size; ++k) {
      x[(t * input_size) + k] = knobs ? knobs[k - 1] : 0.5f;
    }
  }
  return x;
}

RcvStatus
rcv_evaluate_region(const RcvModel* const model,
                    const RcvPair* const  pair,
                    const RcvRegion       region,
                    float* const          y_hat,
                    RcvMetrics* const     metrics,
                    RcvError* const       error)
{
  const size_t n_warm =
    region.start < pair->rate_hz ? region.start : pair->rate_hz;
  const size_t start = region.start - n_warm;
  const size_t n     = region.end - start;

  float* const y = malloc(n * sizeof(float));
  if (!y) {
    return no_memory(error);
  }

  RcvErrorSums sums   = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  RcvStatus    status = RCV_OK;
  for (size_t i = 0; !status && i < pair->takes.n_takes; ++i) {
    const RcvTake* const take = &pair->takes.takes[i];
    float* const         x    = make_inputs(model->shape.input_size,
                                 pair->dry + start,
                                 pair->takes.n_knobs ? take->knobs : NULL,
                                 n);

    status = x ? rcv_model_run(model, x, y, n, error) : no_memory(error);
    free(x);
    if (!status) {
      rcv_pair_blank(pair, start, y, n);
      rcv_metrics_add(&sums, take->wet + region.start, y + n_warm, n - n_warm);
    }
    if (!status && y_hat && i == 0) {
      memcpy(y_hat, y + n_warm, (n - n_warm) * sizeof(float));
    }
  }

  *metrics = rcv_metrics_from_sums(&sums);
  free(y);
  return status;
}

/* Pieces of sound: what a model does after them, and how it depends on rounding
 */

/// A piece of sound, silence after it, and what a model makes of them
typedef struct {
  const RcvModel* model;
  const RcvPair*  pair;
  RcvRegion       region;
  size_t          n_sound;   // Frames of the piece
  size_t          n_silence; // Frames after it
  float*          audio;     // [n_sound + n_silence] owned
  float*          y;         // [2][n_sound + n_silence] owned
} Pieces;

static RcvStatus
pieces_init(Pieces* const pieces, RcvError* const error)
{
  const size_t n = pieces->n_sound + pieces->n_silence;

  pieces->audio = calloc(n, sizeof(float));
  pieces->y     = calloc(2 * n, sizeof(float));
  return pieces->audio && pieces->y ? RCV_OK : no_memory(error);
}

static void
pieces_clear(const Pieces* const pieces)
{
  free(pieces->audio);
  free(pieces->y);
}

/// Positions of the knobs that are tried in turn: the takes', and the middle
static size_t
n_positions(const RcvPair* const pair)
{
  return pair->takes.n_knobs ? pair->takes.n_takes + 1 : 1;
}

static const float*
position_knobs(const RcvPair* const pair, const size_t index)
{
  const size_t i = index % n_positions(pair);

  return i + 1 < n_positions(pair) ? pair->takes.takes[i].knobs : NULL;
}

/**
   Play the piece at one of several places.

   @param gain Of the piece; 0: silence instead.
   @param y [n_sound + n_silence] set.
*/
static RcvStatus
pieces_play(const Pieces* const pieces,
            const size_t        place,
            const size_t        n_places,
            const float         gain,
            float* const        y,
            RcvError* const     error)
{
  const RcvPair* const pair = pieces->pair;
  const size_t         start =
    pieces->region.start +
    ((rcv_region_length(pieces->region) - pieces->n_sound) * place / n_places);
  for (size_t t = 0; t < pieces->n_sound; ++t) {
    pieces->audio[t] = gain * pair->dry[start + t];
  }

  const size_t n = pieces->n_sound + pieces->n_silence;
  float* const x = make_inputs(pieces->model->shape.input_size,
                               pieces->audio,
                               position_knobs(pair, place),
                               n);

  const RcvStatus status =
    x ? rcv_model_run(pieces->model, x, y, n, error) : no_memory(error);
  free(x);
  return status;
}

/// RMS of the distance between a signal and another, or a constant
static double
distance_rms(const float* const a,
             const float* const b,
             const double       constant,
             const size_t       n)
{
  double energy = 0.0;
  for (size_t t = 0; t < n; ++t) {
    const double distance = (double)a[t] - (b ? (double)b[t] : constant);

    energy += distance * distance;
  }
  return sqrt(energy / (double)n);
}

static double
greater(const double a, const double b)
{
  return b <= a ? a : b; // NaN is greater
}

RcvStatus
rcv_evaluate_rest(const RcvModel* const model,
                  const RcvPair* const  pair,
                  const RcvRegion       region,
                  const size_t          n_starts,
                  double* const         level,
                  RcvError* const       error)
{
  static const float gains[] = {1.0f, 4.0f, 0.25f};

  Pieces pieces = {
    model, pair, region, pair->rate_hz / 4, pair->rate_hz / 2, NULL, NULL};
  if (rcv_region_length(region) < pieces.n_sound) {
    *level = (double)NAN;
    return RCV_OK;
  }

  const size_t n_last = pair->rate_hz / 20;
  const size_t first  = pieces.n_sound + pieces.n_silence - n_last;
  RcvStatus    status = pieces_init(&pieces, error);

  *level = 0.0;
  for (size_t i = 0; !status && i < n_starts; ++i) {
    // What it comes to without any sound before: a constant, which is not heard
    status      = pieces_play(&pieces, i, n_starts, 0.0f, pieces.y, error);
    double rest = 0.0;
    for (size_t t = first; !status && t < first + n_last; ++t) {
      rest += (double)pieces.y[t] / (double)n_last;
    }
    for (size_t k = 0; !status && k < 3; ++k) {
      status = pieces_play(&pieces, i, n_starts, gains[k], pieces.y, error);
      if (!status) {
        *level =
          greater(*level, distance_rms(pieces.y + first, NULL, rest, n_last));
      }
    }
  }

  pieces_clear(&pieces);
  return status;
}

RcvStatus
rcv_evaluate_rounding(const RcvModel* const model,
                      const RcvPair* const  pair,
                      const RcvRegion       region,
                      const size_t          n_starts,
                      double* const         level,
                      RcvError* const       error)
{
  static const float nearly_1 = 1.0f + 1.0f / (1 << 22); // Two steps of a float

  const size_t n_region = rcv_region_length(region);
  const size_t n        = n_region < pair->rate_hz ? n_region : pair->rate_hz;

  Pieces    pieces = {model, pair, region, n, 0, NULL, NULL};
  RcvStatus status = pieces_init(&pieces, error);

  *level = 0.0;
  for (size_t i = 0; !status && n && i < n_starts; ++i) {
    float* const other = pieces.y + n;

    status = pieces_play(&pieces, i, n_starts, 1.0f, pieces.y, error);
    if (!status) {
      status = pieces_play(&pieces, i, n_starts, nearly_1, other, error);
    }
    if (!status) {
      *level = greater(*level, distance_rms(pieces.y, other, 0.0, n));
    }
  }

  pieces_clear(&pieces);
  return status;
}

/// The standard riff as floats, to be freed by the caller, or NULL
static float*
render_riff(const uint32_t  rate_hz,
            size_t* const   n_frames,
            RcvError* const error)
{
  *n_frames = rcv_capture_signal_length(RCV_SIGNAL_RIFF, rate_hz);

  int32_t* const samples = malloc(*n_frames * sizeof(int32_t));
  float* const   riff    = malloc(*n_frames * sizeof(float));
  if (!samples || !riff) {
    no_memory(error);
  } else if (!rcv_capture_signal_render(
               RCV_SIGNAL_RIFF, rate_hz, samples, error)) {
    for (size_t t = 0; t < *n_frames; ++t) {
      riff[t] = (float)samples[t] / (float)RCV_SIGNAL_FULL_SCALE;
    }
    free(samples);
    return riff;
  }

  free(samples);
  free(riff);
  return NULL;
}

RcvStatus
rcv_evaluate_loudness(const RcvModel* const model,
                      const uint32_t        rate_hz,
                      double* const         loudness_db,
                      RcvError* const       error)
{
  size_t       n    = 0;
  float* const riff = render_riff(rate_hz, &n, error);
  if (!riff) {
    return RCV_NO_MEMORY;
  }

  float* const x = make_inputs(model->shape.input_size, riff, NULL, n);
  RcvStatus    status =
    x ? rcv_model_run(model, x, riff, n, error) : no_memory(error);
  double energy = 0.0;
  for (size_t t = 0; !status && t < n; ++t) {
    energy += (double)riff[t] * (double)riff[t];
  }
  *loudness_db = 10.0 * log10(fmax(energy / (double)n, 1e-12));

  free(x);
  free(riff);
  return status;
}

RcvStatus
rcv_evaluate_add_test(RcvModel* const model,
                      const uint32_t  rate_hz,
                      RcvError* const error)
{
  size_t       n    = 0;
  float* const riff = render_riff(rate_hz, &n, error);
  if (!riff) {
    return RCV_NO_MEMORY;
  }

  // Around the loudest frame, so that the test drives the network
  size_t loudest = 0;
  for (size_t t = 0; t < n; ++t) {
    loudest = fabsf(riff[t]) > fabsf(riff[loudest]) ? t : loudest;
  }
  const size_t before = loudest < TEST_FRAMES / 2 ? loudest : TEST_FRAMES / 2;
  const size_t start =
    loudest - before + TEST_FRAMES > n ? n - TEST_FRAMES : loudest - before;

  float* const x =
    make_inputs(model->shape.input_size, riff + start, NULL, TEST_FRAMES);
  const RcvStatus status =
    x ? rcv_model_set_test(model, x, TEST_FRAMES, error) : no_memory(error);

  free(x);
  free(riff);
  return status;
}

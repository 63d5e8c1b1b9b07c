// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/evaluate.h"

#include "train/file/resample.h"
#include "train/signal/capture_signal.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  // Frames of the self-test pair
  TEST_FRAMES = 1024,

  // Pieces of regions, so long that a second before each does not cost much
  PIECE_SECONDS = 11,
};

static RcvStatus
no_memory(RcvError* const error)
{
  return rcv_error_set(error, RCV_NO_MEMORY, "No memory to play a model");
}

float*
rcv_evaluate_inputs(const uint32_t     input_size,
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

/// Play a region, and add up how far it is from the device
static RcvStatus
add_region(const RcvModel* const model,
           const RcvPair* const  pair,
           const RcvRegion       region,
           float* const          y_hat,
           RcvErrorSums* const   sums,
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

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < pair->takes.n_takes; ++i) {
    const RcvTake* const take = &pair->takes.takes[i];
    float* const         x =
      rcv_evaluate_inputs(model->shape.input_size,
                          pair->dry + start,
                          pair->takes.n_knobs ? take->knobs : NULL,
                          n);

    status = x ? rcv_model_run(model, x, y, n, error) : no_memory(error);
    free(x);
    if (!status) {
      rcv_pair_blank(pair, start, y, n);
      rcv_metrics_add(sums, take->wet + region.start, y + n_warm, n - n_warm);
    }
    if (!status && y_hat && i == 0) {
      memcpy(y_hat, y + n_warm, (n - n_warm) * sizeof(float));
    }
  }

  free(y);
  return status;
}

RcvStatus
rcv_evaluate_region(const RcvModel* const model,
                    const RcvPair* const  pair,
                    const RcvRegion       region,
                    float* const          y_hat,
                    RcvMetrics* const     metrics,
                    RcvError* const       error)
{
  RcvErrorSums    sums   = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  const RcvStatus status = add_region(model, pair, region, y_hat, &sums, error);

  *metrics = rcv_metrics_from_sums(&sums);
  return status;
}

/// A region, or a part of one, and what is found there
typedef struct {
  const RcvModel* model;
  const RcvPair*  pair;
  RcvRegion       region;
  RcvErrorSums    sums;
  RcvStatus       status;
  RcvError        error;
} Piece;

static void
play_piece(void* const job, const uint32_t index)
{
  Piece* const piece = (Piece*)job + index;

  piece->status = add_region(piece->model,
                             piece->pair,
                             piece->region,
                             NULL,
                             &piece->sums,
                             &piece->error);
}

/// How many pieces a region is cut into, if any is
static size_t
count_pieces(const RcvPart* const part, const RcvPair* const pair)
{
  const size_t n_most = (size_t)PIECE_SECONDS * pair->rate_hz;

  return (rcv_region_length(part->region) + n_most - 1) / n_most;
}

/**
   List the pieces of all regions with a use, in the order of the recordings.

   @param pieces Set, or NULL to count only.
   @return How many there are.
*/
static size_t
list_pieces(const RcvModel* const model,
            const RcvPairs* const pairs,
            const RcvUse          use,
            const bool            is_cut,
            Piece* const          pieces)
{
  size_t n_pieces = 0;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    const RcvPair* const pair = &pairs->pairs[i];
    for (size_t k = 0; k < pair->n_parts; ++k) {
      const RcvPart* const part = &pair->parts[k];
      const size_t         n    = part->use != use ? 0
                                  : is_cut         ? count_pieces(part, pair)
                                                   : 1;
      const size_t         all  = rcv_region_length(part->region);
      for (size_t j = 0; j < n; ++j, ++n_pieces) {
        if (pieces) {
          pieces[n_pieces].model        = model;
          pieces[n_pieces].pair         = pair;
          pieces[n_pieces].region.start = part->region.start + (all * j / n);
          pieces[n_pieces].region.end =
            part->region.start + (all * (j + 1) / n);
        }
      }
    }
  }
  return n_pieces;
}

RcvStatus
rcv_evaluate_use(const RcvModel* const model,
                 const RcvPairs* const pairs,
                 const RcvUse          use,
                 RcvWorkers* const     workers,
                 RcvMetrics* const     metrics,
                 RcvError* const       error)
{
  const size_t n      = list_pieces(model, pairs, use, workers, NULL);
  Piece* const pieces = calloc(n + 1, sizeof(Piece));
  if (!pieces) {
    return no_memory(error);
  }

  list_pieces(model, pairs, use, workers, pieces);
  rcv_workers_run(workers, play_piece, pieces, (uint32_t)n);

  RcvErrorSums sums   = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  RcvStatus    status = RCV_OK;
  for (size_t i = 0; !status && i < n; ++i) {
    rcv_metrics_add_sums(&sums, &pieces[i].sums);
    if (pieces[i].status) {
      status =
        rcv_error_set(error, pieces[i].status, "%s", pieces[i].error.message);
    }
  }
  free(pieces);
  *metrics = rcv_metrics_from_sums(&sums);
  return status;
}

/// The riff at a rate that the signal can have
static RcvStatus
render_riff(RcvRiff* const riff, const uint32_t rate_hz, RcvError* const error)
{
  const size_t   n       = rcv_capture_signal_length(RCV_SIGNAL_RIFF, rate_hz);
  int32_t* const samples = calloc(n, sizeof(int32_t));

  riff->n_frames = n;
  riff->frames   = calloc(n, sizeof(float));
  if (!samples || !riff->frames) {
    free(samples);
    return no_memory(error);
  }

  const RcvStatus status =
    rcv_capture_signal_render(RCV_SIGNAL_RIFF, rate_hz, samples, error);
  for (size_t t = 0; !status && t < n; ++t) {
    riff->frames[t] = (float)samples[t] / (float)RCV_SIGNAL_FULL_SCALE;
  }
  free(samples);
  return status;
}

RcvStatus
rcv_riff_render(RcvRiff* const  riff,
                const uint32_t  rate_hz,
                RcvError* const error)
{
  const uint32_t own_hz = rate_hz < RCV_SIGNAL_MIN_RATE   ? RCV_SIGNAL_MIN_RATE
                          : rate_hz > RCV_SIGNAL_MAX_RATE ? RCV_SIGNAL_MAX_RATE
                                                          : rate_hz;

  RcvStatus status = render_riff(riff, own_hz, error);
  if (!status) {
    status = rcv_resample_recording(
      &riff->frames, &riff->n_frames, own_hz, rate_hz, "the riff", error);
  }
  if (status) {
    rcv_riff_clear(riff);
  }
  return status;
}

void
rcv_riff_clear(RcvRiff* const riff)
{
  free(riff->frames);
  memset(riff, 0, sizeof(RcvRiff));
}

RcvStatus
rcv_evaluate_loudness(const RcvModel* const model,
                      const RcvRiff* const  riff,
                      double* const         loudness_db,
                      RcvError* const       error)
{
  const size_t n = riff->n_frames;
  float* const x =
    rcv_evaluate_inputs(model->shape.input_size, riff->frames, NULL, n);
  float* const y = calloc(n, sizeof(float));
  if (!x || !y) {
    free(x);
    free(y);
    return no_memory(error);
  }

  const RcvStatus status = rcv_model_run(model, x, y, n, error);
  double          energy = 0.0;
  for (size_t t = 0; !status && t < n; ++t) {
    energy += (double)y[t] * (double)y[t];
  }
  *loudness_db = 10.0 * log10(fmax(energy / (double)n, 1e-12));

  free(x);
  free(y);
  return status;
}

RcvStatus
rcv_evaluate_add_test(RcvModel* const      model,
                      const RcvRiff* const riff,
                      RcvError* const      error)
{
  const size_t n = riff->n_frames;

  // Around the loudest frame, so that the test drives the network
  size_t loudest = 0;
  for (size_t t = 0; t < n; ++t) {
    loudest =
      fabsf(riff->frames[t]) > fabsf(riff->frames[loudest]) ? t : loudest;
  }
  const size_t before = loudest < TEST_FRAMES / 2 ? loudest : TEST_FRAMES / 2;
  const size_t start =
    loudest - before + TEST_FRAMES > n ? n - TEST_FRAMES : loudest - before;

  float* const x = rcv_evaluate_inputs(
    model->shape.input_size, riff->frames + start, NULL, TEST_FRAMES);
  const RcvStatus status =
    x ? rcv_model_set_test(model, x, TEST_FRAMES, error) : no_memory(error);

  free(x);
  return status;
}

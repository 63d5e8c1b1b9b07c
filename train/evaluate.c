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

RcvStatus
rcv_evaluate_use(const RcvModel* const model,
                 const RcvPairs* const pairs,
                 const RcvUse          use,
                 RcvMetrics* const     metrics,
                 RcvError* const       error)
{
  RcvErrorSums sums   = {0.0, 0.0, 0.0, 0.0, 0.0, 0};
  RcvStatus    status = RCV_OK;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    const RcvPair* const pair = &pairs->pairs[i];
    for (size_t k = 0; !status && k < pair->n_parts; ++k) {
      const RcvPart* const part = &pair->parts[k];
      if (part->use == use) {
        status = add_region(model, pair, part->region, NULL, &sums, error);
      }
    }
  }

  *metrics = rcv_metrics_from_sums(&sums);
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

  float* const x = rcv_evaluate_inputs(model->shape.input_size, riff, NULL, n);
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

  float* const x = rcv_evaluate_inputs(
    model->shape.input_size, riff + start, NULL, TEST_FRAMES);
  const RcvStatus status =
    x ? rcv_model_set_test(model, x, TEST_FRAMES, error) : no_memory(error);

  free(x);
  free(riff);
  return status;
}

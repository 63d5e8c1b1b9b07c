// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/harmonics.h"

#include "train/signal/capture_signal.h"
#include "train/signal/test_tones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double two_pi   = 6.283185307179586476925;
static const double least_db = -120.0;

// 440 Hz at -27, -15 and -4 dB
static const size_t steps[RCV_N_HARMONIC_LEVELS] = {11, 13, 15};

// Of a step, after what the device makes of the change, and before it fades
static const double steady_from = 0.4;
static const double steady_to   = 0.95;

// Seconds of the softer steps that the model hears before
static const double warm_up_s = 1.0;

/// The level steps, where they were recorded or made
typedef struct {
  const float* dry;
  const float* wet;   // NULL: there is no device
  float*       owned; // What was made, or NULL
  size_t       n_step;
} Steps;

void
rcv_harmonics_read(const float* const x,
                   const size_t       n_frames,
                   const double       hz,
                   const uint32_t     rate_hz,
                   double* const      db)
{
  for (size_t k = 0; k < RCV_N_HARMONICS; ++k) {
    const double turns = hz * ((double)k + 1.0) / rate_hz;
    double       real  = 0.0;
    double       imag  = 0.0;
    double       sum   = 0.0;
    for (size_t t = 0; t < n_frames; ++t) {
      const double phase  = ((double)t + 0.5) / (double)n_frames;
      const double window = 0.5 - (0.5 * cos(two_pi * phase));
      const double angle  = two_pi * turns * (double)t;

      real += window * (double)x[t] * cos(angle);
      imag += window * (double)x[t] * sin(angle);
      sum += window;
    }
    db[k] = turns < 0.5
              ? fmax(20.0 * log10(2.0 * hypot(real, imag) / sum), least_db)
              : (double)NAN;
  }
}

/// The take whose knobs stand in the middle, or NULL
static const RcvTake*
middle_take(const RcvTakes* const takes)
{
  for (size_t i = 0; i < takes->n_takes; ++i) {
    bool middle = true;
    for (uint32_t k = 0; k < takes->n_knobs; ++k) {
      middle = middle && fabsf(takes->takes[i].knobs[k] - 0.5f) < 1e-3f;
    }
    if (middle) {
      return &takes->takes[i];
    }
  }
  return NULL;
}

static RcvStatus
find_steps(const RcvPair* const pair, Steps* const found, RcvError* const error)
{
  const uint32_t       rate  = pair->rate_hz;
  const RcvTake* const take  = middle_take(&pair->takes);
  const size_t         n_all = rcv_capture_signal_n_parts(RCV_SIGNAL_ALL);
  memset(found, 0, sizeof(Steps));
  for (size_t i = 0; pair->is_signal && take && i < n_all; ++i) {
    const RcvSignalPart part = rcv_capture_signal_part(RCV_SIGNAL_ALL, rate, i);
    if (!strcmp(part.name, "levels")) {
      found->dry    = pair->dry + part.start;
      found->wet    = take->wet + part.start;
      found->n_step = part.n_frames / RCV_TONES_N_STEPS;
      return RCV_OK;
    }
  }

  found->n_step       = rate / 4;
  const size_t  n     = found->n_step * RCV_TONES_N_STEPS;
  double* const tones = calloc(n, sizeof(double));
  found->owned        = calloc(n, sizeof(float));
  if (!tones || !found->owned) {
    free(tones);
    free(found->owned);
    rcv_error_set(error, RCV_NO_MEMORY, "No memory for the harmonics");
    return RCV_NO_MEMORY;
  }

  rcv_tones_level_steps(tones, n, rate);
  for (size_t t = 0; t < n; ++t) {
    found->owned[t] = (float)tones[t];
  }
  free(tones);
  found->dry = found->owned;
  return RCV_OK;
}

/// Play what is before and in the steps; y [of all that] is to be freed
static RcvStatus
play(const RcvModel* const model,
     const float* const    audio,
     const size_t          n,
     float** const         y,
     RcvError* const       error)
{
  const size_t size = model->shape.input_size;
  float* const x    = malloc(n * size * sizeof(float));
  *y                = malloc(n * sizeof(float));
  for (size_t t = 0; x && t < n; ++t) {
    x[t * size] = audio[t];
    for (size_t k = 1; k < size; ++k) {
      x[(t * size) + k] = 0.5f;
    }
  }

  const RcvStatus status =
    x && *y
      ? rcv_model_run(model, x, *y, n, error)
      : rcv_error_set(error, RCV_NO_MEMORY, "No memory for the harmonics");
  free(x);
  return status;
}

RcvStatus
rcv_harmonics_measure(const RcvModel* const model,
                      const RcvPair* const  pair,
                      RcvHarmonics* const   harmonics,
                      bool* const           has_device,
                      RcvError* const       error)
{
  Steps     found;
  RcvStatus status = find_steps(pair, &found, error);
  if (status) {
    return status;
  }

  const size_t first = steps[0] * found.n_step;
  const size_t warm  = (size_t)(warm_up_s * pair->rate_hz);
  const size_t start = first > warm ? first - warm : 0;
  const size_t end   = (steps[RCV_N_HARMONIC_LEVELS - 1] + 1) * found.n_step;
  const size_t from  = (size_t)(steady_from * (double)found.n_step);
  const size_t n     = (size_t)(steady_to * (double)found.n_step) - from;
  float*       y     = NULL;

  *has_device = found.wet != NULL;
  status      = play(model, found.dry + start, end - start, &y, error);
  for (size_t i = 0; !status && i < RCV_N_HARMONIC_LEVELS; ++i) {
    RcvHarmonics* const h    = &harmonics[i];
    const size_t        at   = (steps[i] * found.n_step) + from;
    const RcvToneStep   tone = rcv_tones_level_step(steps[i]);

    h->hz       = tone.hz;
    h->level_db = tone.level_db;
    rcv_harmonics_read(
      y + (at - start), n, tone.hz, pair->rate_hz, h->model_db);
    for (size_t k = 0; k < RCV_N_HARMONICS; ++k) {
      h->device_db[k] = (double)NAN;
    }
    if (found.wet) {
      rcv_harmonics_read(
        found.wet + at, n, tone.hz, pair->rate_hz, h->device_db);
    }
  }
  free(y);
  free(found.owned);
  return status;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"

#include "dsp/denormals.h"
#include "dsp/network.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

RcvModel*
rcv_model_new(const RcvShape* const shape)
{
  RcvModel* const model = calloc(1, sizeof(RcvModel));
  if (!model) {
    return NULL;
  }

  RcvModelInfo* const info = &model->info;

  model->shape  = *shape;
  model->params = calloc(rcv_shape_n_params(shape), sizeof(float));
  info->rate_hz = info->loudness_db = info->input_level_dbu = (double)NAN;
  info->validation_esr = info->test_esr = info->rest_level = (double)NAN;
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    info->knobs[k].max = 1.0;
  }
  if (!model->params) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

size_t
rcv_model_n_initial(const RcvShape* const shape)
{
  return rcv_shape_n_directions(shape) * rcv_shape_n_states(shape);
}

void
rcv_model_free(RcvModel* const model)
{
  if (model) {
    free(model->params);
    free(model->initial_state);
    free(model->test_input);
    free(model->test_output);
    free(model);
  }
}

const RcvKernels*
rcv_model_kernels(const RcvShape* const shape)
{
  const uint32_t          n = rcv_shape_widest(shape);
  const RcvKernels* const named =
    rcv_kernels_choose(getenv("RECURVE_KERNELS"), n);

  return named ? named : rcv_kernels_choose(NULL, n);
}

/// Make a voice that plays a model with some kernels
static RcvVoice*
new_voice(const RcvModel* const         model,
          const RcvKernels* const       kernels,
          const RcvVoiceSettings* const settings_,
          RcvError* const               error)
{
  // Where nobody knows a rate, any will do: it only must be the same
  const double own_hz = model->info.rate_hz;
  const double any_hz = isnan(own_hz) ? 48000.0 : own_hz;

  RcvVoiceSettings settings = *settings_;
  settings.host_hz    = isnan(settings.host_hz) ? any_hz : settings.host_hz;
  settings.network_hz = own_hz;
  if (!rcv_voice_is_possible(&model->shape, &settings)) {
    rcv_error_set(error,
                  RCV_UNSUPPORTED,
                  "the model is made for %g Hz and cannot be played at %g Hz; "
                  "let the host run at another rate",
                  settings.network_hz,
                  settings.host_hz);
    return NULL;
  }

  void* const memory = aligned_alloc(
    RCV_ALIGNMENT, rcv_voice_size(&model->shape, kernels, &settings));
  if (!memory) {
    rcv_error_set(error, RCV_NO_MEMORY, "no memory to play a model");
    return NULL;
  }

  // Loudness that players agree on; NAM's is the same
  static const double normal_loudness_db = -18.0;

  RcvVoice* const voice = rcv_voice_init(memory,
                                         &model->shape,
                                         model->params,
                                         model->initial_state,
                                         kernels,
                                         &settings);
  if (isfinite(model->info.loudness_db)) {
    const double gain_db = normal_loudness_db - model->info.loudness_db;

    voice->normalize_gain_lin = (float)pow(10.0, fmin(gain_db, 60.0) / 20.0);
  }
  return voice;
}

RcvVoice*
rcv_model_voice_with(const RcvModel* const         model,
                     const RcvVoiceSettings* const settings,
                     RcvError* const               error)
{
  return new_voice(model, rcv_model_kernels(&model->shape), settings, error);
}

RcvVoice*
rcv_model_voice_new(const RcvModel* const model,
                    const uint32_t        n_channels,
                    const double          host_hz,
                    const uint32_t        oversample,
                    RcvError* const       error)
{
  const RcvVoiceSettings settings = {
    n_channels, host_hz, model->info.rate_hz, oversample, RCV_WAY_RESAMPLED};

  return rcv_model_voice_with(model, &settings, error);
}

void
rcv_model_voice_free(RcvVoice* const voice)
{
  free(voice);
}

void
rcv_model_name_knob(const uint32_t index, char* const name, const size_t size)
{
  snprintf(name, size, "knob %u", index + 1);
}

RcvStatus
rcv_model_run(const RcvModel* const model,
              const float* const    x,
              float* const          y,
              const size_t          n_frames,
              RcvError* const       error)
{
  enum { BLOCK = 4096 };

  const RcvKernels* const kernels =
    rcv_kernels_exact(rcv_model_kernels(&model->shape));
  const double           own_hz   = model->info.rate_hz;
  const RcvVoiceSettings settings = {
    1, (double)NAN, own_hz, 1, RCV_WAY_RESAMPLED};

  const size_t n_in  = model->shape.input_size;
  const size_t late  = rcv_shape_latency(&model->shape);
  RcvVoice*    voice = new_voice(model, kernels, &settings, error);
  float* const in    = calloc(BLOCK * n_in, sizeof(float));
  float* const out   = calloc(BLOCK, sizeof(float));
  if (!voice || !in || !out) {
    rcv_model_voice_free(voice);
    free(in);
    free(out);
    return rcv_error_set(error, RCV_NO_MEMORY, "no memory to run a model");
  }

  const uint64_t mode = rcv_denormals_off();
  for (size_t t = 0; t < n_frames + late; t += BLOCK) {
    const size_t left  = n_frames + late - t;
    const size_t n     = left < BLOCK ? left : BLOCK;
    const size_t n_now = t >= n_frames      ? 0
                         : n_frames - t < n ? n_frames - t
                                            : n;

    memset(in, 0, n * n_in * sizeof(float));
    if (n_now) {
      memcpy(in, x + (t * n_in), n_now * n_in * sizeof(float));
    }
    rcv_network_run(
      voice->network, voice->phases.states[0][0], in, out, (uint32_t)n);
    for (size_t i = t < late ? late - t : 0; i < n; ++i) {
      y[t + i - late] = out[i];
    }
  }
  rcv_denormals_restore(mode);

  rcv_model_voice_free(voice);
  free(in);
  free(out);
  return RCV_OK;
}

RcvStatus
rcv_model_set_test(RcvModel* const    model,
                   const float* const x,
                   const size_t       n_frames,
                   RcvError* const    error)
{
  const size_t n_values = n_frames * model->shape.input_size;
  float* const input    = malloc(n_values * sizeof(float));
  float* const output   = malloc(n_frames * sizeof(float));
  if (!input || !output) {
    free(input);
    free(output);
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a self-test");
  }

  memcpy(input, x, n_values * sizeof(float));
  free(model->test_input);
  free(model->test_output);
  model->test_input  = input;
  model->test_output = output;
  model->n_test      = n_frames;
  return rcv_model_run(model, input, output, n_frames, error);
}

/**
   Frames of the self-test that are played.

   @param n_late Set: frames at their end that are not compared, since what a
   network of both directions plays there depends on what would come next.
*/
static size_t
n_played(const RcvModel* const model, size_t* const n_late)
{
  // Products with weights, a second or so; and frames that are compared in any
  // case, as many as a test of our own has
  static const double most_products = 2e9;
  static const size_t least_frames  = 1024;

  const double per_frame = (double)rcv_shape_n_params(&model->shape) *
                           rcv_shape_steps_per_frame(&model->shape);
  const double most     = most_products / per_frame;
  const size_t n_window = rcv_shape_latency(&model->shape);
  const size_t n        = n_window + (size_t)fmax(most, (double)least_frames);

  *n_late = n < model->n_test ? n_window : 0;
  return n < model->n_test ? n : model->n_test;
}

RcvStatus
rcv_model_self_test(const RcvModel* const model,
                    double* const         max_error,
                    RcvError* const       error)
{
  *max_error = (double)NAN;
  if (!model->n_test) {
    return RCV_OK;
  }

  size_t       n_late = 0;
  const size_t n      = n_played(model, &n_late);
  float* const y      = calloc(n, sizeof(float));
  if (!y) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a self-test");
  }

  const RcvStatus status = rcv_model_run(model, model->test_input, y, n, error);
  if (!status) {
    double greatest = 0.0;
    for (size_t t = 0; t < n - n_late; ++t) {
      const double distance =
        fabs((double)y[t] - (double)model->test_output[t]);

      greatest = distance <= greatest ? greatest : distance; // NaN is greater
    }
    *max_error = greatest;
  }

  free(y);
  return status;
}

RcvStatus
rcv_model_check(const RcvModel* const model,
                const char* const     name,
                RcvError* const       error)
{
  double          max_error = 0.0;
  const RcvStatus status    = rcv_model_self_test(model, &max_error, error);
  if (!status && model->n_test && !(max_error <= RCV_SELF_TEST_TOLERANCE)) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: does not reproduce its own test output: the "
                         "error is %.3g, at most %.0e is expected; the file is "
                         "damaged or its writer is wrong",
                         name,
                         max_error,
                         RCV_SELF_TEST_TOLERANCE);
  }
  return status;
}

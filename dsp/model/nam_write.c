// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/nam.h"

#include "dsp/lstm.h"
#include "dsp/model/json_write.h"
#include "dsp/model/metadata_values.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Frames of silence after which NAM's trainer takes the state
enum { REST_FRAMES = 48000, CHECK_FRAMES = 480 };

/// Advance all layers by a frame of silence
static void
step_silence(const RcvModel* const model,
             float* const          state,
             float* const          gates)
{
  static const float silence = 0.0f;

  const RcvShape* const shape = &model->shape;
  const float*          x     = &silence;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const RcvLayer layer = rcv_shape_layer(shape, model->params, 0, l);
    float* const   h     = state + ((size_t)l * 2 * shape->hidden_size);

    rcv_lstm_step(&layer, x, h, h + shape->hidden_size, gates);
    x = h;
  }
}

/// Equal but for the last bits, in which a state at rest may go round
static bool
is_same(const float* const a, const float* const b, const size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    if (!(fabsf(a[i] - b[i]) <= 2e-7f * fmaxf(1.0f, fabsf(b[i])))) {
      return false;
    }
  }
  return true;
}

/// The state after silence as [L][2][H]; NULL if there is no memory
static float*
rest_state(const RcvModel* const model)
{
  const RcvShape* const shape    = &model->shape;
  const size_t          n_hidden = shape->hidden_size;
  const size_t          n        = rcv_model_n_initial(shape);
  float* const          state    = calloc(n, sizeof(float));
  float* const          before   = calloc(n, sizeof(float));
  float* const          gates    = calloc(4 * n_hidden, sizeof(float));
  if (!state || !before || !gates) {
    free(state);
    free(before);
    free(gates);
    return NULL;
  }

  // Every so often the state is held against the last one.  If it is the same,
  // it will be so at the end too: the end is a whole number of these later.
  bool is_at_rest = false;
  for (uint32_t t = 0; t < REST_FRAMES && !is_at_rest; t += CHECK_FRAMES) {
    memcpy(before, state, n * sizeof(float));
    for (uint32_t i = 0; i < CHECK_FRAMES; ++i) {
      step_silence(model, state, gates);
    }
    is_at_rest = is_same(state, before, n);
  }
  free(before);
  free(gates);
  return state;
}

/// One layer: rows of [x h], the biases in one, then the state at the start
static float*
put_layer(float* to, const RcvLayer* const layer, const float* const state)
{
  const size_t n_in     = layer->input_size;
  const size_t n_hidden = layer->hidden_size;
  for (size_t r = 0; r < 4 * n_hidden; ++r) {
    memcpy(to, layer->w_ih + (r * n_in), n_in * sizeof(float));
    to += n_in;
    memcpy(to, layer->w_hh + (r * n_hidden), n_hidden * sizeof(float));
    to += n_hidden;
  }
  for (size_t r = 0; r < 4 * n_hidden; ++r) {
    *to++ = layer->b_ih[r] + layer->b_hh[r];
  }
  memcpy(to, state, 2 * n_hidden * sizeof(float));
  return to + (2 * n_hidden);
}

/// All weights in the order of the file
static json_t*
write_weights(const RcvModel* const model, const float* const state)
{
  // Less than ours and the states: the biases are sums
  const RcvShape* const shape = &model->shape;
  const size_t n_most = rcv_shape_n_params(shape) + rcv_model_n_initial(shape);
  const RcvTensor lin_w =
    rcv_shape_tensor(shape, rcv_shape_n_tensors(shape) - 2);

  float* const weights = calloc(n_most, sizeof(float));
  if (!weights) {
    return NULL;
  }

  float* to = weights;
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const RcvLayer layer = rcv_shape_layer(shape, model->params, 0, l);

    to = put_layer(to, &layer, state + ((size_t)l * 2 * shape->hidden_size));
  }
  memcpy(to, model->params + lin_w.offset, (lin_w.size + 1) * sizeof(float));
  to += lin_w.size + 1;

  json_t* const array = rcv_json_floats(weights, (size_t)(to - weights), 1);
  free(weights);
  return array;
}

static json_t*
write_metadata(const RcvModelInfo* const info)
{
  const struct {
    const char* key;
    const char* text;
  } texts[] = {
    {"name", info->name},
    {"modeled_by", info->author},
    {"gear_model", info->device},
  };
  const struct {
    const char* key;
    double      number;
  } numbers[] = {
    {"loudness", info->loudness_db},
    {"input_level_dbu", info->input_level_dbu},
  };

  json_t* const metadata = json_object();
  int           failed   = 0;
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    if (texts[i].text[0]) {
      failed |= json_object_set_new(
        metadata, texts[i].key, rcv_metadata_text(texts[i].text));
    }
  }
  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); ++i) {
    if (isfinite(numbers[i].number)) {
      failed |= json_object_set_new(
        metadata, numbers[i].key, json_real(numbers[i].number));
    }
  }
  if (isfinite(info->validation_esr)) {
    failed |= json_object_set_new(
      metadata,
      "training",
      json_pack("{s:f}", "validation_esr", info->validation_esr));
  }
  if (failed) {
    json_decref(metadata);
    return NULL;
  }
  return metadata;
}

json_t*
rcv_nam_write(const RcvModel* const model)
{
  const RcvShape* const shape = &model->shape;
  float* const          rest  = model->initial_state ? NULL : rest_state(model);
  const float* const state = model->initial_state ? model->initial_state : rest;
  json_t* const      weights = state ? write_weights(model, state) : NULL;
  free(rest);

  json_t* const root = json_pack("{s:s,s:o,s:s,s:{s:i,s:i,s:i},s:o}",
                                 "version",
                                 "0.5.4",
                                 "metadata",
                                 write_metadata(&model->info),
                                 "architecture",
                                 "LSTM",
                                 "config",
                                 "input_size",
                                 1,
                                 "hidden_size",
                                 (int)shape->hidden_size,
                                 "num_layers",
                                 (int)shape->num_layers,
                                 "weights",
                                 weights);
  if (root && isfinite(model->info.rate_hz) &&
      json_object_set_new(
        root, "sample_rate", json_real(model->info.rate_hz))) {
    json_decref(root);
    return NULL;
  }
  return root;
}

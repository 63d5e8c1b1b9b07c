// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/keras_fixture.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
  MAX_LAYERS = KERAS_FIXTURE_MAX_LAYERS,
  MAX_WIDTH  = KERAS_FIXTURE_MAX_WIDTH
};

static uint32_t random_state;

/// A weight as a file of float32 weights has it
static double
draw(void)
{
  random_state = (random_state * 1664525U) + 1013904223U;
  return (double)(0.5f * (((float)(random_state >> 8U) / 8388608.0f) - 1.0f));
}

static json_t*
draw_vector(const size_t n)
{
  json_t* const vector = json_array();
  for (size_t i = 0; i < n; ++i) {
    json_array_append_new(vector, json_real(draw()));
  }
  return vector;
}

static json_t*
draw_matrix(const size_t n_rows, const size_t n_cols)
{
  json_t* const matrix = json_array();
  for (size_t i = 0; i < n_rows; ++i) {
    json_array_append_new(matrix, draw_vector(n_cols));
  }
  return matrix;
}

static json_t*
draw_layer(const KerasFixtureLayer* const layer, const uint32_t n_in)
{
  const size_t  n      = layer->width;
  json_t* const object = json_pack(
    "{s:s,s:[n,n,i]}", "type", layer->type, "shape", (int)layer->width);
  if (layer->activation) {
    json_object_set_new(object, "activation", json_string(layer->activation));
  }
  if (!strcmp(layer->type, "lstm")) {
    json_object_set_new(object,
                        "weights",
                        json_pack("[o,o,o]",
                                  draw_matrix(n_in, 4U * n),
                                  draw_matrix(n, 4U * n),
                                  draw_vector(4U * n)));
  } else if (!strcmp(layer->type, "gru")) {
    json_object_set_new(object,
                        "weights",
                        json_pack("[o,o,o]",
                                  draw_matrix(n_in, 3U * n),
                                  draw_matrix(n, 3U * n),
                                  draw_matrix(2, 3U * n)));
  } else if (!strcmp(layer->type, "dense")) {
    json_object_set_new(
      object,
      "weights",
      json_pack("[o,o]", draw_matrix(n_in, n), draw_vector(n)));
  } else if (strcmp(layer->type, "activation") != 0) { // Without a bias
    json_object_set_new(
      object, "weights", json_pack("[o]", draw_matrix(n_in, n)));
  }
  return object;
}

json_t*
keras_fixture_draw(const KerasFixtureLayer* const layers,
                   const uint32_t                 n_inputs,
                   const uint32_t                 seed)
{
  random_state        = seed;
  json_t* const array = json_array();
  uint32_t      width = n_inputs;
  for (size_t i = 0; i < MAX_LAYERS && layers[i].type; ++i) {
    json_array_append_new(array, draw_layer(&layers[i], width));
    width = layers[i].width;
  }
  return json_pack(
    "{s:[n,n,i],s:o}", "in_shape", (int)n_inputs, "layers", array);
}

/* The same in double precision, read from the file by its own code */

/// Element [r][c] of a matrix
static double
at(const json_t* const matrix, const size_t r, const size_t c)
{
  return json_number_value(json_array_get(json_array_get(matrix, r), c));
}

static double
sigma(const double a)
{
  return 1.0 / (1.0 + exp(-a));
}

/// Σ x[k] M[k][column]
static double
product(const double* const x,
        const size_t        n,
        const json_t* const matrix,
        const size_t        column)
{
  double sum = 0.0;
  for (size_t k = 0; k < n; ++k) {
    sum += x[k] * at(matrix, k, column);
  }
  return sum;
}

/// One frame of an lstm (column blocks i, f, c, o) or gru (z, r, h) layer
static void
step_recurrent(const bool          is_lstm,
               const json_t* const weights,
               const double* const x,
               const size_t        n_in,
               const size_t        n,
               double* const       h,
               double* const       c)
{
  const json_t* const w = json_array_get(weights, 0);
  const json_t* const u = json_array_get(weights, 1);
  const json_t* const b = json_array_get(weights, 2);
  double              before[MAX_WIDTH];
  memcpy(before, h, n * sizeof(double));
  for (size_t j = 0; j < n; ++j) {
    double in[4];
    double re[4];
    for (size_t g = 0; g < (is_lstm ? 4 : 3); ++g) {
      const size_t k = (g * n) + j;
      in[g]          = product(x, n_in, w, k) +
              (is_lstm ? json_number_value(json_array_get(b, k)) : at(b, 0, k));
      re[g] = product(before, n, u, k) + (is_lstm ? 0.0 : at(b, 1, k));
    }
    if (is_lstm) {
      c[j] = (sigma(in[1] + re[1]) * c[j]) +
             (sigma(in[0] + re[0]) * tanh(in[2] + re[2]));
      h[j] = sigma(in[3] + re[3]) * tanh(c[j]);
    } else {
      const double z = sigma(in[0] + re[0]);
      const double r = sigma(in[1] + re[1]);

      h[j] = ((1.0 - z) * tanh(in[2] + (r * re[2]))) + (z * before[j]);
    }
  }
}

static void
apply_activation(const char* const name, double* const y, const size_t n)
{
  double total = 0.0;
  for (size_t i = 0; i < n; ++i) {
    total += exp(y[i]);
  }
  for (size_t i = 0; name && i < n; ++i) {
    y[i] = !strcmp(name, "tanh")      ? tanh(y[i])
           : !strcmp(name, "relu")    ? fmax(0.0, y[i])
           : !strcmp(name, "sigmoid") ? sigma(y[i])
           : !strcmp(name, "softmax") ? exp(y[i]) / total
           : !strcmp(name, "elu")     ? (y[i] < 0.0 ? exp(y[i]) - 1.0 : y[i])
                                      : y[i];
  }
}

void
keras_fixture_output(const json_t* const            root,
                     const KerasFixtureLayer* const layers,
                     const size_t                   n_inputs,
                     const double                   in_lin,
                     const float* const             x,
                     const size_t                   n_frames,
                     double* const                  y)
{
  static double h[MAX_LAYERS][MAX_WIDTH];
  static double c[MAX_LAYERS][MAX_WIDTH];
  memset(h, 0, sizeof(h));
  memset(c, 0, sizeof(c));

  const json_t* const array = json_object_get(root, "layers");
  for (size_t t = 0; t < n_frames; ++t) {
    double frame[MAX_WIDTH] = {0.0};
    size_t n_in             = n_inputs;
    for (size_t k = 0; k < n_inputs; ++k) {
      frame[k] = (k ? 1.0 : in_lin) * (double)x[(t * n_inputs) + k];
    }
    for (size_t i = 0; i < MAX_LAYERS && layers[i].type; ++i) {
      const json_t* const weights =
        json_object_get(json_array_get(array, i), "weights");
      const bool is_lstm = !strcmp(layers[i].type, "lstm");
      double     out[MAX_WIDTH];
      memcpy(out, frame, sizeof(out));
      if (is_lstm || !strcmp(layers[i].type, "gru")) {
        step_recurrent(
          is_lstm, weights, frame, n_in, layers[i].width, h[i], c[i]);
        memcpy(out, h[i], sizeof(out));
      } else {
        for (size_t o = 0; weights && o < layers[i].width; ++o) {
          out[o] =
            product(frame, n_in, json_array_get(weights, 0), o) +
            json_number_value(json_array_get(json_array_get(weights, 1), o));
        }
        apply_activation(layers[i].activation, out, layers[i].width);
      }
      memcpy(frame, out, sizeof(frame));
      n_in = layers[i].width;
    }
    y[t] = frame[0];
  }
}

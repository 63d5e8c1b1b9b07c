// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/initial_weights.h"

#include <math.h>
#include <string.h>

// One unit of so many follows an envelope
enum { UNITS_PER_FOLLOWER = 8 };

// Time constant of the slowest: what a compressor takes to react
static const double slowest_s = 0.08;

// How open the output gate of a follower is at first
static const float output_bias = 2.0f;

/// A gate of the unit as it begins: sigmoid or tanh of (input_weight x + bias)
typedef struct {
  float input_weight;
  float bias;
} Gate;

/// The gates of a unit that follows the envelope, in the order of the cell
static void
follower_gates(const RcvCell cell,
               const double  time_constant_frames,
               const double  input_rms,
               Gate* const   gates)
{
  const float weight = (float)(1.0 / input_rms);
  const float slow   = (float)log(time_constant_frames);
  if (cell == RCV_CELL_LSTM) {
    const Gate i = {weight, -slow};
    const Gate f = {0.0f, slow};
    const Gate g = {weight, 0.0f};
    const Gate o = {0.0f, output_bias};

    gates[0] = i;
    gates[1] = f;
    gates[2] = g;
    gates[3] = o;
  } else {
    const Gate r = {0.0f, 0.0f};
    const Gate z = {-weight, slow};
    const Gate n = {weight, 0.0f};

    gates[0] = r;
    gates[1] = z;
    gates[2] = n;
  }
}

/// Let the first units of a layer's tensor follow the envelope
static void
set_followers(const RcvShape* const  shape,
              const RcvTensor* const tensor,
              const double           input_rms,
              const double           rate_hz,
              float* const           params)
{
  const uint32_t n_hidden = shape->hidden_size;
  const uint32_t n_gates  = rcv_cell_n_gates(shape->cell);
  const uint32_t n        = n_hidden / UNITS_PER_FOLLOWER;
  const uint32_t n_cols   = tensor->n_cols ? tensor->n_cols : 1;
  for (uint32_t unit = 0; unit < n; ++unit) {
    const double place  = n > 1 ? unit / (n - 1.0) : 0.5;
    const double range  = slowest_s / RCV_FASTEST_FOLLOWER_S;
    const double time_s = RCV_FASTEST_FOLLOWER_S * pow(range, place);

    Gate gates[4];
    follower_gates(shape->cell, time_s * rate_hz, input_rms, gates);
    for (uint32_t k = 0; k < n_gates; ++k) {
      const size_t row     = ((size_t)k * n_hidden) + unit;
      float* const weights = params + tensor->offset + (row * n_cols);

      memset(weights, 0, n_cols * sizeof(float));
      if (tensor->kind == RCV_TENSOR_W_IH) {
        weights[0] = gates[k].input_weight; // Knobs count nothing at first
      } else if (tensor->kind == RCV_TENSOR_B_IH) {
        weights[0] = gates[k].bias;
      }
    }
  }
}

void
rcv_initial_weights(const RcvShape* const shape,
                    const double          input_rms,
                    const double          rate_hz,
                    RcvRandom* const      random,
                    float* const          params)
{
  const double bound = 1.0 / sqrt((double)shape->hidden_size);
  const size_t n     = rcv_shape_n_params(shape);
  for (size_t i = 0; i < n; ++i) {
    params[i] = (float)(bound * ((2.0 * rcv_random_unit(random)) - 1.0));
  }

  for (uint32_t i = 0; i < rcv_shape_n_tensors(shape); ++i) {
    const RcvTensor tensor = rcv_shape_tensor(shape, i);
    if (shape->cell == RCV_CELL_LSTM && tensor.kind == RCV_TENSOR_B_IH) {
      float* const forget = params + tensor.offset + shape->hidden_size;
      for (uint32_t j = 0; j < shape->hidden_size; ++j) {
        forget[j] += 1.0f;
      }
    }
    if (shape->cell != RCV_CELL_RNN && tensor.layer == 0 &&
        tensor.kind <= RCV_TENSOR_B_HH) {
      set_followers(shape, &tensor, input_rms, rate_hz, params);
    }
  }
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_TRAIN_BPTT_NETWORK_CASE_H
#define TESTS_TRAIN_BPTT_NETWORK_CASE_H

#include "dsp/real.h"
#include "dsp/shape.h"
#include "train/bptt/bptt.h"
#include "train/bptt/loss.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   One network, one window and its loss, for gradient checks in the precision
   that the including test is compiled for.
*/

enum { CASE_FRAMES = 40, CASE_BLOCK = 16, CASE_LOOKAHEAD = 5 };

/// Small numbers that are always the same, −1 to 1
static inline double
case_random(uint32_t* const state)
{
  *state = (*state * 1664525U) + 1013904223U;
  return ((double)(*state >> 8U) / 8388608.0) - 1.0;
}

/// A network, its inputs, targets and loss
typedef struct {
  const RcvBpttTable* table;
  RcvLossFunc         loss;
  RcvShape            shape;
  size_t              n_params;
  RcvBptt*            bptt;
  RcvReal*            params;
  RcvReal*            gradient;
  RcvReal*            x;      ///< [T + D][I][lanes]
  RcvReal*            target; ///< [T][lanes]
  uint32_t*           classes;
  RcvReal*            y;
  RcvReal*            d_y;
  RcvReal*            lane_values; ///< [4][lanes]: ones, zeros, scratch, sums
} NetworkCase;

static inline void*
case_alloc(const size_t n, const size_t size)
{
  const size_t n_bytes = ((n * size) + 63U) / 64U * 64U;
  return memset(aligned_alloc(64, n_bytes), 0, n_bytes);
}

static inline NetworkCase
case_new(const RcvBpttTable* const table,
         const RcvLossFunc         loss,
         const RcvShape            shape)
{
  const size_t lanes   = table->n_lanes;
  const size_t n_frame = CASE_FRAMES * lanes;
  const size_t n_in =
    ((size_t)CASE_FRAMES + shape.lookahead_frames) * shape.input_size * lanes;

  NetworkCase c = {0};
  c.table       = table;
  c.loss        = loss;
  c.shape       = shape;
  c.n_params    = rcv_shape_n_params(&shape);
  c.bptt        = table->new_(&shape, CASE_FRAMES, 0, 0);
  c.params      = case_alloc(c.n_params, sizeof(RcvReal));
  c.gradient    = case_alloc(c.n_params, sizeof(RcvReal));
  c.x           = case_alloc(n_in, sizeof(RcvReal));
  c.target      = case_alloc(n_frame, sizeof(RcvReal));
  c.classes     = case_alloc(n_frame, sizeof(uint32_t));
  c.y           = case_alloc(n_frame, sizeof(RcvReal));
  c.d_y         = case_alloc(n_frame, sizeof(RcvReal));
  c.lane_values = case_alloc(4 * lanes, sizeof(RcvReal));

  uint32_t seed = 1;
  for (size_t i = 0; i < c.n_params; ++i) {
    c.params[i] = (RcvReal)(0.6 * case_random(&seed));
  }
  for (size_t i = 0; i < n_in; ++i) {
    c.x[i] = (RcvReal)case_random(&seed);
  }
  for (size_t i = 0; i < n_frame; ++i) {
    c.target[i] = (RcvReal)case_random(&seed);
    c.classes[i] =
      (uint32_t)((case_random(&seed) + 1.0) * 0.499 * shape.output_size);
  }
  for (size_t i = 0; i < lanes; ++i) {
    c.lane_values[i] = (RcvReal)(0.5 + (0.1 * (double)i));
  }
  return c;
}

static inline void
case_free(NetworkCase* const c)
{
  c->table->free_(c->bptt);
  free(c->params);
  free(c->gradient);
  free(c->x);
  free(c->target);
  free(c->classes);
  free(c->y);
  free(c->d_y);
  free(c->lane_values);
}

/// The loss of the whole window from the zero state; fills y and d_y
static inline double
case_loss(NetworkCase* const c, RcvBpttWindow* const window)
{
  const size_t   lanes     = c->table->n_lanes;
  RcvReal* const ones      = c->lane_values;
  RcvReal* const dc        = c->lane_values + lanes;
  RcvReal* const before    = c->lane_values + (2 * lanes);
  RcvReal* const entropies = c->lane_values + (3 * lanes);

  const RcvBpttWindow w = {
    CASE_FRAMES, c->x, c->classes, c->y, c->d_y, ones, 0, NULL, NULL};

  *window = w;
  memset(before, 0, 2 * lanes * sizeof(RcvReal));
  c->table->set_params(c->bptt, c->params);
  c->table->reset(c->bptt);
  c->table->forward(c->bptt, window, entropies);

  double loss = 0.0;
  if (c->shape.head == RCV_HEAD_SOFTMAX) {
    for (size_t i = 0; i < lanes; ++i) {
      loss += (double)(ones[i] * entropies[i]);
    }
    return loss;
  }

  for (size_t i = 0; i < lanes; ++i) {
    dc[i] = (RcvReal)0.1;
  }
  const RcvLossWindow l = {
    CASE_FRAMES, (RcvReal)0.85, c->y, c->target, ones, dc, before, c->d_y};
  return (double)c->loss(&l);
}

/// The gradient by back-propagation through time; returns the loss
static inline double
case_gradient(NetworkCase* const c)
{
  RcvBpttWindow window;
  const double  loss = case_loss(c, &window);

  memset(c->gradient, 0, c->n_params * sizeof(RcvReal));
  c->table->backward(c->bptt, &window);
  c->table->take_gradient(c->bptt, c->gradient);
  return loss;
}

/// ‖a − b‖ / ‖b‖ over one tensor
static inline double
case_relative_error(const RcvReal* const a,
                    const RcvReal* const b,
                    const size_t         n)
{
  double distance = 0.0;
  double norm     = 0.0;
  for (size_t i = 0; i < n; ++i) {
    const double difference = (double)(a[i] - b[i]);

    distance += difference * difference;
    norm += (double)(b[i] * b[i]);
  }
  return sqrt(distance) / sqrt(norm);
}

/// Every combination of cell, layers, direction, head and skip
enum { N_CASES = 3 * 2 * 2 * 2 * 2 };

static inline RcvShape
case_shape(const uint32_t index)
{
  const bool     softmax = (index / 12) % 2;
  const bool     both    = (index / 6) % 2;
  const RcvShape shape   = {(RcvCell)(index % 3),
                          softmax ? RCV_HEAD_SOFTMAX : RCV_HEAD_LINEAR,
                            2,
                            3,
                          (index / 3) % 2 ? 3 : 1,
                          softmax ? 5 : 1,
                            both,
                            (index / 24) % 2,
                          both ? CASE_BLOCK : 0,
                          both ? CASE_LOOKAHEAD : 0,
                            0.0f,
                            {{{0}}},
                            {{0}}};
  return shape;
}

#endif // TESTS_TRAIN_BPTT_NETWORK_CASE_H

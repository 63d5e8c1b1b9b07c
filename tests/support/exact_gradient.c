// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// The same sources as the product's, compiled for double
#define RCV_DOUBLE 1

#include "tests/support/exact_gradient.h"

#include "tests/train/bptt/network_case.h"

double
exact_gradient_add(const ExactSequence* const s, double* const gradient)
{
  const RcvShape shape = case_shape(s->case_index);
  NetworkCase    c     = case_new(&rcv_bptt_exact, rcv_loss_exact, shape);
  const size_t   n_in =
    (CASE_FRAMES + (size_t)shape.lookahead_frames) * shape.input_size;
  for (size_t i = 0; i < c.n_params; ++i) {
    c.params[i] = (double)s->params[i];
  }
  for (size_t i = 0; i < n_in; ++i) {
    c.x[i] = (double)s->x[i];
  }
  for (size_t t = 0; t < CASE_FRAMES; ++t) {
    c.target[t]  = (double)s->target[t];
    c.classes[t] = s->classes[t];
  }
  c.lane_values[0] = s->weight;

  const double loss = case_gradient(&c);
  for (size_t i = 0; i < c.n_params; ++i) {
    gradient[i] += c.gradient[i];
  }
  case_free(&c);
  return loss;
}

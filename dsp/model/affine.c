// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/affine.h"

#include <stdlib.h>

RcvAffine
rcv_affine_identity(const uint32_t n)
{
  const RcvAffine affine = {n, n, true, NULL, NULL};
  return affine;
}

void
rcv_affine_clear(RcvAffine* const affine)
{
  free(affine->weight);
  free(affine->bias);
  affine->weight = affine->bias = NULL;
}

/// The sum of a new row over the old map's column, or its bias
static double
composed(const RcvAffine* const before,
         const float* const     row,
         const uint32_t         column,
         const bool             is_bias)
{
  if (before->is_identity) {
    return is_bias ? 0.0 : (double)row[column];
  }

  double sum = 0.0;
  for (uint32_t k = 0; k < before->n_out; ++k) {
    sum += (double)row[k] * (is_bias ? rcv_affine_bias(before, k)
                                     : rcv_affine_weight(before, k, column));
  }
  return sum;
}

bool
rcv_affine_append(RcvAffine* const   affine,
                  const float* const weight,
                  const float* const bias,
                  const uint32_t     n_out)
{
  const uint32_t n_in  = affine->n_in;
  RcvAffine      after = {n_in, n_out, false, NULL, NULL};

  after.weight = calloc((size_t)n_out * n_in, sizeof(double));
  after.bias   = calloc(n_out, sizeof(double));
  if (!after.weight || !after.bias) {
    rcv_affine_clear(&after);
    return false;
  }

  for (uint32_t r = 0; r < n_out; ++r) {
    const float* const row = weight + ((size_t)r * affine->n_out);
    for (uint32_t c = 0; c < n_in; ++c) {
      after.weight[((size_t)r * n_in) + c] = composed(affine, row, c, false);
    }
    after.bias[r] =
      composed(affine, row, 0, true) + (bias ? (double)bias[r] : 0.0);
  }
  rcv_affine_clear(affine);
  *affine = after;
  return true;
}

double
rcv_affine_weight(const RcvAffine* const affine,
                  const uint32_t         row,
                  const uint32_t         column)
{
  return affine->is_identity
           ? (row == column ? 1.0 : 0.0)
           : affine->weight[((size_t)row * affine->n_in) + column];
}

double
rcv_affine_bias(const RcvAffine* const affine, const uint32_t row)
{
  return affine->is_identity ? 0.0 : affine->bias[row];
}

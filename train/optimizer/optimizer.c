// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/optimizer.h"

#include "train/bptt/memory.h"
#include "train/optimizer/adam.h"
#include "train/optimizer/soap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MATRICES = 2 * RCV_MAX_LAYERS };

/// The matrix of one layer and direction
typedef struct {
  RcvTensor w_hh;
  RcvTensor w_ih;
  RcvTensor b_ih;
  RcvTensor b_hh;
  bool      both_biases; // Each is a column, or else b_ih alone
  uint32_t  n_cols;
  RcvSoap*  soap;
} Matrix;

struct RcvOptimizerImpl {
  Matrix   matrices[MAX_MATRICES];
  uint32_t n_matrices; // 0: Adam alone
  size_t   first;      // Parameter with which Adam's part begins
  RcvAdam  adam;
  float*   w;   // [greatest matrix] scratch
  float*   d_w; // [greatest matrix] scratch
};

static bool
init_matrix(Matrix* const         matrix,
            const RcvShape* const shape,
            const uint32_t        index)
{
  const uint32_t first = 4 * index;

  matrix->w_hh        = rcv_shape_tensor(shape, first + RCV_TENSOR_W_HH);
  matrix->w_ih        = rcv_shape_tensor(shape, first + RCV_TENSOR_W_IH);
  matrix->b_ih        = rcv_shape_tensor(shape, first + RCV_TENSOR_B_IH);
  matrix->b_hh        = rcv_shape_tensor(shape, first + RCV_TENSOR_B_HH);
  matrix->both_biases = shape->cell == RCV_CELL_GRU;
  matrix->n_cols =
    matrix->w_hh.n_cols + matrix->w_ih.n_cols + (matrix->both_biases ? 2 : 1);

  const RcvSoapSettings settings = rcv_soap_defaults();
  matrix->soap = rcv_soap_new(matrix->w_hh.n_rows, matrix->n_cols, &settings);
  return matrix->soap;
}

RcvOptimizer*
rcv_optimizer_new(const RcvOptimizerKind kind, const RcvShape* const shape)
{
  RcvOptimizer* const optimizer = calloc(1, sizeof(RcvOptimizer));
  if (!optimizer) {
    return NULL;
  }

  bool   good     = true;
  size_t greatest = 0;
  if (kind == RCV_OPTIMIZER_SOAP) {
    const uint32_t n = rcv_shape_n_directions(shape) * shape->num_layers;
    for (uint32_t i = 0; good && i < n; ++i) {
      Matrix* const matrix = &optimizer->matrices[i];

      good              = init_matrix(matrix, shape, i);
      const size_t size = (size_t)matrix->w_hh.n_rows * matrix->n_cols;
      greatest          = size > greatest ? size : greatest;
    }
    optimizer->n_matrices = n;
    optimizer->first      = rcv_shape_tensor(shape, 4 * n).offset;
  }

  // Layers come before the head, so that Adam's part is one piece
  const size_t n_adam = rcv_shape_n_params(shape) - optimizer->first;

  optimizer->w   = rcv_bptt_alloc(greatest, sizeof(float));
  optimizer->d_w = rcv_bptt_alloc(greatest, sizeof(float));
  if (!rcv_adam_init(&optimizer->adam, n_adam) || !good || !optimizer->w ||
      !optimizer->d_w) {
    rcv_optimizer_free(optimizer);
    return NULL;
  }
  return optimizer;
}

void
rcv_optimizer_free(RcvOptimizer* const optimizer)
{
  if (optimizer) {
    for (uint32_t i = 0; i < MAX_MATRICES; ++i) {
      rcv_soap_free(optimizer->matrices[i].soap);
    }
    rcv_adam_clear(&optimizer->adam);
    free(optimizer->w);
    free(optimizer->d_w);
    free(optimizer);
  }
}

void
rcv_optimizer_reset(RcvOptimizer* const optimizer)
{
  for (uint32_t i = 0; i < optimizer->n_matrices; ++i) {
    rcv_soap_reset(optimizer->matrices[i].soap);
  }
  rcv_adam_reset(&optimizer->adam);
}

/// A layer's weights, or their gradient, as one matrix
static void
gather(const Matrix* const matrix, const float* const params, float* const w)
{
  const uint32_t n_hidden = matrix->w_hh.n_cols;
  const uint32_t n_inputs = matrix->w_ih.n_cols;
  for (uint32_t i = 0; i < matrix->w_hh.n_rows; ++i) {
    float* const row = w + ((size_t)i * matrix->n_cols);

    memcpy(row,
           params + matrix->w_hh.offset + ((size_t)i * n_hidden),
           n_hidden * sizeof(float));
    memcpy(row + n_hidden,
           params + matrix->w_ih.offset + ((size_t)i * n_inputs),
           n_inputs * sizeof(float));
    row[n_hidden + n_inputs] = params[matrix->b_ih.offset + i];
    if (matrix->both_biases) {
      row[n_hidden + n_inputs + 1] = params[matrix->b_hh.offset + i];
    }
  }
}

/// The reverse
static void
scatter(const Matrix* const matrix, const float* const w, float* const params)
{
  const uint32_t n_hidden = matrix->w_hh.n_cols;
  const uint32_t n_inputs = matrix->w_ih.n_cols;
  for (uint32_t i = 0; i < matrix->w_hh.n_rows; ++i) {
    const float* const row = w + ((size_t)i * matrix->n_cols);

    memcpy(params + matrix->w_hh.offset + ((size_t)i * n_hidden),
           row,
           n_hidden * sizeof(float));
    memcpy(params + matrix->w_ih.offset + ((size_t)i * n_inputs),
           row + n_hidden,
           n_inputs * sizeof(float));
    params[matrix->b_ih.offset + i] = row[n_hidden + n_inputs];
    if (matrix->both_biases) {
      params[matrix->b_hh.offset + i] = row[n_hidden + n_inputs + 1];
    }
  }
}

void
rcv_optimizer_update(RcvOptimizer* const optimizer,
                     float* const        params,
                     const float* const  d_params,
                     const double        rate)
{
  for (uint32_t i = 0; i < optimizer->n_matrices; ++i) {
    const Matrix* const matrix = &optimizer->matrices[i];

    gather(matrix, params, optimizer->w);
    gather(matrix, d_params, optimizer->d_w);
    rcv_soap_update(matrix->soap, optimizer->w, optimizer->d_w, rate);
    scatter(matrix, optimizer->w, params);
  }
  rcv_adam_update(&optimizer->adam,
                  params + optimizer->first,
                  d_params + optimizer->first,
                  rate);
}

bool
rcv_optimizer_list(RcvOptimizer* const optimizer, RcvStateList* const list)
{
  bool good = rcv_adam_list(&optimizer->adam, "adam.", list);
  for (uint32_t i = 0; good && i < optimizer->n_matrices; ++i) {
    char prefix[16];
    snprintf(prefix, sizeof(prefix), "soap%u.", i);
    good = rcv_soap_list(optimizer->matrices[i].soap, prefix, list);
  }
  return good;
}

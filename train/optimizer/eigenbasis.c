// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/eigenbasis.h"

#include "train/bptt/memory.h"

#include <cblas.h>

#include <stdlib.h>
#include <string.h>

/// How much a vector holds, and which it was before sorting
typedef struct {
  float    value;
  uint32_t index;
} Rank;

bool
rcv_eigenbasis_init(RcvEigenbasis* const basis, const uint32_t n)
{
  const size_t size = (size_t)n * n;

  basis->n     = n;
  basis->mean  = rcv_bptt_alloc(size, sizeof(float));
  basis->q     = rcv_bptt_alloc(size, sizeof(float));
  basis->image = rcv_bptt_alloc(size, sizeof(float));
  basis->ranks = calloc(n, sizeof(Rank));
  basis->order = calloc(n, sizeof(uint32_t));
  if (!rcv_lapack_work_init(&basis->work, n) || !basis->mean || !basis->q ||
      !basis->image || !basis->ranks || !basis->order) {
    return false;
  }
  rcv_eigenbasis_reset(basis);
  return true;
}

void
rcv_eigenbasis_clear(RcvEigenbasis* const basis)
{
  rcv_lapack_work_clear(&basis->work);
  free(basis->mean);
  free(basis->q);
  free(basis->image);
  free(basis->ranks);
  free(basis->order);
  memset(basis, 0, sizeof(RcvEigenbasis));
}

void
rcv_eigenbasis_reset(const RcvEigenbasis* const basis)
{
  const size_t n = basis->n;

  memset(basis->mean, 0, n * n * sizeof(float));
  memset(basis->q, 0, n * n * sizeof(float));
  for (size_t i = 0; i < n; ++i) {
    basis->q[i * (n + 1)] = 1.0f;
  }
}

void
rcv_eigenbasis_add(const RcvEigenbasis* const basis,
                   const float* const         g,
                   const uint32_t             n_other,
                   const bool                 is_left,
                   const double               decay)
{
  cblas_ssyrk(CblasRowMajor,
              CblasUpper,
              is_left ? CblasNoTrans : CblasTrans,
              (int)basis->n,
              (int)n_other,
              (float)(1.0 - decay),
              g,
              (int)(is_left ? n_other : basis->n),
              (float)decay,
              basis->mean,
              (int)basis->n);
}

bool
rcv_eigenbasis_find(RcvEigenbasis* const basis)
{
  const size_t n = basis->n;

  memcpy(basis->q, basis->mean, n * n * sizeof(float));
  return rcv_lapack_eigenvectors(&basis->work, basis->q, basis->n);
}

static int
compare_ranks(const void* const a, const void* const b)
{
  const Rank* const x = a;
  const Rank* const y = b;
  return x->value > y->value   ? -1
         : x->value < y->value ? 1
         : x->index < y->index ? -1
                               : 1;
}

bool
rcv_eigenbasis_turn(RcvEigenbasis* const basis)
{
  const int    rows  = (int)basis->n;
  const size_t n     = basis->n;
  Rank* const  ranks = basis->ranks;
  cblas_ssymm(CblasRowMajor,
              CblasRight,
              CblasUpper,
              rows,
              rows,
              1.0f,
              basis->mean,
              rows,
              basis->q,
              rows,
              0.0f,
              basis->image,
              rows);
  for (size_t i = 0; i < n; ++i) {
    const float* const image = basis->image + (i * n);

    ranks[i].value = cblas_sdot(rows, image, 1, basis->q + (i * n), 1);
    ranks[i].index = (uint32_t)i;
  }
  qsort(ranks, n, sizeof(Rank), compare_ranks);
  for (size_t i = 0; i < n; ++i) {
    basis->order[i] = ranks[i].index;
    memcpy(basis->q + (i * n),
           basis->image + (ranks[i].index * n),
           n * sizeof(float));
  }
  return rcv_lapack_orthonormalize(&basis->work, basis->q, basis->n);
}

bool
rcv_eigenbasis_list(const RcvEigenbasis* const basis,
                    const char* const          prefix,
                    RcvStateList* const        list)
{
  const size_t n = basis->n;
  return rcv_state_list_add(
           list, prefix, ".mean", RCV_STATE_F32, basis->mean, n * n) &&
         rcv_state_list_add(list, prefix, ".q", RCV_STATE_F32, basis->q, n * n);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/soap.h"

#include "train/bptt/memory.h"
#include "train/optimizer/eigenbasis.h"

#include <cblas.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float epsilon = 1e-8f;

struct RcvSoapImpl {
  RcvSoapSettings settings;
  uint32_t        n_rows;
  uint32_t        n_cols;
  uint64_t        n_updates; // Since the moments were zero
  uint64_t        has_bases;
  RcvEigenbasis   left;
  RcvEigenbasis   right;
  float*          m;       // [n_rows][n_cols] in the eigenbasis
  float*          v;       // [n_rows][n_cols] in the eigenbasis
  float*          g;       // [n_rows][n_cols] scratch
  float*          product; // [n_rows][n_cols] scratch
};

RcvSoapSettings
rcv_soap_defaults(void)
{
  const RcvSoapSettings settings = {0.9, 0.99, 0.99, 10, 1.0, 0.1};
  return settings;
}

RcvSoap*
rcv_soap_new(const uint32_t               n_rows,
             const uint32_t               n_cols,
             const RcvSoapSettings* const settings)
{
  RcvSoap* const soap = calloc(1, sizeof(RcvSoap));
  if (!soap) {
    return NULL;
  }

  const size_t size = (size_t)n_rows * n_cols;

  soap->settings = *settings;
  soap->n_rows   = n_rows;
  soap->n_cols   = n_cols;
  soap->m        = rcv_bptt_alloc(size, sizeof(float));
  soap->v        = rcv_bptt_alloc(size, sizeof(float));
  soap->g        = rcv_bptt_alloc(size, sizeof(float));
  soap->product  = rcv_bptt_alloc(size, sizeof(float));

  const bool has_left  = rcv_eigenbasis_init(&soap->left, n_rows);
  const bool has_right = rcv_eigenbasis_init(&soap->right, n_cols);
  if (!soap->m || !soap->v || !soap->g || !soap->product || !has_left ||
      !has_right) {
    rcv_soap_free(soap);
    return NULL;
  }
  return soap;
}

void
rcv_soap_free(RcvSoap* const soap)
{
  if (soap) {
    rcv_eigenbasis_clear(&soap->left);
    rcv_eigenbasis_clear(&soap->right);
    free(soap->m);
    free(soap->v);
    free(soap->g);
    free(soap->product);
    free(soap);
  }
}

void
rcv_soap_reset(RcvSoap* const soap)
{
  const size_t size = (size_t)soap->n_rows * soap->n_cols;

  memset(soap->m, 0, size * sizeof(float));
  memset(soap->v, 0, size * sizeof(float));
  rcv_eigenbasis_reset(&soap->left);
  rcv_eigenbasis_reset(&soap->right);
  soap->n_updates = 0;
  soap->has_bases = 0;
}

/* Into the eigenbasis and out of it */

/// out = Q_Lᵀ · in · Q_R, or the reverse of that; `in` is overwritten
static void
rotate(const RcvSoap* const  soap,
       const CBLAS_TRANSPOSE left,
       const CBLAS_TRANSPOSE right,
       float* const          in_out)
{
  const int m = (int)soap->n_rows;
  const int n = (int)soap->n_cols;
  cblas_sgemm(CblasRowMajor,
              left,
              CblasNoTrans,
              m,
              n,
              m,
              1.0f,
              soap->left.q,
              m,
              in_out,
              n,
              0.0f,
              soap->product,
              n);
  cblas_sgemm(CblasRowMajor,
              CblasNoTrans,
              right,
              m,
              n,
              n,
              1.0f,
              soap->product,
              n,
              soap->right.q,
              n,
              0.0f,
              in_out,
              n);
}

static void
rotate_in(const RcvSoap* const soap, float* const in_out)
{
  rotate(soap, CblasNoTrans, CblasTrans, in_out);
}

static void
rotate_out(const RcvSoap* const soap, float* const in_out)
{
  rotate(soap, CblasTrans, CblasNoTrans, in_out);
}

/* The bases */

static void
add_gradient(const RcvSoap* const soap, const float* const d_w)
{
  const double decay = soap->settings.decay;
  rcv_eigenbasis_add(&soap->left, d_w, soap->n_cols, true, decay);
  rcv_eigenbasis_add(&soap->right, d_w, soap->n_rows, false, decay);
}

/// Turn both bases, and the moments with them; false if that is not possible
static bool
turn_bases(RcvSoap* const soap)
{
  const size_t m = soap->n_rows;
  const size_t n = soap->n_cols;

  rotate_out(soap, soap->m);
  if (!rcv_eigenbasis_turn(&soap->left) || !rcv_eigenbasis_turn(&soap->right)) {
    return false;
  }
  rotate_in(soap, soap->m);

  // Squares cannot be rotated: they only go along when vectors change places
  for (size_t i = 0; i < m; ++i) {
    for (size_t k = 0; k < n; ++k) {
      soap->product[(i * n) + k] =
        soap->v[(soap->left.order[i] * n) + soap->right.order[k]];
    }
  }
  memcpy(soap->v, soap->product, m * n * sizeof(float));
  return true;
}

/* The update */

/// Adam with the gradient g in the eigenbasis, which becomes the step
static void
make_step(const RcvSoap* const soap, float* const g)
{
  const size_t size    = (size_t)soap->n_rows * soap->n_cols;
  const double n       = (double)soap->n_updates;
  const float  keep_m  = (float)soap->settings.beta_1;
  const float  keep_v  = (float)soap->settings.beta_2;
  const float  scale_m = (float)(1.0 / (1.0 - pow(soap->settings.beta_1, n)));
  const float  scale_v = (float)(1.0 / (1.0 - pow(soap->settings.beta_2, n)));
  for (size_t i = 0; i < size; ++i) {
    const float d = g[i];

    soap->m[i] += (1.0f - keep_m) * (d - soap->m[i]);
    soap->v[i] += (1.0f - keep_v) * ((d * d) - soap->v[i]);
    g[i] = scale_m * soap->m[i] / (sqrtf(scale_v * soap->v[i]) + epsilon);
  }
}

void
rcv_soap_update(RcvSoap* const     soap,
                float* const       w,
                const float* const d_w,
                const double       rate)
{
  const RcvSoapSettings* const s    = &soap->settings;
  const size_t                 size = (size_t)soap->n_rows * soap->n_cols;

  if (s->period && !soap->has_bases) {
    add_gradient(soap, d_w);
    soap->has_bases =
      rcv_eigenbasis_find(&soap->left) && rcv_eigenbasis_find(&soap->right);
    if (!soap->has_bases) {
      rcv_soap_reset(soap);
    }
    return;
  }

  ++soap->n_updates;
  memcpy(soap->g, d_w, size * sizeof(float));
  if (s->period) {
    rotate_in(soap, soap->g);
  }
  make_step(soap, soap->g);

  // The bases are orthonormal: the norm is that of the step in W's own basis
  const double norm   = (double)cblas_snrm2((int)size, soap->g, 1);
  const double w_norm = (double)cblas_snrm2((int)size, w, 1);
  const double most   = fmin(rate * s->max_rms * sqrt((double)size),
                           s->max_change * fmax(w_norm, 1e-3));
  const double scale  = rate * norm > most ? most / norm : rate;
  if (s->period) {
    rotate_out(soap, soap->g);
  }
  cblas_saxpy((int)size, (float)-scale, soap->g, 1, w, 1);

  if (s->period) {
    add_gradient(soap, d_w);
    if (soap->n_updates % s->period == 0 && !turn_bases(soap)) {
      rcv_soap_reset(soap);
    }
  }
}

void
rcv_soap_bases(const RcvSoap* const soap,
               const float** const  left,
               const float** const  right)
{
  *left  = soap->left.q;
  *right = soap->right.q;
}

bool
rcv_soap_list(RcvSoap* const      soap,
              const char* const   prefix,
              RcvStateList* const list)
{
  const size_t m = soap->n_rows;
  const size_t n = soap->n_cols;

  char left[32];
  char right[32];
  snprintf(left, sizeof(left), "%sleft", prefix);
  snprintf(right, sizeof(right), "%sright", prefix);
  return rcv_state_list_add(
           list, prefix, "n_updates", RCV_STATE_U64, &soap->n_updates, 1) &&
         rcv_state_list_add(
           list, prefix, "has_bases", RCV_STATE_U64, &soap->has_bases, 1) &&
         rcv_eigenbasis_list(&soap->left, left, list) &&
         rcv_eigenbasis_list(&soap->right, right, list) &&
         rcv_state_list_add(list, prefix, "m", RCV_STATE_F32, soap->m, m * n) &&
         rcv_state_list_add(list, prefix, "v", RCV_STATE_F32, soap->v, m * n);
}

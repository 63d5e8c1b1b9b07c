// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/adam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double beta_1  = 0.9;
static const double beta_2  = 0.999;
static const float  epsilon = 1e-8f;

bool
rcv_adam_init(RcvAdam* const adam, const size_t n_params)
{
  adam->n_params  = n_params;
  adam->m         = calloc(n_params, sizeof(float));
  adam->v         = calloc(n_params, sizeof(float));
  adam->n_updates = 0;
  return adam->m && adam->v;
}

void
rcv_adam_clear(RcvAdam* const adam)
{
  free(adam->m);
  free(adam->v);
  memset(adam, 0, sizeof(RcvAdam));
}

void
rcv_adam_reset(RcvAdam* const adam)
{
  memset(adam->m, 0, adam->n_params * sizeof(float));
  memset(adam->v, 0, adam->n_params * sizeof(float));
  adam->n_updates = 0;
}

void
rcv_adam_update(RcvAdam* const     adam,
                float* const       params,
                const float* const d_params,
                const double       rate)
{
  const double n = (double)++adam->n_updates;

  const float keep_m  = (float)beta_1;
  const float keep_v  = (float)beta_2;
  const float scale_m = (float)(rate / (1.0 - pow(beta_1, n)));
  const float scale_v = (float)(1.0 / (1.0 - pow(beta_2, n)));
  for (size_t i = 0; i < adam->n_params; ++i) {
    const float d = d_params[i];

    adam->m[i] += (1.0f - keep_m) * (d - adam->m[i]);
    adam->v[i] += (1.0f - keep_v) * ((d * d) - adam->v[i]);
    params[i] -= scale_m * adam->m[i] / (sqrtf(scale_v * adam->v[i]) + epsilon);
  }
}

bool
rcv_adam_list(RcvAdam* const      adam,
              const char* const   prefix,
              RcvStateList* const list)
{
  return rcv_state_list_add(
           list, prefix, "n_updates", RCV_STATE_U64, &adam->n_updates, 1) &&
         rcv_state_list_add(
           list, prefix, "m", RCV_STATE_F32, adam->m, adam->n_params) &&
         rcv_state_list_add(
           list, prefix, "v", RCV_STATE_F32, adam->v, adam->n_params);
}

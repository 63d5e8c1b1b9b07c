// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/weight_mean.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The mean is over about so many updates, or this part of those that there were
static const double most_updates = 200.0;
static const double part_updates = 0.2;

bool
rcv_weight_mean_init(RcvWeightMean* const mean, const size_t n_params)
{
  mean->n_params  = n_params;
  mean->n_updates = 0;
  mean->params    = calloc(n_params, sizeof(float));
  return mean->params;
}

void
rcv_weight_mean_clear(RcvWeightMean* const mean)
{
  free(mean->params);
  memset(mean, 0, sizeof(RcvWeightMean));
}

void
rcv_weight_mean_reset(RcvWeightMean* const mean, const float* const params)
{
  memcpy(mean->params, params, mean->n_params * sizeof(float));
  rcv_weight_mean_renew(mean);
}

void
rcv_weight_mean_renew(RcvWeightMean* const mean)
{
  mean->n_updates = 0;
}

void
rcv_weight_mean_add(RcvWeightMean* const mean, const float* const params)
{
  // The first one has a part of 1, whatever there was before
  const double n_past = (double)mean->n_updates++;
  const double n_mean = fmin(1.0 + (part_updates * n_past), most_updates);
  const float  part   = (float)(1.0 / n_mean);
  for (size_t i = 0; i < mean->n_params; ++i) {
    mean->params[i] += part * (params[i] - mean->params[i]);
  }
}

bool
rcv_weight_mean_list(RcvWeightMean* const mean, RcvStateList* const list)
{
  return rcv_state_list_add(list,
                            "mean.",
                            "params",
                            RCV_STATE_F32,
                            mean->params,
                            mean->n_params) &&
         rcv_state_list_add(
           list, "mean.", "n_updates", RCV_STATE_U64, &mean->n_updates, 1);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The limit before there are norms enough for a median
static const double first_limit = 1.0;

static const double median_factor = 2.0;

enum { LEAST_NORMS = 20 };

static int
compare_doubles(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double
limit(const RcvClip* const clip)
{
  if (clip->n_norms < LEAST_NORMS) {
    return first_limit;
  }

  double       sorted[RCV_CLIP_NORMS];
  const size_t n =
    clip->n_norms < RCV_CLIP_NORMS ? (size_t)clip->n_norms : RCV_CLIP_NORMS;
  memcpy(sorted, clip->norms, n * sizeof(double));
  qsort(sorted, n, sizeof(double), compare_doubles);
  return median_factor * sorted[n / 2];
}

double
rcv_clip_factor(RcvClip* const clip, const double norm)
{
  const double most = limit(clip);

  clip->norms[clip->n_norms++ % RCV_CLIP_NORMS] = norm;
  return norm > most ? most / norm : 1.0;
}

bool
rcv_clip_list(RcvClip* const clip, RcvStateList* const list)
{
  return rcv_state_list_add(list,
                            "clip.",
                            "norms",
                            RCV_STATE_F64,
                            clip->norms,
                            RCV_CLIP_NORMS) &&
         rcv_state_list_add(
           list, "clip.", "n_norms", RCV_STATE_U64, &clip->n_norms, 1);
}

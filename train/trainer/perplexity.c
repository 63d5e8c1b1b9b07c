// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/perplexity.h"

#include "train/trainer/engine.h"
#include "train/trainer/slice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

RcvStatus
rcv_perplexity_measure(const RcvModel* const model,
                       const RcvPair* const  pair,
                       const RcvRegion       region,
                       double* const         perplexity,
                       RcvError* const       error)
{
  const RcvShape* const shape  = &model->shape;
  const uint32_t        block  = shape->bidirectional ? shape->block_frames : 1;
  const uint32_t        n_warm = pair->rate_hz / 2 / block * block;
  const uint32_t        n_frame = (pair->rate_hz + block - 1) / block * block;
  const size_t          n_span  = (size_t)n_warm + n_frame;
  const size_t          n_data  = rcv_region_length(region);

  *perplexity = (double)NAN;
  if (shape->head != RCV_HEAD_SOFTMAX || rcv_shape_has_dense(shape) ||
      rcv_shape_is_mixed(shape) || n_data < n_span) {
    return RCV_OK;
  }

  const RcvSliceSettings settings = {
    rcv_engine_choose(false), *shape, n_frame, n_warm, n_frame, 0, 0.0, 0};
  const uint32_t    n_lanes  = settings.engine.bptt->n_lanes;
  RcvBptt* const    bptt     = rcv_slice_new_bptt(&settings);
  RcvSlice* const   slice    = bptt ? rcv_slice_new(&settings, bptt) : NULL;
  RcvSegment* const segments = calloc(n_lanes, sizeof(RcvSegment));
  if (!slice || !segments) {
    rcv_slice_free(slice);
    settings.engine.bptt->free_(bptt);
    free(segments);
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for the perplexity");
  }

  double entropy   = 0.0;
  size_t n_windows = 0;
  for (size_t start = 0; start + n_span <= n_data;) {
    uint32_t n_used = 0;
    for (; n_used < n_lanes && start + n_span <= n_data; ++n_used) {
      segments[n_used].passage.pair   = pair;
      segments[n_used].passage.region = region;
      segments[n_used].start          = region.start + start;
      start += n_frame;
    }
    rcv_slice_begin(slice, segments, n_used, model->params);
    entropy += n_used * rcv_slice_entropy(slice, model->params);
    n_windows += n_used;
  }
  *perplexity = exp(entropy / (double)n_windows);

  rcv_slice_free(slice);
  settings.engine.bptt->free_(bptt);
  free(segments);
  return RCV_OK;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/train_recipe.h"

#include "dsp/model/names.h"

#include <stdio.h>
#include <string.h>

void
rcv_train_recipe_write(const RcvTrainArguments* const a,
                       const RcvShape* const          shape,
                       const size_t                   n_updates,
                       char* const                    recipe,
                       const size_t                   size)
{
  const RcvTrainerSettings* const s = &a->settings;

  char windows[32] = "grow";
  if (s->windows == RCV_WINDOWS_FULL) {
    snprintf(windows, sizeof(windows), "full");
  } else if (s->windows == RCV_WINDOWS_FIXED) {
    snprintf(windows, sizeof(windows), "%u", s->window_frames);
  }

  char bidirectional[64] = "";
  char softmax[64]       = "";
  char split[256]        = "";
  if (shape->bidirectional) {
    snprintf(bidirectional,
             sizeof(bidirectional),
             " --bidirectional --block %u --lookahead %u",
             shape->block_frames,
             shape->lookahead_frames);
  }
  if (shape->head == RCV_HEAD_SOFTMAX) {
    snprintf(softmax,
             sizeof(softmax),
             " --head softmax --classes %u",
             shape->output_size);
  }
  if (a->pair.validation_s >= 0.0) {
    snprintf(split, sizeof(split), " --val-from %g", a->pair.validation_s);
  }
  if (a->pair.test_s >= 0.0) {
    const size_t n = strlen(split);
    snprintf(split + n, sizeof(split) - n, " --test-from %g", a->pair.test_s);
  }

  const RcvReading* const reading = &a->pair.reading;
  if (reading->channel) {
    const size_t n = strlen(split);
    snprintf(split + n, sizeof(split) - n, " --channel %u", reading->channel);
  }
  if (reading->rate_hz) {
    const size_t n = strlen(split);
    snprintf(split + n, sizeof(split) - n, " --rate %u", reading->rate_hz);
  }

  if (s->is_bf16) {
    const size_t n = strlen(split);
    snprintf(split + n, sizeof(split) - n, " --bf16");
  }
  if (s->is_bf16_backward) {
    const size_t n = strlen(split);
    snprintf(split + n, sizeof(split) - n, " --bf16-backward");
  }

  if (a->regions) {
    // Its name alone: where it was is nobody's business who gets the model
    const size_t      n     = strlen(split);
    const char* const slash = strrchr(a->regions, '/');
    snprintf(split + n,
             sizeof(split) - n,
             " --regions %s",
             slash ? slash + 1 : a->regions);
  }
  if (a->pair.clip_frames) {
    const size_t n = strlen(split);
    snprintf(split + n, sizeof(split) - n, " --clips %u", a->pair.clip_frames);
  }

  snprintf(recipe,
           size,
           "recurve train --cell %s --hidden %u --layers %u%s%s %s --optimizer "
           "%s --bptt %s "
           "--segment %.0f --carry %.0f --lr %g --batch %u --seed %llu "
           "--updates %zu%s",
           rcv_cell_name(shape->cell),
           shape->hidden_size,
           shape->num_layers,
           bidirectional,
           softmax,
           shape->skip ? "--skip" : "--no-skip",
           s->optimizer == RCV_OPTIMIZER_SOAP ? "soap" : "adam",
           windows,
           s->segment_s * 1000.0,
           s->carry_s * 1000.0,
           s->rate,
           s->batch_size,
           (unsigned long long)s->seed,
           n_updates,
           split);
}

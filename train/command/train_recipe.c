// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/train_recipe.h"

#include "dsp/model/names.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/// A text that grows up to a size
typedef struct {
  char*  text;
  size_t size;
} Recipe;

/// Add words to the end; what does not fit is cut
__attribute__((format(printf, 2, 3))) static void
add(const Recipe* const recipe, const char* const format, ...)
{
  const size_t n = strlen(recipe->text);
  va_list      args;
  va_start(args, format);
  vsnprintf(recipe->text + n, recipe->size - n, format, args);
  va_end(args);
}

/// What the network is
static void
add_shape(const Recipe* const recipe, const RcvShape* const shape)
{
  add(recipe,
      "--cell %s --hidden %u --layers %u",
      rcv_cell_name(shape->cell),
      shape->hidden_size,
      shape->num_layers);
  if (shape->bidirectional) {
    add(recipe,
        " --bidirectional --block %u --lookahead %u",
        shape->block_frames,
        shape->lookahead_frames);
  }
  if (shape->head == RCV_HEAD_SOFTMAX) {
    add(recipe, " --head softmax --classes %u", shape->output_size);
  }
  add(recipe, " %s", shape->skip ? "--skip" : "--no-skip");
}

/// How it is trained, and when it ends
static void
add_course(const Recipe* const             recipe,
           const RcvTrainerSettings* const s,
           const size_t                    n_updates)
{
  add(recipe,
      " --optimizer %s --bptt ",
      s->optimizer == RCV_OPTIMIZER_SOAP ? "soap" : "adam");
  if (s->windows == RCV_WINDOWS_FIXED) {
    add(recipe, "%u", s->window_frames);
  } else {
    add(recipe, "%s", s->windows == RCV_WINDOWS_FULL ? "full" : "grow");
  }
  add(recipe,
      " --segment %.0f --carry %.0f --lr %.9g --batch %u --seed %llu "
      "--updates %zu",
      s->segment_s * 1000.0,
      s->carry_s * 1000.0,
      s->rate,
      s->batch_size,
      (unsigned long long)s->seed,
      n_updates);
  if (s->until_esr > 0.0) {
    add(recipe, " --until %.9g", s->until_esr);
  }
  if (s->patience) {
    add(recipe, " --patience %u", (unsigned)s->patience);
  }
  if (s->is_bf16) {
    add(recipe, " --bf16");
  }
  if (s->is_bf16_backward) {
    add(recipe, " --bf16-backward");
  }
}

/// How the recordings are read, and which parts of them are used for what
static void
add_data(const Recipe* const recipe, const RcvTrainArguments* const a)
{
  const RcvPairOptions* const pair = &a->pair;
  if (pair->validation_s >= 0.0) {
    add(recipe, " --val-from %.9g", pair->validation_s);
  }
  if (pair->test_s >= 0.0) {
    add(recipe, " --test-from %.9g", pair->test_s);
  }
  if (pair->reading.channel) {
    add(recipe, " --channel %u", pair->reading.channel);
  }
  if (pair->reading.rate_hz) {
    add(recipe, " --rate %u", pair->reading.rate_hz);
  }
  if (a->regions) {
    // Its name alone: where it was is nobody's business who gets the model
    const char* const slash = strrchr(a->regions, '/');
    add(recipe, " --regions %s", slash ? slash + 1 : a->regions);
  }
  if (pair->clip_frames) {
    add(recipe, " --clips %u", pair->clip_frames);
  } else if (!pair->align) {
    add(recipe, " --no-align");
  }
}

void
rcv_train_recipe_write(const RcvTrainArguments* const a,
                       const RcvShape* const          shape,
                       const size_t                   n_updates,
                       char* const                    text,
                       const size_t                   size)
{
  const Recipe recipe = {text, size};

  text[0] = '\0';
  add(&recipe, "recurve train ");
  add_shape(&recipe, shape);
  add_course(&recipe, &a->settings, n_updates);
  add_data(&recipe, a);
}

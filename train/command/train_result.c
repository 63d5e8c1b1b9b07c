// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/train_result.h"

#include "dsp/model/metadata_values.h"
#include "train/command/train_recipe.h"
#include "train/data/findings.h"
#include "train/model/model_file.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>

const char*
rcv_train_result_end(const RcvTrainerEnd end)
{
  static const char* const ends[] = {"all updates were made",
                                     "the wanted ESR was reached",
                                     "it did not get better any more",
                                     "interrupted"};

  return ends[end];
}

static RcvStatus
print_json(const RcvTrainArguments* const a,
           const RcvPairs* const          pairs,
           const RcvModelInfo* const      i,
           const RcvTrainerResult* const  r,
           const char* const              recipe,
           RcvError* const                error)
{
  const RcvPair* const first = &pairs->pairs[0];

  return rcv_json_print(
    json_pack(
      "{s:o,s:o,s:f,s:I,s:f,s:f,s:o,s:o,s:s,s:o,s:i,s:b,s:o,s:o,s:o,s:o}",
      "val_esr",
      rcv_json_number(i->validation_esr),
      "test_esr",
      rcv_json_number(i->test_esr),
      "seconds",
      r->seconds,
      "updates",
      (json_int_t)r->n_updates,
      "steps_per_second",
      r->n_steps / r->seconds,
      "update_steps_per_second",
      r->update_steps_per_second,
      "max_rest_level",
      rcv_json_number(r->rest_level),
      "model",
      rcv_metadata_text(a->output),
      "end",
      rcv_train_result_end(r->end),
      "delay",
      rcv_json_frames(first->delay_frames),
      "returns",
      (int)r->n_returns,
      "latches",
      (int)r->latches,
      "recipe",
      rcv_metadata_text(recipe),
      "takes",
      rcv_findings_json_takes(pairs),
      "pairs",
      rcv_findings_json_pairs(pairs),
      "floor",
      rcv_json_number(first->repeat.measured ? first->repeat.floor
                                             : (double)NAN)),
    error);
}

RcvStatus
rcv_train_result_print(const RcvTrainArguments* const a,
                       const RcvPairs* const          pairs,
                       const RcvModel* const          model,
                       const RcvTrainerResult* const  r,
                       const bool                     new_line,
                       RcvError* const                error)
{
  const RcvModelInfo* const i = &model->info;

  char recipe[1024];
  rcv_train_recipe_write(
    a, &model->shape, r->n_planned, recipe, sizeof(recipe));
  fprintf(stderr,
          "%s%s after %zu updates and %.1f s (%.2f million steps/s)\n"
          "validation ESR %.4g, test ESR %.4g, rest level %.2g\n"
          "%s: %s\n%s\n",
          new_line ? "\n" : "",
          rcv_train_result_end(r->end),
          r->n_updates,
          r->seconds,
          1e-6 * r->n_steps / r->seconds,
          i->validation_esr,
          i->test_esr,
          r->rest_level,
          r->end == RCV_END_INTERRUPTED ? "to go on, --resume; all of it again"
                                        : "the same again",
          recipe,
          a->output);
  if (r->latches) {
    fprintf(
      stderr,
      "It latches: from some places it goes on by itself after sound, at "
      "the rest level, or rounding errors change what it plays; train again "
      "with another --seed or a lower --lr\n");
  }
  if (isfinite(r->refused_esr)) {
    fprintf(stderr,
            "A better one (validation ESR %.4g) was left: it latches, or "
            "rounding errors change what it plays\n",
            r->refused_esr);
  }
  if (!a->json) {
    return RCV_OK;
  }
  return print_json(a, pairs, i, r, recipe, error);
}

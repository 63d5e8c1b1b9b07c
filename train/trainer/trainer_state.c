// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/trainer_impl.h"

#include "dsp/model/names.h"
#include "train/file/state_file.h"
#include "train/numbers/clock.h"
#include "train/numbers/hash.h"
#include "train/optimizer/lapack.h"
#include "train/trainer/engine.h"

#include <jansson.h>

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   A run's state: all that what is still to come depends on.  The networks'
   states are not in it, since every validation, after which it is saved, ends
   the segments.
*/

enum { POINT_NUMBERS = 9 };

/* What must be the same for a run to go on */

__attribute__((format(printf, 3, 4))) static int
set_text(json_t* const     about,
         const char* const key,
         const char* const format,
         ...)
{
  char    text[128];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  return json_object_set_new(about, key, json_string(text));
}

static uint64_t
hash_pair(uint64_t hash, const RcvPair* const pair)
{
  hash = rcv_hash(hash, pair->dry, pair->n_frames * sizeof(float));
  for (size_t i = 0; i < pair->takes.n_takes; ++i) {
    const RcvTake* const take = &pair->takes.takes[i];

    hash = rcv_hash(hash, take->wet, pair->takes.n_frames * sizeof(float));
    hash = rcv_hash(hash, take->knobs, sizeof(take->knobs));
  }
  for (size_t i = 0; i < pair->n_parts; ++i) {
    hash = rcv_hash_number(hash, (uint64_t)pair->parts[i].use);
    hash = rcv_hash_number(hash, pair->parts[i].region.start);
    hash = rcv_hash_number(hash, pair->parts[i].region.end);
  }
  return rcv_hash_number(hash, pair->rate_hz);
}

static uint64_t
hash_pairs(const RcvPairs* const pairs)
{
  uint64_t hash = RCV_HASH_START;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    hash = hash_pair(hash, &pairs->pairs[i]);
  }
  return hash;
}

/// Names of options, as the user gives them, and their values; NULL: no memory
static json_t*
describe(const RcvTrainer* const trainer)
{
  static const char* const windows[]    = {"grow", "full", "fixed"};
  static const char* const optimizers[] = {"adam", "soap"};

  const RcvTrainerSettings* const s     = trainer->settings;
  const RcvShape* const           shape = &s->shape;
  json_t* const                   about = json_object();

  int failed = set_text(about, "state", "recurve train 7");
  failed |= set_text(about, "cell", "%s", rcv_cell_name(shape->cell));
  failed |= set_text(about, "head", "%s", rcv_head_name(shape->head));
  failed |= set_text(about, "hidden", "%u", shape->hidden_size);
  failed |= set_text(about, "layers", "%u", shape->num_layers);
  failed |= set_text(about, "knobs", "%u", shape->input_size - 1);
  failed |= set_text(about, "classes", "%u", shape->output_size);
  failed |= set_text(about, "bidirectional", "%d", shape->bidirectional);
  failed |= set_text(about, "block", "%u", shape->block_frames);
  failed |= set_text(about, "lookahead", "%u", shape->lookahead_frames);
  failed |= set_text(about,
                     "skip",
                     "%s",
                     s->try_skip   ? "by trial"
                     : shape->skip ? "yes"
                                   : "no");
  failed |= set_text(about, "weights", s->is_bf16 ? "bfloat16" : "float");
  failed |=
    set_text(about, "backward", s->is_bf16_backward ? "bfloat16" : "float");
  failed |= set_text(about, "optimizer", "%s", optimizers[s->optimizer]);
  failed |=
    set_text(about, "bptt", "%s %u", windows[s->windows], s->window_frames);
  failed |= set_text(about, "segment", "%.9g s", s->segment_s);
  failed |= set_text(about, "carry", "%.9g s", s->carry_s);
  failed |= set_text(about, "lr", "%.12g", s->rate);
  failed |= set_text(about, "batch", "%u", s->batch_size);
  failed |= set_text(about, "seed", "%" PRIu64, s->seed);
  failed |= set_text(about, "updates", "%zu", s->n_updates);
  failed |= set_text(about, "time", "%.9g s", s->n_updates ? 0.0 : s->time_s);
  failed |= set_text(about, "recordings", "%016" PRIx64, trainer->data_hash);
  failed |= set_text(about,
                     "kernels",
                     "%s, BLAS %s",
                     rcv_engine_choose(s->is_bf16_backward).bptt->name,
                     rcv_lapack_name());
  if (s->start) {
    const size_t size = rcv_shape_n_params(shape) * sizeof(float);
    failed |= set_text(
      about, "start", "%016" PRIx64, rcv_hash(RCV_HASH_START, s->start, size));
  }
  if (failed) {
    json_decref(about);
    return NULL;
  }
  return about;
}

/// Refuse a state that another command or another machine left
static RcvStatus
check_same(const RcvTrainer* const   trainer,
           const RcvStateFile* const file,
           RcvError* const           error)
{
  json_t* const about = describe(trainer);
  if (!about) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to resume");
  }

  RcvStatus   status = RCV_OK;
  const char* key    = NULL;
  json_t*     value  = NULL;
  json_object_foreach(about, key, value)
  {
    const char* const here  = json_string_value(value);
    const char* const there = rcv_state_file_about(file, key);
    if (!status && (!there || strcmp(here, there) != 0)) {
      status = rcv_error_set(error,
                             RCV_BAD_DATA,
                             "%s: cannot go on: %s was %s and is now %s; give "
                             "the same, or start again without --resume",
                             trainer->settings->state_path,
                             key,
                             there ? there : "not there",
                             here);
    }
  }
  json_decref(about);
  return status;
}

/* The state itself */

static bool
list_own(RcvTrainer* const trainer, RcvStateList* const list)
{
  RcvModelInfo* const info = &trainer->model->info;
  const size_t        n    = trainer->n_params;
  const struct {
    const char*  name;
    RcvStateType type;
    void*        data;
    size_t       n;
  } all[] = {
    {"params", RCV_STATE_F32, trainer->params, n},
    {"best", RCV_STATE_F32, trainer->model->params, n},
    {"best_esr", RCV_STATE_F64, &trainer->best_esr, 1},
    {"best_validation_esr", RCV_STATE_F64, &info->validation_esr, 1},
    {"best_rest_level", RCV_STATE_F64, &info->rest_level, 1},
    {"random", RCV_STATE_U64, &trainer->random.state, 1},
    {"frames_done", RCV_STATE_F64, &trainer->frames_done, 1},
    {"next_validation", RCV_STATE_F64, &trainer->next_validation, 1},
    {"n_steps", RCV_STATE_F64, &trainer->n_steps, 1},
    {"n_updates", RCV_STATE_U64, &trainer->n_updates, 1},
    {"n_without_gain", RCV_STATE_U64, &trainer->n_without_gain, 1},
    {"window", RCV_STATE_U64, &trainer->window_frames, 1},
    {"seconds", RCV_STATE_F64, &trainer->seconds, 1},
  };

  bool good = true;
  for (size_t i = 0; good && i < sizeof(all) / sizeof(all[0]); ++i) {
    good = rcv_state_list_add(
      list, "trainer.", all[i].name, all[i].type, all[i].data, all[i].n);
  }
  return good && rcv_optimizer_list(trainer->optimizer, list) &&
         rcv_clip_list(&trainer->clip, list) &&
         rcv_weight_mean_list(&trainer->mean, list) &&
         rcv_guard_list(&trainer->guard, list);
}

static RcvStateList
list_all(RcvTrainer* const trainer,
         double* const     numbers,
         const size_t      n_points)
{
  RcvStateList list = {NULL, 0};
  if (!numbers || !list_own(trainer, &list) ||
      !rcv_state_list_add(&list,
                          "trainer.",
                          "history",
                          RCV_STATE_F64,
                          numbers,
                          POINT_NUMBERS * n_points)) {
    rcv_state_list_clear(&list);
  }
  return list;
}

static void
put_point(const RcvTrainerPoint* const point, double* const numbers)
{
  const double all[POINT_NUMBERS] = {(double)point->n_updates,
                                     point->seconds,
                                     point->train_loss,
                                     point->val_esr,
                                     (double)point->window_frames,
                                     point->n_steps,
                                     point->best_esr,
                                     point->rate,
                                     (double)point->n_returns};
  memcpy(numbers, all, sizeof(all));
}

static RcvTrainerPoint
take_point(const double* const numbers)
{
  const RcvTrainerPoint point = {(size_t)numbers[0],
                                 numbers[1],
                                 numbers[2],
                                 numbers[3],
                                 (uint32_t)numbers[4],
                                 numbers[5],
                                 numbers[6],
                                 numbers[7],
                                 (uint32_t)numbers[8],
                                 0.0};
  return point;
}

RcvStatus
rcv_trainer_save(RcvTrainer* const trainer, RcvError* const error)
{
  const RcvTrainerResult* const result = trainer->result;
  const size_t                  n      = result->n_points;
  if (!trainer->settings->state_path) {
    return RCV_OK;
  }

  if (!trainer->data_hash) {
    trainer->data_hash = hash_pairs(trainer->pairs);
  }

  double* const numbers = calloc((POINT_NUMBERS * n) + 1, sizeof(double));
  for (size_t i = 0; numbers && i < n; ++i) {
    put_point(&result->points[i], numbers + (POINT_NUMBERS * i));
  }
  trainer->seconds = rcv_clock_now_s() - trainer->start_time;

  json_t* const about = describe(trainer);
  RcvStateList  list  = list_all(trainer, numbers, n);
  RcvStatus     status =
    rcv_error_set(error, RCV_NO_MEMORY, "No memory to save the state");
  if (about && list.n_entries &&
      !set_text(about, "planned", "%zu", result->n_planned) &&
      !set_text(about, "has_skip", "%d", trainer->shape.skip)) {
    status =
      rcv_state_file_write(trainer->settings->state_path, about, &list, error);
  }
  rcv_state_list_clear(&list);
  json_decref(about);
  free(numbers);
  return status;
}

RcvStatus
rcv_trainer_open_state(RcvTrainer* const    trainer,
                       RcvStateFile** const file,
                       RcvError* const      error)
{
  trainer->data_hash = hash_pairs(trainer->pairs);
  *file = rcv_state_file_read(trainer->settings->state_path, error);
  if (!*file) {
    return error->status;
  }

  const RcvStatus status = check_same(trainer, *file, error);
  if (status) {
    rcv_state_file_free(*file);
    *file = NULL;
    return status;
  }
  const char* const planned = rcv_state_file_about(*file, "planned");
  const char* const skip    = rcv_state_file_about(*file, "has_skip");

  trainer->result->n_planned = planned ? strtoull(planned, NULL, 10) : 0;
  trainer->shape.skip        = skip && skip[0] == '1';
  return RCV_OK;
}

RcvStatus
rcv_trainer_load(RcvTrainer* const         trainer,
                 const RcvStateFile* const file,
                 RcvError* const           error)
{
  RcvTrainerResult* const result = trainer->result;
  const size_t            n =
    rcv_state_file_length(file, "trainer.history") / POINT_NUMBERS;

  double* const numbers = calloc((POINT_NUMBERS * n) + 1, sizeof(double));
  RcvStateList  list    = list_all(trainer, numbers, n);

  result->points = calloc(n + 1, sizeof(RcvTrainerPoint));
  RcvStatus status =
    list.n_entries && result->points
      ? rcv_state_file_load(file, &list, error)
      : rcv_error_set(error, RCV_NO_MEMORY, "No memory to resume");
  for (size_t i = 0; !status && result->points && i < n; ++i) {
    result->points[i] = take_point(numbers + (POINT_NUMBERS * i));
    result->n_points  = i + 1;
    status            = rcv_trainer_tell(trainer, &result->points[i], error);
  }
  trainer->start_time = rcv_clock_now_s() - trainer->seconds;

  rcv_state_list_clear(&list);
  free(numbers);
  return status;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The speed of oneDNN's LSTM, forward and backward, for training_speed.py,
   which compiles this where libdnnl-dev is installed:

     lstm HIDDEN WINDOW BATCH UPDATES

   prints steps (a frame of a sequence) per second.  It has less to do than what
   it stands beside: no head, no loss, no update, and weights that stay as
   oneDNN likes them best.
*/

#include <oneapi/dnnl/dnnl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_ARGUMENTS = 24 };

/// A primitive and what it works on
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t  arguments[MAX_ARGUMENTS];
  int              n_arguments;
} Work;

/// Shapes, as oneDNN describes them
typedef struct {
  dnnl_memory_desc_t x;
  dnnl_memory_desc_t h;
  dnnl_memory_desc_t y;
  dnnl_memory_desc_t w_ih;
  dnnl_memory_desc_t w_hh;
  dnnl_memory_desc_t b;
} Shapes;

static dnnl_engine_t engine;

static void
check(const dnnl_status_t status, const char* const what)
{
  if (status != dnnl_success) {
    fprintf(stderr, "%s: oneDNN's error %d\n", what, (int)status);
    exit(1);
  }
}

static dnnl_memory_desc_t
describe(const int n, const dnnl_dims_t dims, const dnnl_format_tag_t tag)
{
  dnnl_memory_desc_t result;
  check(dnnl_memory_desc_init_by_tag(&result, n, dims, dnnl_f32, tag), "shape");
  return result;
}

/// Memory with small numbers in it, which is never freed
static dnnl_memory_t
new_memory(const dnnl_memory_desc_t* const shape)
{
  dnnl_memory_t memory = NULL;
  void*         data   = NULL;
  check(dnnl_memory_create(&memory, shape, engine, DNNL_MEMORY_ALLOCATE),
        "memory");
  check(dnnl_memory_get_data_handle(memory, &data), "memory");

  const size_t n = dnnl_memory_desc_get_size(shape) / sizeof(float);
  for (size_t i = 0; i < n; ++i) {
    ((float*)data)[i] = 0.1f * ((float)(i * 7919 % 1000) / 500.0f - 1.0f);
  }
  return memory;
}

static void
add(Work* const work, const int name, dnnl_memory_t const memory)
{
  const dnnl_exec_arg_t argument       = {name, memory};
  work->arguments[work->n_arguments++] = argument;
}

/// New memory of the shape that a primitive asks for
static dnnl_memory_t
wanted(const dnnl_primitive_desc_t primitive,
       const dnnl_query_t          what,
       const int                   index)
{
  return new_memory(dnnl_primitive_desc_query_md(primitive, what, index));
}

/// Add the inputs that both directions have, with new weights
static void
add_inputs(Work* const                 work,
           const dnnl_primitive_desc_t primitive,
           const Shapes* const         s)
{
  add(work, DNNL_ARG_SRC_LAYER, new_memory(&s->x));
  add(work, DNNL_ARG_SRC_ITER, new_memory(&s->h));
  add(work, DNNL_ARG_SRC_ITER_C, new_memory(&s->h));
  add(
    work, DNNL_ARG_WEIGHTS_LAYER, wanted(primitive, dnnl_query_weights_md, 0));
  add(work, DNNL_ARG_WEIGHTS_ITER, wanted(primitive, dnnl_query_weights_md, 1));
  add(work, DNNL_ARG_BIAS, new_memory(&s->b));
}

static void
prepare(Work* const forward, Work* const backward, const Shapes* const s)
{
  dnnl_rnn_desc_t       f           = {0};
  dnnl_rnn_desc_t       b           = {0};
  dnnl_primitive_desc_t f_primitive = NULL;
  dnnl_primitive_desc_t b_primitive = NULL;
  check(dnnl_lstm_forward_desc_init(&f,
                                    dnnl_forward_training,
                                    dnnl_unidirectional_left2right,
                                    &s->x,
                                    &s->h,
                                    &s->h,
                                    &s->w_ih,
                                    &s->w_hh,
                                    &s->b,
                                    &s->y,
                                    &s->h,
                                    &s->h,
                                    0),
        "forward");
  check(dnnl_primitive_desc_create(&f_primitive, &f, NULL, engine, NULL),
        "forward");
  check(dnnl_lstm_backward_desc_init(&b,
                                     dnnl_backward,
                                     dnnl_unidirectional_left2right,
                                     &s->x,
                                     &s->h,
                                     &s->h,
                                     &s->w_ih,
                                     &s->w_hh,
                                     &s->b,
                                     &s->y,
                                     &s->h,
                                     &s->h,
                                     &s->x,
                                     &s->h,
                                     &s->h,
                                     &s->w_ih,
                                     &s->w_hh,
                                     &s->b,
                                     &s->y,
                                     &s->h,
                                     &s->h,
                                     0),
        "backward");
  check(dnnl_primitive_desc_create(&b_primitive, &b, NULL, engine, f_primitive),
        "backward");

  dnnl_memory_t y         = new_memory(&s->y);
  dnnl_memory_t workspace = wanted(f_primitive, dnnl_query_workspace_md, 0);
  Work* const   both[]    = {forward, backward};
  add_inputs(forward, f_primitive, s);
  add_inputs(backward, b_primitive, s);
  for (int i = 0; i < 2; ++i) {
    add(both[i], DNNL_ARG_DST_LAYER, y);
    add(both[i], DNNL_ARG_DST_ITER, new_memory(&s->h));
    add(both[i], DNNL_ARG_DST_ITER_C, new_memory(&s->h));
    add(both[i], DNNL_ARG_WORKSPACE, workspace);
  }
  add(backward, DNNL_ARG_DIFF_SRC_LAYER, new_memory(&s->x));
  add(backward, DNNL_ARG_DIFF_SRC_ITER, new_memory(&s->h));
  add(backward, DNNL_ARG_DIFF_SRC_ITER_C, new_memory(&s->h));
  add(backward,
      DNNL_ARG_DIFF_WEIGHTS_LAYER,
      wanted(b_primitive, dnnl_query_diff_weights_md, 0));
  add(backward,
      DNNL_ARG_DIFF_WEIGHTS_ITER,
      wanted(b_primitive, dnnl_query_diff_weights_md, 1));
  add(backward, DNNL_ARG_DIFF_BIAS, new_memory(&s->b));
  add(backward, DNNL_ARG_DIFF_DST_LAYER, new_memory(&s->y));
  add(backward, DNNL_ARG_DIFF_DST_ITER, new_memory(&s->h));
  add(backward, DNNL_ARG_DIFF_DST_ITER_C, new_memory(&s->h));
  check(dnnl_primitive_create(&forward->primitive, f_primitive), "forward");
  check(dnnl_primitive_create(&backward->primitive, b_primitive), "backward");
}

static double
now_s(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (1e-9 * (double)time.tv_nsec);
}

int
main(const int argc, char** const argv)
{
  if (argc != 5) {
    fprintf(stderr, "Usage: lstm HIDDEN WINDOW BATCH UPDATES\n");
    return 1;
  }

  const long        n_hidden  = atol(argv[1]);
  const long        n_frames  = atol(argv[2]);
  const long        n_batch   = atol(argv[3]);
  const long        n_updates = atol(argv[4]);
  const dnnl_dims_t x         = {n_frames, n_batch, 1};
  const dnnl_dims_t y         = {n_frames, n_batch, n_hidden};
  const dnnl_dims_t h         = {1, 1, n_batch, n_hidden};
  const dnnl_dims_t w_ih      = {1, 1, 1, 4, n_hidden};
  const dnnl_dims_t w_hh      = {1, 1, n_hidden, 4, n_hidden};
  const dnnl_dims_t b         = {1, 1, 4, n_hidden};
  const Shapes      shapes    = {describe(3, x, dnnl_tnc),
                                 describe(4, h, dnnl_ldnc),
                                 describe(3, y, dnnl_tnc),
                                 describe(5, w_ih, dnnl_format_tag_any),
                                 describe(5, w_hh, dnnl_format_tag_any),
                                 describe(4, b, dnnl_ldgo)};
  check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");

  dnnl_stream_t stream = NULL;
  Work          work[2];
  memset(work, 0, sizeof(work));
  check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags),
        "stream");
  prepare(&work[0], &work[1], &shapes);

  double start = 0.0;
  for (long i = -1; i < n_updates; ++i) {
    start = i ? start : now_s(); // The first is for warming up
    for (int k = 0; k < 2; ++k) {
      check(
        dnnl_primitive_execute(
          work[k].primitive, stream, work[k].n_arguments, work[k].arguments),
        "execute");
    }
    check(dnnl_stream_wait(stream), "execute");
  }
  printf("%g\n",
         (double)n_updates * (double)n_batch * (double)n_frames /
           (now_s() - start));
  return 0;
}

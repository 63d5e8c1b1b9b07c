// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/reach.h"

#include "dsp/mulaw.h"
#include "train/bptt/bptt.h"
#include "train/bptt/memory.h"
#include "train/trainer/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is small enough to be gone, and large enough to explode
static const double gone     = 0.01;
static const double exploded = 10.0;

/// Buffers of one pass over as many places as there are lanes
typedef struct {
  const RcvBpttTable* table;
  RcvBptt*            bptt;
  size_t              n_lanes;
  uint32_t            n_warm;  // Frames that fill the state
  uint32_t            n_lags;  // Frames that gradients go back through
  float*              x;       // [warm + lags + 1 + D][I][lanes]
  uint32_t*           classes; // [warm + lags + 1][lanes]
  float*              y;       // [warm or lags + 1][lanes]
  float*              d_y;     // [lags + 1][lanes]
  float*              weights; // [lanes]
  float*              sums;    // [lanes]
  float*              h;       // [lags + 1][lanes] squared norms
  float*              c;       // [lags + 1][lanes]
} Pass;

static bool
pass_init(Pass* const pass, const RcvShape* const shape)
{
  const size_t n_lanes  = pass->n_lanes;
  const size_t n_window = (size_t)pass->n_lags + 1;
  const size_t n_all    = pass->n_warm + n_window;
  const size_t longest  = n_window > pass->n_warm ? n_window : pass->n_warm;

  pass->bptt    = pass->table->new_(shape, (uint32_t)longest, 0, 0);
  pass->x       = rcv_bptt_alloc((n_all + shape->lookahead_frames) *
                             shape->input_size * n_lanes,
                           sizeof(float));
  pass->classes = rcv_bptt_alloc(n_all * n_lanes, sizeof(uint32_t));
  pass->y       = rcv_bptt_alloc(longest * n_lanes, sizeof(float));
  pass->d_y     = rcv_bptt_alloc(n_window * n_lanes, sizeof(float));
  pass->weights = rcv_bptt_alloc(n_lanes, sizeof(float));
  pass->sums    = rcv_bptt_alloc(n_lanes, sizeof(float));
  pass->h       = rcv_bptt_alloc(n_window * n_lanes, sizeof(float));
  pass->c       = rcv_bptt_alloc(n_window * n_lanes, sizeof(float));
  return pass->bptt && pass->x && pass->classes && pass->y && pass->d_y &&
         pass->weights && pass->sums && pass->h && pass->c;
}

static void
pass_clear(Pass* const pass)
{
  pass->table->free_(pass->bptt);
  free(pass->x);
  free(pass->classes);
  free(pass->y);
  free(pass->d_y);
  free(pass->weights);
  free(pass->sums);
  free(pass->h);
  free(pass->c);
}

/// Put the sound around one place into a lane; its last frame is `start` + all
static void
load_place(Pass* const           pass,
           const RcvShape* const shape,
           const RcvPair* const  pair,
           const size_t          lane,
           const size_t          start)
{
  const size_t n_all = (size_t)pass->n_warm + pass->n_lags + 1;
  for (size_t t = 0; t < n_all + shape->lookahead_frames; ++t) {
    float* const inputs = pass->x + (t * shape->input_size * pass->n_lanes);

    inputs[lane] = start + t < pair->n_frames ? pair->dry[start + t] : 0.0f;
    for (uint32_t k = 1; k < shape->input_size; ++k) {
      inputs[(k * pass->n_lanes) + lane] = 0.5f; // Knobs in the middle
    }
  }
  for (size_t t = 0; t < n_all && shape->head == RCV_HEAD_SOFTMAX; ++t) {
    const float value = pair->takes.takes[0].wet[start + t] -
                        (rcv_shape_skip_gain(shape) * pair->dry[start + t]);

    pass->classes[(t * pass->n_lanes) + lane] =
      rcv_mulaw_class((double)value, shape->output_size);
  }
}

/// Go back from the last frame of every lane
static void
run_pass(Pass* const           pass,
         const RcvShape* const shape,
         const float* const    params)
{
  const size_t n_lanes  = pass->n_lanes;
  const size_t n_window = (size_t)pass->n_lags + 1;

  const RcvBpttWindow warm   = {pass->n_warm,
                                pass->x,
                                pass->classes,
                                pass->y,
                                NULL,
                                pass->weights,
                                pass->n_warm,
                                NULL,
                                NULL};
  const RcvBpttWindow window = {
    (uint32_t)n_window,
    pass->x + ((size_t)pass->n_warm * shape->input_size * n_lanes),
    pass->classes + (pass->n_warm * n_lanes),
    pass->y,
    pass->d_y,
    pass->weights,
    pass->n_lags,
    pass->h,
    pass->c};

  memset(pass->h, 0, n_window * n_lanes * sizeof(float));
  memset(pass->c, 0, n_window * n_lanes * sizeof(float));
  memset(pass->d_y, 0, n_window * n_lanes * sizeof(float));
  for (size_t lane = 0; lane < n_lanes; ++lane) {
    pass->weights[lane] = 1.0f;

    // Its size cancels: all is relative to lag 0
    pass->d_y[(pass->n_lags * n_lanes) + lane] = 1.0f;
  }

  pass->table->set_params(pass->bptt, params);
  pass->table->reset(pass->bptt);
  pass->table->forward(pass->bptt, &warm, pass->sums);
  pass->table->forward(pass->bptt, &window, pass->sums);
  pass->table->backward(pass->bptt, &window);
}

static int
compare_numbers(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// Median and quartiles of n numbers, which are sorted
static void
summarise(double* const values,
          const size_t  n,
          double* const median,
          double* const quartiles)
{
  qsort(values, n, sizeof(double), compare_numbers);
  *median      = values[n / 2];
  quartiles[0] = values[n / 4];
  quartiles[1] = values[(3 * n) / 4];
}

/// Lags to report: each up to 16, then about 16 per octave
static uint32_t
next_lag(const uint32_t lag)
{
  const uint32_t step = lag / 16;
  return lag + (step ? step : 1);
}

/// Norms of all places by lag: [lags reported][places]
typedef struct {
  size_t  n_points;
  size_t  n_places;
  double* h;
  double* c;
} Norms;

static void
collect(Norms* const norms, const Pass* const pass, const size_t first_place)
{
  size_t point = 0;
  for (uint32_t lag = 0; lag <= pass->n_lags; lag = next_lag(lag), ++point) {
    const size_t row = (size_t)(pass->n_lags - lag) * pass->n_lanes;
    for (size_t lane = 0; lane < pass->n_lanes; ++lane) {
      const size_t to = (point * norms->n_places) + first_place + lane;

      norms->h[to] = sqrt((double)pass->h[row + lane]);
      norms->c[to] = sqrt((double)pass->c[row + lane]);
    }
  }
}

static void
make_points(const Norms* const    norms,
            const RcvShape* const shape,
            const uint32_t        n_lags,
            RcvReachResult* const result)
{
  const bool has_c  = shape->cell == RCV_CELL_LSTM;
  double     unit   = 1.0;
  double     unit_c = 1.0;
  size_t     i      = 0;
  for (uint32_t lag = 0; lag <= n_lags; lag = next_lag(lag), ++i) {
    RcvReachPoint* const p = &result->points[i];
    double* const        h = norms->h + (i * norms->n_places);
    double* const        c = norms->c + (i * norms->n_places);

    p->lag = lag;
    summarise(h, norms->n_places, &p->median, p->quartiles);
    summarise(c, norms->n_places, &p->median_c, p->quartiles_c);
    if (!lag) {
      unit   = p->median > 0.0 ? p->median : 1.0;
      unit_c = p->median_c > 0.0 ? p->median_c : 1.0;
    }
    p->median /= unit;
    p->median_c = has_c ? p->median_c / unit_c : (double)NAN;
    for (size_t q = 0; q < 2; ++q) {
      p->quartiles[q] /= unit;
      p->quartiles_c[q] = has_c ? p->quartiles_c[q] / unit_c : (double)NAN;
    }
  }
  result->n_points = i;
}

/// A segment must hold what three of four places still send back
static void
judge(RcvReachResult* const result)
{
  const RcvReachPoint* const last   = &result->points[result->n_points - 1];
  uint32_t                   needed = last->lag;

  result->verdict = RCV_REACH_LASTS;
  result->lag     = last->lag;
  for (size_t i = result->n_points; i-- > 0;) {
    const RcvReachPoint* const p = &result->points[i];
    if (p->quartiles[1] < gone) {
      needed = p->lag;
    } else {
      break;
    }
  }

  // The first lag after which it stays gone, or the first at which it explodes
  for (size_t i = result->n_points;
       i-- > 0 && result->points[i].median < gone;) {
    result->verdict = RCV_REACH_VANISHES;
    result->lag     = result->points[i].lag;
  }
  for (size_t i = 0; i < result->n_points; ++i) {
    if (!(result->points[i].median <= exploded)) {
      result->verdict = RCV_REACH_EXPLODES;
      result->lag     = result->points[i].lag;
      break;
    }
  }

  // Twice that, so that half of a segment's frames see all of their past
  result->segment_frames = 2 * needed;
}

RcvStatus
rcv_reach_measure(const RcvModel* const model,
                  const RcvPair* const  pair,
                  const RcvRegion       region,
                  const uint32_t        n_lags,
                  const uint32_t        n_places,
                  RcvReachResult* const result,
                  RcvError* const       error)
{
  const RcvShape* const shape = &model->shape;
  memset(result, 0, sizeof(RcvReachResult));

  if (rcv_shape_has_dense(shape)) {
    return rcv_error_set(error,
                         RCV_UNSUPPORTED,
                         "the model has dense layers beside the recurrent "
                         "ones, through which Recurve does not go backward; "
                         "give one that `recurve train` made");
  }

  if (rcv_shape_is_mixed(shape)) {
    return rcv_error_set(error,
                         RCV_UNSUPPORTED,
                         "the model has recurrent layers of different kinds or "
                         "sizes, through which Recurve does not go backward; "
                         "give one that `recurve train` made");
  }

  Pass pass;
  memset(&pass, 0, sizeof(pass));
  pass.table   = rcv_engine_choose(false).bptt;
  pass.n_lanes = pass.table->n_lanes;
  pass.n_warm  = pair->rate_hz / 2;
  pass.n_lags  = n_lags;

  const size_t n_all    = (size_t)pass.n_warm + n_lags + 1;
  const size_t n_passes = (n_places + pass.n_lanes - 1) / pass.n_lanes;
  if (region.end < n_all) {
    return rcv_error_set(
      error,
      RCV_BAD_DATA,
      "%.2f s are too short for a lag of %u frames after "
      "half a second; give a longer recording or less --lags",
      (double)region.end / pair->rate_hz,
      n_lags);
  }

  // Of a place the last frame is in the region
  const size_t first  = region.start < n_all ? 0 : region.start - n_all + 1;
  const size_t n_most = (size_t)n_lags + 2; // More than the lags reported
  Norms        norms  = {n_most, n_passes * pass.n_lanes, NULL, NULL};
  norms.h             = calloc(n_most * norms.n_places, sizeof(double));
  norms.c             = calloc(n_most * norms.n_places, sizeof(double));
  result->points      = calloc(n_most, sizeof(RcvReachPoint));

  RcvStatus status = RCV_OK;
  if (norms.h && norms.c && result->points && pass_init(&pass, shape)) {
    for (size_t i = 0; i < n_passes; ++i) {
      for (size_t lane = 0; lane < pass.n_lanes; ++lane) {
        const size_t place = (i * pass.n_lanes) + lane;

        load_place(&pass,
                   shape,
                   pair,
                   lane,
                   first +
                     ((region.end - n_all - first) * place / norms.n_places));
      }
      run_pass(&pass, shape, model->params);
      collect(&norms, &pass, i * pass.n_lanes);
    }
    make_points(&norms, shape, n_lags, result);
    judge(result);
  } else {
    status = rcv_error_set(error, RCV_NO_MEMORY, "No memory for the reach");
  }

  pass_clear(&pass);
  free(norms.h);
  free(norms.c);
  return status;
}

void
rcv_reach_say(const RcvReachResult* const r,
              const uint32_t              rate_hz,
              char* const                 text,
              const size_t                size)
{
  const double ms = 1000.0 / rate_hz;
  switch (r->verdict) {
  case RCV_REACH_VANISHES:
    snprintf(text,
             size,
             "Gradients vanish: the median falls below 1 %% at a lag of %u "
             "frames (%.1f ms); segments of %u frames hold what reaches back",
             r->lag,
             r->lag * ms,
             r->segment_frames);
    break;
  case RCV_REACH_EXPLODES:
    snprintf(text,
             size,
             "Gradients explode: the median is above ten times that of lag 0 "
             "from a lag of %u frames (%.1f ms) on; clip them, and train with "
             "shorter segments",
             r->lag,
             r->lag * ms);
    break;
  case RCV_REACH_LASTS:
    snprintf(text,
             size,
             "Gradients last: the median is still above 1 %% at a lag of %u "
             "frames (%.1f ms); segments of %u frames or more are worth it",
             r->lag,
             r->lag * ms,
             r->segment_frames);
    break;
  }
}

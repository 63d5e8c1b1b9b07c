// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/slice.h"

#include "dsp/mulaw.h"
#include "train/bptt/memory.h"
#include "train/numbers/metrics.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// How the two parts of the loss are weighed (Wright et al. 2020)
static const double esr_weight = 0.75;
static const double dc_weight  = 0.25;

struct RcvSliceImpl {
  RcvSliceSettings settings;
  uint32_t         n_lanes;
  uint32_t         n_used;
  RcvBptt*         bptt;      // Borrowed
  float*           states;    // [n_states()] of the slice in it
  float*           x;         // [warm-up + segment + D][I][lanes]
  float*           target;    // [warm-up + segment][lanes]
  uint32_t*        classes;   // [warm-up + segment][lanes] softmax only
  float*           y;         // [window][lanes]
  float*           d_y;       // [window][lanes]
  float*           e_before;  // [lanes] error of the frame before a window
  float*           esr_scale; // [lanes]
  bool*            is_sound;  // [lanes] not silence after sound
  size_t           n_before;  // Frames of the segments before in the row
  float*           dc_scale;  // [lanes]
  float*           entropies; // [lanes]
  float*           gradient;  // [n_params]
};

// The part of a warm-up before silence in which it is silent already
enum { SILENT_PART = 5 };

static size_t
n_target_frames(const RcvSliceSettings* const settings)
{
  return (size_t)settings->warm_up_frames + settings->segment_frames;
}

/// The longest window that is run, or warm-up
static uint32_t
longest_window(const RcvSliceSettings* const settings)
{
  return settings->max_window_frames > settings->warm_up_frames
           ? settings->max_window_frames
           : settings->warm_up_frames;
}

RcvBptt*
rcv_slice_new_bptt(const RcvSliceSettings* const settings)
{
  return settings->engine.bptt->new_(
    &settings->shape, longest_window(settings), 0, settings->kept_frames);
}

RcvSlice*
rcv_slice_new(const RcvSliceSettings* const settings, RcvBptt* const bptt)
{
  RcvSlice* const slice = calloc(1, sizeof(RcvSlice));
  if (!slice) {
    return NULL;
  }

  const RcvShape* const shape    = &settings->shape;
  const size_t          n_lanes  = settings->engine.bptt->n_lanes;
  const size_t          n_target = n_target_frames(settings);
  const size_t   n_x = (n_target + shape->lookahead_frames) * shape->input_size;
  const uint32_t longest = longest_window(settings);

  slice->settings = *settings;
  slice->n_lanes  = (uint32_t)n_lanes;
  slice->bptt     = bptt;
  slice->states =
    rcv_bptt_alloc(settings->engine.bptt->n_states(bptt), sizeof(float));
  slice->x       = rcv_bptt_alloc(n_x * n_lanes, sizeof(float));
  slice->target  = rcv_bptt_alloc(n_target * n_lanes, sizeof(float));
  slice->classes = rcv_bptt_alloc(
    shape->head == RCV_HEAD_SOFTMAX ? n_target * n_lanes : 1, sizeof(uint32_t));
  slice->y         = rcv_bptt_alloc(longest * n_lanes, sizeof(float));
  slice->d_y       = rcv_bptt_alloc(longest * n_lanes, sizeof(float));
  slice->e_before  = rcv_bptt_alloc(n_lanes, sizeof(float));
  slice->esr_scale = rcv_bptt_alloc(n_lanes, sizeof(float));
  slice->dc_scale  = rcv_bptt_alloc(n_lanes, sizeof(float));
  slice->entropies = rcv_bptt_alloc(n_lanes, sizeof(float));
  slice->is_sound  = calloc(n_lanes, sizeof(bool));
  slice->gradient  = rcv_bptt_alloc(rcv_shape_n_params(shape), sizeof(float));
  if (!slice->states || !slice->x || !slice->target || !slice->classes ||
      !slice->y || !slice->d_y || !slice->e_before || !slice->esr_scale ||
      !slice->dc_scale || !slice->entropies || !slice->gradient ||
      !slice->is_sound) {
    rcv_slice_free(slice);
    return NULL;
  }
  return slice;
}

void
rcv_slice_free(RcvSlice* const slice)
{
  if (slice) {
    free(slice->states);
    free(slice->x);
    free(slice->target);
    free(slice->classes);
    free(slice->y);
    free(slice->d_y);
    free(slice->e_before);
    free(slice->esr_scale);
    free(slice->dc_scale);
    free(slice->entropies);
    free(slice->gradient);
    free(slice->is_sound);
    free(slice);
  }
}

/// The classes from a frame on, which only a softmax head reads
static const uint32_t*
classes_from(const RcvSlice* const slice, const size_t frame)
{
  return slice->settings.shape.head == RCV_HEAD_SOFTMAX
           ? slice->classes + (frame * slice->n_lanes)
           : NULL;
}

/// The audio input of a sequence at a frame of its warm-up or segment
static float
input_at(const RcvSlice* const   slice,
         const RcvSegment* const segment,
         const size_t            t)
{
  const RcvPassage* const passage = &segment->passage;
  const uint32_t          n_warm  = slice->settings.warm_up_frames;
  const size_t            frame   = segment->start + t;
  if (frame >= passage->region.end) {
    return 0.0f;
  }
  if (segment->gain > 0.0f) {
    return t < n_warm - (n_warm / SILENT_PART)
             ? segment->gain * passage->pair->dry[frame]
             : 0.0f;
  }
  return passage->pair->dry[frame];
}

/// Copy one lane's segment between those of the other lanes
static void
load_lane(RcvSlice* const slice, const uint32_t lane, const RcvSegment segment)
{
  const RcvSliceSettings* const settings = &slice->settings;
  const RcvShape* const         shape    = &settings->shape;
  const RcvPair* const          pair     = segment.passage.pair;
  const RcvTake* const          take     = &pair->takes.takes[segment.take];
  const float* const            wet      = take->wet + segment.start;
  const bool                    is_sound = segment.gain <= 0.0f;
  const size_t                  n_lanes  = slice->n_lanes;
  const size_t                  n_target = n_target_frames(settings);
  const size_t                  n_x      = n_target + shape->lookahead_frames;

  for (size_t t = 0; t < n_x; ++t) {
    float* const inputs = slice->x + (t * shape->input_size * n_lanes);

    inputs[lane] = input_at(slice, &segment, t);
    for (uint32_t k = 1; k < shape->input_size; ++k) {
      inputs[(k * n_lanes) + lane] = take->knobs[k - 1];
    }
  }
  for (size_t t = 0; t < n_target; ++t) {
    slice->target[(t * n_lanes) + lane] = is_sound ? wet[t] : segment.rest;
  }

  if (shape->head == RCV_HEAD_SOFTMAX) {
    const float* const dry = pair->dry + segment.start;
    for (size_t t = 0; t < n_target; ++t) {
      // With a skip the network says what is to be added to its input
      const float value =
        is_sound ? wet[t] - (shape->skip ? dry[t] : 0.0f) : segment.rest;

      slice->classes[(t * n_lanes) + lane] =
        rcv_mulaw_class((double)value, shape->output_size);
    }
  }
}

// Lanes that are not used repeat the first; their loss counts nothing
static void
load_lanes(RcvSlice* const slice, const RcvSegment* const segments)
{
  for (uint32_t lane = 0; lane < slice->n_lanes; ++lane) {
    const RcvSegment segment = segments[lane < slice->n_used ? lane : 0];

    load_lane(slice, lane, segment);
    slice->is_sound[lane] = segment.gain <= 0.0f;
  }
}

void
rcv_slice_begin(RcvSlice* const         slice,
                const RcvSegment* const segments,
                const uint32_t          n_used,
                const float* const      params)
{
  const RcvBpttTable* const bptt    = slice->settings.engine.bptt;
  const uint32_t            n_warm  = slice->settings.warm_up_frames;
  const size_t              n_lanes = slice->n_lanes;

  slice->n_used   = n_used;
  slice->n_before = 0;
  load_lanes(slice, segments);

  bptt->set_params(slice->bptt, params);
  bptt->reset(slice->bptt);
  memset(slice->e_before, 0, n_lanes * sizeof(float));
  if (n_warm) {
    const RcvBpttWindow window = {n_warm,
                                  slice->x,
                                  classes_from(slice, 0),
                                  slice->y,
                                  NULL,
                                  NULL,
                                  0,
                                  NULL,
                                  NULL};
    bptt->forward(slice->bptt, &window, slice->entropies);

    for (size_t lane = 0; lane < n_lanes; ++lane) {
      const size_t last = ((n_warm - 1U) * n_lanes) + lane;

      slice->e_before[lane] = slice->y[last] - slice->target[last];
    }
  }
  bptt->save(slice->bptt, slice->states);
}

void
rcv_slice_continue(RcvSlice* const slice, const RcvSegment* const segments)
{
  slice->n_before += slice->settings.segment_frames;
  load_lanes(slice, segments);
}

RcvEnergy
rcv_slice_energy(const RcvSlice* const slice,
                 const uint32_t        start,
                 const uint32_t        n_frames)
{
  const size_t n_lanes = slice->n_lanes;
  const size_t first   = (size_t)slice->settings.warm_up_frames + start;
  RcvEnergy    energy  = {0.0, 0.0};
  for (size_t t = first; t < first + n_frames; ++t) {
    const size_t       t_before = t ? t - 1 : 0;
    const double       alpha    = t ? RCV_PRE_EMPHASIS : 0.0;
    const float* const now      = slice->target + (t * n_lanes);
    const float* const before   = slice->target + (t_before * n_lanes);
    for (uint32_t lane = 0; lane < slice->n_used; ++lane) {
      const double value = (double)now[lane];
      const double pre   = value - (alpha * (double)before[lane]);

      energy.pre += pre * pre;
      energy.plain += value * value;
    }
  }
  return energy;
}

/// Run a window from where the slice's last one ended
static void
forward(RcvSlice* const slice, const RcvBpttWindow* const window)
{
  const RcvBpttTable* const bptt = slice->settings.engine.bptt;

  bptt->load(slice->bptt, slice->states);
  bptt->forward(slice->bptt, window, slice->entropies);
  bptt->save(slice->bptt, slice->states);
}

/// The loss of the softmax head: mean cross-entropy of a frame
static double
run_softmax(RcvSlice* const            slice,
            const RcvBpttWindow* const window,
            const double               scale)
{
  double loss = 0.0;
  for (uint32_t lane = 0; lane < slice->n_lanes; ++lane) {
    slice->entropies[lane] = 0.0f;
    slice->esr_scale[lane] = lane < slice->n_used ? (float)scale : 0.0f;
  }
  forward(slice, window);
  for (uint32_t lane = 0; lane < slice->n_used; ++lane) {
    loss += scale * (double)slice->entropies[lane];
  }
  return loss;
}

/// Whether what is silent has been so for long when a window begins
static bool
is_late(const RcvSlice* const slice, const uint32_t start)
{
  const RcvSliceSettings* const settings = &slice->settings;
  const size_t                  n_silent =
    (settings->warm_up_frames / SILENT_PART) + slice->n_before + start;

  return n_silent >= settings->settled_frames;
}

double
rcv_slice_run(RcvSlice* const    slice,
              const float* const params,
              const uint32_t     start,
              const uint32_t     n_frames,
              const RcvEnergy    energy,
              const uint32_t     n_sequences)
{
  const RcvSliceSettings* const settings = &slice->settings;
  const RcvBpttTable* const     bptt     = settings->engine.bptt;
  const size_t                  n_lanes  = slice->n_lanes;
  const size_t first    = (size_t)settings->warm_up_frames + start;
  const double n_values = (double)n_frames * (double)n_sequences;

  const RcvBpttWindow window = {
    n_frames,
    slice->x + (first * settings->shape.input_size * n_lanes),
    classes_from(slice, first),
    slice->y,
    slice->d_y,
    slice->esr_scale,
    0,
    NULL,
    NULL};

  double loss = 0.0;
  bptt->set_params(slice->bptt, params);
  if (settings->shape.head == RCV_HEAD_SOFTMAX) {
    loss = run_softmax(slice, &window, 1.0 / n_values);
  } else {
    // Near silence an ordinary frame's energy keeps the ratio in bounds
    const double least = settings->least_energy * n_values;
    const double esr   = esr_weight / (energy.pre + least);
    const double dc = dc_weight / ((energy.plain + least) * (double)n_frames);
    for (uint32_t lane = 0; lane < n_lanes; ++lane) {
      slice->esr_scale[lane] = lane < slice->n_used ? (float)esr : 0.0f;
      slice->dc_scale[lane] =
        lane < slice->n_used && (slice->is_sound[lane] || is_late(slice, start))
          ? (float)dc
          : 0.0f;
    }

    const RcvLossWindow losses = {n_frames,
                                  (float)RCV_PRE_EMPHASIS,
                                  slice->y,
                                  slice->target + (first * n_lanes),
                                  slice->esr_scale,
                                  slice->dc_scale,
                                  slice->e_before,
                                  slice->d_y};
    forward(slice, &window);
    loss = (double)settings->engine.loss(&losses);
  }

  memset(
    slice->gradient, 0, rcv_shape_n_params(&settings->shape) * sizeof(float));
  bptt->backward(slice->bptt, &window);
  bptt->take_gradient(slice->bptt, slice->gradient);
  return loss;
}

double
rcv_slice_entropy(RcvSlice* const slice, const float* const params)
{
  const RcvSliceSettings* const settings = &slice->settings;
  const size_t                  n_lanes  = slice->n_lanes;
  const size_t                  first    = settings->warm_up_frames;
  const RcvBpttWindow           window   = {
                settings->segment_frames,
                slice->x + (first * settings->shape.input_size * n_lanes),
                classes_from(slice, first),
                slice->y,
                slice->d_y,
                slice->esr_scale,
                0,
                NULL,
                NULL};

  settings->engine.bptt->set_params(slice->bptt, params);
  return run_softmax(
    slice, &window, 1.0 / ((double)settings->segment_frames * slice->n_used));
}

const float*
rcv_slice_gradient(const RcvSlice* const slice)
{
  return slice->gradient;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/idle.h"

#include <math.h>
#include <string.h>

/// Begin a window
RCV_REALTIME static void
start_window(RcvIdle* const idle)
{
  idle->n_frames = 0;
  for (uint32_t c = 0; c < RCV_MAX_CHANNELS; ++c) {
    idle->least[c]    = INFINITY;
    idle->greatest[c] = -INFINITY;
    idle->sum[c]      = 0.0;
  }
}

void
rcv_idle_reset(RcvIdle* const idle)
{
  idle->is_idle   = false;
  idle->n_windows = 0;
  memset(idle->rest, 0, sizeof(idle->rest));
  start_window(idle);
}

/// True if a frame of one channel is silent, and its knobs those before it
RCV_REALTIME static inline bool
is_silent(const float* const frame,
          const float* const knobs,
          const uint32_t     n_in)
{
  bool silent = fabsf(frame[0]) <= RCV_IDLE_SILENCE;
  for (uint32_t k = 1; k < n_in; ++k) {
    silent = silent && frame[k] >= knobs[k] && frame[k] <= knobs[k];
  }
  return silent;
}

/// How many frames at the start are silent in all channels
RCV_REALTIME static uint32_t
count_silent(const RcvIdle* const      idle,
             const RcvPhases* const    phases,
             const float* const* const x,
             const uint32_t            n_frames)
{
  const uint32_t n_in = rcv_network_shape(phases->network)->input_size;
  uint32_t       n    = n_frames;
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    const float* knobs   = idle->knobs[c];
    uint32_t     n_quiet = 0;
    for (uint32_t t = 0; n_in == 1 && t < n; ++t) { // Vectorized
      n_quiet += fabsf(x[c][t]) <= RCV_IDLE_SILENCE;
    }
    if (n_in == 1 && n_quiet == n) {
      continue;
    }
    for (uint32_t t = 0; t < n; ++t) {
      const float* const frame = x[c] + ((size_t)t * n_in);
      if (!is_silent(frame, knobs, n_in)) {
        n = t;
      }
      knobs = frame;
    }
  }
  return n;
}

/// How many frames at the end are silent in all channels
RCV_REALTIME static uint32_t
count_silent_end(const RcvIdle* const      idle,
                 const RcvPhases* const    phases,
                 const float* const* const x,
                 const uint32_t            n_frames)
{
  const uint32_t n_in = rcv_network_shape(phases->network)->input_size;
  uint32_t       n    = n_frames;
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    for (uint32_t k = 0; k < n; ++k) {
      const uint32_t     t     = n_frames - 1 - k;
      const float* const frame = x[c] + ((size_t)t * n_in);
      if (!is_silent(frame, t ? frame - n_in : idle->knobs[c], n_in)) {
        n = k;
      }
    }
  }
  return n;
}

uint32_t
rcv_idle_next(RcvIdle* const            idle,
              const RcvPhases* const    phases,
              const float* const* const x,
              const uint32_t            n_frames)
{
  if (!idle->is_allowed) {
    return n_frames;
  }

  const uint32_t n = count_silent(idle, phases, x, n_frames);
  if (idle->is_idle && n) {
    return n;
  }
  if (idle->is_idle) {
    idle->is_idle   = false;
    idle->n_windows = 0;
    start_window(idle);
  }

  const uint32_t n_left = idle->window_frames - idle->n_frames;
  return n >= n_left ? n_left : n_frames;
}

/// The end of a window: is all at rest?
RCV_REALTIME static void
end_window(RcvIdle* const idle, RcvPhases* const phases)
{
  // Always asked, as it is compared with the window before
  bool rests = rcv_phases_moved(phases) <= RCV_IDLE_TOLERANCE;
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    const double mean  = idle->sum[c] / idle->window_frames;
    const double drift = fabs(mean - idle->mean[c]);

    rests = rests && drift <= RCV_IDLE_DRIFT &&
            idle->greatest[c] - idle->least[c] <= RCV_IDLE_TOLERANCE;
    idle->mean[c] = mean;
  }
  idle->is_idle   = rests && idle->n_windows;
  idle->n_windows = 1;
  start_window(idle);
}

void
rcv_idle_note(RcvIdle* const            idle,
              RcvPhases* const          phases,
              const float* const* const x,
              float* const* const       y,
              const uint32_t            n_frames)
{
  if (!idle->is_allowed) {
    return;
  }

  const uint32_t n_silent = count_silent_end(idle, phases, x, n_frames);
  if (n_silent < n_frames) {
    idle->n_windows = 0;
    start_window(idle);
  }
  idle->n_frames += n_silent;

  const uint32_t n_in = rcv_network_shape(phases->network)->input_size;
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    for (uint32_t t = n_frames - n_silent; t < n_frames; ++t) {
      idle->sum[c] += (double)y[c][t];
      idle->least[c]    = fminf(idle->least[c], y[c][t]);
      idle->greatest[c] = fmaxf(idle->greatest[c], y[c][t]);
    }
    idle->rest[c] = y[c][n_frames - 1];
    memcpy(idle->knobs[c],
           x[c] + ((size_t)(n_frames - 1) * n_in),
           n_in * sizeof(float));
  }
  if (idle->n_frames == idle->window_frames) {
    end_window(idle, phases);
  }
}

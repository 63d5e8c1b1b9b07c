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

/// True if a frame is silent in all channels, and its knobs those before it
RCV_REALTIME static bool
is_silent(const RcvIdle* const      idle,
          const RcvPhases* const    phases,
          const float* const* const x,
          const uint32_t            t)
{
  const uint32_t n_in = rcv_network_shape(phases->network)->input_size;
  const size_t   size = (n_in - 1) * sizeof(float);
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    const float* const frame = x[c] + ((size_t)t * n_in);
    const float* const knobs = t ? frame - n_in : idle->knobs[c];
    if (!(fabsf(frame[0]) <= RCV_IDLE_SILENCE) ||
        memcmp(frame + 1, knobs + 1, size) != 0) {
      return false;
    }
  }
  return true;
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

  uint32_t n = 0;
  while (n < n_frames && is_silent(idle, phases, x, n)) {
    ++n;
  }
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
    rests = rests && idle->greatest[c] - idle->least[c] <= RCV_IDLE_TOLERANCE;
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

  uint32_t n_silent = 0; // At the end
  while (n_silent < n_frames &&
         is_silent(idle, phases, x, n_frames - 1 - n_silent)) {
    ++n_silent;
  }
  if (n_silent < n_frames) {
    idle->n_windows = 0;
    start_window(idle);
  }
  idle->n_frames += n_silent;

  const uint32_t n_in = rcv_network_shape(phases->network)->input_size;
  for (uint32_t c = 0; c < phases->n_channels; ++c) {
    for (uint32_t t = n_frames - n_silent; t < n_frames; ++t) {
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

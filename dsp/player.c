// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/player.h"

#include "dsp/delay.h"
#include "dsp/denormals.h"
#include "dsp/player_impl.h"
#include "dsp/smooth.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { CHUNK = RCV_PLAYER_CHUNK };

/// True if no frame is NaN or infinite
RCV_REALTIME static bool
all_finite(const float* const x, const uint32_t n_frames)
{
  bool finite = true;
  for (uint32_t t = 0; t < n_frames; ++t) {
    finite = finite && fabsf(x[t]) <= FLT_MAX;
  }
  return finite;
}

/// Let a control go on to its target; one that is NaN or infinite is ignored
RCV_REALTIME static void
run_ramp(RcvRamp* const ramp,
         const float    target,
         const bool     jump,
         const uint32_t n_frames)
{
  if (all_finite(&target, 1)) {
    ramp->smooth.target = target;
  }
  if (jump) {
    rcv_smooth_jump(&ramp->smooth);
  }
  rcv_smooth_run(&ramp->smooth, ramp->values, n_frames);
}

/// Let the smoothed controls go on by a chunk
RCV_REALTIME static void
run_ramps(RcvPlayer* const         player,
          const RcvControls* const controls,
          const uint32_t           n_frames)
{
  const float db_to_lin = 0.115129255f; // ln 10 / 20

  RcvRamp* const ramps[] = {&player->enabled,
                            &player->normalize,
                            &player->input_gain,
                            &player->output_gain,
                            &player->mix};

  const float targets[] = {controls->enabled ? 1.0f : 0.0f,
                           controls->normalize ? 1.0f : 0.0f,
                           expf(controls->input_gain_db * db_to_lin),
                           expf(controls->output_gain_db * db_to_lin),
                           controls->mix};

  for (uint32_t i = 0; i < sizeof(ramps) / sizeof(ramps[0]); ++i) {
    run_ramp(ramps[i], targets[i], !player->has_run, n_frames);
  }
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    run_ramp(&player->knobs[k], controls->knobs[k], !player->has_run, n_frames);
  }
}

/// The network's inputs [n_frames][1 + n_knobs]: driven audio, then knobs
RCV_REALTIME static void
gather_inputs(const RcvPlayer* const player,
              const uint32_t         n_knobs,
              const float* const     x,
              float*                 inputs,
              const uint32_t         n_frames)
{
  for (uint32_t t = 0; t < n_frames; ++t) {
    *inputs++ = x[t] * player->input_gain.values[t];
    for (uint32_t k = 0; k < n_knobs; ++k) {
      *inputs++ = player->knobs[k].values[t];
    }
  }
}

/**
   One model's whole path for one channel: mix of wet and delayed dry, bypass.

   @param x [n_frames] input, finite.
   @param y [n_frames] set.
*/
RCV_REALTIME static void
run_path(RcvPlayer* const   player,
         RcvVoice* const    voice,
         const uint32_t     channel,
         const float* const x,
         float* const       y,
         const uint32_t     n_frames)
{
  if (!voice) {
    memcpy(y, x, n_frames * sizeof(float));
    return;
  }

  float inputs[CHUNK * RCV_MAX_INPUTS];
  float wet[CHUNK];
  gather_inputs(player, voice->n_knobs, x, inputs, n_frames);
  rcv_voice_run(voice, channel, inputs, wet, n_frames);
  if (!all_finite(wet, n_frames)) {
    ++player->n_faults;
    rcv_voice_reset(voice, channel);
    memset(wet, 0, sizeof(wet));
  }

  float dry[CHUNK];
  rcv_delay_read(&player->dry[channel], voice->latency_frames, dry, n_frames);
  for (uint32_t t = 0; t < n_frames; ++t) {
    const float normalize =
      1.0f + (player->normalize.values[t] * (voice->normalize_gain_lin - 1.0f));
    const float amount = player->enabled.values[t] * player->mix.values[t];
    const float gain   = player->output_gain.values[t] * normalize;

    // Two products, so that either end is exact
    y[t] = (amount * gain * wet[t]) + ((1.0f - amount) * dry[t]);
  }
}

/// How much of the next model is heard, 0 to 1, some frames into this chunk
RCV_REALTIME static float
fade_amount(const RcvPlayer* const player, const uint32_t t)
{
  if (t < player->preroll_frames) {
    return 0.0f;
  }

  const uint32_t frame = player->fade_frame + (t - player->preroll_frames) + 1;
  return frame < player->n_fade_frames
           ? (float)frame / (float)player->n_fade_frames
           : 1.0f;
}

/**
   One channel of a chunk: the current path, and during a fade the next too.

   @param x [n_frames] input, set to zero if it is not finite.
   @param out [n_frames] set.
*/
RCV_REALTIME static void
run_channel(RcvPlayer* const player,
            const uint32_t   channel,
            float* const     x,
            float* const     out,
            const uint32_t   n_frames)
{
  const bool good = all_finite(x, n_frames);
  if (!good) {
    ++player->n_faults;
    memset(x, 0, n_frames * sizeof(float));
  }
  rcv_delay_write(&player->dry[channel], x, n_frames);

  run_path(player, player->current, channel, x, out, n_frames);
  if (player->fading) {
    float other[CHUNK];
    run_path(player, player->next, channel, x, other, n_frames);
    for (uint32_t t = 0; t < n_frames; ++t) {
      out[t] += fade_amount(player, t) * (other[t] - out[t]);
    }
  }

  if (!good) {
    memset(out, 0, n_frames * sizeof(float));
    RcvVoice* const voices[] = {player->current, player->next};
    for (uint32_t i = 0; i < 2; ++i) {
      if (voices[i]) {
        rcv_voice_reset(voices[i], channel);
      }
    }
  }
}

/// Frames to compute next: up to the end of a cross-fade, where what comes
/// after it begins, however the signal is divided into runs
RCV_REALTIME static uint32_t
chunk_length(const RcvPlayer* const player, const uint32_t n_left)
{
  const uint32_t n = n_left < CHUNK ? n_left : CHUNK;
  if (!player->fading || player->fade_frame >= player->n_fade_frames) {
    return n;
  }

  const uint32_t end =
    player->preroll_frames + (player->n_fade_frames - player->fade_frame);
  return end > 0 && end < n ? end : n;
}

void
rcv_player_run(RcvPlayer* const          player,
               const RcvControls* const  controls,
               const float* const* const in,
               float* const* const       out,
               const uint32_t            n_frames)
{
  const uint64_t mode = rcv_denormals_off();

  for (uint32_t t = 0; t < n_frames;) {
    const uint32_t n = chunk_length(player, n_frames - t);

    run_ramps(player, controls, n);

    // All inputs are read before any output is written: they may be the same
    float x[RCV_MAX_CHANNELS][CHUNK];
    for (uint32_t c = 0; c < player->n_channels; ++c) {
      memcpy(x[c], in[c] + t, n * sizeof(float));
    }
    for (uint32_t c = 0; c < player->n_channels; ++c) {
      run_channel(player, c, x[c], out[c] + t, n);
    }
    if (player->fading) {
      rcv_player_advance_fade(player, n);
    }
    player->has_run = true;
    t += n;
  }

  rcv_denormals_restore(mode);
}

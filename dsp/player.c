// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/player.h"

#include "dsp/delay.h"
#include "dsp/denormals.h"
#include "dsp/player_impl.h"
#include "dsp/smooth.h"

#include <math.h>
#include <string.h>

enum { CHUNK = RCV_PLAYER_CHUNK };

// What no signal is (300 dBFS), and no gain can make infinite
static const float most_signal = 1e15f;

/// True if no frame is NaN, infinite, or beyond all that is a signal
RCV_REALTIME static bool
all_good(const float* const x, const uint32_t n_frames)
{
  uint32_t n_good = 0; // Counted rather than looked for: that is vectorized
  for (uint32_t t = 0; t < n_frames; ++t) {
    n_good += fabsf(x[t]) <= most_signal;
  }
  return n_good == n_frames;
}

/// Let a control go on to its target; one that is NaN or infinite is ignored
RCV_REALTIME static void
run_ramp(RcvPlayer* const player,
         RcvRamp* const   ramp,
         const float      target,
         const uint32_t   n_frames)
{
  if (all_good(&target, 1)) {
    ramp->n_still = target < ramp->smooth.target || target > ramp->smooth.target
                      ? 0
                      : ramp->n_still;
    ramp->smooth.target = target;
  }
  if (!player->has_run) {
    rcv_smooth_jump(&ramp->smooth);
    ramp->n_still = 0;
  }

  // What stands still is written once
  if (ramp->n_still < n_frames) {
    const bool still = rcv_smooth_is_still(&ramp->smooth);
    rcv_smooth_run(&ramp->smooth, ramp->values, n_frames);
    ramp->n_still = still ? n_frames : 0;
  }
  if (ramp->n_still < player->n_still) {
    player->n_still = ramp->n_still;
  }
}

/// True if all values of a chunk are the same
RCV_REALTIME static inline bool
is_still(const RcvRamp* const ramp, const uint32_t n_frames)
{
  return n_frames && ramp->n_still >= n_frames;
}

/// True if two numbers are equal; NaN is not
RCV_REALTIME static inline bool
is_same(const float a, const float b)
{
  return a >= b && a <= b;
}

/// True if all controls are what they were
RCV_REALTIME static bool
are_same(const RcvControls* const a, const RcvControls* const b)
{
  uint32_t n_same = 0; // Counted, as above
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    n_same += is_same(a->knobs[k], b->knobs[k]);
  }
  return n_same == RCV_MAX_KNOBS && a->enabled == b->enabled &&
         a->normalize == b->normalize &&
         is_same(a->input_gain_db, b->input_gain_db) &&
         is_same(a->output_gain_db, b->output_gain_db) &&
         is_same(a->mix, b->mix);
}

/// Let the smoothed controls go on by a chunk
RCV_REALTIME static void
run_ramps(RcvPlayer* const         player,
          const RcvControls* const controls,
          const uint32_t           n_frames)
{
  const float db_to_lin = 0.115129255f; // ln 10 / 20

  // Nearly always; then it is done in no time, which is what idling takes
  if (player->has_run && n_frames <= player->n_still &&
      are_same(controls, &player->controls)) {
    return;
  }

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

  player->controls = *controls;
  player->n_still  = CHUNK;
  for (uint32_t i = 0; i < sizeof(ramps) / sizeof(ramps[0]); ++i) {
    run_ramp(player, ramps[i], targets[i], n_frames);
  }
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    run_ramp(player, &player->knobs[k], controls->knobs[k], n_frames);
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
  for (uint32_t t = 0; !n_knobs && t < n_frames; ++t) { // Vectorized
    inputs[t] = x[t] * player->input_gain.values[t];
  }
  for (uint32_t t = 0; n_knobs && t < n_frames; ++t) {
    *inputs++ = x[t] * player->input_gain.values[t];
    for (uint32_t k = 0; k < n_knobs; ++k) {
      *inputs++ = player->knobs[k].values[t];
    }
  }
}

/// The part of the wet sound, and its gain, in one frame
typedef struct {
  float amount;
  float gain_lin;
} Mix;

RCV_REALTIME static inline Mix
mix_at(const RcvPlayer* const player, const float louder, const uint32_t t)
{
  const float normalize = 1.0f + (player->normalize.values[t] * louder);
  const Mix   mix       = {player->enabled.values[t] * player->mix.values[t],
                           player->output_gain.values[t] * normalize};
  return mix;
}

/// Two products, so that either end is exact
RCV_REALTIME static inline float
mix_frame(const Mix mix, const float wet, const float dry)
{
  return (mix.amount * mix.gain_lin * wet) + ((1.0f - mix.amount) * dry);
}

/// One channel's mix of wet and dry, and bypass
RCV_REALTIME static void
mix_channel(const RcvPlayer* const player,
            const RcvVoice* const  voice,
            const float* const     wet,
            const float* const     dry,
            float* restrict y,
            const uint32_t n_frames)
{
  const float louder = voice->normalize_gain_lin - 1.0f;
  const bool  still  = is_still(&player->normalize, n_frames) &&
                     is_still(&player->enabled, n_frames) &&
                     is_still(&player->mix, n_frames) &&
                     is_still(&player->output_gain, n_frames);

  if (still) {
    const Mix mix = mix_at(player, louder, 0);
    for (uint32_t t = 0; t < n_frames; ++t) {
      y[t] = mix_frame(mix, wet[t], dry[t]);
    }
  } else {
    for (uint32_t t = 0; t < n_frames; ++t) {
      y[t] = mix_frame(mix_at(player, louder, t), wet[t], dry[t]);
    }
  }
}

/**
   One model's whole path, all channels at once.

   @param x [n_channels][CHUNK] input, all of it good.
   @param y [n_channels][n_frames] set.
*/
RCV_REALTIME static void
run_path(RcvPlayer* const    player,
         RcvVoice* const     voice,
         float               x[][CHUNK],
         float* const* const y,
         const uint32_t      n_frames)
{
  if (!voice) {
    for (uint32_t c = 0; c < player->n_channels; ++c) {
      memcpy(y[c], x[c], n_frames * sizeof(float));
    }
    return;
  }

  float        inputs[RCV_MAX_CHANNELS][CHUNK * RCV_MAX_INPUTS];
  float        wet[RCV_MAX_CHANNELS][CHUNK];
  float        delayed[CHUNK];
  const float* ins[RCV_MAX_CHANNELS];
  float*       outs[RCV_MAX_CHANNELS];
  for (uint32_t c = 0; c < player->n_channels; ++c) {
    gather_inputs(player, voice->n_knobs, x[c], inputs[c], n_frames);
    ins[c]  = inputs[c];
    outs[c] = wet[c];
  }
  rcv_voice_run(voice, ins, outs, n_frames);

  for (uint32_t c = 0; c < player->n_channels; ++c) {
    if (!all_good(wet[c], n_frames)) {
      ++player->n_faults;
      rcv_voice_reset_channel(voice, c);
      memset(wet[c], 0, sizeof(wet[c]));
    }

    const float* dry = x[c];
    if (voice->latency_frames) {
      rcv_delay_read(&player->dry[c], voice->latency_frames, delayed, n_frames);
      dry = delayed;
    }
    mix_channel(player, voice, wet[c], dry, y[c], n_frames);
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

/// A channel's input was no signal: silence, and from zero again
RCV_REALTIME static void
silence_channel(RcvPlayer* const player,
                const uint32_t   channel,
                float* const     out,
                const uint32_t   n_frames)
{
  RcvVoice* const voices[] = {player->current, player->next};

  memset(out, 0, n_frames * sizeof(float));
  for (uint32_t i = 0; i < 2; ++i) {
    if (voices[i]) {
      rcv_voice_reset_channel(voices[i], channel);
    }
  }
}

/**
   A chunk of all channels: the current path, and during a fade the next too.

   @param x [n_channels][CHUNK] input, set to zero where it is not good.
   @param out [n_channels][n_frames] set.
*/
RCV_REALTIME static void
run_chunk(RcvPlayer* const    player,
          float               x[][CHUNK],
          float* const* const out,
          const uint32_t      n_frames)
{
  bool good[RCV_MAX_CHANNELS] = {true, true};
  for (uint32_t c = 0; c < player->n_channels; ++c) {
    good[c] = all_good(x[c], n_frames);
    if (!good[c]) {
      ++player->n_faults;
      memset(x[c], 0, n_frames * sizeof(float));
    }
    rcv_delay_write(&player->dry[c], x[c], n_frames);
  }

  run_path(player, player->current, x, out, n_frames);
  if (player->fading) {
    float        other[RCV_MAX_CHANNELS][CHUNK];
    float* const others[RCV_MAX_CHANNELS] = {other[0], other[1]};
    run_path(player, player->next, x, others, n_frames);
    for (uint32_t c = 0; c < player->n_channels; ++c) {
      for (uint32_t t = 0; t < n_frames; ++t) {
        out[c][t] += fade_amount(player, t) * (other[c][t] - out[c][t]);
      }
    }
  }

  for (uint32_t c = 0; c < RCV_MAX_CHANNELS; ++c) {
    if (!good[c]) {
      silence_channel(player, c, out[c], n_frames);
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
    float  x[RCV_MAX_CHANNELS][CHUNK];
    float* y[RCV_MAX_CHANNELS] = {x[0], x[1]};
    for (uint32_t c = 0; c < player->n_channels; ++c) {
      memcpy(x[c], in[c] + t, n * sizeof(float));
      y[c] = out[c] + t;
    }
    run_chunk(player, x, y, n);
    if (player->fading) {
      rcv_player_advance_fade(player, n);
    }
    player->has_run = true;
    t += n;
  }

  rcv_denormals_restore(mode);
}

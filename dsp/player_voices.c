// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/player.h"

#include "dsp/arena.h"
#include "dsp/player_impl.h"

#include <math.h>
#include <string.h>

// What the ear takes for at once, and a step no longer for a click
static const double smooth_time_s = 0.005;
static const double fade_time_s   = 0.020;

RcvControls
rcv_controls_default(void)
{
  RcvControls controls = {true, false, 0.0f, 0.0f, 1.0f, {0.0f}};
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    controls.knobs[k] = 0.5f;
  }
  return controls;
}

size_t
rcv_player_size(const uint32_t n_channels)
{
  RcvArena arena = {NULL, 0};

  rcv_arena_take(&arena, sizeof(RcvPlayer));
  rcv_arena_floats(&arena, (size_t)n_channels * RCV_PLAYER_DELAY);
  return arena.size;
}

RcvPlayer*
rcv_player_init(void* const    memory,
                const double   rate_hz,
                const uint32_t n_channels)
{
  memset(memory, 0, rcv_player_size(n_channels));

  RcvArena         arena  = {memory, 0};
  RcvPlayer* const player = rcv_arena_take(&arena, sizeof(RcvPlayer));
  float* const     delays =
    rcv_arena_floats(&arena, (size_t)n_channels * RCV_PLAYER_DELAY);

  player->n_channels    = n_channels;
  player->n_fade_frames = (uint32_t)lround(fade_time_s * rate_hz);
  for (uint32_t c = 0; c < n_channels; ++c) {
    player->dry[c].frames = delays + ((size_t)c * RCV_PLAYER_DELAY);
    player->dry[c].size   = RCV_PLAYER_DELAY;
  }

  RcvRamp* const ramps[] = {&player->enabled,
                            &player->input_gain,
                            &player->output_gain,
                            &player->normalize,
                            &player->mix};
  for (size_t i = 0; i < sizeof(ramps) / sizeof(ramps[0]); ++i) {
    ramps[i]->smooth = rcv_smooth_init(rate_hz, smooth_time_s, 1.0f);
  }
  for (uint32_t k = 0; k < RCV_MAX_KNOBS; ++k) {
    player->knobs[k].smooth = rcv_smooth_init(rate_hz, smooth_time_s, 0.5f);
  }
  return player;
}

/* Changing voices */

RCV_REALTIME static void
retire(RcvPlayer* const player, RcvVoice* const voice)
{
  if (voice) {
    voice->next     = player->retired;
    player->retired = voice;
  }
}

RCV_REALTIME static void
start_fade(RcvPlayer* const player, RcvVoice* const voice)
{
  player->next       = voice;
  player->fading     = true;
  player->fade_frame = 0;

  // It starts from zero in the middle of the sound, and jumps until it has
  // found its way: so long it is not heard
  player->preroll_frames =
    voice ? voice->latency_frames + player->n_fade_frames : 0;
}

RCV_REALTIME static void
end_fade(RcvPlayer* const player)
{
  retire(player, player->current);
  player->current = player->next;
  player->next    = NULL;
  player->fading  = false;
  if (player->has_pending) {
    player->has_pending = false;
    start_fade(player, player->pending);
    player->pending = NULL;
  }
}

void
rcv_player_set_voice(RcvPlayer* const player, RcvVoice* const voice)
{
  if (!player->has_run) {
    retire(player, player->current);
    player->current = voice;
  } else if (!player->fading) {
    start_fade(player, voice);
  } else {
    retire(player, player->has_pending ? player->pending : NULL);
    player->pending     = voice;
    player->has_pending = true;
  }
}

RcvVoice*
rcv_player_take_retired(RcvPlayer* const player)
{
  RcvVoice* const voice = player->retired;
  if (voice) {
    player->retired = voice->next;
    voice->next     = NULL;
  }
  return voice;
}

const RcvVoice*
rcv_player_voice(const RcvPlayer* const player)
{
  return player->has_pending ? player->pending
         : player->fading    ? player->next
                             : player->current;
}

uint32_t
rcv_player_latency(const RcvPlayer* const player)
{
  const RcvVoice* const voice = rcv_player_voice(player);

  return voice ? voice->latency_frames : 0;
}

uint32_t
rcv_player_n_faults(const RcvPlayer* const player)
{
  return player->n_faults;
}

void
rcv_player_advance_fade(RcvPlayer* const player, const uint32_t n_frames)
{
  const uint32_t n_preroll =
    n_frames < player->preroll_frames ? n_frames : player->preroll_frames;

  player->preroll_frames -= n_preroll;
  player->fade_frame += n_frames - n_preroll;
  if (player->fade_frame >= player->n_fade_frames) {
    end_fade(player);
  }
}

void
rcv_player_reset(RcvPlayer* const player)
{
  while (player->fading) {
    end_fade(player);
  }
  for (uint32_t c = 0; c < player->n_channels; ++c) {
    memset(player->dry[c].frames, 0, RCV_PLAYER_DELAY * sizeof(float));
  }
  if (player->current) {
    rcv_voice_reset(player->current);
  }
  player->has_run = false;
}

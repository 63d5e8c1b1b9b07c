// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_PLAYER_RIG_H
#define TESTS_SUPPORT_PLAYER_RIG_H

#include "dsp/player.h"
#include "dsp/voice.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Players and voices for tests.  Whatever fails here fails the test.
*/

/// Frames that the player computes at a time
enum { RCV_PLAYER_RIG_CHUNK = 64 };

/// A player at 48 kHz, to be freed with free()
RcvPlayer*
player_rig_new(uint32_t n_channels);

/// A voice for one channel, to be freed with rcv_model_voice_free()
RcvVoice*
player_rig_voice(uint32_t shape_index, uint32_t input_size, uint32_t seed);

/// The same for several channels
RcvVoice*
player_rig_voice_of(uint32_t shape_index,
                    uint32_t input_size,
                    uint32_t seed,
                    uint32_t n_channels);

/// Play one channel in blocks (see network_rig_block())
void
player_rig_run(RcvPlayer*         player,
               const RcvControls* controls,
               const float*       x,
               float*             y,
               size_t             n_frames,
               uint32_t           block);

#endif // TESTS_SUPPORT_PLAYER_RIG_H

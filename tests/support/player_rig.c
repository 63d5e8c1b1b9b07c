// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/player_rig.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"

#include <stdlib.h>

RcvPlayer*
player_rig_new(const uint32_t n_channels)
{
  void* const memory =
    aligned_alloc(RCV_ALIGNMENT, rcv_player_size(n_channels));

  assert_non_null(memory);
  return rcv_player_init(memory, 48000.0, n_channels);
}

RcvVoice*
player_rig_voice_of(const uint32_t shape_index,
                    const uint32_t input_size,
                    const uint32_t seed,
                    const uint32_t n_channels)
{
  const RcvShape  shape = network_rig_shape(shape_index, input_size, 8);
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, seed);
  RcvVoice* const voice =
    rcv_model_voice_new(model, n_channels, 48000.0, 1, NULL);

  assert_non_null(voice);
  rcv_model_free(model);
  return voice;
}

RcvVoice*
player_rig_voice(const uint32_t shape_index,
                 const uint32_t input_size,
                 const uint32_t seed)
{
  return player_rig_voice_of(shape_index, input_size, seed, 1);
}

void
player_rig_run(RcvPlayer* const         player,
               const RcvControls* const controls,
               const float* const       x,
               float* const             y,
               const size_t             n_frames,
               const uint32_t           block)
{
  for (size_t t = 0; t < n_frames;) {
    const uint32_t     n     = network_rig_block(block, t, n_frames);
    const float* const in[]  = {x + t};
    float* const       out[] = {y + t};
    rcv_player_run(player, controls, in, out, n);
    t += n;
  }
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// Every kind of network and of file plays in the plugin, hosted by lilv, as it
// does alone, and its latency is reported

#include "dsp/model/model.h"
#include "dsp/model/write.h"
#include "dsp/network.h"
#include "dsp/player.h"
#include "dsp/shape.h"
#include "dsp/voice.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "train/lv2/lv2_host.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_FRAMES = 4800, BLOCK = 100 };

static const RcvShape shapes[] = {
  {.cell        = RCV_CELL_RNN,
   .input_size  = 1,
   .hidden_size = 8,
   .num_layers  = 1,
   .output_size = 1},
  {.cell        = RCV_CELL_LSTM,
   .input_size  = 1,
   .hidden_size = 12,
   .num_layers  = 1,
   .output_size = 1,
   .skip        = true},
  {.cell        = RCV_CELL_GRU,
   .input_size  = 1,
   .hidden_size = 9,
   .num_layers  = 1,
   .output_size = 1},
  {.cell        = RCV_CELL_LSTM,
   .input_size  = 1,
   .hidden_size = 16,
   .num_layers  = 3,
   .output_size = 1},
  {.cell        = RCV_CELL_LSTM,
   .head        = RCV_HEAD_SOFTMAX,
   .input_size  = 1,
   .hidden_size = 8,
   .num_layers  = 1,
   .output_size = 64},
  {.cell             = RCV_CELL_LSTM,
   .input_size       = 1,
   .hidden_size      = 8,
   .num_layers       = 1,
   .output_size      = 1,
   .bidirectional    = true,
   .block_frames     = 64,
   .lookahead_frames = 32},
  {.cell          = RCV_CELL_GRU,
   .head          = RCV_HEAD_SOFTMAX,
   .input_size    = 1,
   .hidden_size   = 7,
   .num_layers    = 2,
   .output_size   = 32,
   .bidirectional = true,
   .skip          = true,
   .block_frames  = 96},
  {.cell        = RCV_CELL_LSTM,
   .input_size  = 3,
   .hidden_size = 8,
   .num_layers  = 1,
   .output_size = 1},
  {.cell        = RCV_CELL_GRU,
   .input_size  = 1,
   .hidden_size = 6,
   .num_layers  = 1,
   .output_size = 1,
   .dense       = {{{4, RCV_ACTIVATION_TANH}},
                   {{5, RCV_ACTIVATION_SOFTMAX}, {3, RCV_ACTIVATION_ELU}}}},
};

static float input[N_FRAMES];
static float expected[N_FRAMES];
static float output[N_FRAMES];

/// The same with the player alone
static void
render_expected(const RcvModel* const model)
{
  void* const       memory   = aligned_alloc(RCV_ALIGNMENT, rcv_player_size(1));
  const double      rate_hz  = model->info.rate_hz;
  RcvPlayer* const  player   = rcv_player_init(memory, rate_hz, 1);
  RcvVoice* const   voice    = rcv_model_voice_new(model, 1, rate_hz, 1, NULL);
  const RcvControls controls = rcv_controls_default();
  const float*      in[]     = {input};
  float*            out[]    = {expected};
  rcv_player_set_voice(player, voice);
  rcv_player_run(player, &controls, in, out, N_FRAMES);
  rcv_model_voice_free(voice);
  free(memory);
}

/// A file of the test's folder, in a host of the model's rate
static void
play_file(RcvLv2Host* const host, const char* const name)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_load(name, &error);
  if (!model) {
    fail_msg("%s", error.message);
    return;
  }
  render_expected(model);

  const RcvLv2Settings settings = {
    model->info.rate_hz, BLOCK, BLOCK, RCV_LV2_WORKER_SYNC};
  RcvLv2Plugin* const plugin =
    rcv_lv2_plugin_new(host, RCV_URI_MONO, &settings, &error);
  assert_non_null(plugin);

  char folder[2048];
  char path[4096];
  assert_non_null(getcwd(folder, sizeof(folder)));
  (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
  assert_int_equal(
    rcv_lv2_plugin_send_path(plugin, RCV_URI_MODEL, path, &error), RCV_OK);

  // The message, and the worker's answer, without a frame of sound
  const float* in[]  = {input};
  float*       out[] = {output};
  rcv_lv2_plugin_run(plugin, in, out, 0);
  rcv_lv2_plugin_run(plugin, in, out, 0);
  for (uint32_t t = 0; t < N_FRAMES; t += BLOCK) {
    in[0]  = input + t;
    out[0] = output + t;
    rcv_lv2_plugin_run(plugin, in, out, BLOCK);
  }

  assert_close(rcv_lv2_plugin_get(plugin, "status"), RCV_STATUS_PLAYING, 0.0);
  assert_int_equal(rcv_lv2_plugin_latency(plugin),
                   rcv_shape_latency(&model->shape));
  assert_memory_equal(output, expected, sizeof(output));
  rcv_lv2_plugin_free(plugin);
  rcv_model_free(model);
}

static void
test_shape(RcvLv2Host* const host, const RcvShape* const shape)
{
  RcvModel* const model = rcv_fixture_model(shape, 48000.0, 3);
  rcv_fixture_write(model, "family.safetensors");
  rcv_model_free(model);
  play_file(host, "family.safetensors");
}

/// The kind is told by the content: the name says nothing
static void
test_files(void** const state)
{
  (void)state;
  static const RcvShape shape = {.cell        = RCV_CELL_LSTM,
                                 .input_size  = 1,
                                 .hidden_size = 12,
                                 .num_layers  = 2,
                                 .output_size = 1};

  RcvError          error = {RCV_OK, ""};
  RcvLv2Host* const host  = rcv_lv2_host_new(&error);
  RcvModel* const   model = rcv_fixture_model(&shape, 48000.0, 4);
  assert_non_null(host);
  rcv_fixture_signal(input, N_FRAMES, 6);
  for (uint32_t i = 0; i < RCV_N_FORMATS; ++i) {
    size_t      size = 0;
    void* const bytes =
      rcv_model_write(model, (RcvFormat)i, "file.model", &size, &error);
    FILE* const file = fopen("file.model", "wb");
    assert_non_null(bytes);
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    free(bytes);
    play_file(host, "file.model");
  }
  rcv_model_free(model);
  rcv_lv2_host_free(host);
}

static void
test_family(void** const state)
{
  (void)state;
  RcvError          error = {RCV_OK, ""};
  RcvLv2Host* const host  = rcv_lv2_host_new(&error);
  assert_non_null(host);
  rcv_fixture_signal(input, N_FRAMES, 5);
  for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); ++i) {
    test_shape(host, &shapes[i]);
  }
  rcv_lv2_host_free(host);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_family),
                                     cmocka_unit_test(test_files)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

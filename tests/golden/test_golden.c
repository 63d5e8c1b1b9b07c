// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/kernels.h"
#include "dsp/model/model.h"
#include "dsp/player.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "tests/support/player_rig.h"
#include "train/model/reference.h"
#include "train/signal/capture_signal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Renders of three networks whose weights are always the same, against values
   that are kept in tests/golden/renders.txt: model, frame, value.

   After a change that is meant to be heard they are made again by

       RECURVE_GOLDEN=$PWD/tests/golden/renders.txt \
         build/tests/golden/test_golden --write

   from the readable cells in double precision, never from the kernels.
*/

enum {
  N_FRAMES  = 96000, // The first two seconds
  RATE_HZ   = 48000,
  STRIDE    = 500,
  N_VALUES  = N_FRAMES / STRIDE,
  N_MODELS  = 3,
  MOST_LATE = 96,
};

// −100 dB
static const double tolerance = 1e-5;

static float  x[N_FRAMES + MOST_LATE];
static float  y[N_FRAMES + MOST_LATE];
static double golden[N_MODELS][N_VALUES];

/// LSTM; GRU with two layers; LSTM in both directions with a softmax
static RcvModel*
golden_model(const uint32_t index)
{
  static const RcvShape shapes[N_MODELS] = {
    {.cell        = RCV_CELL_LSTM,
     .input_size  = 1,
     .hidden_size = 16,
     .num_layers  = 1,
     .output_size = 1,
     .skip        = true},
    {.cell        = RCV_CELL_GRU,
     .input_size  = 1,
     .hidden_size = 12,
     .num_layers  = 2,
     .output_size = 1},
    {.cell             = RCV_CELL_LSTM,
     .head             = RCV_HEAD_SOFTMAX,
     .input_size       = 1,
     .hidden_size      = 8,
     .num_layers       = 1,
     .output_size      = 64,
     .bidirectional    = true,
     .block_frames     = 64,
     .lookahead_frames = 32},
  };

  const RcvShape* const shape = &shapes[index];
  RcvModel* const       model = rcv_fixture_model(shape, RATE_HZ, index + 1);
  if (shape->head == RCV_HEAD_SOFTMAX) {
    // Or all classes would be as likely, and the output next to nothing
    const RcvTensor head =
      rcv_shape_tensor(shape, rcv_shape_n_tensors(shape) - 2);
    for (size_t i = 0; i < head.size; ++i) {
      model->params[head.offset + i] *= 20.0f;
    }
  }
  return model;
}

static const char*
golden_path(void)
{
  static char       path[4096];
  const char* const named = getenv("RECURVE_GOLDEN");
  const char* const top   = getenv("RECURVE_TOP");
  snprintf(path,
           sizeof(path),
           "%s%s",
           named ? named : (top ? top : "."),
           named ? "" : "/tests/golden/renders.txt");
  return path;
}

static int
make_signal(void)
{
  const size_t   n       = rcv_capture_signal_length(RCV_SIGNAL_SHORT, RATE_HZ);
  int32_t* const samples = calloc(n, sizeof(int32_t));
  if (!samples ||
      rcv_capture_signal_render(RCV_SIGNAL_SHORT, RATE_HZ, samples, NULL)) {
    return -1;
  }
  for (size_t t = 0; t < N_FRAMES; ++t) {
    x[t] = (float)samples[t] / (float)RCV_SIGNAL_FULL_SCALE;
  }
  free(samples);
  return 0;
}

static int
write_golden(void)
{
  FILE* const   file  = fopen(golden_path(), "w");
  double* const exact = calloc(N_FRAMES, sizeof(double));
  if (!file || !exact || make_signal()) {
    perror(golden_path());
    free(exact);
    if (file) {
      fclose(file);
    }
    return 1;
  }
  for (uint32_t i = 0; i < N_MODELS; ++i) {
    RcvModel* const model = golden_model(i);
    rcv_reference_network_exact(
      &model->shape, model->params, x, N_FRAMES, exact);
    for (size_t k = 0; k < N_VALUES; ++k) {
      fprintf(file, "%u %zu %.9f\n", i, k * STRIDE, exact[k * STRIDE]);
    }
    rcv_model_free(model);
  }
  free(exact);
  return fclose(file) != 0;
}

static int
set_up(void** const unused)
{
  (void)unused;
  FILE* const file = fopen(golden_path(), "r");
  if (!file) {
    perror(golden_path());
    return -1;
  }

  bool good = true;
  char line[64];
  for (uint32_t i = 0; i < N_MODELS * N_VALUES && good; ++i) {
    const char* const text  = fgets(line, sizeof(line), file);
    char*             frame = NULL;
    char*             value = NULL;
    char*             end   = NULL;
    good                    = text && strtoul(text, &frame, 10) == i / N_VALUES;
    good =
      good && strtoul(frame, &value, 10) == (size_t)(i % N_VALUES) * STRIDE;
    golden[i / N_VALUES][i % N_VALUES] = good ? strtod(value, &end) : 0.0;
    good                               = good && end > value && *end == '\n';
  }
  fclose(file);
  return good ? make_signal() : -1;
}

/// One model with one table of kernels, in blocks; return the greatest error
static double
compare(const uint32_t index, const uint32_t block)
{
  const RcvControls controls = rcv_controls_default();
  RcvModel* const   model    = golden_model(index);
  RcvVoice* const   voice    = rcv_model_voice_new(model, 1, 48000.0, 1, NULL);
  RcvPlayer* const  player   = player_rig_new(1);
  const size_t      late     = voice->latency_frames;
  assert_true(late <= MOST_LATE);
  rcv_player_set_voice(player, voice);
  player_rig_run(player, &controls, x, y, N_FRAMES + late, block);

  double greatest = 0.0;
  double energy   = 0.0;
  for (size_t k = 0; k < N_VALUES; ++k) {
    const double value = (double)y[(k * STRIDE) + late];
    assert_close(value, golden[index][k], tolerance);
    greatest = fmax(greatest, fabs(value - golden[index][k]));
    energy += value * value;
  }
  assert_true(energy / (double)N_VALUES >
              1e-5); // It is not silence that agrees
  free(player);
  rcv_model_voice_free(voice);
  rcv_model_free(model);
  return greatest;
}

static void
test_renders(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    double greatest = 0.0;
    setenv("RECURVE_KERNELS", kernels->name, 1);
    for (uint32_t k = 0; k < N_MODELS * 5; ++k) {
      greatest = fmax(greatest, compare(k / 5, network_rig_blocks[k % 5]));
    }
    print_message("%-8s %.0f dB\n", kernels->name, 20.0 * log10(greatest));
  }
}

int
main(const int argc, char** const argv)
{
  if (argc == 2 && !strcmp(argv[1], "--write")) {
    return write_golden();
  }

  const struct CMUnitTest tests[] = {cmocka_unit_test(test_renders)};

  return cmocka_run_group_tests(tests, set_up, NULL);
}

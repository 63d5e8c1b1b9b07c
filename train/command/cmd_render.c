// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/model/choice.h"
#include "dsp/model/model.h"
#include "dsp/player.h"
#include "train/command/options.h"
#include "train/data/automation.h"
#include "train/file/audio_file.h"
#include "train/file/output_names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What is on the command line
typedef struct {
  const char*   operands[3]; // MODEL IN OUT
  uint32_t      block;
  bool          whole;
  uint32_t      lookahead; // UINT32_MAX: the model's
  bool          latency;
  uint32_t      oversample;
  bool          low_latency;
  double        input_gain_db;
  double        output_gain_db;
  double        mix_percent;
  bool          normalize;
  RcvOptionList knobs;
  const char*   automation;
} Arguments;

// With automation, knobs are set so often: the player smooths between
enum { AUTOMATION_FRAMES = 64 };

static RcvParsed
parse(Arguments* const a, const int argc, char** const argv)
{
  // clang-format off
  const RcvOption options[] = {
    {"knob", 'k', RCV_OPTION_LIST, &a->knobs, "NAME=V",
     "Set a knob of the model, by its name or number, from 0 to 1", 0.0, 0.0,
     NULL},
    {"automation", 'a', RCV_OPTION_STRING, &a->automation, "FILE.csv",
     "Move knobs: the first line is seconds,NAME,..., and each further one a "
     "time and the knobs' values", 0.0, 0.0, NULL},
    {"input-gain", 'i', RCV_OPTION_REAL, &a->input_gain_db, "DB",
     "Gain before the network", -60.0, 60.0, NULL},
    {"output-gain", 'g', RCV_OPTION_REAL, &a->output_gain_db, "DB",
     "Gain after the network", -60.0, 60.0, NULL},
    {"mix", 'm', RCV_OPTION_REAL, &a->mix_percent, "PERCENT",
     "Part of the wet sound", 0.0, 100.0, NULL},
    {"normalize", 'n', RCV_OPTION_FLAG, &a->normalize, NULL,
     "Bring the model's loudness to -18 dB", 0.0, 0.0, NULL},
    {"whole", 'w', RCV_OPTION_FLAG, &a->whole, NULL,
     "Bidirectional models: read the whole recording, not the windows that are "
     "used live", 0.0, 0.0, NULL},
    {"lookahead", 0, RCV_OPTION_UINT, &a->lookahead, "FRAMES",
     "Bidirectional models: look so far ahead, not as in training", 0.0,
     RCV_MAX_LOOKAHEAD, NULL},
    {"latency", 'l', RCV_OPTION_FLAG, &a->latency, NULL,
     "Leave the model's latency in the output, as a live host hears it", 0.0,
     0.0, NULL},
    {"oversample", 'o', RCV_OPTION_UINT, &a->oversample, "N",
     "Run the network at 1, 2 or 4 times its rate, against aliasing", 1.0,
     RCV_MAX_OVERSAMPLE, NULL},
    {"low-latency", 0, RCV_OPTION_FLAG, &a->low_latency, NULL,
     "At another rate than the model's: play without latency, though less "
     "exactly, where that works", 0.0, 0.0, NULL},
    {"block", 'b', RCV_OPTION_UINT, &a->block, "N",
     "Frames per block; the output does not depend on it", 1.0, 65536.0, NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  // clang-format on
  const RcvUsage usage = {
    "render",
    "MODEL IN OUT",
    "Play a recording through a model, as the plugin does",
    "OUT is a WAV file of 32-bit floats.",
    3,
    options};

  return rcv_options_parse(&usage, argc, argv, a->operands);
}

/// Set the knobs of NAME=V arguments
static RcvStatus
set_knobs(const Arguments* const a,
          const RcvModel* const  model,
          RcvControls* const     controls,
          RcvError* const        error)
{
  const uint32_t n_knobs = model->shape.input_size - 1;
  for (size_t i = 0; i < a->knobs.n_items; ++i) {
    const char* const item  = a->knobs.items[i];
    const char* const equal = strrchr(item, '=');
    char*             end   = NULL;
    const double      value = equal ? strtod(equal + 1, &end) : -1.0;
    if (!equal || end == equal + 1 || *end || !(value >= 0.0 && value <= 1.0)) {
      return rcv_error_set(
        error, RCV_BAD_USAGE, "--knob %s: say NAME=V with V from 0 to 1", item);
    }

    const uint32_t k =
      rcv_automation_find_knob(model, item, (size_t)(equal - item));
    if (k == n_knobs) {
      return rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "--knob %s: %s has no such knob; `recurve info` "
                           "lists its %u",
                           item,
                           a->operands[0],
                           n_knobs);
    }
    controls->knobs[k] = (float)value;
  }
  return RCV_OK;
}

/// Play one recording with a player that is ready
static RcvStatus
play(const Arguments* const     a,
     RcvPlayer* const           player,
     const RcvAutomation* const automation,
     RcvControls                controls,
     RcvAudio* const            audio,
     RcvError* const            error)
{
  const uint32_t block = automation->n_rows && a->block > AUTOMATION_FRAMES
                           ? AUTOMATION_FRAMES
                           : a->block;

  const size_t late = a->latency ? 0 : rcv_player_latency(player);
  const size_t n    = audio->n_frames + late;
  float* const x    = calloc(n, sizeof(float));
  if (!x) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to render");
  }

  memcpy(x, audio->samples, audio->n_frames * sizeof(float));
  for (size_t t = 0; t < n; t += block) {
    const size_t       left    = n - t;
    const uint32_t     n_block = left < block ? (uint32_t)left : block;
    float* const       out[]   = {x + t};
    const float* const in[]    = {x + t};

    if (automation->n_rows) {
      rcv_automation_apply(
        automation, (double)t / audio->rate_hz, controls.knobs);
    }
    rcv_player_run(player, &controls, in, out, n_block);
  }

  memcpy(audio->samples, x + late, audio->n_frames * sizeof(float));
  free(x);
  return RCV_OK;
}

/// Make what plays, and where low latency is asked for say what comes of that
static RcvVoice*
make_voice(const Arguments* const a,
           const RcvModel* const  model,
           const double           rate_hz,
           RcvError* const        error)
{
  RcvChoice       choice = {0};
  RcvVoice* const voice  = rcv_choice_voice_new(
    model, 1, rate_hz, a->oversample, a->low_latency, &choice, error);
  if (voice && a->low_latency) {
    fprintf(stderr,
            "recurve render: %s: %u frames late\n",
            a->operands[0],
            voice->latency_frames);
  }
  if (voice && a->low_latency && choice.is_measured) {
    fprintf(stderr,
            "recurve render: SNR %.1f dB without latency (%s), %.1f dB "
            "resampled\n",
            choice.direct_snr_db,
            choice.is_stable ? "stable" : "unstable",
            choice.resampled_snr_db);
  }
  return voice;
}

/// Read IN, which has one channel
static RcvStatus
read_input(const Arguments* const a,
           RcvAudio* const        audio,
           RcvError* const        error)
{
  const RcvStatus status = rcv_audio_read(audio, a->operands[1], error);
  if (!status && audio->n_channels != 1) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u channels, one is needed (sox IN OUT "
                         "remix 1)",
                         a->operands[1],
                         audio->n_channels);
  }
  return status;
}

/// Set the window of a bidirectional model as the options say
static RcvStatus
set_window(const Arguments* const a,
           RcvModel* const        model,
           const size_t           n_frames,
           RcvError* const        error)
{
  RcvShape* const shape = &model->shape;
  if (a->whole && a->mix_percent < 100.0) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "--whole has no dry sound to mix with; leave --mix "
                         "at 100");
  }
  if (a->lookahead != UINT32_MAX && shape->bidirectional) {
    shape->lookahead_frames = a->lookahead;
  }
  if (!a->whole && rcv_shape_steps_per_frame(shape) > RCV_MAX_STEPS_PER_FRAME) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "--lookahead %u: give at most 254 times the model's "
                         "block of %u frames",
                         a->lookahead,
                         shape->block_frames);
  }
  if (a->whole && shape->bidirectional) {
    // One window with all of the recording, at its own rate
    model->info.rate_hz     = (double)NAN;
    shape->block_frames     = (uint32_t)n_frames;
    shape->lookahead_frames = 0;
  }
  return RCV_OK;
}

static RcvStatus
render(const Arguments* const a, RcvModel* const model, RcvError* const error)
{
  RcvAudio  audio  = {NULL, 0, 0, 0};
  RcvStatus status = read_input(a, &audio, error);
  if (!status) {
    status = set_window(a, model, audio.n_frames, error);
  }

  RcvControls controls    = rcv_controls_default();
  controls.input_gain_db  = (float)a->input_gain_db;
  controls.output_gain_db = (float)a->output_gain_db;
  controls.mix            = (float)(a->mix_percent / 100.0);
  controls.normalize      = a->normalize;
  status = status ? status : set_knobs(a, model, &controls, error);

  RcvAutomation automation = {{0}, 0, 0, NULL};
  if (!status && a->automation) {
    status = rcv_automation_read(&automation, a->automation, model, error);
  }

  void* const memory = aligned_alloc(RCV_ALIGNMENT, rcv_player_size(1));
  RcvVoice*   voice  = NULL;
  if (!status && !memory) {
    status = rcv_error_set(error, RCV_NO_MEMORY, "no memory to render");
  }
  if (!status) {
    voice  = make_voice(a, model, audio.rate_hz, error);
    status = voice ? RCV_OK : error->status;
  }
  if (!status) {
    RcvPlayer* const player = rcv_player_init(memory, audio.rate_hz, 1);
    rcv_player_set_voice(player, voice);
    status = play(a, player, &automation, controls, &audio, error);
  }
  if (!status) {
    status = rcv_audio_write(&audio, a->operands[2], error);
  }

  rcv_automation_clear(&automation);
  rcv_model_voice_free(voice);
  free(memory);
  rcv_audio_clear(&audio);
  return status;
}

/// Nothing that is read may be written over
static RcvStatus
check_output(const Arguments* const a, RcvError* const error)
{
  const char* const read[] = {a->operands[0], a->operands[1], a->automation};

  return rcv_check_others(
    a->operands[2], read, sizeof(read) / sizeof(read[0]), error);
}

int
rcv_cmd_render(const int argc, char** const argv)
{
  Arguments a;
  memset(&a, 0, sizeof(a));
  a.block       = 4096;
  a.oversample  = 1;
  a.lookahead   = UINT32_MAX;
  a.mix_percent = 100.0;

  const RcvParsed parsed = parse(&a, argc, argv);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError  error = {RCV_OK, ""};
  RcvModel* model = NULL;
  if (a.oversample == 3) {
    rcv_error_set(&error, RCV_BAD_USAGE, "--oversample 3: say 1, 2 or 4");
  } else if (!check_output(&a, &error)) {
    model = rcv_model_load(a.operands[0], &error);
  }
  if (model) {
    render(&a, model, &error);
  }

  rcv_model_free(model);
  if (error.status) {
    fprintf(stderr, "recurve render: %s\n", error.message);
  }
  return error.status == RCV_BAD_USAGE ? 2 : error.status ? 1 : 0;
}

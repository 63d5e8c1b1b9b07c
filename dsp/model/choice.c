// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/choice.h"

#include "dsp/arena.h"
#include "dsp/denormals.h"
#include "dsp/network.h"
#include "dsp/rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// At the model's own rate
static const RcvChoice no_choice =
  {RCV_WAY_RESAMPLED, RCV_WAY_RESAMPLED, false, false, 0.0, 0.0};

/* The signal */

// It is silent up to the first note and from its end on, and what is measured
// at rest is the end of that.  The models of devices with a slow bias need the
// silence before.
static const double sound_s      = 0.1;
static const double sound_end_s  = 0.6;
static const double rest_s       = 0.9;
static const double end_s        = 0.95;
static const double fade_s       = 0.004;
static const double highest_hz   = 8000.0;
static const double highest_part = 0.4; // Of the lower of the two rates

typedef struct {
  double hz;
  double level;
  double start_s;
  double end_s;
} Note;

static const Note notes[] = {{82.41, 0.05, 0.1, 0.25},
                             {110.0, 0.25, 0.25, 0.45},
                             {164.81, 0.25, 0.25, 0.45},
                             {440.0, 0.2, 0.45, 0.6}};

// Where some begin or end
static const double steps_s[] = {0.1, 0.25, 0.45, 0.6};

/// From 0 before `edge` to 1 after it, so smoothly that nothing aliases
static double
smooth_step(const double t, const double edge)
{
  const double pi    = 3.14159265358979323846;
  const double place = fmin(fmax((t - edge) / fade_s, 0.0), 1.0);

  return 0.5 - (0.5 * cos(pi * place));
}

/**
   Add a note: the partials of a string plucked at a fifth of its length, up to
   `limit_hz`.  The same function of time at any rate.
*/
static void
add_note(const Note* const note,
         const double      rate_hz,
         const double      limit_hz,
         const size_t      input_size,
         float* const      x)
{
  const double pi    = 3.14159265358979323846;
  const size_t first = (size_t)ceil(note->start_s * rate_hz);
  const size_t end   = (size_t)floor(note->end_s * rate_hz);

  for (int k = 1; k * note->hz < limit_hz; ++k) {
    const double level = note->level * sin(pi * k / 5.0) / k;
    const double angle = 2.0 * pi * k * note->hz;
    const double decay = 3.0 + (0.3 * k);
    const double age   = ((double)first / rate_hz) - note->start_s;

    // Turned and shrunk from frame to frame
    const double shrunk = exp(-decay / rate_hz);
    const double turn_x = shrunk * cos(angle / rate_hz);
    const double turn_y = shrunk * sin(angle / rate_hz);
    double       now_x  = level * exp(-decay * age) * cos(angle * age);
    double       now_y  = level * exp(-decay * age) * sin(angle * age);
    for (size_t t = first; fabs(level) > 1e-4 && t < end; ++t) {
      const double next_x = (now_x * turn_x) - (now_y * turn_y);

      x[t * input_size] += (float)now_y;
      now_y = (now_x * turn_y) + (now_y * turn_x);
      now_x = next_x;
    }
  }
}

/// The sound stops and starts where the notes do, without a click
static void
fade(const double rate_hz, const size_t input_size, float* const x)
{
  for (size_t i = 0; i < sizeof(steps_s) / sizeof(steps_s[0]) - 1; ++i) {
    const size_t first = (size_t)ceil(steps_s[i] * rate_hz);
    const size_t end   = (size_t)floor(steps_s[i + 1] * rate_hz);
    for (size_t t = first; t < end; ++t) {
      const double s = (double)t / rate_hz;

      x[t * input_size] *=
        (float)(smooth_step(s, steps_s[i]) *
                (1.0 - smooth_step(s, steps_s[i + 1] - fade_s)));
    }
  }
}

/// Inputs at one rate, to be freed with free(), or NULL
static float*
make_inputs(const RcvModel* const model,
            const double          rate_hz,
            const double          other_hz,
            const size_t          n_frames)
{
  const size_t input_size = model->shape.input_size;
  const double limit_hz =
    fmin(highest_hz, highest_part * fmin(rate_hz, other_hz));

  float* const x = calloc(n_frames * input_size, sizeof(float));
  for (size_t i = 0; x && i < n_frames * input_size; ++i) {
    x[i] = i % input_size ? 0.5f : 0.0f;
  }
  for (size_t i = 0; x && i < sizeof(notes) / sizeof(notes[0]); ++i) {
    add_note(&notes[i], rate_hz, limit_hz, input_size, x);
  }
  if (x) {
    fade(rate_hz, input_size, x);
  }
  return x;
}

/* What becomes of it */

/// A signal at some rate
typedef struct {
  float* y; ///< [n_frames] owned, or NULL
  double rate_hz;
  size_t n_frames;
} Signal;

/// Play the inputs in one way, and take its latency off
static Signal
play(const RcvModel* const model, const RcvVoiceSettings* const settings)
{
  const double rate_hz  = settings->host_hz;
  const size_t n_frames = (size_t)(end_s * rate_hz);
  Signal       signal   = {NULL, rate_hz, n_frames};

  RcvVoice* const voice = rcv_model_voice_with(model, settings, NULL);
  if (!voice) {
    return signal;
  }

  const size_t late = voice->latency_frames;
  const size_t n_in = model->shape.input_size;
  const size_t n    = n_frames + late + RCV_RATE_CHUNK;
  float* const x    = make_inputs(model, rate_hz, model->info.rate_hz, n);
  float* const y    = calloc(n, sizeof(float));
  if (x && y) {
    voice->idle.is_allowed = false;
    for (size_t t = 0; t < n_frames + late; t += RCV_RATE_CHUNK) {
      const float* const in[]  = {x + (t * n_in)};
      float* const       out[] = {y + t};

      rcv_voice_run(voice, in, out, RCV_RATE_CHUNK);
    }
    memmove(y, y + late, n_frames * sizeof(float));
    signal.y = y;
  } else {
    free(y);
  }
  free(x);
  rcv_model_voice_free(voice);
  return signal;
}

/// The same signal at another rate, not late
static Signal
resample(const Signal* const     from,
         const double            rate_hz,
         const RcvKernels* const kernels)
{
  Signal to = {NULL, rate_hz, (size_t)(end_s * rate_hz)};

  RcvArena      size = {NULL, 0};
  const RcvRate none = rcv_rate_place(&size, NULL, from->rate_hz, rate_hz, 0);
  rcv_rate_place_state(&size, &none, 1, 1);
  void* const  memory = aligned_alloc(RCV_ALIGNMENT, size.size);
  float* const y      = calloc(to.n_frames, sizeof(float));
  if (!memory || !y) {
    free(memory);
    free(y);
    return to;
  }

  RcvArena      arena = {memory, 0};
  const RcvRate rate =
    rcv_rate_place(&arena, kernels, from->rate_hz, rate_hz, 0);
  RcvRateState state = rcv_rate_place_state(&arena, &rate, 1, 1);
  rcv_rate_reset(&rate, &state);
  for (size_t t = 0, n_done = 0; n_done < to.n_frames; t += RCV_RATE_CHUNK) {
    float              chunk[RCV_RATE_CHUNK] = {0.0f};
    const float* const in[]                  = {chunk};
    for (size_t i = 0; i < RCV_RATE_CHUNK && t + i < from->n_frames; ++i) {
      chunk[i] = from->y[t + i];
    }

    const size_t n = rcv_rate_take(&rate, &state, in, 1, RCV_RATE_CHUNK);
    for (size_t i = 0; i < n && n_done < to.n_frames; ++i) {
      y[n_done++] = state.channels[0].inputs[i];
    }
  }
  free(memory);
  to.y = y;
  return to;
}

/// How far a signal moves at the end of the silence; not finite if it is not
static double
movement(const Signal* const signal)
{
  const size_t first    = (size_t)(rest_s * signal->rate_hz);
  const size_t end      = signal->n_frames - RCV_RATE_CHUNK;
  double       least    = (double)INFINITY;
  double       greatest = (double)-INFINITY;
  for (size_t t = first; t < end; ++t) {
    if (!isfinite(signal->y[t])) {
      return (double)INFINITY;
    }
    least    = fmin(least, (double)signal->y[t]);
    greatest = fmax(greatest, (double)signal->y[t]);
  }
  return greatest - least;
}

/// Energy of the sound, without what stands still, against that of the error
static double
snr_db(const Signal* const expected, const Signal* const signal)
{
  const size_t first  = (size_t)(sound_s * expected->rate_hz);
  const size_t end    = (size_t)(sound_end_s * expected->rate_hz);
  double       mean   = 0.0;
  double       energy = 0.0;
  double       error  = 0.0;
  for (size_t t = first; t < end; ++t) {
    mean += (double)expected->y[t] / (double)(end - first);
  }
  for (size_t t = first; t < end; ++t) {
    const double moved = (double)expected->y[t] - mean;
    const double off   = (double)signal->y[t] - (double)expected->y[t];

    energy += moved * moved;
    error += off * off;
  }

  static const double nothing = 1e-20; // So that silence is right, too
  const double        snr     = (energy + nothing) / (error + nothing);
  return snr > 0.0 ? 10.0 * log10(snr) : (double)-INFINITY; // Also NaN
}

/* The choice */

RcvWay
rcv_choice_way(const RcvChoice* const measured, const bool low_latency)
{
  if (!measured->is_measured || !measured->is_stable) {
    return RCV_WAY_RESAMPLED;
  }

  const double direct_db = measured->direct_snr_db;
  const bool   as_good =
    direct_db >= measured->resampled_snr_db - RCV_CHOICE_MARGIN_DB;
  const bool good_enough = low_latency && direct_db >= RCV_CHOICE_LEAST_SNR_DB;
  return as_good || good_enough ? measured->direct : RCV_WAY_RESAMPLED;
}

/**
   Measure the direct ways, and keep the best.

   @param goal What they should give.
   @param movement_most What they may move at rest.
   @return False without the memory for it.
*/
static bool
measure_direct(const RcvModel* const model,
               const Signal* const   goal,
               const double          movement_most,
               RcvChoice* const      choice)
{
  // Below twice the rate the place is not in the middle of four frames: a cubic
  // may amplify there, and without end in a cell's state, where fewer do not
  const double host_hz = goal->rate_hz;
  const bool   is_low  = host_hz < 2.0 * model->info.rate_hz;
  const RcvWay last    = is_low ? RCV_WAY_LINEAR : RCV_WAY_CUBIC;
  for (int way = RCV_WAY_CUBIC; way <= (int)last; ++way) {
    const RcvVoiceSettings settings = {
      1, host_hz, model->info.rate_hz, 1, (RcvWay)way};

    const Signal signal = play(model, &settings);
    if (!signal.y) {
      return false;
    }

    const double snr     = snr_db(goal, &signal);
    const bool is_stable = isfinite(snr) && movement(&signal) <= movement_most;
    const bool is_better = snr > choice->direct_snr_db;
    if (choice->direct == RCV_WAY_RESAMPLED ||
        (is_stable && (is_better || !choice->is_stable))) {
      choice->direct        = (RcvWay)way;
      choice->is_stable     = is_stable;
      choice->direct_snr_db = snr;
    }
    free(signal.y);
  }
  return true;
}

/// Measure all ways; without memory for it nothing is measured
static RcvChoice
measure(const RcvModel* const model, const double host_hz)
{
  const double own_hz = model->info.rate_hz;

  RcvVoiceSettings settings  = {1, own_hz, own_hz, 1, RCV_WAY_RESAMPLED};
  const Signal     own       = play(model, &settings);
  settings.host_hz           = host_hz;
  const Signal resampled     = play(model, &settings);
  Signal       goal          = {NULL, host_hz, 0};
  RcvChoice    choice        = no_choice;
  double       movement_most = RCV_CHOICE_REST;
  if (own.y) {
    goal = resample(&own, host_hz, rcv_model_kernels(&model->shape));
    movement_most += 4.0 * movement(&own);
  }
  if (goal.y && resampled.y) {
    choice.resampled_snr_db = snr_db(&goal, &resampled);
    choice.is_measured = measure_direct(model, &goal, movement_most, &choice);
  }
  free(own.y);
  free(resampled.y);
  free(goal.y);
  return choice;
}

RcvChoice
rcv_choice_make(const RcvModel* const model,
                const double          host_hz,
                const uint32_t        oversample,
                const bool            low_latency)
{
  const RcvVoiceSettings direct = {
    1, host_hz, model->info.rate_hz, oversample, RCV_WAY_CUBIC};
  const RcvVoiceSettings resampled = {
    1, host_hz, model->info.rate_hz, oversample, RCV_WAY_RESAMPLED};

  RcvChoice choice = no_choice;
  if (rcv_voice_is_resampled(&resampled) &&
      rcv_voice_is_possible(&model->shape, &resampled) &&
      rcv_voice_is_possible(&model->shape, &direct)) {
    const uint64_t mode = rcv_denormals_off();

    choice     = measure(model, host_hz);
    choice.way = rcv_choice_way(&choice, low_latency);
    rcv_denormals_restore(mode);
  }
  return choice;
}

RcvVoice*
rcv_choice_voice_new(const RcvModel* const model,
                     const uint32_t        n_channels,
                     const double          host_hz,
                     const uint32_t        oversample,
                     const bool            low_latency,
                     RcvChoice* const      choice,
                     RcvError* const       error)
{
  *choice = rcv_choice_make(model, host_hz, oversample, low_latency);

  const RcvVoiceSettings settings = {
    n_channels, host_hz, model->info.rate_hz, oversample, choice->way};
  return rcv_model_voice_with(model, &settings, error);
}

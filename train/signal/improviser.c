// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/improviser.h"

#include "train/numbers/exact_math.h"
#include "train/numbers/random.h"
#include "train/signal/plucked_string.h"
#include "train/signal/strokes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

/// Who plays, and what is being played
typedef struct {
  RcvRandom   random;
  unsigned    n_strings;
  unsigned    base;  ///< Fret around which the hand is
  const char* shape; ///< Of the chord that is held
} Musician;

/// A way of playing: return the next stroke, with its part of the phrase's
/// force
typedef RcvStroke (*Style)(Musician* musician);

// Open and barre chords, lowest string first
static const char* const chords[] = {
  "022100",
  "x02220",
  "xx0232",
  "320003",
  "x32010",
  "022000",
  "x02210",
  "xx0231",
  "133211",
  "x24432",
  "x13331",
  "xx3211",
  "020100",
  "x02010",
  "x20202",
  "3x0033",
  "x0222-",
  "0x243-",
};

// Fifths, octaves and their like
static const char* const pairs[] = {
  "02----",
  "022---",
  "-02---",
  "-022--",
  "--02--",
  "--023-",
  "57----",
  "0-2---",
  "-0-2--",
  "--0-3-",
  "---0-3",
};

enum {
  N_CHORDS = sizeof(chords) / sizeof(chords[0]),
  N_PAIRS  = sizeof(pairs) / sizeof(pairs[0]),
};

static unsigned
below(Musician* const musician, const unsigned n)
{
  return (unsigned)rcv_random_below(&musician->random, n);
}

static double
between(Musician* const musician, const double low, const double high)
{
  return low + (high - low) * rcv_random_unit(&musician->random);
}

static RcvStroke
make_stroke(const char how, const unsigned steps)
{
  const RcvStroke stroke = {"------", (uint8_t)steps, 100U, how};
  return stroke;
}

static RcvStroke
make_chord(const char* const shape,
           const unsigned    fret,
           const char        how,
           const unsigned    steps)
{
  RcvStroke stroke = make_stroke(how, steps);
  for (unsigned i = 0U; i < RCV_GUITAR_STRINGS; ++i) {
    if (shape[i] >= '0' && shape[i] <= '9') {
      stroke.frets[i] = rcv_stroke_fret((unsigned)(shape[i] - '0') + fret);
    }
  }
  return stroke;
}

static RcvStroke
make_note(const unsigned string,
          const unsigned fret,
          const char     how,
          const unsigned steps)
{
  RcvStroke stroke     = make_stroke(how, steps);
  stroke.frets[string] = rcv_stroke_fret(fret);
  return stroke;
}

static RcvStroke
strum(Musician* const m)
{
  m->shape             = below(m, 3U) ? m->shape : chords[below(m, N_CHORDS)];
  const unsigned fret  = below(m, 2U) ? m->base : 0U;
  const bool     up    = below(m, 3U) == 0U;
  const unsigned steps = 1U + below(m, 4U);

  RcvStroke stroke = make_chord(m->shape, fret, up ? 'u' : 's', steps);
  stroke.force     = up ? 75U : 100U;
  return stroke;
}

static RcvStroke
play_pairs(Musician* const m)
{
  const char* const pair  = pairs[below(m, N_PAIRS)];
  const unsigned    fret  = below(m, 13U);
  const unsigned    steps = 1U + below(m, 6U);
  return make_chord(pair, fret, 's', steps);
}

static RcvStroke
mute(Musician* const m)
{
  if (below(m, 4U) == 0U) {
    const char* const pair = pairs[below(m, N_PAIRS)];
    const unsigned    fret = below(m, 10U);
    return make_chord(pair, fret, 's', 1U + below(m, 3U));
  }

  const unsigned string = below(m, 3U);
  const unsigned fret   = below(m, 3U) ? m->base % 5U : below(m, 8U);
  RcvStroke      stroke = make_note(string, fret, 'm', 1U + below(m, 2U));
  if (below(m, 3U) == 0U) {
    stroke.frets[string + 1U] = rcv_stroke_fret(fret + 2U);
  }
  return stroke;
}

static RcvStroke
lead(Musician* const m)
{
  static const char hows[] = {'b', 'v', 's', 's'};

  const bool     bass   = m->n_strings < RCV_GUITAR_STRINGS;
  const unsigned string = bass ? below(m, 4U) : 2U + below(m, 4U);
  const unsigned fret   = bass ? 2U + below(m, 12U) : 5U + below(m, 15U);
  const unsigned how    = below(m, 4U);
  const unsigned steps  = how < 2U ? 5U + below(m, 6U) : 1U + below(m, 4U);
  return make_note(string, fret, hows[how], steps);
}

static RcvStroke
single_notes(Musician* const m)
{
  static const char hows[] = {'m', 'r', 's', 's', 's'};

  const bool     bass   = m->n_strings < RCV_GUITAR_STRINGS;
  const unsigned string = below(m, m->n_strings);
  const unsigned place  = below(m, 4U) ? m->base : 0U;
  const unsigned fret   = place + below(m, 5U);
  const unsigned how    = below(m, 10U) / 2U;
  if (below(m, 12U) == 0U) {
    return make_stroke('.', 1U + below(m, 3U));
  }
  return make_note(string, fret, hows[how], 1U + below(m, bass ? 5U : 3U));
}

static RcvStroke
arpeggio(Musician* const m)
{
  if (below(m, 8U) == 0U) {
    m->shape = chords[below(m, N_CHORDS)];
  }
  unsigned string = 0U;
  do {
    string = below(m, RCV_GUITAR_STRINGS);
  } while (m->shape[string] < '0' || m->shape[string] > '9');

  const unsigned fret = (unsigned)(m->shape[string] - '0') + m->base % 5U;
  return make_note(string, fret, 'r', 1U + below(m, 2U));
}

static RcvStroke
let_ring(Musician* const m)
{
  const char* const shape =
    below(m, 2U) ? chords[below(m, N_CHORDS)] : pairs[below(m, N_PAIRS)];
  const unsigned fret = below(m, 8U);
  return make_chord(shape, fret, 's', 12U + below(m, 16U));
}

static RcvInstrument
choose_guitar(Musician* const m)
{
  RcvInstrument i = rcv_plain_guitar;
  i.pickup        = between(m, 0.08, 0.32);
  i.resonance_hz  = between(m, 1500.0, 5500.0);
  i.quality       = between(m, 0.7, 1.8);
  i.bass_gain     = between(m, 0.0, 1.5);
  i.body_hz       = between(m, 20.0, 160.0);
  i.hard_edge_hz  = between(m, 2500.0, 6500.0);
  i.soft_edge_hz  = 0.2 * i.hard_edge_hz;
  i.thump         = 0.2;
  i.block_hz      = 8.0;
  return i;
}

static RcvInstrument
choose_bass(Musician* const m)
{
  static const uint8_t open_notes[] = {28U, 33U, 38U, 43U, 43U, 43U};

  RcvInstrument i = choose_guitar(m);
  i.resonance_hz  = between(m, 900.0, 3500.0);
  i.bass_gain     = between(m, 0.0, 3.0);
  i.body_hz       = between(m, 8.0, 40.0);
  i.hard_edge_hz  = between(m, 100.0, 1500.0);
  i.hard_edge_hz *= between(m, 1.0, 3.0);
  i.soft_edge_hz = 0.2 * i.hard_edge_hz;
  memcpy(i.open_notes, open_notes, sizeof(open_notes));
  return i;
}

static Style
choose_style(Musician* const m)
{
  static const Style guitar_styles[] = {
    strum, play_pairs, mute, lead, single_notes, arpeggio, let_ring};

  if (m->n_strings < RCV_GUITAR_STRINGS) {
    return below(m, 3U) ? single_notes : lead;
  }
  return guitar_styles[below(
    m, (unsigned)(sizeof(guitar_styles) / sizeof(guitar_styles[0])))];
}

/// Bring a phrase to its level, half of them squeezed, which makes what is soft
/// louder, and a quarter stretched, so that peaks stand out
static void
set_level(Musician* const m, double* const samples, const size_t n)
{
  static const double most = 0.89;

  double peak = 1.0e-9;
  for (size_t i = 0U; i < n; ++i) {
    peak = fmax(peak, fabs(samples[i]));
  }

  const unsigned way     = below(m, 4U);
  const double   squeeze = way < 2U ? between(m, 0.5, 4.0) : 0.0;
  const double   stretch = way == 2U ? between(m, 0.5, 3.0) : 0.0;
  double         energy  = 0.0;
  for (size_t i = 0U; i < n; ++i) {
    const double x      = samples[i] / peak;
    const double higher = x * (1.0 + stretch * x * x) / (1.0 + stretch);
    samples[i]          = higher * sqrt((1.0 + squeeze * squeeze) /
                               (1.0 + squeeze * squeeze * x * x));
    energy += samples[i] * samples[i];
  }

  const double level_db =
    below(m, 5U) ? between(m, -24.0, -14.0) : between(m, -38.0, -25.0);
  const double rms  = sqrt(energy / (double)n + 1.0e-12);
  const double gain = fmin(rcv_exact_gain(level_db) / rms, most);
  for (size_t i = 0U; i < n; ++i) {
    samples[i] *= gain;
  }
}

/// How long the strings are stopped before the next phrase.  In a long pause a
/// compressor lets go, and what comes after it outweighs all of a phrase.
static double
choose_rest_s(Musician* const m)
{
  return below(m, 4U) ? between(m, 0.05, 0.1) : between(m, 0.1, 0.5);
}

/// Play a phrase on an instrument of its own
static void
play_phrase(Musician* const        m,
            RcvStrokePlayer* const player,
            const uint32_t         rate_hz,
            const uint32_t         seed)
{
  m->n_strings = rcv_random_unit(&m->random) < 0.3 ? 4U : RCV_GUITAR_STRINGS;
  m->base      = below(m, 10U);
  m->shape     = chords[below(m, N_CHORDS)];

  const RcvInstrument instrument =
    m->n_strings < RCV_GUITAR_STRINGS ? choose_bass(m) : choose_guitar(m);
  const Style  style   = choose_style(m);
  const double detuned = between(m, -50.0, 50.0);
  const double strength =
    below(m, 3U) ? between(m, 0.6, 1.0) : between(m, 0.25, 0.6);

  rcv_guitar_init(player->guitar, &instrument, detuned, rate_hz, seed);
  player->step_s = between(m, 0.07, 0.2);
  while (player->at < player->n_frames) {
    const RcvStroke stroke = style(m);
    rcv_stroke_play(player, &stroke, strength * between(m, 0.6, 1.0));
  }
}

bool
rcv_improvise(const uint32_t seed,
              double* const  samples,
              const size_t   n_frames,
              const uint32_t rate_hz)
{
  const double    rate   = (double)rate_hz;
  RcvStrokePlayer player = {NULL, samples, 0U, 0U, 0U, rate, 0.0, 1.0};
  Musician        musician;
  memset(&musician, 0, sizeof(musician));
  musician.random.state = seed;
  player.guitar         = (RcvGuitar*)malloc(sizeof(RcvGuitar));
  if (!player.guitar) {
    return false;
  }

  for (uint32_t phrase = 1U; player.at < n_frames; ++phrase) {
    const size_t start  = player.at;
    const size_t length = (size_t)(between(&musician, 3.0, 8.0) * rate);
    const size_t rest   = (size_t)(choose_rest_s(&musician) * rate);
    const size_t end    = length < n_frames - start ? start + length : n_frames;

    player.n_frames = end;
    player.damp_at  = end > start + rest ? end - rest : start;
    play_phrase(&musician, &player, rate_hz, (seed << 16U) + phrase);
    set_level(&musician, samples + start, end - start);
  }
  free(player.guitar);
  return true;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/capture_score.h"

#include "train/signal/plucked_string.h"
#include "train/signal/strokes.h"

#include <stdlib.h>

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

static const RcvStroke passage[] = {
  {"022---", 4, 100, 's'}, {"0-----", 2, 70, 'm'}, {"0-----", 2, 75, 'm'},
  {"355---", 3, 95, 's'},  {"0-----", 1, 80, 'm'}, {"577---", 4, 100, 's'},
  {"x32010", 4, 60, 's'},  {"x32010", 2, 45, 'u'}, {"320003", 4, 70, 's'},
  {"320003", 2, 50, 'u'},  {"--2---", 2, 55, 'r'}, {"---0--", 2, 50, 'r'},
  {"----0-", 2, 50, 'r'},  {"-----0", 2, 60, 'r'}, {"----3-", 2, 55, 'r'},
  {"---2--", 2, 45, 'r'},  {"---7--", 8, 85, 'b'}, {"----8-", 6, 80, 'v'},
  {"3-----", 2, 90, 'm'},  {"3-----", 2, 60, 'm'}, {"------", 1, 0, '.'},
  {"-244--", 4, 85, 's'},  {"0-----", 8, 35, 'r'}, {"022000", 8, 100, 's'},
};

static const RcvStroke power[] = {
  {"022---", 4, 100, 's'},
  {"355---", 4, 95, 's'},
  {"577---", 4, 100, 's'},
  {"-022--", 4, 90, 's'},
  {"-355--", 4, 95, 's'},
  {"-577--", 4, 100, 's'},
  {"-244--", 6, 85, 's'},
  {"-799--", 2, 90, 's'},
  {"79----", 2, 80, 's'},
  {"79----", 2, 85, 'u'},
  {"8aa---", 4, 95, 's'},
  {"acc---", 4, 90, 's'},
  {"--023-", 6, 90, 's'},
  {"--577-", 4, 85, 's'},
  {"------", 1, 0, '.'},
  {"cee---", 5, 100, 's'},
};

static const RcvStroke open[] = {
  {"022000", 6, 85, 's'},
  {"022000", 2, 55, 'u'},
  {"320003", 6, 90, 's'},
  {"320003", 2, 60, 'u'},
  {"x32010", 6, 80, 's'},
  {"x32010", 2, 55, 'u'},
  {"xx0232", 6, 85, 's'},
  {"xx0232", 2, 60, 'u'},
  {"x02210", 6, 80, 's'},
  {"x02210", 2, 50, 'u'},
  {"x24432", 6, 90, 's'},
  {"x24432", 2, 60, 'u'},
  {"022030", 8, 70, 's'},
  {"x32030", 8, 95, 's'},
  {"320033", 8, 100, 's'},
};

static const RcvStroke muted[] = {
  {"0-----", 2, 90, 'm'},
  {"0-----", 2, 70, 'm'},
  {"0-----", 1, 75, 'm'},
  {"0-----", 1, 65, 'm'},
  {"355---", 2, 100, 's'},
  {"0-----", 2, 90, 'm'},
  {"0-----", 2, 75, 'm'},
  {"22----", 2, 80, 'm'},
  {"3-----", 2, 85, 'm'},
  {"-0----", 1, 80, 'm'},
  {"-0----", 1, 70, 'm'},
  {"-0----", 2, 90, 'm'},
  {"-2----", 2, 80, 'm'},
  {"-3----", 2, 75, 'm'},
  {"022---", 2, 95, 'm'},
  {"022---", 2, 90, 'm'},
  {"577---", 3, 100, 's'},
  {"------", 1, 0, '.'},
};

static const RcvStroke arpeggio[] = {
  {"0-----", 2, 80, 'r'}, {"-2----", 2, 65, 'r'}, {"--2---", 2, 60, 'r'},
  {"---0--", 2, 65, 'r'}, {"----0-", 2, 60, 'r'}, {"-----0", 2, 70, 'r'},
  {"----0-", 2, 55, 'r'}, {"---0--", 2, 60, 'r'}, {"-3----", 2, 80, 'r'},
  {"--2---", 2, 60, 'r'}, {"---0--", 2, 65, 'r'}, {"----1-", 2, 60, 'r'},
  {"-----0", 2, 70, 'r'}, {"----1-", 2, 55, 'r'}, {"---0--", 2, 60, 'r'},
  {"--2---", 2, 50, 'r'}, {"3-----", 2, 85, 'r'}, {"--0---", 2, 60, 'r'},
  {"---0--", 2, 60, 'r'}, {"----3-", 2, 65, 'r'}, {"-----3", 4, 75, 'r'},
  {"--0---", 2, 80, 'r'}, {"---2--", 2, 60, 'r'}, {"----3-", 2, 65, 'r'},
  {"-----2", 6, 75, 'r'},
};

static const RcvStroke validation[] = {
  {"1-3---", 4, 100, 's'}, {"1-----", 2, 80, 'm'}, {"1-----", 1, 70, 'm'},
  {"1-----", 1, 75, 'm'},  {"466---", 4, 95, 's'}, {"688---", 4, 100, 's'},
  {"-466--", 4, 90, 's'},  {"x46664", 6, 85, 's'}, {"x46664", 2, 55, 'u'},
  {"688666", 6, 80, 's'},  {"688666", 2, 50, 'u'}, {"-1----", 2, 70, 'r'},
  {"--3---", 2, 55, 'r'},  {"---3--", 2, 60, 'r'}, {"----2-", 2, 55, 'r'},
  {"-----1", 4, 70, 'r'},  {"---8--", 8, 90, 'b'}, {"----6-", 6, 80, 'v'},
  {"----9-", 4, 70, 's'},  {"----b-", 6, 85, 'v'}, {"-133--", 3, 95, 's'},
  {"4-----", 1, 80, 'm'},  {"6-----", 2, 90, 'm'}, {"1-3---", 6, 60, 's'},
};

static const RcvStroke test[] = {
  {"6-----", 2, 90, 'm'}, {"688---", 4, 100, 's'}, {"4-----", 2, 85, 'm'},
  {"466---", 4, 95, 's'}, {"-688--", 6, 90, 's'},  {"1-----", 1, 80, 'm'},
  {"1-----", 1, 85, 'm'}, {"1-3---", 4, 100, 's'}, {"----9-", 4, 85, 'v'},
  {"----6-", 2, 70, 's'}, {"---8--", 2, 75, 's'},  {"---6--", 6, 80, 'v'},
  {"--6---", 2, 60, 'r'}, {"---6--", 2, 60, 'r'},  {"----6-", 2, 65, 'r'},
  {"-----4", 2, 70, 'r'}, {"----6-", 4, 55, 'r'},  {"x46664", 6, 90, 's'},
  {"x46664", 2, 60, 'u'}, {"466---", 4, 50, 's'},  {"-----4", 8, 90, 'b'},
  {"-----9", 6, 85, 'v'}, {"688666", 8, 100, 's'}, {"------", 2, 0, '.'},
};

static const RcvStroke riff[] = {
  {"0-----", 2, 85, 'm'},  {"0-----", 1, 70, 'm'}, {"355---", 3, 100, 's'},
  {"0-----", 1, 80, 'm'},  {"577---", 3, 95, 's'}, {"688---", 2, 90, 's'},
  {"577---", 4, 100, 's'}, {"0-----", 2, 85, 'm'}, {"355---", 2, 90, 's'},
  {"022---", 4, 100, 's'}, {"---9--", 6, 90, 'b'}, {"----8-", 2, 75, 's'},
  {"---7--", 6, 85, 'v'},  {"022000", 4, 90, 's'}, {"022000", 2, 55, 'u'},
  {"x32010", 6, 80, 's'},  {"--2---", 2, 60, 'r'}, {"---2--", 2, 60, 'r'},
  {"----0-", 2, 60, 'r'},  {"-----3", 6, 75, 'r'},
};

/// A piece: its strokes and how they are played
typedef struct {
  const RcvStroke* strokes;
  size_t           n_strokes;
  uint32_t         seed;
  double           step_s;
  double           detune_cents;
} Piece;

#define PIECE(strokes, seed, step_s, detune)                           \
  {                                                                    \
    strokes, sizeof(strokes) / sizeof(RcvStroke), seed, step_s, detune \
  }

static const Piece pieces[] = {
  {NULL, 0U, 0U, 0.0, 0.0},
  PIECE(passage, 1U, 0.125, 0.0),
  PIECE(power, 4U, 0.10, 0.0),
  PIECE(open, 5U, 0.11, 0.0),
  PIECE(muted, 6U, 0.11, 0.0),
  PIECE(arpeggio, 7U, 0.12, 0.0),
  PIECE(validation, 10U, 0.12, 0.0),
  PIECE(test, 12U, 0.115, -50.0),
  PIECE(riff, 14U, 0.13, 0.0),
};

static const double level = 0.13; // Linear, of the loudest note

/// Play the strokes again and again, each time at another strength
static void
play_strokes(RcvStrokePlayer* const player, const Piece* const piece)
{
  static const double strengths[] = {1.0, 0.65, 0.85, 0.4, 0.95, 0.3};

  for (size_t cycle = 0U; player->at < player->n_frames; ++cycle) {
    const double strength = strengths[cycle % 6U];
    for (size_t i = 0U; i < piece->n_strokes; ++i) {
      rcv_stroke_play(player, &piece->strokes[i], strength);
    }
  }
}

bool
rcv_score_play(const RcvScore score,
               double* const  samples,
               const size_t   n_frames,
               const uint32_t rate_hz)
{
  const Piece* const piece  = &pieces[score];
  const double       rate   = (double)rate_hz;
  const size_t       rest   = (size_t)(0.15 * rate);
  RcvStrokePlayer    player = {
       NULL, samples, n_frames, 0U, 0U, rate, piece->step_s, level};

  player.damp_at = n_frames > rest ? n_frames - rest : 0U;
  player.guitar  = (RcvGuitar*)malloc(sizeof(RcvGuitar));
  if (!player.guitar) {
    return false;
  }

  rcv_guitar_init(player.guitar,
                  &rcv_plain_guitar,
                  piece->detune_cents,
                  rate_hz,
                  piece->seed);
  play_strokes(&player, piece);
  free(player.guitar);
  return true;
}

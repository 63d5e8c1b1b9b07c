// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/capture_score.h"

#include "train/plucked_string.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

/**
   One stroke of the pick, as tablature.

   Training stays within the seven notes of G major, validation and test within
   the other five.
*/
typedef struct {
  char    frets[RCV_GUITAR_STRINGS + 1]; ///< Lowest string first; - not played
  uint8_t steps;                         ///< Until the next stroke
  uint8_t force;                         ///< 0 to 100
  char    how; ///< s down, u up, r let ring, m muted, b bend, v vibrato, . rest
} Stroke;

static const Stroke passage[] = {
  {"022---", 4, 100, 's'}, {"0-----", 2, 70, 'm'}, {"0-----", 2, 75, 'm'},
  {"355---", 3, 95, 's'},  {"0-----", 1, 80, 'm'}, {"577---", 4, 100, 's'},
  {"x32010", 4, 60, 's'},  {"x32010", 2, 45, 'u'}, {"320003", 4, 70, 's'},
  {"320003", 2, 50, 'u'},  {"--2---", 2, 55, 'r'}, {"---0--", 2, 50, 'r'},
  {"----0-", 2, 50, 'r'},  {"-----0", 2, 60, 'r'}, {"----3-", 2, 55, 'r'},
  {"---2--", 2, 45, 'r'},  {"---7--", 8, 85, 'b'}, {"----8-", 6, 80, 'v'},
  {"3-----", 2, 90, 'm'},  {"3-----", 2, 60, 'm'}, {"------", 1, 0, '.'},
  {"-244--", 4, 85, 's'},  {"0-----", 8, 35, 'r'}, {"022000", 8, 100, 's'},
};

static const Stroke power[] = {
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

static const Stroke open[] = {
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

static const Stroke muted[] = {
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

static const Stroke arpeggio[] = {
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

static const Stroke lead[] = {
  {"---7--", 8, 90, 'b'},
  {"----5-", 2, 70, 'r'},
  {"---7--", 2, 60, 's'},
  {"---5--", 6, 80, 'v'},
  {"----8-", 8, 95, 'b'},
  {"-----7", 2, 80, 's'},
  {"----a-", 8, 90, 'v'},
  {"-----a", 8, 85, 'b'},
  {"-----c", 8, 95, 'v'},
  {"---9--", 3, 60, 's'},
  {"---7--", 3, 65, 's'},
  {"--9---", 8, 80, 'v'},
  {"--7---", 8, 75, 'b'},
  {"-----f", 6, 90, 'v'},
  {"-----h", 8, 85, 'b'},
};

static const Stroke scale[] = {
  {"0-----", 1, 90, 's'}, {"2-----", 1, 75, 's'}, {"3-----", 1, 85, 's'},
  {"-0----", 1, 75, 's'}, {"-2----", 1, 90, 's'}, {"-3----", 1, 75, 's'},
  {"--0---", 1, 85, 's'}, {"--2---", 1, 75, 's'}, {"--4---", 1, 90, 's'},
  {"---0--", 1, 75, 's'}, {"---2--", 1, 85, 's'}, {"----0-", 1, 75, 's'},
  {"----1-", 1, 90, 's'}, {"----3-", 1, 75, 's'}, {"-----0", 1, 85, 's'},
  {"-----2", 1, 75, 's'}, {"-----3", 2, 95, 's'}, {"-----2", 1, 70, 's'},
  {"-----0", 1, 85, 's'}, {"----3-", 1, 70, 's'},
};

static const Stroke bass[] = {
  {"0---", 4, 90, 's'},
  {"0---", 2, 70, 's'},
  {"3---", 2, 85, 's'},
  {"-0--", 4, 95, 's'},
  {"-2--", 2, 80, 's'},
  {"-3--", 2, 85, 's'},
  {"--0-", 4, 90, 's'},
  {"--2-", 2, 75, 's'},
  {"--4-", 2, 80, 's'},
  {"---0", 4, 95, 's'},
  {"---2", 2, 80, 's'},
  {"---4", 2, 85, 's'},
  {"0---", 1, 90, 'm'},
  {"0---", 1, 80, 'm'},
  {"2---", 2, 85, 'm'},
  {"7---", 4, 95, 'v'},
  {"-5--", 4, 90, 's'},
  {"---7", 4, 80, 'b'},
};

static const Stroke validation[] = {
  {"1-3---", 4, 100, 's'}, {"1-----", 2, 80, 'm'}, {"1-----", 1, 70, 'm'},
  {"1-----", 1, 75, 'm'},  {"466---", 4, 95, 's'}, {"688---", 4, 100, 's'},
  {"-466--", 4, 90, 's'},  {"x46664", 6, 85, 's'}, {"x46664", 2, 55, 'u'},
  {"688666", 6, 80, 's'},  {"688666", 2, 50, 'u'}, {"-1----", 2, 70, 'r'},
  {"--3---", 2, 55, 'r'},  {"---3--", 2, 60, 'r'}, {"----2-", 2, 55, 'r'},
  {"-----1", 4, 70, 'r'},  {"---8--", 8, 90, 'b'}, {"----6-", 6, 80, 'v'},
  {"----9-", 4, 70, 's'},  {"----b-", 6, 85, 'v'}, {"-133--", 3, 95, 's'},
  {"4-----", 1, 80, 'm'},  {"6-----", 2, 90, 'm'}, {"1-3---", 6, 60, 's'},
};

static const Stroke validation_bass[] = {
  {"1---", 4, 95, 's'},
  {"4---", 2, 80, 's'},
  {"6---", 2, 85, 's'},
  {"-4--", 4, 90, 's'},
  {"-6--", 2, 70, 's'},
  {"--3-", 2, 80, 's'},
  {"1---", 1, 85, 'm'},
  {"1---", 1, 80, 'm'},
  {"---1", 4, 90, 'v'},
};

static const Stroke test[] = {
  {"6-----", 2, 90, 'm'}, {"688---", 4, 100, 's'}, {"4-----", 2, 85, 'm'},
  {"466---", 4, 95, 's'}, {"-688--", 6, 90, 's'},  {"1-----", 1, 80, 'm'},
  {"1-----", 1, 85, 'm'}, {"1-3---", 4, 100, 's'}, {"----9-", 4, 85, 'v'},
  {"----6-", 2, 70, 's'}, {"---8--", 2, 75, 's'},  {"---6--", 6, 80, 'v'},
  {"--6---", 2, 60, 'r'}, {"---6--", 2, 60, 'r'},  {"----6-", 2, 65, 'r'},
  {"-----4", 2, 70, 'r'}, {"----6-", 4, 55, 'r'},  {"x46664", 6, 90, 's'},
  {"x46664", 2, 60, 'u'}, {"466---", 4, 50, 's'},  {"-----4", 8, 90, 'b'},
  {"-----9", 6, 85, 'v'}, {"688666", 8, 100, 's'}, {"------", 2, 0, '.'},
};

static const Stroke test_bass[] = {
  {"6---", 4, 90, 's'},
  {"-1--", 2, 80, 's'},
  {"-4--", 4, 95, 's'},
  {"4---", 2, 75, 'm'},
  {"1---", 4, 95, 's'},
  {"---1", 4, 80, 'b'},
};

static const Stroke riff[] = {
  {"0-----", 2, 85, 'm'},  {"0-----", 1, 70, 'm'}, {"355---", 3, 100, 's'},
  {"0-----", 1, 80, 'm'},  {"577---", 3, 95, 's'}, {"688---", 2, 90, 's'},
  {"577---", 4, 100, 's'}, {"0-----", 2, 85, 'm'}, {"355---", 2, 90, 's'},
  {"022---", 4, 100, 's'}, {"---9--", 6, 90, 'b'}, {"----8-", 2, 75, 's'},
  {"---7--", 6, 85, 'v'},  {"022000", 4, 90, 's'}, {"022000", 2, 55, 'u'},
  {"x32010", 6, 80, 's'},  {"--2---", 2, 60, 'r'}, {"---2--", 2, 60, 'r'},
  {"----0-", 2, 60, 'r'},  {"-----3", 6, 75, 'r'},
};

static const uint8_t guitar_notes[] = {40, 45, 50, 55, 59, 64};
static const uint8_t bass_notes[]   = {28, 33, 38, 43, 43, 43};

/// A piece: its strokes and how they are played
typedef struct {
  const Stroke*  strokes;
  size_t         n_strokes;
  const uint8_t* open_notes;
  double         step_s;
  double         detune_cents;
  double         level; ///< Linear, of the loudest note
} Piece;

#define PIECE(strokes, notes, step_s, detune, level)                        \
  {                                                                         \
    strokes, sizeof(strokes) / sizeof(Stroke), notes, step_s, detune, level \
  }

static const Piece pieces[] = {
  {NULL, 0U, guitar_notes, 0.0, 0.0, 0.0},
  PIECE(passage, guitar_notes, 0.125, 0.0, 0.13),
  {NULL, 0U, guitar_notes, 0.27, 0.0, 0.15},
  PIECE(bass, bass_notes, 0.125, 0.0, 0.26),
  PIECE(power, guitar_notes, 0.10, 0.0, 0.13),
  PIECE(open, guitar_notes, 0.11, 0.0, 0.13),
  PIECE(muted, guitar_notes, 0.11, 0.0, 0.13),
  PIECE(arpeggio, guitar_notes, 0.12, 0.0, 0.13),
  PIECE(lead, guitar_notes, 0.11, 0.0, 0.13),
  PIECE(scale, guitar_notes, 0.10, 0.0, 0.13),
  PIECE(validation, guitar_notes, 0.12, 0.0, 0.13),
  PIECE(validation_bass, bass_notes, 0.13, 0.0, 0.26),
  PIECE(test, guitar_notes, 0.115, -50.0, 0.13),
  PIECE(test_bass, bass_notes, 0.125, -50.0, 0.26),
  PIECE(riff, guitar_notes, 0.13, 0.0, 0.13),
};

/// A part that is being played
typedef struct {
  RcvGuitar* guitar;
  double*    samples;
  size_t     n_frames;
  size_t     at;
  size_t     damp_at; ///< When all strings are stopped
  double     rate_hz;
  double     step_s; ///< Length of a step
  double     level;  ///< Linear
} Player;

static unsigned
fret_of(const char c)
{
  return c >= 'a' ? (unsigned)(c - 'a') + 10U : (unsigned)(c - '0');
}

static RcvPluck
pluck_of(const char how)
{
  return how == 'm'   ? RCV_PLUCK_MUTED
         : how == 'b' ? RCV_PLUCK_BEND
         : how == 'v' ? RCV_PLUCK_VIBRATO
                      : RCV_PLUCK_OPEN;
}

/// Play one stroke and the time until the next
static void
play_stroke(Player* const       player,
            const Stroke* const stroke,
            const double        force)
{
  // A chord is not as much louder than a note as it has strings
  static const double chord_parts[] = {1.0, 1.0, 0.94, 0.89, 0.85, 0.82, 0.8};

  RcvGuitar* const guitar  = player->guitar;
  const double     steps_s = (double)stroke->steps * player->step_s;
  const double     late_s  = 0.004 * (1.0 + rcv_guitar_random(guitar));
  const double     spread  = 0.005 + 0.006 * (1.0 - force);
  const size_t     n       = strlen(stroke->frets);

  size_t   when[RCV_GUITAR_STRINGS];
  unsigned order = 0U;
  for (size_t i = 0U; i < RCV_GUITAR_STRINGS; ++i) {
    const size_t s   = stroke->how == 'u' ? RCV_GUITAR_STRINGS - 1U - i : i;
    const bool plays = s < n && stroke->how != '.' && stroke->frets[s] != '-' &&
                       stroke->frets[s] != 'x';
    const double delay_s = late_s + spread * (double)order;
    when[s] = plays ? (size_t)(delay_s * player->rate_hz) : SIZE_MAX;
    order += plays ? 1U : 0U;
    if (!plays && stroke->how != 'r') {
      rcv_guitar_damp(guitar, (unsigned)s);
    }
  }

  const double part   = chord_parts[order];
  const size_t length = (size_t)(steps_s * player->rate_hz);
  for (size_t i = 0U; i < length && player->at < player->n_frames; ++i) {
    for (size_t s = 0U; s < RCV_GUITAR_STRINGS; ++s) {
      if (when[s] == i && player->at < player->damp_at) {
        const double vary = 1.0 + 0.06 * rcv_guitar_random(guitar);
        rcv_guitar_pluck(guitar,
                         (unsigned)s,
                         fret_of(stroke->frets[s]),
                         force * part * vary,
                         pluck_of(stroke->how));
      }
      if (player->at == player->damp_at) {
        rcv_guitar_damp(guitar, (unsigned)s);
      }
    }
    player->samples[player->at++] = player->level * rcv_guitar_next(guitar);
  }
}

/// Play the strokes again and again, each time at another strength
static void
play_strokes(Player* const player, const Piece* const piece)
{
  static const double strengths[] = {1.0, 0.65, 0.85, 0.4, 0.95, 0.3};

  for (size_t cycle = 0U; player->at < player->n_frames; ++cycle) {
    const double strength = strengths[cycle % 6U];
    for (size_t i = 0U; i < piece->n_strokes; ++i) {
      const Stroke* const stroke = &piece->strokes[i];
      play_stroke(player, stroke, strength * (double)stroke->force / 100.0);
    }
  }
}

/// Play the notes of G major up the neck: softly, then louder, then hard
static void
play_single_notes(Player* const player)
{
  static const double  strengths[] = {0.35, 0.65, 1.0};
  static const uint8_t in_scale[]  = {1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1};

  for (size_t pass = 0U; player->at < player->n_frames; ++pass) {
    for (uint8_t note = 40U; note <= 86U; ++note) {
      if (in_scale[note % 12U]) {
        size_t string = RCV_GUITAR_STRINGS - 1U;
        while (guitar_notes[string] > note) {
          --string;
        }
        const unsigned fret   = (unsigned)note - guitar_notes[string];
        Stroke         stroke = {"------", 1U, 0U, 's'};
        stroke.frets[string] =
          (char)(fret < 10U ? '0' + (int)fret : 'a' + (int)fret - 10);
        play_stroke(player, &stroke, strengths[pass % 3U]);
      }
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
  Player             player = {NULL, samples, n_frames, 0U, 0U, rate, 0.0, 0.0};

  player.step_s  = piece->step_s;
  player.level   = piece->level;
  player.damp_at = n_frames > rest ? n_frames - rest : 0U;
  player.guitar  = (RcvGuitar*)malloc(sizeof(RcvGuitar));
  if (!player.guitar) {
    return false;
  }

  rcv_guitar_init(player.guitar,
                  piece->open_notes,
                  piece->detune_cents,
                  rate_hz,
                  (uint32_t)score);
  if (piece->strokes) {
    play_strokes(&player, piece);
  } else {
    play_single_notes(&player);
  }
  free(player.guitar);
  return true;
}

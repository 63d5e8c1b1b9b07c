// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_SIGNAL_PLUCKED_STRING_H
#define TRAIN_SIGNAL_PLUCKED_STRING_H

#include <stddef.h>
#include <stdint.h>

enum { RCV_STRING_FRAMES = 8192, RCV_GUITAR_STRINGS = 6 };

/// How a string is plucked
typedef enum {
  RCV_PLUCK_OPEN,    ///< Rings as long as it can
  RCV_PLUCK_MUTED,   ///< Under the palm
  RCV_PLUCK_BEND,    ///< Bent up a whole tone, and back
  RCV_PLUCK_VIBRATO, ///< With growing vibrato
} RcvPluck;

/**
   One string: a delay line with a loss in its loop (Karplus and Strong 1983),
   extended by pick position, tuning and damping after Jaffe and Smith 1983.

   The loss is one pole, set by two decay times, so that a string sounds the
   same at any rate.
*/
typedef struct {
  double   line[RCV_STRING_FRAMES];  ///< What has travelled along the string
  double   burst[RCV_STRING_FRAMES]; ///< What the pick gives it
  size_t   n_burst;                  ///< Length of the burst
  size_t   burst_at;                 ///< Frames since the pluck
  size_t   at;                       ///< Next place in the line
  double   period;     ///< Frames of one round trip without bending
  double   loss_delay; ///< Frames that the loss adds to it
  double   delay;      ///< Length of the line now, in frames
  double   delay_step; ///< How it changes per frame
  double   gain;       ///< Per round trip
  double   pole;       ///< Of the loss
  double   loss;       ///< State of the loss
  double   pickup;     ///< Place of the pickup, as a part of the period
  RcvPluck how;        ///< How it was plucked last
} RcvPluckedString;

/// An instrument, and how it is played
typedef struct {
  uint8_t open_notes[RCV_GUITAR_STRINGS]; ///< MIDI numbers, lowest string first
  double  pickup;       ///< Its place, as a part of the string
  double  resonance_hz; ///< Of coil and cable
  double  quality;      ///< Of the resonance
  double  bass_gain;    ///< Added to what is below 100 Hz, linear
  double  body_hz;      ///< The pick's push is softer above
  double  soft_edge_hz; ///< … and above this, when it is played softly
  double  hard_edge_hz; ///< What that grows by up to the full force
  double  thump;    ///< Of the hand on the body, beside the string's 1; linear
  double  block_hz; ///< Below is what the coupling blocks
} RcvInstrument;

/// A guitar in standard tuning
extern const RcvInstrument rcv_plain_guitar;

/// An instrument being played; large, so allocate it
typedef struct {
  RcvInstrument    instrument;
  RcvPluckedString strings[RCV_GUITAR_STRINGS];
  double           open_hz[RCV_GUITAR_STRINGS]; ///< Lowest string first
  double           rate_hz;
  uint32_t         random;       ///< State of the noise of the pick
  double           filter[3];    ///< Resonance of the coil: b0, a1, a2
  double           filter_z[2];  ///< Its state
  double           thump_push;   ///< What the hand has given the body just now
  double           thump[2];     ///< Resonance of the body: a1, a2
  double           thump_z[2];   ///< Its state
  double           low;          ///< What is below 100 Hz
  double           low_weight;   ///< Its weight
  double           blocked;      ///< State of the DC block
  double           block_weight; ///< Its weight
} RcvGuitar;

/**
   Tune a silent guitar or bass.

   @param detune_cents How far the whole instrument is out of tune.
   @param rate_hz 8000 to 192000.
   @param seed For the small irregularities of playing.
*/
void
rcv_guitar_init(RcvGuitar*           guitar,
                const RcvInstrument* instrument,
                double               detune_cents,
                uint32_t             rate_hz,
                uint32_t             seed);

/// Return an even random number from -1 to 1
double
rcv_guitar_random(RcvGuitar* guitar);

/**
   Pluck a string.

   @param fret 0 (open) to 24.
   @param force 0 (softest) to 1.
*/
void
rcv_guitar_pluck(RcvGuitar* guitar,
                 unsigned   string,
                 unsigned   fret,
                 double     force,
                 RcvPluck   how);

/// Stop a string with the hand
void
rcv_guitar_damp(RcvGuitar* guitar, unsigned string);

/// Return the next frame from the pickup
double
rcv_guitar_next(RcvGuitar* guitar);

#endif // TRAIN_SIGNAL_PLUCKED_STRING_H

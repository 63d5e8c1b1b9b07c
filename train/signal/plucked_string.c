// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/plucked_string.h"

#include "train/numbers/exact_math.h"

#include <math.h>
#include <string.h>

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

/// Frames between two looks at the bend
enum { CONTROL_FRAMES = 32 };

/// Times in which a string loses 60 dB
typedef struct {
  double whole_s;  ///< At its lowest partials
  double treble_s; ///< At 3 kHz and above
} Decay;

static const Decay open_decay  = {5.0, 0.9};
static const Decay muted_decay = {0.30, 0.09};
static const Decay damp_decay  = {0.07, 0.05};

static const double treble_hz = 3000.0;

const RcvInstrument rcv_plain_guitar = {
  .open_notes   = {40U, 45U, 50U, 55U, 59U, 64U},
  .pickup       = 0.23,
  .resonance_hz = 3600.0,
  .quality      = 1.3,
  .bass_gain    = 0.0,
  .body_hz      = 180.0,
  .soft_edge_hz = 900.0,
  .hard_edge_hz = 5000.0,
  .thump        = 0.0,
  .block_hz     = 20.0,
};

double
rcv_guitar_random(RcvGuitar* const guitar)
{
  // xorshift32 of Marsaglia 2003
  uint32_t r = guitar->random;
  r ^= r << 13U;
  r ^= r >> 17U;
  r ^= r << 5U;
  guitar->random = r;
  return (double)r / 2147483648.0 - 1.0;
}

/// Weight of the newest sample in a one-pole low-pass
static double
pole_weight(const double cutoff_hz, const double rate_hz)
{
  // 1 - exp(-2 pi f / rate), the constant being 2 pi / ln 2
  return 1.0 - rcv_exact_exp2(-9.064720283654388 * cutoff_hz / rate_hz);
}

/**
   Set the loss of a round trip.

   One pole p takes p (1 - cos w) / (1 - p)^2 nepers at w, to second order;
   60 dB are 6.9 nepers.
*/
static void
set_decay(RcvPluckedString* const string,
          const Decay* const      decay,
          const double            rate_hz)
{
  const double hz     = rate_hz / string->period;
  const double cosine = rcv_exact_sin(0.25 + treble_hz / rate_hz);
  const double wanted = 6.907755278982137 / decay->treble_s;
  const double k      = wanted / (hz * (1.0 - cosine));

  // log2(1000) = 9.97 halvings are 60 dB
  string->gain = rcv_exact_exp2(-9.965784284662087 / (hz * decay->whole_s));
  string->pole = (2.0 * k + 1.0 - sqrt(4.0 * k + 1.0)) / (2.0 * k);
  string->loss_delay = string->pole / (1.0 - string->pole);
}

/// The resonance of coil and cable: two poles, unity gain at DC
static void
init_pickup(RcvGuitar* const guitar)
{
  const double limit  = 0.4 * guitar->rate_hz;
  const double wanted = guitar->instrument.resonance_hz;
  const double hz     = wanted < limit ? wanted : limit;
  const double turns  = hz / guitar->rate_hz;
  const double alpha =
    rcv_exact_sin(turns) / (2.0 * guitar->instrument.quality);

  guitar->filter[1] = -2.0 * rcv_exact_sin(turns + 0.25) / (1.0 + alpha);
  guitar->filter[2] = (1.0 - alpha) / (1.0 + alpha);
  guitar->filter[0] = 1.0 + guitar->filter[1] + guitar->filter[2];

  guitar->low_weight = pole_weight(100.0, guitar->rate_hz);
  guitar->block_weight =
    pole_weight(guitar->instrument.block_hz, guitar->rate_hz);
}

void
rcv_guitar_init(RcvGuitar* const           guitar,
                const RcvInstrument* const instrument,
                const double               detune_cents,
                const uint32_t             rate_hz,
                const uint32_t             seed)
{
  memset(guitar, 0, sizeof(*guitar));
  guitar->instrument = *instrument;
  guitar->rate_hz    = (double)rate_hz;
  guitar->random     = seed * 2654435761U + 1U;
  init_pickup(guitar);
  for (unsigned i = 0U; i < RCV_GUITAR_STRINGS; ++i) {
    const double semitones =
      (double)instrument->open_notes[i] - 69.0 + detune_cents / 100.0;
    RcvPluckedString* const string = &guitar->strings[i];

    guitar->open_hz[i] = 440.0 * rcv_exact_exp2(semitones / 12.0);
    string->period     = guitar->rate_hz / guitar->open_hz[i];
    string->pickup     = instrument->pickup;
    set_decay(string, &damp_decay, guitar->rate_hz);
    string->delay = string->period - string->loss_delay;
  }
}

/**
   Make what the pick gives the string: a push, and the scratch of the pick.

   Both are softened, the more the softer the stroke, and come back inverted
   from the bridge, which takes out the partials that have a node at the pick.
*/
static void
make_burst(RcvGuitar* const        guitar,
           RcvPluckedString* const string,
           const double            force)
{
  const double rate    = guitar->rate_hz;
  const double ratio   = rate / 48000.0;
  const double hz      = rate / string->period;
  const double even    = sqrt(sqrt(hz / 110.0)); // High strings are as loud
  const double push    = 60.0 * force * force * even * ratio;
  const double scratch = 6.0 * force * force * even * sqrt(ratio);
  const double place   = 0.13 + 0.04 * rcv_guitar_random(guitar);
  const double edge_hz =
    guitar->instrument.soft_edge_hz + guitar->instrument.hard_edge_hz * force;
  const double body   = pole_weight(guitar->instrument.body_hz, rate);
  const double edge   = pole_weight(edge_hz, rate);
  const size_t period = (size_t)string->period;
  const size_t echo   = 1U + (size_t)(place * string->period);

  double z1        = 0.0;
  double z2        = 0.0;
  string->n_burst  = period + echo;
  string->burst_at = 0U;
  for (size_t i = 0U; i < string->n_burst; ++i) {
    const double noise = i < period ? rcv_guitar_random(guitar) : 0.0;
    const double input = scratch * noise + (i ? 0.0 : push);
    z1 += body * (input - z1);
    z2 += edge * (z1 - z2);
    string->burst[i] = z2;
  }
  for (size_t i = string->n_burst; i-- > echo;) {
    string->burst[i] -= string->burst[i - echo];
  }

  // Where the burst is cut it must have come to rest
  const size_t fade = period / 8U + 1U;
  for (size_t i = 0U; i < fade; ++i) {
    string->burst[string->n_burst - 1U - i] *= (double)i / (double)fade;
  }
}

/// Give the body a push: 20 to 90 Hz, for 20 to 60 ms, another each time
static void
thump(RcvGuitar* const guitar, const double force)
{
  const double hz      = 55.0 + 35.0 * rcv_guitar_random(guitar);
  const double decay_s = 0.04 + 0.02 * rcv_guitar_random(guitar);
  const double turns   = hz / guitar->rate_hz;
  const double push    = guitar->instrument.thump * rcv_guitar_random(guitar);

  // r^(decay_s rate) = 1/e, and 1 / ln 2 = 1.4427
  const double r =
    rcv_exact_exp2(-1.4426950408889634 / (decay_s * guitar->rate_hz));

  guitar->thump[0] = -2.0 * r * rcv_exact_sin(turns + 0.25);
  guitar->thump[1] = r * r;
  guitar->thump_push += push * force * force * rcv_exact_sin(turns);
}

void
rcv_guitar_pluck(RcvGuitar* const guitar,
                 const unsigned   string_index,
                 const unsigned   fret,
                 const double     force,
                 const RcvPluck   how)
{
  RcvPluckedString* const string = &guitar->strings[string_index];
  const double            hz =
    guitar->open_hz[string_index] * rcv_exact_exp2((double)fret / 12.0);

  string->period = guitar->rate_hz / hz;
  string->how    = how;
  set_decay(string,
            how == RCV_PLUCK_MUTED ? &muted_decay : &open_decay,
            guitar->rate_hz);
  string->delay      = string->period - string->loss_delay;
  string->delay_step = 0.0;

  // The pick stops most of what still rings
  for (size_t i = 0U; i < RCV_STRING_FRAMES; ++i) {
    string->line[i] *= 0.1;
  }
  string->loss *= 0.1;
  make_burst(guitar, string, force);
  if (guitar->instrument.thump > 0.0) {
    thump(guitar, force);
  }
}

void
rcv_guitar_damp(RcvGuitar* const guitar, const unsigned string_index)
{
  set_decay(&guitar->strings[string_index], &damp_decay, guitar->rate_hz);
}

/// Return by how many semitones a string is bent, a time after its pluck
static double
bend_of(const RcvPluck how, const double time_s)
{
  if (how == RCV_PLUCK_VIBRATO) {
    const double depth = time_s < 0.5 ? time_s / 0.5 : 1.0;
    return 0.3 * depth * rcv_exact_sin(5.6 * time_s);
  }
  if (how == RCV_PLUCK_BEND) {
    const double up   = (time_s - 0.10) / 0.20;
    const double down = (0.75 - time_s) / 0.15;
    const double part = up < down ? up : down;
    return part < 0.0   ? 0.0
           : part > 1.0 ? 2.0
                        : 2.0 * part * part * (3.0 - 2.0 * part);
  }
  return 0.0;
}

static void
steer(RcvPluckedString* const string, const double rate_hz)
{
  const double time_s = (double)string->burst_at / rate_hz;
  const double bend   = bend_of(string->how, time_s);
  const double wanted =
    string->period * rcv_exact_exp2(-bend / 12.0) - string->loss_delay;
  string->delay_step = (wanted - string->delay) / CONTROL_FRAMES;
}

/// Read the line `delay` frames ago with Lagrange's cubic, which never
/// amplifies
static double
read_line(const RcvPluckedString* const string, const double delay)
{
  const double whole = floor(delay);
  const double d     = delay - whole + 1.0;
  const size_t i =
    string->at + (size_t)2U * RCV_STRING_FRAMES - (size_t)whole + 1U;
  const size_t mask = RCV_STRING_FRAMES - 1U;

  const double x0 = string->line[i & mask];
  const double x1 = string->line[(i - 1U) & mask];
  const double x2 = string->line[(i - 2U) & mask];
  const double x3 = string->line[(i - 3U) & mask];

  const double d1 = d - 1.0;
  const double d2 = d - 2.0;
  const double d3 = d - 3.0;
  return x0 * (-d1 * d2 * d3 / 6.0) + x1 * (d * d2 * d3 / 2.0) +
         x2 * (-d * d1 * d3 / 2.0) + x3 * (d * d1 * d2 / 6.0);
}

static double
string_next(RcvPluckedString* const string, const double rate_hz)
{
  if (string->burst_at % CONTROL_FRAMES == 0U) {
    steer(string, rate_hz);
  }

  const double back = read_line(string, string->delay);
  const double loss = back + string->pole * (string->loss - back);

  // Below -240 dB there is nothing to hear, but denormals would be slow
  string->loss = fabs(loss) < 1.0e-12 ? 0.0 : loss;

  const double pick =
    string->burst_at < string->n_burst ? string->burst[string->burst_at] : 0.0;
  const double now = string->gain * string->loss + pick;

  string->line[string->at] = now;

  const double bridge = read_line(string, 2.0 + string->pickup * string->delay);
  string->at          = (string->at + 1U) & (RCV_STRING_FRAMES - 1U);
  string->delay += string->delay_step;
  ++string->burst_at;
  return now - bridge;
}

/// What the pickup hears of the body
static double
thump_next(RcvGuitar* const guitar)
{
  double* const z = guitar->thump_z;
  const double  y =
    guitar->thump_push - guitar->thump[0] * z[0] - guitar->thump[1] * z[1];
  z[1]               = z[0];
  z[0]               = fabs(y) < 1.0e-12 ? 0.0 : y;
  guitar->thump_push = 0.0;
  return y;
}

double
rcv_guitar_next(RcvGuitar* const guitar)
{
  double sum = 0.0;
  for (unsigned i = 0U; i < RCV_GUITAR_STRINGS; ++i) {
    sum += string_next(&guitar->strings[i], guitar->rate_hz);
  }

  const double* const c = guitar->filter;
  double* const       z = guitar->filter_z;
  const double        y = c[0] * sum - c[1] * z[0] - c[2] * z[1];
  z[1]                  = z[0];
  z[0]                  = fabs(y) < 1.0e-12 ? 0.0 : y;

  const double felt = y + thump_next(guitar);
  guitar->low += guitar->low_weight * (felt - guitar->low);
  const double heard = felt + guitar->instrument.bass_gain * guitar->low;

  guitar->blocked += guitar->block_weight * (heard - guitar->blocked);
  return heard - guitar->blocked;
}

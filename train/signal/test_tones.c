// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/signal/test_tones.h"

#include "train/numbers/exact_math.h"

#ifdef __FAST_MATH__
#  error "This file must be compiled without -ffast-math"
#endif
#ifdef __clang__
#  pragma STDC FP_CONTRACT OFF
#endif

/// Return a weight that fades the first and last n_fade of n_frames
static double
fade_at(const size_t i, const size_t n_frames, const size_t n_fade)
{
  const size_t to_end  = n_frames - 1U - i;
  const size_t to_edge = i < to_end ? i : to_end;
  if (to_edge >= n_fade) {
    return 1.0;
  }

  const double part = (double)to_edge / (double)n_fade;
  return part * part * (3.0 - 2.0 * part);
}

void
rcv_tones_clicks(double* const samples, const size_t n_frames)
{
  samples[n_frames / 4U]      = 0.5;
  samples[n_frames / 4U * 3U] = 0.5;
}

RcvToneStep
rcv_tones_level_step(const size_t step)
{
  static const double frequencies_hz[] = {110.0, 440.0, 1318.5, 3520.0};
  static const double levels_db[]      = {
         -54.0, -42.0, -34.0, -27.0, -21.0, -15.0, -9.0, -4.0};

  const RcvToneStep tone = {frequencies_hz[step / 8U], levels_db[step % 8U]};
  return tone;
}

void
rcv_tones_level_steps(double* const  samples,
                      const size_t   n_frames,
                      const uint32_t rate_hz)
{
  const size_t n_step = n_frames / RCV_TONES_N_STEPS;
  const size_t n_fade = (size_t)rate_hz / 200U;
  for (size_t step = 0U; step < RCV_TONES_N_STEPS; ++step) {
    const RcvToneStep tone  = rcv_tones_level_step(step);
    const double      turns = tone.hz / (double)rate_hz;
    const double      gain  = rcv_exact_gain(tone.level_db);
    for (size_t i = 0U; i < n_step; ++i) {
      samples[step * n_step + i] =
        gain * fade_at(i, n_step, n_fade) * rcv_exact_sin(turns * (double)i);
    }
  }
}

void
rcv_tones_sweeps(double* const  samples,
                 const size_t   n_frames,
                 const uint32_t rate_hz)
{
  static const double levels_db[] = {-32.0, -18.0, -5.0};
  static const double octaves     = 9.5;

  // From 20 Hz up to 14.5 kHz, or less at low rates, so that none is aliased
  const double rate   = (double)rate_hz;
  const double start  = rate < 32200.0 ? 0.45 * rate / 724.0773439350247 : 20.0;
  const size_t n      = n_frames / 3U;
  const size_t n_fade = (size_t)rate_hz / 100U;
  const double ratio  = rcv_exact_exp2(octaves / (double)n);
  for (size_t sweep = 0U; sweep < 3U; ++sweep) {
    const double gain  = rcv_exact_gain(levels_db[sweep]);
    double       step  = start / rate;
    double       turns = 0.0;
    for (size_t i = 0U; i < n; ++i) {
      samples[sweep * n + i] =
        gain * fade_at(i, n, n_fade) * rcv_exact_sin(turns);
      turns += step;
      step *= ratio;
    }
  }
}

void
rcv_tones_noise(double* const  samples,
                const size_t   n_frames,
                const uint32_t rate_hz)
{
  static const double levels_db[] = {
    -50.0, -40.0, -32.0, -26.0, -20.0, -15.0, -10.0, -5.0};

  uint32_t     random = 20260101U;
  const size_t n      = n_frames / 8U;
  const size_t n_on   = n / 4U * 3U;
  const size_t n_fade = (size_t)rate_hz / 500U;
  for (size_t burst = 0U; burst < 8U; ++burst) {
    const double gain = rcv_exact_gain(levels_db[burst]);
    for (size_t i = 0U; i < n_on; ++i) {
      random ^= random << 13U;
      random ^= random >> 17U;
      random ^= random << 5U;
      const double white     = (double)random / 2147483648.0 - 1.0;
      samples[burst * n + i] = gain * fade_at(i, n_on, n_fade) * white;
    }
  }
}

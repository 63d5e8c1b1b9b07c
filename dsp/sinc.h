// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_SINC_H
#define DSP_SINC_H

#include <stdint.h>

/**
   @file

   Windowed sinc filters that read a signal between its frames (window: Kaiser
   1974, stop band below −90 dB).  Not for the audio thread.
*/

/// The part of the slower rate's band that passes with as many taps as
/// rcv_sinc_n_taps() says
#define RCV_SINC_PASS_PART 0.93

/**
   Taps of a filter whose input has `ratio` times the slower of the two rates: a
   multiple of 16.
*/
uint32_t
rcv_sinc_n_taps(double ratio);

/**
   Make filters that read between the frames of a signal at `n_phases` places.

   @param filters [n_phases][n_taps] set; tap i stands for the frame i + 1 −
   n_taps/2 after the one before the place.  Each lets DC through as it is.
   @param cutoff Of the input's band, 0 to 1.
*/
void
rcv_sinc_filters(float*   filters,
                 uint32_t n_phases,
                 uint32_t n_taps,
                 double   cutoff);

/// The fraction up/down nearest to a ratio, both at most 1000
void
rcv_sinc_fraction(double ratio, uint32_t* up, uint32_t* down);

#endif // DSP_SINC_H

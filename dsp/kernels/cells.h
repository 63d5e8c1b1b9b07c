// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_KERNELS_CELLS_H
#define DSP_KERNELS_CELLS_H

/**
   @file

   The cells of dsp/rnn.c, dsp/lstm.c and dsp/gru.c from their sums on, for a
   vector of units.  The sums of the sigmoid gates (and the GRU's recurrent part
   of its candidate) come halved, as σ(a) = (1 + tanh(a/2))/2 and a weight is
   halved without rounding.

   Divisions are put off and joined: what counts is the time from the sums to
   the new h, for which the next sample waits.  See rcv_quotient_tanh() for
   `hurries`.
*/

#include "dsp/kernels/vector.h"

#include <stdbool.h>

/// 2σ(a)·d as n, from a/2: the quotient of tanh(a/2) plus one
RCV_REALTIME RCV_INLINE RcvQuotient
rcv_gate(const RcvVec half_a, const bool hurries)
{
  RcvQuotient gate =
    rcv_quotient_tanh(half_a, rcv_vec_set(1.0f), 1.0f, hurries);

  gate.n += gate.d;
  return gate;
}

/// h = tanh(a)
RCV_REALTIME RCV_INLINE RcvVec
rcv_rnn_unit(const RcvVec* const sums, const bool hurries)
{
  const RcvQuotient h =
    rcv_quotient_tanh(sums[0], rcv_vec_set(1.0f), 1.0f, hurries);

  return h.n / h.d;
}

/**
   c = σ(f)·c + σ(i)·tanh(g), h = σ(o)·tanh(c).

   @param sums [4] i/2, f/2, g, o/2.
   @param c Replaced.
*/
RCV_REALTIME RCV_INLINE RcvVec
rcv_lstm_unit(const RcvVec* const sums, RcvVec* const c, const bool hurries)
{
  const RcvVec      half = rcv_vec_set(0.5f);
  const RcvQuotient i    = rcv_gate(sums[0], hurries);
  const RcvQuotient f    = rcv_gate(sums[1], hurries);
  const RcvQuotient g =
    rcv_quotient_tanh(sums[2], rcv_vec_set(1.0f), 2.0f, hurries); // tanh(g)/2
  const RcvQuotient o = rcv_gate(sums[3], hurries);

  const RcvVec kept  = (f.n * (half * *c)) / f.d;
  const RcvVec added = (i.n * g.n) / (i.d * g.d);
  const RcvVec open  = (half * o.n) / o.d;

  *c = kept + added;

  const RcvQuotient h = rcv_quotient_tanh(*c, open, 1.0f, hurries);
  return h.n / h.d;
}

/**
   n = tanh(n_in + σ(r)·n_rec), h = n + σ(z)·(h − n).

   @param sums [3] r/2, z/2, n_rec/2.
   @param h The state before.
*/
RCV_REALTIME RCV_INLINE RcvVec
rcv_gru_unit(const RcvVec* const sums,
             const RcvVec        n_in,
             const RcvVec        h,
             const bool          hurries)
{
  const RcvVec      half = rcv_vec_set(0.5f);
  const RcvQuotient r    = rcv_gate(sums[0], hurries);
  const RcvQuotient z    = rcv_gate(sums[1], hurries);

  const RcvVec a       = n_in + ((r.n * sums[2]) / r.d);
  const RcvVec keep    = (half * z.n) / z.d;
  const RcvVec replace = rcv_vec_set(1.0f) - keep;

  const RcvQuotient n = rcv_quotient_tanh(a, replace, 1.0f, hurries);
  return rcv_vec_fma(keep, h, n.n / n.d);
}

#endif // DSP_KERNELS_CELLS_H

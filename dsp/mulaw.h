// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MULAW_H
#define DSP_MULAW_H

#include "dsp/real.h"

#include <stdint.h>

/**
   Level of a class on the µ-law scale with µ = V − 1 (ITU-T G.711's curve,
   continuous): u = 2v/(V − 1) − 1, level = sign(u)·((1 + µ)^|u| − 1)/µ.

   Not for the audio thread: networks keep a table.

   @param index 0 to n_classes − 1.
   @param n_classes V, at least 2.
   @return −1 to 1.
*/
double
rcv_mulaw_level(uint32_t index, uint32_t n_classes);

/**
   The class whose level is nearest to a value on the companded scale.

   @param value Any finite number; beyond −1 to 1 it is the first or last class.
*/
uint32_t
rcv_mulaw_class(double value, uint32_t n_classes);

#endif // DSP_MULAW_H

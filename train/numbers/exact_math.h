// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_NUMBERS_EXACT_MATH_H
#define TRAIN_NUMBERS_EXACT_MATH_H

/**
   @file exact_math.h Functions that give the same bits on every machine.

   They are made of additions and multiplications in a fixed order, which IEEE
   754 defines exactly, where those of a C library differ in the last bit.  To
   be compiled without -ffast-math and with -ffp-contract=off.
*/

/// Return the sine of an angle in turns (1 is a full circle), within 1e-13
double
rcv_exact_sin(double turns);

/// Return 2 to the power of x for |x| < 1000, within 1e-14 of it
double
rcv_exact_exp2(double x);

/// Return the linear gain of a level in dB
double
rcv_exact_gain(double level_db);

#endif // TRAIN_NUMBERS_EXACT_MATH_H

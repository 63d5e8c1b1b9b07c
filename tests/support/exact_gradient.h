// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_EXACT_GRADIENT_H
#define TESTS_SUPPORT_EXACT_GRADIENT_H

#include <stddef.h>
#include <stdint.h>

/**
   @file

   The loss and gradient of tests/train/bptt/network_case.h in double precision,
   for tests that are compiled for float.
*/

/// One sequence, all in floats, and what is added up for it
typedef struct {
  uint32_t        case_index; ///< For case_shape()
  const float*    params;
  const float*    x;       ///< [T + D][I]
  const float*    target;  ///< [T]
  const uint32_t* classes; ///< [T]
  double          weight;  ///< Factor of this sequence's loss
} ExactSequence;

/**
   Run one sequence forward and backward.

   @param gradient [n_params] increased.
   @return The loss.
*/
double
exact_gradient_add(const ExactSequence* sequence, double* gradient);

#endif // TESTS_SUPPORT_EXACT_GRADIENT_H

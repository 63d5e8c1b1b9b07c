// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_LAPACK_H
#define TRAIN_OPTIMIZER_LAPACK_H

#include <stdbool.h>
#include <stdint.h>

/**
   @file

   What the optimiser needs of LAPACK, for square matrices whose rows are the
   vectors: those are columns as LAPACK sees them.
*/

/// Memory that the functions need
typedef struct {
  float* reals;    ///< [n_reals] owned
  int*   integers; ///< [n_integers] owned
  float* values;   ///< [n_max] owned
  int    n_reals;
  int    n_integers;
} RcvLapackWork;

/**
   Allocate for matrices of up to n_max rows; false: no memory.

   OpenBLAS is told to use the calling thread alone, in the whole process: the
   same numbers whatever the machine's number of processors, and the processors
   are busy with back-propagation.
*/
bool
rcv_lapack_work_init(RcvLapackWork* work, uint32_t n_max);

/// What processor the library computes for, on which the last bits depend
const char*
rcv_lapack_name(void);

/// Free what it owns
void
rcv_lapack_work_clear(RcvLapackWork* work);

/**
   Eigenvectors of a symmetric matrix, that of the greatest eigenvalue first.

   @param a [n][n] the upper triangle is read; set to the vectors, as rows.
   @return False if it did not converge or a number is not finite.
*/
bool
rcv_lapack_eigenvectors(RcvLapackWork* work, float* a, uint32_t n);

/**
   Make the rows orthonormal, the first ones keeping their directions (a QR
   decomposition).

   @param a [n][n] replaced by Q.
   @return False if a number is not finite.
*/
bool
rcv_lapack_orthonormalize(RcvLapackWork* work, float* a, uint32_t n);

#endif // TRAIN_OPTIMIZER_LAPACK_H

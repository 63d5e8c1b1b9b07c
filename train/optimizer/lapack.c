// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/lapack.h"

#include "train/bptt/memory.h"

#include <cblas.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

// From LAPACK, which has no header of its own; strings bring their length
void
ssyevd_(const char* jobz,
        const char* uplo,
        const int*  n,
        float*      a,
        const int*  lda,
        float*      w,
        float*      work,
        const int*  lwork,
        int*        iwork,
        const int*  liwork,
        int*        info,
        size_t      len_jobz,
        size_t      len_uplo);

void
sgeqrf_(const int* m,
        const int* n,
        float*     a,
        const int* lda,
        float*     tau,
        float*     work,
        const int* lwork,
        int*       info);

void
sorgqr_(const int*   m,
        const int*   n,
        const int*   k,
        float*       a,
        const int*   lda,
        const float* tau,
        float*       work,
        const int*   lwork,
        int*         info);

bool
rcv_lapack_work_init(RcvLapackWork* const work, const uint32_t n_max)
{
  openblas_set_num_threads(1);

  // As ssyevd wants them; the QR needs n · its block size, which is less
  const size_t n       = n_max;
  const size_t n_reals = 1 + (6 * n) + (2 * n * n) + (64 * n);

  work->n_reals    = (int)n_reals;
  work->n_integers = (int)(3 + (5 * n));
  work->reals      = rcv_bptt_alloc(n_reals, sizeof(float));
  work->integers   = calloc((size_t)work->n_integers, sizeof(int));
  work->values     = rcv_bptt_alloc(n, sizeof(float));
  return work->reals && work->integers && work->values;
}

const char*
rcv_lapack_name(void)
{
  return openblas_get_corename();
}

void
rcv_lapack_work_clear(RcvLapackWork* const work)
{
  free(work->reals);
  free(work->integers);
  free(work->values);
  memset(work, 0, sizeof(RcvLapackWork));
}

static bool
all_finite(const float* const a, const uint32_t n)
{
  const size_t size = (size_t)n * n;
  size_t       i    = 0;
  while (i < size && isfinite(a[i])) {
    ++i;
  }
  return i == size;
}

bool
rcv_lapack_eigenvectors(RcvLapackWork* const work,
                        float* const         a,
                        const uint32_t       n)
{
  // The upper triangle of rows is the lower one of columns
  const int size = (int)n;
  int       info = 0;
  if (!all_finite(a, n)) {
    return false;
  }
  ssyevd_("V",
          "L",
          &size,
          a,
          &size,
          work->values,
          work->reals,
          &work->n_reals,
          work->integers,
          &work->n_integers,
          &info,
          1,
          1);

  // It sorts the other way round
  for (size_t i = 0; i < n / 2; ++i) {
    cblas_sswap(size, a + (i * n), 1, a + ((n - 1 - i) * n), 1);
  }
  return info == 0 && all_finite(a, n);
}

bool
rcv_lapack_orthonormalize(RcvLapackWork* const work,
                          float* const         a,
                          const uint32_t       n)
{
  const int size = (int)n;
  int       info = 0;
  if (!all_finite(a, n)) {
    return false;
  }
  sgeqrf_(
    &size, &size, a, &size, work->values, work->reals, &work->n_reals, &info);
  if (!info) {
    sorgqr_(&size,
            &size,
            &size,
            a,
            &size,
            work->values,
            work->reals,
            &work->n_reals,
            &info);
  }
  return info == 0 && all_finite(a, n);
}

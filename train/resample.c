// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/resample.h"

#include <soxr.h>

#include <math.h>
#include <stdlib.h>

RcvStatus
rcv_resample_recording(float** const     samples,
                       size_t* const     n_frames,
                       const uint32_t    from_hz,
                       const uint32_t    to_hz,
                       const char* const path,
                       RcvError* const   error)
{
  if (from_hz == to_hz) {
    return RCV_OK;
  }

  const double ratio  = (double)to_hz / (double)from_hz;
  const size_t n      = (size_t)fmax(1.0, round((double)*n_frames * ratio));
  float* const result = calloc(n, sizeof(float));
  if (!result) {
    return rcv_error_set(
      error, RCV_NO_MEMORY, "%s: no memory to resample it", path);
  }

  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  size_t                    n_done  = 0;
  soxr_error_t              problem = soxr_oneshot(from_hz,
                                      to_hz,
                                      1,
                                      *samples,
                                      *n_frames,
                                      NULL,
                                      result,
                                      n,
                                      &n_done,
                                      NULL,
                                      &quality,
                                      NULL);
  if (problem) {
    free(result);
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: cannot be resampled from %u to %u Hz (%s); "
                         "choose another --rate",
                         path,
                         from_hz,
                         to_hz,
                         soxr_strerror(problem));
  }

  free(*samples);
  *samples  = result;
  *n_frames = n;
  return RCV_OK;
}

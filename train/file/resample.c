// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/resample.h"

#include "dsp/sinc.h"

#include <soxr.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

RcvStatus
rcv_resample_between(float* const    samples,
                     const size_t    n_frames,
                     const double    fraction,
                     RcvError* const error)
{
  enum { N_PHASES = 1024 };

  const uint32_t n_taps  = rcv_sinc_n_taps(1.0);
  const size_t   n_past  = (n_taps / 2) - 1;
  float* const   filters = calloc((size_t)N_PHASES * n_taps, sizeof(float));
  float* const   padded  = calloc(n_frames + n_taps + 1, sizeof(float));
  if (!filters || !padded) {
    free(filters);
    free(padded);
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to take off a delay");
  }

  // The last phase begins with the next frame
  const size_t       phase = (size_t)round(fraction * N_PHASES);
  const size_t       whole = phase / N_PHASES;
  const float* const taps  = filters + ((phase % N_PHASES) * n_taps);
  rcv_sinc_filters(filters, N_PHASES, n_taps, 1.0);
  memcpy(padded + n_past, samples, n_frames * sizeof(float));
  for (size_t t = 0; t < n_frames; ++t) {
    double sum = 0.0;
    for (size_t i = 0; i < n_taps; ++i) {
      sum += (double)taps[i] * (double)padded[t + whole + i];
    }
    samples[t] = (float)sum;
  }
  free(filters);
  free(padded);
  return RCV_OK;
}

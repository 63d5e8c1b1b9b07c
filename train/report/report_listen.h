// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_LISTEN_H
#define TRAIN_REPORT_REPORT_LISTEN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/// The same excerpt three times
typedef struct {
  const float* dry;    ///< [n_frames]
  const float* device; ///< [n_frames]
  const float* model;  ///< [n_frames]
  size_t       n_frames;
  uint32_t     rate_hz;
} RcvListen;

/**
   Write players that play in step, of which one is heard, and a blind test:
   X is the device or the model, and right answers are counted, with how likely
   it is to have as many by guessing.
*/
void
rcv_report_listen(FILE* html, const RcvListen* listen);

#endif // TRAIN_REPORT_REPORT_LISTEN_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_NETWORK_IMPL_H
#define DSP_NETWORK_IMPL_H

#include "dsp/kernels/kernels.h"
#include "dsp/network.h"
#include "dsp/shape.h"

#include <stdint.h>

/// Frames that the layers pass to each other at a time: few enough that they
/// stay in the first cache
enum { RCV_NETWORK_CHUNK = 64 };

struct RcvNetwork {
  RcvShape          shape;
  const RcvKernels* kernels;
  uint32_t          n_padded; // H in whole vectors
  float             skip_gain_lin;
  RcvPackedLayer    layers[2][RCV_MAX_LAYERS];
  RcvPackedHead     head;    // its logits are the state's
  const float*      initial; // [n_directions][L][2][n_padded] h, then c
};

struct RcvState {
  float* h[2][RCV_MAX_LAYERS]; // [1 + CHUNK][n_padded] the first row is now
  float* c[2][RCV_MAX_LAYERS]; // [n_padded]
  float* logits;               // [n_levels] (softmax)

  // Bidirectional only: windows of block + lookahead frames
  float*   inputs;   // [B + D][I] the frames that the next block reads
  float*   tops;     // [B][n_padded] top hidden states, summed
  float*   outputs;  // [B] of the block computed last
  uint32_t n_inputs; // Frames in `inputs`
  uint32_t n_read;   // Frames of `outputs` already played
};

#endif // DSP_NETWORK_IMPL_H

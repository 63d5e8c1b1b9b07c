// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_NETWORK_RIG_H
#define TESTS_SUPPORT_NETWORK_RIG_H

#include "dsp/kernels/kernels.h"
#include "dsp/network.h"
#include "dsp/shape.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   A network and one state in memory of their own.  Whatever fails here fails
   the test.
*/

/// What rcv_network_run() needs; the memory that it stands in is owned
typedef struct {
  RcvNetwork* network;
  RcvState*   state;
} NetworkRig;

/// Every table of kernels here, the exact ones first: NULL after the last one
const RcvKernels*
network_rig_kernels(uint32_t index);

/// A tolerance for exact kernels, widened as the table's tanh is less exact
double
network_rig_tolerance(const RcvKernels* kernels, double exact);

/// Make a network and its state, to be freed with network_rig_free()
NetworkRig
network_rig_new(const RcvShape*   shape,
                const float*      params,
                const RcvKernels* kernels);

/// Free what a rig owns
void
network_rig_free(NetworkRig* rig);

/// Blocks that tests divide a signal into: 0 stands for mixed lengths
extern const uint32_t network_rig_blocks[5];

/// Length of the next block, at position `t` of a signal of n_frames
uint32_t
network_rig_block(uint32_t block, size_t t, size_t n_frames);

/// Run a signal through a network block by block
void
network_rig_run(const NetworkRig* rig,
                const float*      x,
                float*            y,
                size_t            n_frames,
                uint32_t          block);

/// Memory for n floats, zero, aligned to RCV_ALIGNMENT; free with free()
float*
network_rig_floats(size_t n);

/// Fill with numbers of −scale to scale that are always the same for a seed
void
network_rig_random(float* values, size_t n, float scale, uint32_t seed);

/// Every combination of cell, layers 1 or 3, direction, head and skip; then
/// layers of different cells and sizes
enum { NETWORK_RIG_UNIFORM = 48, NETWORK_RIG_SHAPES = 54 };

/// One of them; block 16 and lookahead 5 if it is bidirectional; those from
/// NETWORK_RIG_UNIFORM on have sizes of their own
RcvShape
network_rig_shape(uint32_t index, uint32_t input_size, uint32_t hidden_size);

#endif // TESTS_SUPPORT_NETWORK_RIG_H

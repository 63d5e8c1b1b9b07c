// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_OPTIMIZER_H
#define TRAIN_OPTIMIZER_OPTIMIZER_H

#include "dsp/shape.h"
#include "train/file/state_list.h"

#include <stdbool.h>

/**
   @file

   The optimiser of a whole network.

   With SOAP, each layer of each direction is one matrix [W_hh | W_ih | b] of
   G·H rows.  In an RNN and an LSTM both biases of PyTorch have the same
   gradient: the column is b_ih, which makes every change, and b_hh stays as it
   began. In a GRU they differ, and each is a column.  The head has plain Adam.
*/

/// Which one
typedef enum {
  RCV_OPTIMIZER_ADAM,
  RCV_OPTIMIZER_SOAP,
} RcvOptimizerKind;

typedef struct RcvOptimizerImpl RcvOptimizer;

/**
   Make one with moments of zero.

   @return To be freed by the caller with rcv_optimizer_free(), or NULL.
*/
RcvOptimizer*
rcv_optimizer_new(RcvOptimizerKind kind, const RcvShape* shape);

/// Free it; NULL is ignored
void
rcv_optimizer_free(RcvOptimizer* optimizer);

/// Forget moments and preconditioners
void
rcv_optimizer_reset(RcvOptimizer* optimizer);

/**
   Make one update.

   @param params [rcv_shape_n_params()] updated.
   @param d_params [rcv_shape_n_params()] gradient.
*/
void
rcv_optimizer_update(RcvOptimizer* optimizer,
                     float*        params,
                     const float*  d_params,
                     double        rate);

/// Add all that an update depends on to a list; false: no memory
bool
rcv_optimizer_list(RcvOptimizer* optimizer, RcvStateList* list);

#endif // TRAIN_OPTIMIZER_OPTIMIZER_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_SOAP_H
#define TRAIN_OPTIMIZER_SOAP_H

#include "train/file/state_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   SOAP for one matrix (Vyas et al. 2024, arXiv 2409.11321, algorithm 3): Adam
   in the slowly turning eigenbasis of the running G Gᵀ and Gᵀ G, those of
   Shampoo.

   Two bounds are ours, without which high rates end in a loss: the RMS of the
   update in the eigenbasis, and ‖ΔW‖/‖W‖.
*/

/// How it is done
typedef struct {
  double   beta_1;     ///< Decay of the mean gradient
  double   beta_2;     ///< Decay of the mean square, in the eigenbasis
  double   decay;      ///< Of G Gᵀ and Gᵀ G
  uint32_t period;     ///< Updates between turns of the bases; 0: no bases
  double   max_rms;    ///< Of an update in the eigenbasis, before the rate
  double   max_change; ///< Of ‖ΔW‖/‖W‖ in an update
} RcvSoapSettings;

/// The values that the trainer uses
RcvSoapSettings
rcv_soap_defaults(void);

/// The moments and bases of one matrix
typedef struct RcvSoapImpl RcvSoap;

/**
   Make moments of zero.

   @return To be freed by the caller with rcv_soap_free(), or NULL.
*/
RcvSoap*
rcv_soap_new(uint32_t n_rows, uint32_t n_cols, const RcvSoapSettings* settings);

/// Free it; NULL is ignored
void
rcv_soap_free(RcvSoap* soap);

/// Forget moments and bases
void
rcv_soap_reset(RcvSoap* soap);

/**
   W −= rate · Q_L (M̂ / (√V̂ + ε)) Q_Rᵀ, within the bounds.

   The first gradient after a reset only finds the bases.

   @param w [n_rows][n_cols] updated.
   @param d_w [n_rows][n_cols] gradient.
*/
void
rcv_soap_update(RcvSoap* soap, float* w, const float* d_w, double rate);

/**
   The bases of now, borrowed; the rows are the eigenvectors.

   @param left Set to [n_rows][n_rows].
   @param right Set to [n_cols][n_cols].
*/
void
rcv_soap_bases(const RcvSoap* soap, const float** left, const float** right);

/// Add all that an update depends on to a list; `prefix` begins the names
bool
rcv_soap_list(RcvSoap* soap, const char* prefix, RcvStateList* list);

#endif // TRAIN_OPTIMIZER_SOAP_H

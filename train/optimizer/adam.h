// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_OPTIMIZER_ADAM_H
#define TRAIN_OPTIMIZER_ADAM_H

#include "train/file/state_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Adam: Kingma & Ba 2015, arXiv 1412.6980
typedef struct {
  size_t   n_params;
  float*   m;         ///< [n_params] mean of the gradient, owned
  float*   v;         ///< [n_params] mean of its square, owned
  uint64_t n_updates; ///< Since the moments were zero
} RcvAdam;

/// Make moments of zero, to be freed with rcv_adam_clear(); false: no memory
bool
rcv_adam_init(RcvAdam* adam, size_t n_params);

/// Free what it owns
void
rcv_adam_clear(RcvAdam* adam);

/// Forget the moments
void
rcv_adam_reset(RcvAdam* adam);

/// params −= rate · m̂ / (√v̂ + ε)
void
rcv_adam_update(RcvAdam*     adam,
                float*       params,
                const float* d_params,
                double       rate);

/// Add all that an update depends on to a list; `prefix` begins the names
bool
rcv_adam_list(RcvAdam* adam, const char* prefix, RcvStateList* list);

#endif // TRAIN_OPTIMIZER_ADAM_H

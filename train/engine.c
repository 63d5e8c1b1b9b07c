// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/engine.h"

#include "dsp/kernels/kernels.h"
#include "dsp/model/model.h"

#include <stddef.h>
#include <string.h>

RcvEngine
rcv_engine_choose(void)
{
  static const RcvEngine engines[] = {
#ifdef RCV_HAVE_X86_TABLES
    {&rcv_bptt_avx512, rcv_loss_avx512},
    {&rcv_bptt_avx2, rcv_loss_avx2},
#endif
    {&rcv_bptt_generic, rcv_loss_generic},
  };

  enum { N_ENGINES = sizeof(engines) / sizeof(engines[0]) };

  const char* const name = rcv_model_kernels()->name;
  size_t            i    = 0;
  while (i < N_ENGINES - 1 && strcmp(engines[i].bptt->name, name) != 0) {
    ++i;
  }
  return engines[i];
}

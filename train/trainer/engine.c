// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/engine.h"

#include "dsp/kernels/kernels.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/// The one of an instruction set that goes backward in bfloat16, if it can here
static RcvEngine
with_bf16_backward(const RcvEngine engine)
{
#ifdef RCV_HAVE_X86_TABLES
  __builtin_cpu_init();
  if (engine.bptt == &rcv_bptt_avx512 && __builtin_cpu_supports("avx512bf16")) {
    const RcvEngine with = {&rcv_bptt_avx512bf16, rcv_loss_avx512bf16};
    return with;
  }
#endif
  const RcvEngine none = {NULL, engine.loss};
  return none;
}

RcvEngine
rcv_engine_choose(const bool bf16_backward)
{
  static const RcvEngine engines[] = {
#ifdef RCV_HAVE_X86_TABLES
    {&rcv_bptt_avx512, rcv_loss_avx512},
    {&rcv_bptt_avx2, rcv_loss_avx2},
#endif
    {&rcv_bptt_generic, rcv_loss_generic},
  };

  enum { N_ENGINES = sizeof(engines) / sizeof(engines[0]) };

  const RcvKernels* const named =
    rcv_kernels_choose(getenv("RECURVE_KERNELS"), 0);

  // Half vectors and fast activations are for playing only, so that the others
  // train for them: the names begin alike
  const char* const kernels = (named ? named : rcv_kernels_supported(0))->name;
  size_t            i       = 0;
  while (i < N_ENGINES - 1 && strncmp(engines[i].bptt->name,
                                      kernels,
                                      strlen(engines[i].bptt->name)) != 0) {
    ++i;
  }
  return bf16_backward ? with_bf16_backward(engines[i]) : engines[i];
}

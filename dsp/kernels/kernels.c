// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/kernels.h"

#include <stdbool.h>
#include <string.h>

extern const RcvKernels rcv_kernels_generic;
#ifdef RCV_HAVE_X86_TABLES
extern const RcvKernels rcv_kernels_avx2;
extern const RcvKernels rcv_kernels_avx512;
extern const RcvKernels rcv_kernels_avx512vl;
#endif

static bool
is_supported(const RcvKernels* const kernels)
{
#ifdef RCV_HAVE_X86_TABLES
  // The builtin asks the operating system too (XGETBV) and, unlike the flags
  // of the CPU alone, is false where it does not save the wide registers
  __builtin_cpu_init();
  if (kernels == &rcv_kernels_avx2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  }
  if (kernels == &rcv_kernels_avx512 || kernels == &rcv_kernels_avx512vl) {
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma");
  }
#endif
  return kernels == &rcv_kernels_generic;
}

const RcvKernels*
rcv_kernels_supported(uint32_t index)
{
  static const RcvKernels* const best_first[] = {
#ifdef RCV_HAVE_X86_TABLES
    &rcv_kernels_avx512,
    &rcv_kernels_avx512vl,
    &rcv_kernels_avx2,
#endif
    &rcv_kernels_generic,
  };

  for (size_t i = 0; i < sizeof(best_first) / sizeof(best_first[0]); ++i) {
    if (is_supported(best_first[i]) && !index--) {
      return best_first[i];
    }
  }
  return NULL;
}

const RcvKernels*
rcv_kernels_choose(const char* const name)
{
  const RcvKernels* kernels = rcv_kernels_supported(0);
  for (uint32_t i = 0; name && kernels && strcmp(kernels->name, name) != 0;
       ++i) {
    kernels = rcv_kernels_supported(i + 1);
  }
  return kernels;
}

#ifdef RCV_HAVE_X86_TABLES
/// True where whole vectors are computed in two halves, and these wait less
static bool
halves_are_faster(const uint32_t hidden_size)
{
  // Zen 4: half of a vector less to fill up with zeros, as far as the weights
  // fit into the first cache
  return __builtin_cpu_is("amdfam19h") &&
         (hidden_size <= 24 || (hidden_size > 32 && hidden_size <= 40));
}
#endif

const RcvKernels*
rcv_kernels_best(const uint32_t hidden_size)
{
  const RcvKernels* const best = rcv_kernels_supported(0);
#ifdef RCV_HAVE_X86_TABLES
  if (best == &rcv_kernels_avx512 && halves_are_faster(hidden_size)) {
    return &rcv_kernels_avx512vl;
  }
#else
  (void)hidden_size;
#endif
  return best;
}

const RcvLayerKernel*
rcv_kernels_layer(const RcvKernels* const kernels,
                  const RcvCell           cell,
                  const uint32_t          hidden_size)
{
  const RcvLayerKernel* kernel = kernels->layers[cell];
  while (kernel->hidden_size && kernel->hidden_size != hidden_size) {
    ++kernel;
  }
  return kernel;
}

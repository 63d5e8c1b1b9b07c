// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/kernels.h"

#include "dsp/kernels/bf16.h"

#include <stdbool.h>
#include <string.h>

extern const RcvKernels rcv_kernels_generic;
#ifdef __aarch64__
extern const RcvKernels rcv_kernels_generic_fast;
#endif
#ifdef RCV_HAVE_X86_TABLES
extern const RcvKernels rcv_kernels_avx2;
extern const RcvKernels rcv_kernels_avx2_fast;
extern const RcvKernels rcv_kernels_avx512;
extern const RcvKernels rcv_kernels_avx512_fast;
extern const RcvKernels rcv_kernels_avx512vl;
extern const RcvKernels rcv_kernels_avx512vl_fast;
#endif

// Sanitizers take minutes to compile them, and have no more to find in them
#ifdef RCV_FEW_KERNEL_SIZES
#  define FAST(kernels) kernels
#else
#  define FAST(kernels) kernels##_fast
#endif

/// The kernels of one instruction set
typedef struct {
  const RcvKernels* exact;
  const RcvKernels* fast;
} Tables;

/// Those of one instruction set, widest first; NULL after the last one
static const Tables*
tables_at(const size_t index)
{
  static const Tables all[] = {
#ifdef RCV_HAVE_X86_TABLES
    {&rcv_kernels_avx512, &FAST(rcv_kernels_avx512)},
    {&rcv_kernels_avx512vl, &FAST(rcv_kernels_avx512vl)},
    {&rcv_kernels_avx2, &FAST(rcv_kernels_avx2)},
#endif
#ifdef __aarch64__
    {&rcv_kernels_generic, &FAST(rcv_kernels_generic)},
#else
    {&rcv_kernels_generic, &rcv_kernels_generic},
#endif
  };

  return index < sizeof(all) / sizeof(all[0]) ? &all[index] : NULL;
}

/// Those that some kernels are of
static Tables
tables_of(const RcvKernels* const kernels)
{
  const Tables* tables = NULL;
  for (size_t i = 0; (tables = tables_at(i)); ++i) {
    if (tables->exact == kernels || tables->fast == kernels) {
      return *tables;
    }
  }

  const Tables own = {kernels, kernels};
  return own;
}

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
  const Tables* tables = NULL;
  for (size_t i = 0; (tables = tables_at(i)); ++i) {
    if (is_supported(tables->exact) && !index--) {
      return tables->exact;
    }
  }
  return NULL;
}

const RcvKernels*
rcv_kernels_fast(const RcvKernels* const kernels)
{
  return tables_of(kernels).fast;
}

const RcvKernels*
rcv_kernels_exact(const RcvKernels* const kernels)
{
  return tables_of(kernels).exact;
}

#ifdef RCV_HAVE_X86_TABLES
/// True where half a vector is enough, or where whole ones are computed in two
/// halves, and these wait less
static bool
halves_are_faster(const uint32_t hidden_size)
{
  if (hidden_size > 0 && hidden_size <= RCV_MAX_VECTOR_WIDTH / 2) {
    return true;
  }

  // Zen 4: half of a vector less to fill up with zeros, as far as the weights
  // fit into the first cache
  return __builtin_cpu_is("amdfam19h") && hidden_size > 0 &&
         (hidden_size <= 24 || (hidden_size > 32 && hidden_size <= 40));
}
#endif

static const RcvKernels*
fastest(const uint32_t hidden_size)
{
  const RcvKernels* const widest = rcv_kernels_supported(0);
#ifdef RCV_HAVE_X86_TABLES
  if (widest == &rcv_kernels_avx512 && halves_are_faster(hidden_size)) {
    return &rcv_kernels_avx512vl;
  }
#else
  (void)hidden_size;
#endif
  return widest;
}

const RcvKernels*
rcv_kernels_choose(const char* const name, const uint32_t hidden_size)
{
  if (!name) {
    return fastest(hidden_size);
  }
  if (!strcmp(name, "fast")) {
    return rcv_kernels_fast(fastest(hidden_size));
  }

  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    const RcvKernels* const fast = rcv_kernels_fast(kernels);
    if (!strcmp(name, kernels->name)) {
      return kernels;
    }
    if (!strcmp(name, fast->name)) {
      return fast;
    }
  }
  return NULL;
}

/// The one for a size among those of a cell, of which the last takes any
static const RcvLayerKernel*
of_size(const RcvLayerKernel* kernel, const uint32_t hidden_size)
{
  while (kernel->hidden_size && kernel->hidden_size != hidden_size) {
    ++kernel;
  }
  return kernel;
}

const RcvLayerKernel*
rcv_kernels_layer(const RcvKernels* const kernels,
                  const RcvCell           cell,
                  const uint32_t          hidden_size)
{
  return of_size(kernels->layers[cell], hidden_size);
}

/// True if the columns of a matrix are exact in bfloat16, halved too
static bool
is_bf16(const float* const weights,
        const size_t       n_rows,
        const size_t       n_columns,
        const size_t       n_packed)
{
  for (size_t i = 0; i < n_rows; ++i) {
    for (size_t k = 0; k < n_packed; ++k) {
      if (!rcv_bf16_is_exact(0.5f * weights[(i * n_columns) + k])) {
        return false;
      }
    }
  }
  return true;
}

const RcvLayerKernel*
rcv_kernels_layer_for(const RcvKernels* const kernels,
                      const RcvCell           cell,
                      const RcvLayer* const   layer,
                      const uint32_t          n_knobs)
{
  const size_t n_hidden  = layer->hidden_size;
  const size_t n_signals = layer->input_size - n_knobs;
  const size_t n_rows    = rcv_cell_n_gates(cell) * n_hidden;

  // As bfloat16 a matrix in the first cache is slower, not faster
  if (!kernels->layers_bf16[cell] ||
      n_rows * (n_signals + n_hidden) <= RCV_CACHED_WEIGHTS ||
      !is_bf16(layer->w_hh, n_rows, n_hidden, n_hidden) ||
      !is_bf16(layer->w_ih,
               n_rows,
               layer->input_size,
               n_signals > 1 ? n_signals : 0)) {
    return rcv_kernels_layer(kernels, cell, layer->hidden_size);
  }
  return of_size(kernels->layers_bf16[cell], layer->hidden_size);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/bf16.h"

#include "dsp/network.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Weights that are exact in bfloat16 are packed as such, and what is played is
   to the bit the same.
*/

enum { N_FRAMES = 300 };

/// Sizes with a kernel of their own for bfloat16, and some without
static const uint32_t sizes[] = {57, 64, 65, 72, 80, 96, 97, 130};

static void
test_numbers(void** const unused)
{
  (void)unused;

  // 1 + 2^-7 is the next number after 1; what lies between goes to the nearer,
  // and from the middle to the even one
  const float step = ldexpf(1.0f, -7);
  assert_true(rcv_bf16_is_exact(1.0f + step));
  assert_false(rcv_bf16_is_exact(1.0f + (0.5f * step)));
  assert_close(rcv_bf16_round(1.0f + (0.5f * step)), 1.0f, 0.0);
  assert_close(rcv_bf16_round(1.0f + (0.51f * step)), 1.0f + step, 0.0);
  assert_close(rcv_bf16_round(1.0f + (1.5f * step)), 1.0f + (2.0f * step), 0.0);
  assert_close(rcv_bf16_round(-1.0f - (0.51f * step)), -1.0f - step, 0.0);
  assert_close(rcv_bf16_round(2.0f - 1e-6f), 2.0f, 0.0);
  assert_close(rcv_bf16_round(0.0f), 0.0f, 0.0);

  const float values[] = {0.0f, -0.75f, 1e-30f, -3e5f};
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); ++i) {
    const float x = rcv_bf16_round(values[i]);
    assert_true(rcv_bf16_is_exact(x));
    assert_close(x, values[i], fabs((double)values[i]) / 256.0);
  }
}

static float*
random_bf16(const RcvShape* const shape)
{
  const size_t n      = rcv_shape_n_params(shape);
  float* const params = network_rig_floats(n);
  network_rig_random(
    params, n, 2.0f / sqrtf((float)shape->hidden_size), shape->hidden_size);
  for (size_t i = 0; i < n; ++i) {
    params[i] = rcv_bf16_round(params[i]);
  }
  return params;
}

/// Play a signal with two voices, or with one
static void
play(const RcvShape* const   shape,
     const float* const      params,
     const RcvKernels* const kernels,
     const uint32_t          n_voices,
     float* const            x,
     float                   y[2][N_FRAMES])
{
  NetworkRig   rigs[2]   = {{NULL, NULL}, {NULL, NULL}};
  RcvState*    states[2] = {NULL, NULL};
  const float* xs[2]     = {x, x + ((size_t)N_FRAMES / 2 * shape->input_size)};
  for (uint32_t s = 0; s < n_voices; ++s) {
    rigs[s]   = network_rig_new(shape, params, kernels);
    states[s] = rigs[s].state;
  }
  float* const ys[2] = {y[0], y[1]};
  rcv_network_run_streams(
    rigs[0].network, states, xs, ys, n_voices, N_FRAMES / 2);
  for (uint32_t s = 0; s < n_voices; ++s) {
    network_rig_free(&rigs[s]);
  }
}

/// One network packed in both ways; kernels that have one way only pass
static void
compare(const RcvShape* const shape, const RcvKernels* const kernels)
{
  static float packed[2][N_FRAMES];
  static float plain[2][N_FRAMES];
  float* const params = random_bf16(shape);
  float* const x = network_rig_floats((size_t)N_FRAMES * shape->input_size);
  network_rig_random(x, (size_t)N_FRAMES * shape->input_size, 1.0f, 3);

  RcvKernels without = *kernels;
  memset(without.layers_bf16, 0, sizeof(without.layers_bf16));
  for (uint32_t n_voices = 1; n_voices <= 2; ++n_voices) {
    play(shape, params, kernels, n_voices, x, packed);
    play(shape, params, &without, n_voices, x, plain);
    for (uint32_t s = 0; s < n_voices; ++s) {
      assert_true(plain[s][N_FRAMES / 2 - 1] != 0.0f);
      for (size_t t = 0; t < N_FRAMES / 2; ++t) {
        if (rcv_float_bits(plain[s][t]) != rcv_float_bits(packed[s][t])) {
          fail_msg("%s, cell %d, L %u, H %u, %u voices: not the same bits",
                   kernels->name,
                   (int)shape->cell,
                   shape->num_layers,
                   shape->hidden_size,
                   n_voices);
        }
      }
    }
  }
  free(params);
  free(x);
}

static void
test_same_bits(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    for (uint32_t k = 0; k < 3 * sizeof(sizes) / sizeof(sizes[0]); ++k) {
      RcvShape shape    = {0};
      shape.cell        = (RcvCell)(k % 3);
      shape.hidden_size = sizes[k / 3];
      shape.input_size  = 1 + (k % 2);
      shape.num_layers  = 1 + (k % 4 == 3);
      shape.output_size = 1;
      compare(&shape, kernels);
    }
  }
}

/// Which kernel is chosen for weights of a cell and size
static const RcvLayerKernel*
chosen(const RcvKernels* const kernels,
       const RcvShape* const   shape,
       const float* const      params)
{
  const RcvLayer layer = rcv_shape_layer(shape, params, 0, 0);
  return rcv_kernels_layer_for(kernels, shape->cell, &layer, 0);
}

/// Packed so where all weights are exact and come from beyond the first cache
static void
check_choice(const RcvKernels* const kernels, const RcvCell cell)
{
  RcvShape shape    = {0};
  shape.cell        = cell;
  shape.input_size  = 1;
  shape.hidden_size = 64;
  shape.num_layers  = 1;
  shape.output_size = 1;

  float* const params = random_bf16(&shape);
  float* const last =
    params + rcv_shape_tensor(&shape, RCV_TENSOR_B_IH).offset - 1;
  const RcvLayerKernel* const plain = rcv_kernels_layer(kernels, cell, 64);

  assert_ptr_not_equal(chosen(kernels, &shape, params), plain);
  *last = 0.1f; // One weight that is not exact: none is packed
  assert_ptr_equal(chosen(kernels, &shape, params), plain);
  *last = ldexpf(1.0f, -126) * 1.5f; // Half of it is, as a denormal
  assert_ptr_not_equal(chosen(kernels, &shape, params), plain);
  *last = ldexpf(1.0f, -133); // Half of it is not
  assert_ptr_equal(chosen(kernels, &shape, params), plain);

  // The columns of one input, which stay as they are, may be any
  *last     = 0.0f;
  params[0] = 0.1f;
  assert_ptr_not_equal(chosen(kernels, &shape, params), plain);

  // In the first cache it would be slower
  shape.hidden_size = 40;
  assert_ptr_equal(chosen(kernels, &shape, params),
                   rcv_kernels_layer(kernels, cell, 40));
  free(params);
}

static void
test_choice(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = rcv_kernels_supported(i)); ++i) {
    if (!strcmp(kernels->name, "avx512") || !strcmp(kernels->name, "avx2")) {
      check_choice(kernels, RCV_CELL_LSTM);
      check_choice(kernels, RCV_CELL_GRU);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_same_bits),
    cmocka_unit_test(test_choice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

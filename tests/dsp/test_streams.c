// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/network.h"

#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"

#include <stdlib.h>
#include <string.h>

/**
   @file

   Voices that run together, layers that run beside each other and knobs that
   stand still are shortcuts: each gives, to the bit, what the plain way gives.
*/

enum { N_FRAMES = 700 };

/// Every size with a kernel of its own, and some without
static const uint32_t sizes[] =
  {1, 7, 8, 12, 16, 17, 20, 24, 32, 33, 40, 48, 49, 64, 80, 96, 130};

enum { N_SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/// A network's weights and the signals of two voices
typedef struct {
  RcvShape shape;
  float*   params;
  float*   x[2]; ///< [N_FRAMES][I]
} Case;

static Case
case_new(const RcvShape shape)
{
  Case         c    = {shape, NULL, {NULL, NULL}};
  const size_t n    = rcv_shape_n_params(&shape);
  const size_t n_in = shape.input_size;

  c.params = network_rig_floats(n);
  network_rig_random(
    c.params, n, 2.0f / sqrtf((float)shape.hidden_size), shape.hidden_size);
  for (uint32_t s = 0; s < 2; ++s) {
    c.x[s] = network_rig_floats(N_FRAMES * n_in);
    network_rig_random(c.x[s], N_FRAMES * n_in, 1.0f, 5 + s);
    for (size_t t = 0; t < N_FRAMES; ++t) {
      for (size_t k = 1; k < n_in; ++k) {
        // Knobs stand still for a while, each voice's for another while
        c.x[s][(t * n_in) + k] = (float)(t / (70 + (30 * s) + (11 * k)) % 4);
      }
    }
  }
  return c;
}

static void
case_free(Case* const c)
{
  free(c->params);
  free(c->x[0]);
  free(c->x[1]);
}

/// Both voices together, in blocks, against each one alone
static void
compare_voices(const RcvShape shape, const RcvKernels* const kernels)
{
  static float alone[2][N_FRAMES];
  static float together[2][N_FRAMES];

  Case         c    = case_new(shape);
  const size_t n_in = shape.input_size;
  NetworkRig   rigs[2];
  for (uint32_t s = 0; s < 2; ++s) {
    rigs[s] = network_rig_new(&c.shape, c.params, kernels);
    network_rig_run(&rigs[s], c.x[s], alone[s], N_FRAMES, 0);
    rcv_state_reset(rigs[s].state, rigs[s].network);
  }

  RcvState* const states[2] = {rigs[0].state, rigs[1].state};
  for (size_t t = 0; t < N_FRAMES;) {
    const uint32_t     n    = network_rig_block(0, t, N_FRAMES);
    const float* const x[2] = {c.x[0] + (t * n_in), c.x[1] + (t * n_in)};
    float* const       y[2] = {together[0] + t, together[1] + t};

    rcv_network_run_streams(rigs[0].network, states, x, y, 2, n);
    t += n;
  }
  for (size_t i = 0; i < N_FRAMES; ++i) {
    for (uint32_t s = 0; s < 2; ++s) {
      if (alone[s][i] != together[s][i]) {
        fail_msg("%s, cell %d, L %u, H %u: voice %u is another at frame %zu",
                 kernels->name,
                 (int)shape.cell,
                 shape.num_layers,
                 shape.hidden_size,
                 s,
                 i);
      }
    }
  }
  network_rig_free(&rigs[0]);
  network_rig_free(&rigs[1]);
  case_free(&c);
}

static void
test_voices(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    for (uint32_t k = 0; k < N_SIZES * 3; ++k) {
      RcvShape shape    = {0};
      shape.cell        = (RcvCell)(k % 3);
      shape.hidden_size = sizes[k / 3];
      shape.input_size  = 1 + (k % 2);
      shape.num_layers  = 1 + (k % 4 == 3);
      shape.output_size = 1;
      compare_voices(shape, kernels);
    }
    for (uint32_t k = 0; k < NETWORK_RIG_SHAPES; ++k) {
      compare_voices(network_rig_shape(k, 3, 9), kernels);
    }
  }
}

/**
   Stacked layers, which run in pairs, against the same layers run one by one
   with the function for one layer.
*/
static void
compare_layers(const RcvCell           cell,
               const uint32_t          n_hidden,
               const RcvKernels* const kernels)
{
  enum { N = 100 };

  const uint32_t padded   = rcv_kernels_padded_size(kernels, n_hidden);
  const uint32_t n_rows   = rcv_cell_n_gates(cell) * n_hidden;
  const size_t   n_states = (size_t)(1 + N) * padded;

  const RcvLayerKernel* const kernel =
    rcv_kernels_layer(kernels, cell, n_hidden);
  if (!kernel->run_pair) {
    // A few layers, as they wait, and only with vectors that they do not fill
    assert_true(
      n_hidden > RCV_MAX_OVERLAPPED || kernels->vector_width == 4 ||
      (!kernel->hidden_size && kernels != rcv_kernels_exact(kernels)));
    return;
  }

  float* const params = network_rig_floats((size_t)n_rows * (2 * n_hidden + 2));
  float* const x      = network_rig_floats(N);
  float*       packed[2];
  float*       h[2][2]; // By way, by layer
  float*       c[2][2];
  RcvPackedLayer layers[2];
  RcvLayerStream streams[2][2];
  network_rig_random(params,
                     (size_t)n_rows * (2 * n_hidden + 2),
                     2.0f / sqrtf((float)n_hidden),
                     n_hidden);
  network_rig_random(x, N, 1.0f, 3);
  for (uint32_t l = 0; l < 2; ++l) {
    const uint32_t n_in  = l ? n_hidden : 1;
    const float*   w_hh  = params + ((size_t)n_rows * n_in);
    const float*   b_ih  = w_hh + ((size_t)n_rows * n_hidden);
    const RcvLayer layer = {n_in, n_hidden, params, w_hh, b_ih, b_ih + n_rows};

    packed[l] = network_rig_floats(
      rcv_kernels_packed_floats(kernels, cell, n_in, n_hidden));
    layers[l] = rcv_kernels_pack(kernels, cell, &layer, 0, packed[l]);
    for (uint32_t way = 0; way < 2; ++way) {
      h[way][l] = network_rig_floats(n_states);
      c[way][l] = network_rig_floats(padded);

      const RcvLayerStream stream = {l ? h[way][0] + padded : x,
                                     l ? (ptrdiff_t)padded : 1,
                                     layers[l].biases,
                                     h[way][l],
                                     c[way][l]};
      streams[way][l] = stream;
    }
  }

  kernel->run_one(&layers[0], &streams[0][0], N);
  kernel->run_one(&layers[1], &streams[0][1], N);
  kernel->run_pair(layers, streams[1], N);
  for (uint32_t l = 0; l < 2; ++l) {
    assert_memory_equal(h[0][l], h[1][l], n_states * sizeof(float));
    assert_memory_equal(c[0][l], c[1][l], padded * sizeof(float));
    for (uint32_t way = 0; way < 2; ++way) {
      free(h[way][l]);
      free(c[way][l]);
    }
    free(packed[l]);
  }
  free(params);
  free(x);
}

static void
test_pairs(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    for (uint32_t k = 0; k < N_SIZES * 3; ++k) {
      compare_layers((RcvCell)(k % 3), sizes[k / 3], kernels);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_voices),
    cmocka_unit_test(test_pairs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/dense.h"

#include "dsp/kernels/kernels.h"
#include "dsp/network.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "train/model/reference.h"

#include <stdlib.h>
#include <string.h>

/**
   @file

   Dense layers: the kernels against the definition, and within networks.
*/

enum { N_FRAMES = 70, MAX_OUT = 40 };

/// By hand: W = (1 2; 3 4), b = (−4, 1), x = (1, 1): sums −1 and 8
static void
test_definition(void** const unused)
{
  (void)unused;
  static const float  weight[]                       = {1.0f, 2.0f, 3.0f, 4.0f};
  static const float  bias[]                         = {-4.0f, 1.0f};
  static const float  x[]                            = {1.0f, 1.0f};
  static const double expected[RCV_N_ACTIVATIONS][2] = {
    {-1.0, 8.0},
    {-0.761594156, 0.99999977},
    {0.0, 8.0},
    {0.268941421, 0.99966465},
    {0.000123394576, 0.999876605},
    {-0.632120559, 8.0},
  };

  for (uint32_t a = 0; a < RCV_N_ACTIVATIONS; ++a) {
    const RcvDense dense = {2, 2, (RcvActivation)a, weight, bias};
    float          y[2];
    rcv_dense_step(&dense, x, y);
    assert_close(y[0], expected[a][0], 1e-7);
    assert_close(y[1], expected[a][1], 1e-6);
  }
}

/// One case through a table of kernels; return the distance from the definition
static double
compare_kernels(const RcvKernels* const kernels, const RcvDense* const dense)
{
  const uint32_t n_in   = dense->input_size;
  const uint32_t n_out  = dense->size;
  const uint32_t stride = n_in + 1;
  const uint32_t padded = rcv_kernels_padded_size(kernels, n_out);
  const size_t   n_packed =
    rcv_packed_dense_floats(kernels->vector_width, n_in, n_out);
  float* const weights = network_rig_floats(n_packed + 1);
  float* const y       = network_rig_floats((size_t)N_FRAMES * padded);
  float* const part    = network_rig_floats((size_t)N_FRAMES * padded);
  float* const x       = network_rig_floats((size_t)N_FRAMES * stride);
  network_rig_random(x, (size_t)N_FRAMES * stride, 2.0f, n_out);

  weights[n_packed] = 1234.5f; // Nothing may be written beyond the end
  const RcvPackedDense packed =
    rcv_packed_dense_init(kernels->vector_width, dense, weights);
  assert_close(weights[n_packed], 1234.5, 0.0);
  assert_int_equal(packed.padded_size, padded);
  kernels->run_dense(&packed, x, stride, y, N_FRAMES);

  // The same to the bit, however the frames are divided
  for (uint32_t t = 0; t < N_FRAMES;) {
    const uint32_t n = t % 3 + 1 < N_FRAMES - t ? t % 3 + 1 : N_FRAMES - t;
    kernels->run_dense(&packed, x + ((size_t)t * stride), stride, part, n);
    assert_memory_equal(
      part, y + ((size_t)t * padded), (size_t)n * padded * sizeof(float));
    t += n;
  }

  double greatest = 0.0;
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    float expected[MAX_OUT];
    rcv_dense_step(dense, x + ((size_t)t * stride), expected);
    for (uint32_t o = 0; o < n_out; ++o) {
      const float got = y[((size_t)t * padded) + o];
      assert_close(got, expected[o], 4e-6);
      greatest = fmax(greatest, fabs((double)got - (double)expected[o]));
    }
  }
  free(weights);
  free(y);
  free(part);
  free(x);
  return greatest;
}

static void
test_kernels(void** const unused)
{
  (void)unused;
  static const uint32_t sizes[][2] = {{1, 8}, {3, 1}, {16, 17}, {33, 40}};

  float             params[(MAX_OUT * MAX_OUT) + MAX_OUT];
  const RcvKernels* kernels = NULL;
  network_rig_random(params, sizeof(params) / sizeof(params[0]), 0.6f, 3);
  for (uint32_t k = 0; (kernels = rcv_kernels_supported(k)); ++k) {
    double greatest = 0.0;
    for (uint32_t i = 0; i < 4 * RCV_N_ACTIVATIONS; ++i) {
      const uint32_t* const size  = sizes[i % 4];
      const RcvDense        dense = {size[0],
                                     size[1],
                                     (RcvActivation)(i / 4),
                                     params,
                                     params + ((size_t)size[0] * size[1])};
      greatest = fmax(greatest, compare_kernels(kernels, &dense));
    }
    print_message("%-8s %.2g from the definition\n", kernels->name, greatest);
  }
}

enum { N_SHAPES = 72, N_MIXED = 24 };

/// A shape with dense layers at all places: all activations in turn, `index`
/// chooses
static RcvShape
dense_shape(const uint32_t index)
{
  static const uint32_t sizes[] = {9, 1, 24};

  // None bidirectional
  const uint32_t base  = index < N_MIXED ? NETWORK_RIG_UNIFORM + (index % 6)
                                         : (index % 6) + (index % 2 ? 24 : 12);
  RcvShape       shape = network_rig_shape(base, 2, 7);
  for (uint32_t place = 0; place < RCV_DENSE_L1 + shape.num_layers - 1;
       ++place) {
    const uint32_t n = (index + place) % 4;
    for (uint32_t i = 0; i < n; ++i) {
      shape.dense[place][i].size = sizes[(i + index) % 3];
      shape.dense[place][i].activation =
        (RcvActivation)((index + i) % RCV_N_ACTIVATIONS);
    }
  }
  return shape;
}

/// Whole networks, block by block, against the readable cells in double
static void
test_networks(void** const unused)
{
  (void)unused;
  enum { N = 300 };

  const RcvKernels* kernels = NULL;
  for (uint32_t k = 0; (kernels = rcv_kernels_supported(k)); ++k) {
    double greatest = 0.0;
    for (uint32_t index = 0; index < N_SHAPES; ++index) {
      const RcvShape shape  = dense_shape(index);
      const size_t   n      = rcv_shape_n_params(&shape);
      float* const   params = network_rig_floats(n);
      float          x[N * 2];
      float          whole[N];
      float          y[N];
      double         expected[N];
      network_rig_random(params, n, 0.5f, index);
      network_rig_random(x, (size_t)N * 2, 1.0f, 100 + index);

      NetworkRig rig = network_rig_new(&shape, params, kernels);
      rcv_reference_network_exact(&shape, params, x, N, expected);
      network_rig_run(&rig, x, whole, N, 4096);
      rcv_state_reset(rig.state, rig.network);
      network_rig_run(&rig, x, y, N, 7);
      assert_memory_equal(y, whole, sizeof(y));
      for (size_t t = 0; t < N; ++t) {
        assert_close(y[t], expected[t], 5e-6);
        greatest = fmax(greatest, fabs((double)y[t] - expected[t]));
      }
      network_rig_free(&rig);
      free(params);
    }
    print_message("%-8s %.2g from double\n", kernels->name, greatest);
  }
}

/// Two voices together are to the bit what each is alone
static void
test_streams(void** const unused)
{
  (void)unused;
  enum { N = 150 };
  for (uint32_t index = 0; index < N_SHAPES; ++index) {
    const RcvShape shape  = dense_shape(index);
    const size_t   n      = rcv_shape_n_params(&shape);
    float* const   params = network_rig_floats(n);
    float          x[2][N * 2];
    float          y[2][N];
    float          alone[2][N];
    NetworkRig     rigs[2];
    network_rig_random(params, n, 0.5f, index);
    for (uint32_t s = 0; s < 2; ++s) {
      network_rig_random(x[s], (size_t)N * 2, 1.0f, s);
      rigs[s] = network_rig_new(&shape, params, rcv_kernels_choose(NULL, 0));
      network_rig_run(&rigs[s], x[s], alone[s], N, 64);
      rcv_state_reset(rigs[s].state, rigs[s].network);
    }

    RcvState* const    states[2] = {rigs[0].state, rigs[1].state};
    const float* const in[2]     = {x[0], x[1]};
    float* const       out[2]    = {y[0], y[1]};
    rcv_network_run_streams(rigs[0].network, states, in, out, 2, N);
    assert_memory_equal(y, alone, sizeof(y));
    network_rig_free(&rigs[0]);
    network_rig_free(&rigs[1]);
    free(params);
  }
}

/// Where their weights stand, and what is no shape
static void
test_shape(void** const unused)
{
  (void)unused;
  RcvShape shape = network_rig_shape(1, 2, 5); // LSTM, one layer
  assert_false(rcv_shape_has_dense(&shape));
  shape.dense[RCV_DENSE_IN][0].size  = 3;
  shape.dense[RCV_DENSE_OUT][0].size = 6;
  shape.dense[RCV_DENSE_OUT][1].size = 4;
  assert_true(rcv_shape_is_valid(&shape));
  assert_true(rcv_shape_has_dense(&shape));
  assert_int_equal(rcv_shape_n_dense(&shape, RCV_DENSE_IN), 1);
  assert_int_equal(rcv_shape_n_dense(&shape, RCV_DENSE_OUT), 2);
  assert_int_equal(rcv_shape_n_tensors(&shape), 4 + (2 * 3) + 2);

  // Rows and columns of all, in their order
  static const uint32_t sizes[][2] = {{20, 3},
                                      {20, 5},
                                      {20, 0},
                                      {20, 0},
                                      {3, 2},
                                      {3, 0},
                                      {6, 5},
                                      {6, 0},
                                      {4, 6},
                                      {4, 0},
                                      {1, 4},
                                      {1, 0}};

  size_t offset = 0;
  for (uint32_t i = 0; i < rcv_shape_n_tensors(&shape); ++i) {
    const RcvTensor tensor = rcv_shape_tensor(&shape, i);
    assert_int_equal(tensor.n_rows, sizes[i][0]);
    assert_int_equal(tensor.n_cols, sizes[i][1]);
    assert_int_equal(tensor.offset, offset);
    offset += tensor.size;
  }
  assert_int_equal(rcv_shape_n_params(&shape), offset);
  assert_int_equal(rcv_shape_dense_tensor(&shape, RCV_DENSE_OUT, 1).offset,
                   rcv_shape_tensor(&shape, 8).offset);

  RcvShape bad               = shape;
  bad.dense[RCV_DENSE_IN][2] = bad.dense[RCV_DENSE_IN][0]; // After the end
  assert_false(rcv_shape_is_valid(&bad));
  bad                             = shape;
  bad.dense[RCV_DENSE_IN][0].size = RCV_MAX_HIDDEN + 1;
  assert_false(rcv_shape_is_valid(&bad));
  bad                                    = shape;
  bad.dense[RCV_DENSE_OUT][1].activation = RCV_N_ACTIVATIONS;
  assert_false(rcv_shape_is_valid(&bad));
  bad                             = shape;
  bad.dense[RCV_DENSE_L1][0].size = 4; // Before a second layer
  assert_false(rcv_shape_is_valid(&bad));
  bad               = shape;
  bad.bidirectional = true;
  bad.block_frames  = 16;
  assert_false(rcv_shape_is_valid(&bad));
}

/// Between an lstm 5 and a gru 3
static void
test_between(void** const unused)
{
  (void)unused;
  RcvShape shape = network_rig_shape(1, 2, 5);
  rcv_shape_add_layer(&shape, RCV_CELL_GRU, 3);
  shape.dense[RCV_DENSE_OUT][0].size = 6;
  shape.dense[RCV_DENSE_L1][0].size  = 8;
  shape.dense[RCV_DENSE_L1][1].size  = 4;
  const RcvDensePlace place          = rcv_dense_before(1);
  assert_int_equal(place, RCV_DENSE_L1);
  assert_true(rcv_shape_is_valid(&shape));
  assert_int_equal(rcv_shape_n_dense(&shape, place), 2);
  assert_int_equal(rcv_shape_layer_inputs(&shape, 1), 4);

  static const uint32_t sizes[][2] = {{20, 2},
                                      {20, 5},
                                      {20, 0},
                                      {20, 0},
                                      {9, 4},
                                      {9, 3},
                                      {9, 0},
                                      {9, 0},
                                      {6, 3},
                                      {6, 0},
                                      {8, 5},
                                      {8, 0},
                                      {4, 8},
                                      {4, 0},
                                      {1, 6},
                                      {1, 0}};

  assert_int_equal(rcv_shape_n_tensors(&shape), 16);
  for (uint32_t i = 0; i < 16; ++i) {
    const RcvTensor tensor = rcv_shape_tensor(&shape, i);
    assert_int_equal(tensor.n_rows, sizes[i][0]);
    assert_int_equal(tensor.n_cols, sizes[i][1]);
  }
  assert_int_equal(rcv_shape_dense_tensor(&shape, place, 1).offset,
                   rcv_shape_tensor(&shape, 12).offset);
  shape.dense[RCV_DENSE_L1 + 1][0].size = 4; // Before a third layer
  assert_false(rcv_shape_is_valid(&shape));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_definition),
    cmocka_unit_test(test_kernels),
    cmocka_unit_test(test_networks),
    cmocka_unit_test(test_streams),
    cmocka_unit_test(test_shape),
    cmocka_unit_test(test_between),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

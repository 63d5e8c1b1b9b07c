// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The gradient is the same to the last bit whether the whole tape is kept or
   computed again block by block.
*/

#include "tests/support/assert_close.h"
#include "train/bptt/bptt.h"
#include "train/bptt/memory.h"
#include "train/trainer/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 1000, CLASSES = 7 };

/// Gradient of a window by blocks, or with all of the tape kept, to be freed by
/// the caller
static float*
gradient_with_block(const RcvBpttTable* const table,
                    const RcvShape* const     shape,
                    const uint32_t            block_frames,
                    const uint32_t            kept_frames)
{
  const size_t n_lanes  = table->n_lanes;
  const size_t n_values = FRAMES * n_lanes;
  const size_t n_params = rcv_shape_n_params(shape);

  RcvBptt* const  bptt = table->new_(shape, FRAMES, block_frames, kept_frames);
  float* const    params   = rcv_bptt_alloc(n_params, sizeof(float));
  float* const    gradient = rcv_bptt_alloc(n_params, sizeof(float));
  float* const    x        = rcv_bptt_alloc(n_values, sizeof(float));
  float* const    y        = rcv_bptt_alloc(n_values, sizeof(float));
  float* const    d_y      = rcv_bptt_alloc(n_values, sizeof(float));
  float* const    weights  = rcv_bptt_alloc(n_lanes, sizeof(float));
  uint32_t* const classes  = rcv_bptt_alloc(n_values, sizeof(uint32_t));
  for (size_t i = 0; i < n_params; ++i) {
    params[i] = 0.4f * sinf((float)(i * i));
  }
  for (size_t i = 0; i < n_values; ++i) {
    x[i]       = sinf(0.01f * (float)i);
    d_y[i]     = cosf(0.03f * (float)i);
    classes[i] = (uint32_t)i % CLASSES;
  }
  for (size_t i = 0; i < n_lanes; ++i) {
    weights[i] = 1.0f;
  }

  float* const        sums   = rcv_bptt_alloc(n_lanes, sizeof(float));
  const RcvBpttWindow window = {
    FRAMES, x, classes, y, d_y, weights, 0, NULL, NULL};
  table->set_params(bptt, params);
  table->reset(bptt);
  table->forward(bptt, &window, sums);
  table->backward(bptt, &window);
  table->take_gradient(bptt, gradient);

  table->free_(bptt);
  free(params);
  free(x);
  free(y);
  free(d_y);
  free(weights);
  free(classes);
  free(sums);
  return gradient;
}

static void
compare_blocks(const RcvBpttTable* const table)
{
  for (uint32_t i = 0; i < 12; ++i) {
    const bool     softmax = i >= 6;
    const RcvShape shape   = {(RcvCell)(i % 3),
                            softmax ? RCV_HEAD_SOFTMAX : RCV_HEAD_LINEAR,
                              1,
                              9,
                            (i / 3) % 2 ? 2 : 1,
                            softmax ? CLASSES : 1,
                              false,
                              false,
                              0,
                              0,
                              0.0f,
                              {{{0}}},
                              {{0}}};

    float* const whole  = gradient_with_block(table, &shape, FRAMES + 24, 0);
    float* const blocks = gradient_with_block(table, &shape, 32, 0);
    float* const larger = gradient_with_block(table, &shape, 96, FRAMES - 1);
    float* const kept   = gradient_with_block(table, &shape, 32, FRAMES);
    const size_t size   = rcv_shape_n_params(&shape) * sizeof(float);
    assert_true(fabsf(whole[0]) > 0.0f);
    assert_memory_equal(whole, blocks, size);
    assert_memory_equal(whole, larger, size);
    assert_memory_equal(whole, kept, size);
    free(kept);
    free(whole);
    free(blocks);
    free(larger);
  }
}

static void
test_same_bits(void** const unused)
{
  (void)unused;
  compare_blocks(rcv_engine_choose(false).bptt);

  const RcvBpttTable* const bf16 = rcv_engine_choose(true).bptt;
  if (bf16) {
    compare_blocks(bf16);
  } else {
    print_message("no AVX-512 BF16 here: that engine is skipped\n");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bits)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/gru.h"
#include "dsp/lstm.h"
#include "dsp/rnn.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "train/model/reference.h"

#include <stdlib.h>

/**
   @file

   The readable cells against values that were computed apart, from the
   equations in their headers, with Python's double precision math.
*/

static void
test_rnn(void** const unused)
{
  (void)unused;
  static const float w_ih[] = {0.5f, -1.0f};
  static const float w_hh[] = {0.1f, 0.2f, -0.3f, 0.4f};
  static const float b_ih[] = {0.01f, 0.02f};
  static const float b_hh[] = {0.03f, -0.04f};
  const RcvLayer     layer  = {1, 2, w_ih, w_hh, b_ih, b_hh};

  // tanh(0.44) and tanh(-1.07)
  float       h[] = {0.5f, -0.25f};
  float       gates[2];
  const float x = 0.8f;
  rcv_rnn_step(&layer, &x, h, gates);
  assert_close(h[0], 0.4136444421871352, 1e-7);
  assert_close(h[1], -0.7894612209549805, 1e-7);
  assert_close(gates[0], h[0], 0.0);
  assert_close(gates[1], h[1], 0.0);
}

static void
test_lstm(void** const unused)
{
  (void)unused;
  static const float w_ih[] = {
    0.2f, -0.4f, 0.3f, 0.1f, -0.5f, 0.6f, 0.7f, -0.2f};
  static const float w_hh[] = {0.5f, -0.3f, 0.8f, 0.25f};
  static const float b_ih[] = {0.1f, 1.0f, -0.2f, 0.05f};
  static const float b_hh[] = {-0.05f, 0.5f, 0.15f, 0.3f};
  static const float x[]    = {0.5f, -1.0f};
  const RcvLayer     layer  = {2, 1, w_ih, w_hh, b_ih, b_hh};

  static const double expected[2][4] = {
    {0.679178699175393,
     0.8069013157667836,
     -0.5226654296858209,
     0.7310585786300049},
    {0.574316958379963,
     0.845574978048368,
     -0.861934557611098,
     0.6845460489204089},
  };
  static const double c_expected[] = {-0.8391240160980338, -1.204565904941738};
  static const double h_expected[] = {-0.5010271987320303, -0.5716247077314607};

  float h = 0.4f;
  float c = -0.6f;
  for (size_t t = 0; t < 2; ++t) {
    float gates[4];
    rcv_lstm_step(&layer, x, &h, &c, gates);
    for (size_t k = 0; k < 4; ++k) {
      assert_close(gates[k], expected[t][k], 2e-7);
    }
    assert_close(c, c_expected[t], 2e-7);
    assert_close(h, h_expected[t], 2e-7);
  }
}

static void
test_gru(void** const unused)
{
  (void)unused;
  static const float w_ih[] = {0.6f, -0.2f, 0.4f, 0.9f, -0.7f, 0.3f};
  static const float w_hh[] = {0.1f,
                               -0.5f,
                               0.2f,
                               0.7f,
                               -0.3f,
                               0.4f,
                               0.5f,
                               0.6f,
                               0.8f,
                               -0.1f,
                               -0.9f,
                               0.35f};
  static const float b_ih[] = {0.05f, -0.1f, 0.2f, 0.0f, 0.15f, -0.25f};
  static const float b_hh[] = {0.1f, 0.3f, -0.4f, 0.25f, 0.5f, -0.6f};
  const RcvLayer     layer  = {1, 2, w_ih, w_hh, b_ih, b_hh};

  // r, z, n and the recurrent sum of n after the first frame
  static const double expected[] = {0.5324543063873187,
                                    0.46257015465625045,
                                    0.2869998372477183,
                                    0.31973280330135156,
                                    0.804631656277498,
                                    -0.764499922304553,
                                    0.82,
                                    -1.15};

  float       h[] = {0.3f, -0.8f};
  float       gates[8];
  const float x = -0.75f;
  rcv_gru_step(&layer, &x, h, gates);
  for (size_t k = 0; k < 8; ++k) {
    assert_close(gates[k], expected[k], 2e-7);
  }
  assert_close(h[0], 0.6598024530558095, 2e-7);
  assert_close(h[1], -0.775850461663534, 2e-7);

  rcv_gru_step(&layer, &x, h, gates);
  assert_close(h[0], 0.8019718296709839, 2e-7);
  assert_close(h[1], -0.8097577744880256, 2e-7);
}

/// The same source in float and in double does the same
static void
test_precisions(void** const unused)
{
  (void)unused;
  enum { N_FRAMES = 400, N_IN = 2, N_HIDDEN = 12, N_ROWS = 4 * N_HIDDEN };

  static float  params[N_ROWS * (N_IN + N_HIDDEN + 2)];
  static float  x[N_FRAMES * N_IN];
  static double h[N_FRAMES * N_HIDDEN];
  static double h_exact[N_FRAMES * N_HIDDEN];
  network_rig_random(params, sizeof(params) / sizeof(float), 0.3f, 1);
  network_rig_random(x, sizeof(x) / sizeof(float), 1.0f, 2);

  double greatest = 0.0;
  for (uint32_t cell = 0; cell < 3; ++cell) {
    rcv_reference_layer_float(
      (RcvCell)cell, N_IN, N_HIDDEN, params, x, N_FRAMES, h);
    rcv_reference_layer_exact(
      (RcvCell)cell, N_IN, N_HIDDEN, params, x, N_FRAMES, h_exact);
    for (size_t i = 0; i < N_FRAMES * (size_t)N_HIDDEN; ++i) {
      assert_close(h[i], h_exact[i], 2e-6);
      greatest = fmax(greatest, fabs(h[i] - h_exact[i]));
    }
  }
  print_message("float against double: %.2g at most\n", greatest);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rnn),
    cmocka_unit_test(test_lstm),
    cmocka_unit_test(test_gru),
    cmocka_unit_test(test_precisions),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

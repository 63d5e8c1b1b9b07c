// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/initial_weights.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 48000, N_HIDDEN = 16, N_FOLLOWERS = 2 };

static const double input_rms = 0.1;

static RcvModel*
new_model(const RcvCell cell)
{
  RcvShape  shape       = rcv_fixture_shape(N_HIDDEN);
  RcvRandom random      = {7};
  shape.cell            = cell;
  shape.skip            = false;
  RcvModel* const model = rcv_model_new(&shape);
  assert_non_null(model);
  rcv_initial_weights(&shape, input_rms, RATE_HZ, &random, model->params);
  return model;
}

/// Let the output be that of one unit
static void
listen_to(RcvModel* const model, const uint32_t unit)
{
  for (uint32_t i = 0; i < rcv_shape_n_tensors(&model->shape); ++i) {
    const RcvTensor tensor = rcv_shape_tensor(&model->shape, i);
    if (tensor.kind == RCV_TENSOR_LIN_W || tensor.kind == RCV_TENSOR_LIN_B) {
      memset(model->params + tensor.offset, 0, tensor.size * sizeof(float));
    }
    if (tensor.kind == RCV_TENSOR_LIN_W) {
      model->params[tensor.offset + unit] = 1.0f;
    }
  }
}

/// What a second of a sine of 200 Hz leads to, [RATE_HZ] to be freed
static float*
play_sine(const RcvModel* const model, const double rms)
{
  float* const x = calloc(RATE_HZ, sizeof(float));
  float* const y = calloc(RATE_HZ, sizeof(float));
  assert_non_null(x);
  assert_non_null(y);
  for (size_t t = 0; t < RATE_HZ; ++t) {
    const double phase = 2.0 * M_PI * 200.0 * (double)t / RATE_HZ;

    x[t] = (float)(rms * sqrt(2.0) * sin(phase));
  }

  RcvError error = {RCV_OK, ""};
  assert_int_equal(rcv_model_run(model, x, y, RATE_HZ, &error), RCV_OK);
  free(x);
  return y;
}

/// The first units follow the envelope: steadily, and higher for what is louder
static void
test_followers(void** const unused)
{
  (void)unused;
  static const RcvCell cells[] = {RCV_CELL_LSTM, RCV_CELL_GRU};
  for (size_t i = 0; i < 2; ++i) {
    RcvModel* const model = new_model(cells[i]);
    for (uint32_t unit = 0; unit < N_FOLLOWERS; ++unit) {
      double before = 0.0;
      listen_to(model, unit);
      for (int level = 0; level < 3; ++level) {
        const double rms   = 0.05 * level;
        float* const y     = play_sine(model, rms);
        double       least = 1.0;
        double       most  = -1.0;
        for (size_t t = RATE_HZ - (RATE_HZ / 50); t < RATE_HZ; ++t) {
          least = fmin(least, (double)y[t]);
          most  = fmax(most, (double)y[t]);
        }

        // The fastest, of 4 ms, lets half of the sine's 5 ms through
        const double ripple = unit ? 0.1 : 1.0;
        assert_true(level ? least > before : most == 0.0 && least == 0.0);
        assert_true(most - least <= ripple * most);
        before = most;
        free(y);
      }
    }
    rcv_model_free(model);
  }
}

/// After its time constant the slowest has gone 1 - 1/e of its way
static void
test_time_constant(void** const unused)
{
  (void)unused;
  RcvModel* const model = new_model(RCV_CELL_LSTM);
  listen_to(model, N_FOLLOWERS - 1);
  float* const y       = play_sine(model, input_rms);
  const double open    = 1.0 / (1.0 + exp(-2.0)); // The output gate
  const double reached = atanh((double)y[RATE_HZ * 80 / 1000] / open);
  const double end     = atanh((double)y[RATE_HZ - 1] / open);
  assert_close(reached / end, 1.0 - exp(-1.0), 0.02);
  free(y);
  rcv_model_free(model);
}

/// All others are as PyTorch's, but for open forget gates; an RNN has no gates
static void
test_others(void** const unused)
{
  (void)unused;
  static const RcvCell cells[] = {RCV_CELL_RNN, RCV_CELL_GRU, RCV_CELL_LSTM};
  for (size_t i = 0; i < 3; ++i) {
    RcvModel* const model = new_model(cells[i]);
    const double    bound = 1.0 / sqrt(N_HIDDEN);
    for (uint32_t k = 0; k < rcv_shape_n_tensors(&model->shape); ++k) {
      const RcvTensor tensor = rcv_shape_tensor(&model->shape, k);
      const uint32_t  n_cols = tensor.n_cols ? tensor.n_cols : 1;
      const bool      gates  = tensor.kind <= RCV_TENSOR_B_HH;
      for (size_t e = 0; e < tensor.size; ++e) {
        const size_t row  = e / n_cols;
        const bool   open = cells[i] == RCV_CELL_LSTM &&
                          tensor.kind == RCV_TENSOR_B_IH && row / N_HIDDEN == 1;
        const bool follows =
          cells[i] != RCV_CELL_RNN && gates && row % N_HIDDEN < N_FOLLOWERS;
        const double weight = (double)model->params[tensor.offset + e] - open;
        assert_true(follows || fabs(weight) <= bound);
      }
    }
    rcv_model_free(model);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_followers),
    cmocka_unit_test(test_time_constant),
    cmocka_unit_test(test_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

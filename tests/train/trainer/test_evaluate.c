// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/evaluate.h"

#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"
#include "tests/support/network_rig.h"
#include "train/trainer/perplexity.h"
#include "train/trainer/workers.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 1000, N_FRAMES = 60000 };

/// ESR of all that is for validation, with some threads or, if 0, whole regions
static RcvMetrics
measure(const RcvModel* const model,
        const RcvPairs* const pairs,
        const uint32_t        n_threads)
{
  RcvWorkers* const workers = n_threads ? rcv_workers_new(n_threads) : NULL;
  RcvMetrics        metrics;
  assert_int_equal(
    rcv_evaluate_use(model, pairs, RCV_USE_VALIDATION, workers, &metrics, NULL),
    RCV_OK);
  rcv_workers_free(workers);
  return metrics;
}

/// Pieces are the same ones for any number of threads, leave nothing out, and
/// begin in a state that is nearly that of a whole region there
static void
test_pieces(void** const unused)
{
  (void)unused;
  RcvPart parts[] = {{RCV_USE_TRAIN, {0, 1000}},
                     {RCV_USE_VALIDATION, {1000, 34567}},
                     {RCV_USE_TEST, {34567, 40000}},
                     {RCV_USE_VALIDATION, {40000, 51000}}};

  RcvTake take;
  RcvPair pair;
  memset(&take, 0, sizeof(take));
  memset(&pair, 0, sizeof(pair));
  pair.dry           = network_rig_floats(N_FRAMES);
  take.wet           = network_rig_floats(N_FRAMES);
  pair.takes.takes   = &take;
  pair.takes.n_takes = 1;
  pair.n_frames      = N_FRAMES;
  pair.rate_hz       = RATE_HZ;
  pair.parts         = parts;
  pair.n_parts       = sizeof(parts) / sizeof(parts[0]);
  rcv_fixture_signal(pair.dry, N_FRAMES, 1);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    take.wet[t] = 0.3f * pair.dry[t];
  }

  const RcvPairs   pairs = {&pair, 1};
  const RcvShape   shape = rcv_fixture_shape(6);
  RcvModel* const  model = rcv_fixture_model(&shape, RATE_HZ, 5);
  const RcvMetrics whole = measure(model, &pairs, 0);
  const RcvMetrics one   = measure(model, &pairs, 1);
  const RcvMetrics three = measure(model, &pairs, 3);
  assert_int_equal(whole.n_frames, 33567 + 11000);
  assert_int_equal(one.n_frames, whole.n_frames);
  assert_memory_equal(&one.esr, &three.esr, sizeof(one.esr));
  assert_memory_equal(&one.dc, &three.dc, sizeof(one.dc));
  assert_true(whole.esr > 0.01);
  assert_close(one.esr, whole.esr, 1e-9 * whole.esr);

  rcv_model_free(model);
  free(pair.dry);
  free(take.wet);
}

/// The standard clip is loud and makes the self-test; a model that plays 0.1
/// whatever it hears is at -20 dB
static void
test_riff(void** const unused)
{
  (void)unused;
  RcvRiff riff = {NULL, 0};
  assert_int_equal(rcv_riff_render(&riff, 44100, NULL), RCV_OK);
  assert_true(riff.n_frames > 44100);

  RcvShape shape = rcv_fixture_shape(4);
  shape.skip     = false;

  RcvModel* const model = rcv_model_new(&shape);
  double          db    = 0.0;
  memset(model->params, 0, rcv_shape_n_params(&shape) * sizeof(float));
  model->params[rcv_shape_tensor(&shape, RCV_TENSOR_LIN_B).offset] = 0.1f;
  assert_int_equal(rcv_evaluate_add_test(model, &riff, NULL), RCV_OK);
  assert_int_equal(rcv_evaluate_loudness(model, &riff, &db, NULL), RCV_OK);

  double greatest = 0.0;
  for (size_t t = 0; t < model->n_test; ++t) {
    greatest = fmax(greatest, fabs((double)model->test_input[t]));
  }
  assert_true(greatest > 0.5);
  assert_close(db, -20.0, 1e-4);
  rcv_model_free(model);
  rcv_riff_clear(&riff);
  assert_null(riff.frames);
}

/// Models may be for rates that the signal itself cannot have
static void
test_riff_rates(void** const unused)
{
  (void)unused;
  static const uint32_t rates_hz[] = {8000, 44100, 384000};

  for (size_t i = 0; i < sizeof(rates_hz) / sizeof(rates_hz[0]); ++i) {
    RcvRiff riff = {NULL, 0};
    assert_int_equal(rcv_riff_render(&riff, rates_hz[i], NULL), RCV_OK);
    assert_close((double)riff.n_frames / rates_hz[i], 12.0, 1e-3);

    double greatest = 0.0;
    for (size_t t = 0; t < riff.n_frames; ++t) {
      greatest = fmax(greatest, fabs((double)riff.frames[t]));
    }
    assert_true(greatest > 0.3 && greatest < 1.1);
    rcv_riff_clear(&riff);
  }
}

/// Of a softmax head, but not of networks with layers that training lacks
static void
test_perplexity(void** const unused)
{
  (void)unused;
  enum { N = 4 * RATE_HZ };

  RcvTake take;
  RcvPair pair;
  memset(&take, 0, sizeof(take));
  memset(&pair, 0, sizeof(pair));
  pair.dry           = network_rig_floats(N);
  take.wet           = network_rig_floats(N);
  pair.takes.takes   = &take;
  pair.takes.n_takes = 1;
  pair.n_frames      = N;
  pair.rate_hz       = RATE_HZ;

  const RcvRegion all = {0, N};
  for (uint32_t i = 0; i < 3; ++i) {
    RcvShape shape    = rcv_fixture_shape(4);
    shape.head        = RCV_HEAD_SOFTMAX;
    shape.skip        = false;
    shape.output_size = 16;
    if (i == 1) {
      const RcvDenseShape wide     = {512, RCV_ACTIVATION_LINEAR};
      shape.dense[RCV_DENSE_IN][0] = wide;
    } else if (i == 2) {
      shape.num_layers = 0;
      rcv_shape_add_layer(&shape, RCV_CELL_LSTM, 4);
      rcv_shape_add_layer(&shape, RCV_CELL_GRU, 4);
    }
    RcvModel* const model      = rcv_model_new(&shape);
    double          perplexity = 0.0;
    assert_non_null(model);
    assert_int_equal(
      rcv_perplexity_measure(model, &pair, all, &perplexity, NULL), RCV_OK);
    if (i == 0) {
      assert_close(perplexity, 16.0, 1e-3); // Weights of 0 know nothing
    } else {
      assert_true(isnan(perplexity));
    }
    rcv_model_free(model);
  }
  free(pair.dry);
  free(take.wet);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_pieces),
    cmocka_unit_test(test_riff),
    cmocka_unit_test(test_riff_rates),
    cmocka_unit_test(test_perplexity),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

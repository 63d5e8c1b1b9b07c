// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// Which way a model plays in a host of another rate

#include "dsp/model/choice.h"

#include "dsp/model/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/model_fixture.h"

#include <math.h>
#include <string.h>

/// What is measured decides, and what is wished
static void
test_rule(void** const unused)
{
  (void)unused;
  static const struct {
    double direct_snr_db;
    double resampled_snr_db;
    bool   is_measured;
    bool   is_stable;
    bool   takes;     ///< The direct way
    bool   low_takes; ///< The same with low latency
  } cases[] = {
    {60.0, 100.0, true, true, false, true},
    {30.0, 100.0, true, true, false, true},
    {29.9, 100.0, true, true, false, false},
    {99.1, 100.0, true, true, true, true},
    {98.9, 100.0, true, true, false, true},
    {20.0, 10.0, true, true, true, true}, // Either is bad
    {99.9, 100.0, true, false, false, false},
    {(double)-INFINITY, 10.0, true, true, false, false},
    {(double)NAN, 10.0, true, true, false, false},
    {99.9, 100.0, false, true, false, false},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const RcvChoice choice = {RCV_WAY_RESAMPLED,
                              RCV_WAY_LINEAR,
                              cases[i].is_measured,
                              cases[i].is_stable,
                              cases[i].direct_snr_db,
                              cases[i].resampled_snr_db};
    assert_int_equal(rcv_choice_way(&choice, false),
                     cases[i].takes ? RCV_WAY_LINEAR : RCV_WAY_RESAMPLED);
    assert_int_equal(rcv_choice_way(&choice, true),
                     cases[i].low_takes ? RCV_WAY_LINEAR : RCV_WAY_RESAMPLED);
  }
}

/// SNR of the automatic choice
static double
automatic_snr_db(const RcvChoice* const choice)
{
  return choice->way == RCV_WAY_RESAMPLED ? choice->resampled_snr_db
                                          : choice->direct_snr_db;
}

/// Every preset at twice its rate
static void
test_presets(void** const unused)
{
  (void)unused;
  static const char* const presets[] = {"bigmuff",
                                        "chump",
                                        "chump40",
                                        "compressor",
                                        "ds1",
                                        "ds1_hardware",
                                        "klon",
                                        "metal",
                                        "rat",
                                        "rat40",
                                        "ts9",
                                        "w20"};
  for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); ++i) {
    RcvModel* const model = rcv_fixture_preset(presets[i]);
    const RcvChoice choice =
      rcv_choice_make(model, 2.0 * model->info.rate_hz, 1, false);
    print_message("%s: direct %.1f dB, resampled %.1f dB\n",
                  presets[i],
                  choice.direct_snr_db,
                  choice.resampled_snr_db);
    assert_true(choice.is_measured);
    assert_true(choice.is_stable);
    assert_true(choice.direct_snr_db > RCV_CHOICE_LEAST_SNR_DB);
    assert_true(automatic_snr_db(&choice) >= 40.0);
    assert_true(automatic_snr_db(&choice) >= choice.resampled_snr_db - 1.0);
    rcv_model_free(model);
  }
}

/// Some at rates between: what low latency gives, and whether it is given
static void
test_rates_between(void** const unused)
{
  (void)unused;
  static const struct {
    const char* name;
    double      host_hz;
    double      least_db; ///< 0: too bad
  } cases[] = {{"chump", 44100.0, 45.0},
               {"klon", 48000.0, 65.0},
               {"klon", 96000.0, 65.0},
               {"ts9", 44100.0, 40.0},
               {"ts9", 88200.0, 45.0},
               {"w20", 44100.0, 0.0},
               {"rat40", 44100.0, 0.0},
               {"ds1", 22050.0, 0.0}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    RcvModel* const model  = rcv_fixture_preset(cases[i].name);
    RcvChoice       choice = {
            RCV_WAY_RESAMPLED, RCV_WAY_RESAMPLED, false, false, 0.0, 0.0};
    RcvVoice* const automatic =
      rcv_choice_voice_new(model, 1, cases[i].host_hz, 1, false, &choice, NULL);
    assert_true(automatic_snr_db(&choice) >= choice.resampled_snr_db - 1.0);

    RcvVoice* const low =
      rcv_choice_voice_new(model, 2, cases[i].host_hz, 1, true, &choice, NULL);
    print_message("%s, %g Hz: direct %.1f dB, resampled %.1f dB\n",
                  cases[i].name,
                  cases[i].host_hz,
                  choice.direct_snr_db,
                  choice.resampled_snr_db);
    const bool takes = choice.way != RCV_WAY_RESAMPLED;
    assert_int_equal(takes, cases[i].least_db > 0.0);
    assert_int_equal(low->is_resampled, !takes);
    assert_int_equal(low->is_foreign, !takes);
    assert_int_equal(low->latency_frames,
                     takes ? 0 : automatic->latency_frames);
    assert_true(!takes || choice.direct_snr_db > cases[i].least_db);
    assert_true(automatic->latency_frames);
    rcv_model_voice_free(automatic);
    rcv_model_voice_free(low);
    rcv_model_free(model);
  }
}

/**
   A state that changes its sign at every step and decays: read by extrapolation
   it does not.  Also where a wish asks for the direct way.
*/
static void
test_unstable(void** const unused)
{
  (void)unused;
  static const float params[] = {1.0f, -0.97f, 0.0f, 0.0f, 1.0f, 0.0f};
  const RcvShape     shape    = {.cell        = RCV_CELL_RNN,
                                 .input_size  = 1,
                                 .hidden_size = 1,
                                 .num_layers  = 1,
                                 .output_size = 1};
  RcvModel* const    model    = rcv_fixture_model(&shape, 48000.0, 1);
  assert_int_equal(rcv_shape_n_params(&shape), 6);
  memcpy(model->params, params, sizeof(params));

  const RcvChoice choice = rcv_choice_make(model, 44100.0, 1, true);
  print_message("direct %.1f dB, resampled %.1f dB\n",
                choice.direct_snr_db,
                choice.resampled_snr_db);
  assert_true(choice.is_measured);
  assert_false(choice.is_stable);
  assert_true(choice.resampled_snr_db > 40.0);
  assert_int_equal(choice.way, RCV_WAY_RESAMPLED);
  rcv_model_free(model);
}

/// Where there is no choice
static void
test_no_choice(void** const unused)
{
  (void)unused;
  RcvShape  shape = rcv_fixture_shape(8);
  RcvModel* model = rcv_fixture_model(&shape, 48000.0, 1);
  assert_true(rcv_choice_make(model, 96000.0, 1, true).is_measured);
  assert_false(rcv_choice_make(model, 48000.0, 1, true).is_measured);
  assert_false(rcv_choice_make(model, 44100.0, 2, true).is_measured);
  assert_false(rcv_choice_make(model, 1e6, 1, true).is_measured);
  assert_false(rcv_choice_make(model, (double)NAN, 1, true).is_measured);
  rcv_model_free(model);

  model = rcv_fixture_model(&shape, (double)NAN, 1);
  assert_false(rcv_choice_make(model, 44100.0, 1, true).is_measured);
  rcv_model_free(model);

  shape.bidirectional    = true;
  shape.block_frames     = 64;
  shape.lookahead_frames = 64;
  model                  = rcv_fixture_model(&shape, 48000.0, 1);
  const RcvChoice choice = rcv_choice_make(model, 96000.0, 1, true);
  assert_false(choice.is_measured);
  assert_int_equal(choice.way, RCV_WAY_RESAMPLED);
  rcv_model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rule),
    cmocka_unit_test(test_presets),
    cmocka_unit_test(test_rates_between),
    cmocka_unit_test(test_unstable),
    cmocka_unit_test(test_no_choice),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

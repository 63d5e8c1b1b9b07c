// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/kernels/kernels.h"

#include "dsp/denormals.h"
#include "dsp/mulaw.h"
#include "tests/support/assert_close.h"
#include "tests/support/network_rig.h"
#include "train/model/reference.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/**
   @file

   Every table of kernels that this machine supports, held to the readable
   cells.
*/

enum { N_FRAMES = 150 };

// The greatest distances that are allowed; measured: 2.7e-7 and 2.3e-7
static const double tolerance_float = 6e-7;
static const double tolerance_exact = 6e-7;

/// One layer: its weights, and what comes out of it
typedef struct {
  RcvCell  cell;
  uint32_t n_in;
  uint32_t n_hidden;
  size_t   n_params;
  float*   params; ///< W_ih, W_hh, b_ih, b_hh
  float*   x;      ///< [N_FRAMES][n_in]
  double*  h;      ///< [N_FRAMES][n_hidden] of a kernel
  double*  h_ref;  ///< [N_FRAMES][n_hidden] of a reference
} Layer;

static Layer
layer_new(const RcvCell  cell,
          const uint32_t n_in,
          const uint32_t n_hidden,
          const float    weight,
          const float    level)
{
  const size_t n_rows = (size_t)rcv_cell_n_gates(cell) * n_hidden;
  const size_t n      = (size_t)N_FRAMES * n_hidden;
  Layer        l      = {cell, n_in, n_hidden, 0, NULL, NULL, NULL, NULL};
  l.n_params          = n_rows * (n_in + n_hidden + 2);
  l.params            = network_rig_floats(l.n_params);
  l.x                 = network_rig_floats((size_t)N_FRAMES * n_in);
  l.h                 = calloc(n, sizeof(double));
  l.h_ref             = calloc(n, sizeof(double));
  assert_true(l.h && l.h_ref);
  network_rig_random(
    l.params, l.n_params, weight / sqrtf((float)n_hidden), n_hidden);
  network_rig_random(l.x, (size_t)N_FRAMES * n_in, level, 7);
  return l;
}

static void
layer_free(Layer* const l)
{
  free(l->params);
  free(l->x);
  free(l->h);
  free(l->h_ref);
}

/// Run a layer with a table of kernels
static void
layer_run(const Layer* const l, const RcvKernels* const kernels)
{
  const size_t   n_rows = (size_t)rcv_cell_n_gates(l->cell) * l->n_hidden;
  const float*   w_hh   = l->params + (n_rows * l->n_in);
  const float*   b_ih   = w_hh + (n_rows * l->n_hidden);
  const RcvLayer layer  = {
     l->n_in, l->n_hidden, l->params, w_hh, b_ih, b_ih + n_rows};

  const uint32_t padded = rcv_kernels_padded_size(kernels, l->n_hidden);
  const size_t   n_packed =
    rcv_kernels_packed_floats(kernels, l->cell, l->n_in, l->n_hidden);
  float* const weights = network_rig_floats(n_packed + 1);
  float* const h       = network_rig_floats((size_t)(1 + N_FRAMES) * padded);
  float* const c       = network_rig_floats(padded);

  weights[n_packed] = 1234.5f; // Nothing may be written beyond the end
  const RcvPackedLayer packed =
    rcv_kernels_pack(kernels, l->cell, &layer, 0, weights);
  assert_close(weights[n_packed], 1234.5, 0.0);
  assert_int_equal(packed.padded_size, padded);

  const RcvLayerStream stream = {l->x, (ptrdiff_t)l->n_in, packed.biases, h, c};
  rcv_kernels_layer(kernels, l->cell, l->n_hidden)
    ->run_one(&packed, &stream, N_FRAMES);
  for (size_t t = 0; t < N_FRAMES; ++t) {
    for (uint32_t j = 0; j < l->n_hidden; ++j) {
      l->h[(t * l->n_hidden) + j] = (double)h[((1 + t) * padded) + j];
    }
  }
  free(weights);
  free(h);
  free(c);
}

/// Compare with a reference; return the greatest distance
static double
layer_compare(const Layer* const      l,
              const RcvReferenceLayer reference,
              const double            tolerance_,
              const RcvKernels*       kernels)
{
  const double tolerance = network_rig_tolerance(kernels, tolerance_);

  double greatest = 0.0;
  reference(l->cell, l->n_in, l->n_hidden, l->params, l->x, N_FRAMES, l->h_ref);
  for (size_t i = 0; i < (size_t)N_FRAMES * l->n_hidden; ++i) {
    const double distance = fabs(l->h[i] - l->h_ref[i]);
    if (!(distance <= tolerance)) {
      fail_msg("%s, cell %d, I %u, H %u, frame %zu: off by %g",
               kernels->name,
               (int)l->cell,
               l->n_in,
               l->n_hidden,
               i / l->n_hidden,
               distance);
    }
    greatest = fmax(greatest, distance);
  }
  return greatest;
}

/// All tables, cells and sizes with weights and inputs of some size
static void
compare_all(const float weight, const float level)
{
  enum { N_SMALL = 100 };

  static const uint32_t large[] = {128, 200};

  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    double to_float = 0.0;
    double to_exact = 0.0;
    for (uint32_t k = 0; k < 3 * (N_SMALL + 2); ++k) {
      const uint32_t n_hidden =
        k / 3 < N_SMALL ? 1 + (k / 3) : large[(k / 3) - N_SMALL];

      Layer l =
        layer_new((RcvCell)(k % 3), 1 + (k / 2 % 3), n_hidden, weight, level);
      layer_run(&l, kernels);
      to_float = fmax(
        to_float,
        layer_compare(&l, rcv_reference_layer_float, tolerance_float, kernels));
      to_exact = fmax(
        to_exact,
        layer_compare(&l, rcv_reference_layer_exact, tolerance_exact, kernels));
      layer_free(&l);
    }
    print_message("%-13s %.3g from float, %.3g from double\n",
                  kernels->name,
                  to_float,
                  to_exact);
  }
}

static void
test_layers(void** const unused)
{
  (void)unused;
  compare_all(1.0f, 1.0f);
  compare_all(1.0f, 0.01f);
}

/// tanh and sigmoid at their ends, where a polynomial alone runs away
static void
test_saturation(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    for (uint32_t cell = 0; cell < 3; ++cell) {
      Layer l = layer_new((RcvCell)cell, 1, 5, 0.0f, 0.0f);
      for (size_t t = 0; t < N_FRAMES; ++t) {
        const float power = powf(10.0f, (float)(t % 100) - 50.0f);
        l.x[t]            = t % 2 ? -power : power;
      }
      for (size_t k = 0; k < (size_t)rcv_cell_n_gates(l.cell) * 5; ++k) {
        l.params[k] = k % 2 ? -1.0f : 0.5f; // No recurrence: W_ih alone
      }
      l.x[0] = FLT_MAX;
      l.x[1] = -FLT_MAX;
      layer_run(&l, kernels);
      (void)layer_compare(
        &l, rcv_reference_layer_exact, tolerance_exact, kernels);
      for (size_t k = 0; k < (size_t)N_FRAMES * l.n_hidden; ++k) {
        assert_true(fabs(l.h[k]) <=
                    1.0 + network_rig_tolerance(kernels, tolerance_exact));
      }
      layer_free(&l);
    }
  }
}

/// Denormals in, in the weights and in the state; flushed or not
static void
test_denormals(void** const unused)
{
  (void)unused;
  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    for (uint32_t cell = 0; cell < 3; ++cell) {
      Layer l     = layer_new((RcvCell)cell, 2, 9, 1.0f, 1e-40f);
      l.params[3] = 1e-41f;

      const uint64_t mode = rcv_denormals_off();
      layer_run(&l, kernels);
      rcv_denormals_restore(mode);
      (void)layer_compare(
        &l, rcv_reference_layer_exact, tolerance_exact, kernels);
      layer_run(&l, kernels);
      (void)layer_compare(
        &l, rcv_reference_layer_exact, tolerance_exact, kernels);
      layer_free(&l);
    }
  }
}

/// A NaN is NaN where it is in the definition, and nowhere earlier
static void
test_nan(void** const unused)
{
  (void)unused;
  enum {
    N_HIDDEN  = 21,
    BAD_UNIT  = 9,
    BAD_FRAME = 100,
    AT        = (BAD_FRAME * N_HIDDEN) + BAD_UNIT
  };

  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    for (uint32_t cell = 0; cell < 3; ++cell) {
      Layer        l      = layer_new((RcvCell)cell, 2, N_HIDDEN, 1.0f, 1.0f);
      const size_t n_rows = l.n_params / (2 + N_HIDDEN + 2);

      // Only the bad unit reads input 2, and no unit reads another
      memset(l.params + (n_rows * 2), 0, n_rows * N_HIDDEN * sizeof(float));
      for (size_t row = 0; row < n_rows; ++row) {
        const float w = row % N_HIDDEN == BAD_UNIT ? 0.5f : 0.0f;

        l.params[(row * 2) + 1] = w;
      }
      l.x[(BAD_FRAME * 2) + 1] = NAN;
      layer_run(&l, kernels);

      // 0·NaN is NaN: in that frame it is everywhere, as in the definition
      rcv_reference_layer_exact(
        l.cell, 2, N_HIDDEN, l.params, l.x, N_FRAMES, l.h_ref);
      for (size_t k = 0; k < (size_t)N_FRAMES * N_HIDDEN; ++k) {
        assert_int_equal(isnan(l.h[k]) != 0, isnan(l.h_ref[k]) != 0);
      }
      assert_true(isnan(l.h[AT]));
      assert_true(!isnan(l.h[AT - N_HIDDEN]));
      layer_free(&l);
    }
  }
}

/// Heads of every size, with logits from small to far apart
static void
test_heads(void** const unused)
{
  (void)unused;
  static const uint32_t classes[] = {2, 3, 16, 17, 255, 256};

  const RcvKernels* kernels = NULL;
  for (uint32_t i = 0; (kernels = network_rig_kernels(i)); ++i) {
    double greatest = 0.0;
    for (uint32_t k = 0; k < 40 * 3; ++k) {
      static const float scales[] = {0.5f, 5.0f, 100.0f};

      RcvShape shape    = network_rig_shape(k % 2 ? 12 : 0, 1, 1 + (k / 3));
      shape.output_size = k % 2 ? classes[(k / 2) % 6] : 1;

      const size_t n      = rcv_shape_n_params(&shape);
      const size_t n_head = (size_t)shape.output_size * (shape.hidden_size + 1);
      float* const params = network_rig_floats(n);
      float        x[N_FRAMES];
      float        y[N_FRAMES];
      double       expected[N_FRAMES];
      network_rig_random(params, n, 1.0f / sqrtf((float)shape.hidden_size), k);
      network_rig_random(params + n - n_head, n_head, scales[k % 3], k);
      network_rig_random(x, N_FRAMES, 1.0f, 3);

      NetworkRig rig = network_rig_new(&shape, params, kernels);
      network_rig_run(&rig, x, y, N_FRAMES, 64);
      rcv_reference_network_exact(&shape, params, x, N_FRAMES, expected);

      // The logits' own rounding grows with their size
      const double size  = sqrt((double)shape.hidden_size);
      const double scale = fmax(1.0, size * (double)scales[k % 3]);
      for (size_t t = 0; t < N_FRAMES; ++t) {
        const double error = fabs((double)y[t] - expected[t]) / scale;
        assert_close(error, 0.0, network_rig_tolerance(kernels, 5e-7));
        greatest = fmax(greatest, error);
      }
      network_rig_free(&rig);
      free(params);
    }
    print_message("%-13s heads: %.2g from double\n", kernels->name, greatest);
  }
}

/// The tables are what their names say, widest first, generic always last
static void
test_tables(void** const unused)
{
  (void)unused;
  const RcvKernels* last = NULL;
  uint32_t          n    = 0;
  for (; rcv_kernels_supported(n); ++n) {
    last = rcv_kernels_supported(n);
    assert_ptr_equal(rcv_kernels_choose(last->name, 16), last);

    const RcvKernels* const fast = rcv_kernels_fast(last);
    assert_ptr_equal(rcv_kernels_choose(fast->name, 16), fast);
    assert_ptr_equal(rcv_kernels_exact(fast), last);
    assert_ptr_equal(rcv_kernels_exact(last), last);
    assert_true(fast == last || fast->tanh_error > last->tanh_error);
    assert_memory_equal(fast->name, last->name, strlen(last->name));
  }
  assert_string_equal(last ? last->name : "", "generic");
  assert_null(rcv_kernels_supported(n + 1));
  assert_ptr_equal(rcv_kernels_choose(NULL, 0), rcv_kernels_supported(0));
  assert_null(rcv_kernels_choose("no such kernels", 16));

  // The fastest are the widest ones, or their halves for few units
  for (uint32_t n_units = 1; n_units <= 200; ++n_units) {
    const RcvKernels* const best = rcv_kernels_choose(NULL, n_units);
    assert_ptr_equal(rcv_kernels_choose(best->name, n_units), best);
    // At least half of a vector is full
    assert_true(best->vector_width < 2 * n_units || n_units <= 4);
    assert_ptr_equal(rcv_kernels_choose("fast", n_units),
                     rcv_kernels_fast(best));
    if (best != rcv_kernels_supported(0)) {
      assert_string_equal(rcv_kernels_supported(0)->name, "avx512");
      assert_string_equal(best->name, "avx512vl");
      assert_true(n_units <= 40);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_layers),
    cmocka_unit_test(test_saturation),
    cmocka_unit_test(test_denormals),
    cmocka_unit_test(test_nan),
    cmocka_unit_test(test_heads),
    cmocka_unit_test(test_tables),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

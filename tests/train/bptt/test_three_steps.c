// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   Back-propagation through time on three frames, written out path by path.

   A simple recurrent network with two units, h_t = tanh(W_x x_t + W_h h_{t−1}),
   o_t = W_o h_t, h_0 = 0, and a loss in the last frame only, L_3 = ½(o_3 − y)².
   The product's back-propagation must give the same sums.
*/

// The same sources as the product's, compiled for double
#define RCV_DOUBLE 1

#include "dsp/shape.h"
#include "tests/support/assert_close.h"
#include "train/bptt/bptt.h"

#include <math.h>
#include <string.h>

enum { H = 2, T = 3 };

static const double tolerance = 1e-12;

typedef struct {
  double of[H];
} Vector;

typedef struct {
  double of[H][H];
} Matrix;

/* The network */

static const Vector w_x  = {{0.7, -0.4}};
static const Matrix w_h  = {{{0.5, -0.3}, {0.2, 0.6}}};
static const Vector w_o  = {{0.9, -0.8}};
static const double x[T] = {0.8, -0.5, 0.3};
static const double y    = 0.25;

/// States h[0] (before the first frame) to h[3]
typedef struct {
  Vector h[T + 1];
  double output; ///< o_3
} Forward;

static Forward
run_forward(void)
{
  Forward f;
  memset(&f, 0, sizeof(f));
  for (int t = 1; t <= T; ++t) {
    for (int i = 0; i < H; ++i) {
      double a = w_x.of[i] * x[t - 1];
      for (int k = 0; k < H; ++k) {
        a += w_h.of[i][k] * f.h[t - 1].of[k];
      }
      f.h[t].of[i] = tanh(a);
    }
  }
  f.output = (w_o.of[0] * f.h[T].of[0]) + (w_o.of[1] * f.h[T].of[1]);
  return f;
}

/* The pieces of the chain rule */

/// ∂L_3/∂o_3 · ∂o_3/∂h_3, a row
static Vector
loss_by_last_state(const Forward* const f)
{
  const double d_output = f->output - y;
  const Vector row      = {{d_output * w_o.of[0], d_output * w_o.of[1]}};
  return row;
}

/// ∂h_j/∂h_{j−1} = diag(1 − h_j²) W_h
static Matrix
state_by_state(const Forward* const f, const int j)
{
  Matrix jacobian;
  for (int i = 0; i < H; ++i) {
    const double slope = 1.0 - (f->h[j].of[i] * f->h[j].of[i]);
    for (int k = 0; k < H; ++k) {
      jacobian.of[i][k] = slope * w_h.of[i][k];
    }
  }
  return jacobian;
}

static Vector
row_times_matrix(const Vector row, const Matrix m)
{
  Vector result = {{0.0, 0.0}};
  for (int i = 0; i < H; ++i) {
    for (int k = 0; k < H; ++k) {
      result.of[k] += row.of[i] * m.of[i][k];
    }
  }
  return result;
}

/**
   The part of ∂L_3/∂W_h of the path that leaves the weights at frame k: the row
   before it, times the derivative of h_k by W_h[i][j] with h_{k−1} held,
   (1 − h_k[i]²) h_{k−1}[j].
*/
static void
add_path_w_h(Matrix* const sum, const Vector row, const Forward* f, const int k)
{
  for (int i = 0; i < H; ++i) {
    const double slope = 1.0 - (f->h[k].of[i] * f->h[k].of[i]);
    for (int j = 0; j < H; ++j) {
      sum->of[i][j] += row.of[i] * slope * f->h[k - 1].of[j];
    }
  }
}

/// The same for W_x, where x_k stands in place of h_{k−1}
static void
add_path_w_x(Vector* const sum, const Vector row, const Forward* f, const int k)
{
  for (int i = 0; i < H; ++i) {
    const double slope = 1.0 - (f->h[k].of[i] * f->h[k].of[i]);
    sum->of[i] += row.of[i] * slope * x[k - 1];
  }
}

/* What the product computes */

/// Gradients by name, in the product's layout
typedef struct {
  Vector w_x;
  Matrix w_h;
  Vector w_o;
} Gradients;

static Gradients
back_propagate(void)
{
  const RcvShape shape = {.cell        = RCV_CELL_RNN,
                          .input_size  = 1,
                          .hidden_size = H,
                          .num_layers  = 1,
                          .output_size = 1};

  // W_x, W_h, two biases, W_o, its bias
  double params[2 + 4 + 2 + 2 + 2 + 1]   = {0.0};
  double d_params[2 + 4 + 2 + 2 + 2 + 1] = {0.0};
  assert_int_equal(rcv_shape_n_params(&shape), 13);
  memcpy(params, &w_x, sizeof(w_x));
  memcpy(params + 2, &w_h, sizeof(w_h));
  memcpy(params + 10, &w_o, sizeof(w_o));

  double              outputs[T];
  double              d_outputs[T] = {0.0, 0.0, 0.0};
  const RcvBpttWindow window       = {
          T, x, NULL, outputs, d_outputs, NULL, 0, NULL, NULL};
  RcvBptt* const bptt = rcv_bptt_exact.new_(&shape, T, 0, 0);
  rcv_bptt_exact.set_params(bptt, params);
  rcv_bptt_exact.reset(bptt);
  rcv_bptt_exact.forward(bptt, &window, NULL);
  d_outputs[T - 1] = outputs[T - 1] - y;
  rcv_bptt_exact.backward(bptt, &window);
  rcv_bptt_exact.take_gradient(bptt, d_params);
  rcv_bptt_exact.free_(bptt);

  Gradients gradients;
  memcpy(&gradients.w_x, d_params, sizeof(gradients.w_x));
  memcpy(&gradients.w_h, d_params + 2, sizeof(gradients.w_h));
  memcpy(&gradients.w_o, d_params + 10, sizeof(gradients.w_o));
  return gradients;
}

/* The tests */

/// Σ_{k≤3} ∂L_3/∂o_3 ∂o_3/∂h_3 (Π_{j=k+1..3} ∂h_j/∂h_{j−1}) ∂h_k/∂W
static void
test_recurrent_weights(void** const unused)
{
  (void)unused;
  const Forward f       = run_forward();
  const Matrix  h3_by_2 = state_by_state(&f, 3);
  const Matrix  h2_by_1 = state_by_state(&f, 2);

  // Leaving at frame 3: no product; at 2: one factor; at 1: two
  const Vector to_3 = loss_by_last_state(&f);
  const Vector to_2 = row_times_matrix(to_3, h3_by_2);
  const Vector to_1 = row_times_matrix(to_2, h2_by_1);

  Matrix d_w_h = {{{0.0, 0.0}, {0.0, 0.0}}};
  add_path_w_h(&d_w_h, to_3, &f, 3);
  add_path_w_h(&d_w_h, to_2, &f, 2);
  add_path_w_h(&d_w_h, to_1, &f, 1);

  Vector d_w_x = {{0.0, 0.0}};
  add_path_w_x(&d_w_x, to_3, &f, 3);
  add_path_w_x(&d_w_x, to_2, &f, 2);
  add_path_w_x(&d_w_x, to_1, &f, 1);

  const Gradients product = back_propagate();
  for (int i = 0; i < H; ++i) {
    assert_close(product.w_x.of[i], d_w_x.of[i], tolerance);
    for (int j = 0; j < H; ++j) {
      assert_close(product.w_h.of[i][j], d_w_h.of[i][j], tolerance);
    }
  }
}

/// ∂L_3/∂W_o = ∂L_3/∂o_3 · h_3: a single product
static void
test_output_weights(void** const unused)
{
  (void)unused;
  const Forward   f       = run_forward();
  const Gradients product = back_propagate();
  for (int i = 0; i < H; ++i) {
    assert_close(product.w_o.of[i], (f.output - y) * f.h[T].of[i], tolerance);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_recurrent_weights),
    cmocka_unit_test(test_output_weights),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

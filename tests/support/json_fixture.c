// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/json_fixture.h"

#include "dsp/model/safetensors.h"
#include "dsp/shape.h"
#include "tests/support/assert_close.h"

#include <stdlib.h>
#include <string.h>

RcvShape
json_fixture_shape(const RcvCell  cell,
                   const uint32_t input_size,
                   const uint32_t hidden_size,
                   const uint32_t num_layers)
{
  RcvShape shape;
  memset(&shape, 0, sizeof(shape));
  shape.cell        = cell;
  shape.input_size  = input_size;
  shape.hidden_size = hidden_size;
  shape.num_layers  = num_layers;
  shape.output_size = 1;
  return shape;
}

static const float*
tensor_values(const RcvModel* const model,
              const uint32_t        layer,
              const RcvTensorKind   kind)
{
  const uint32_t index =
    kind >= RCV_TENSOR_LIN_W
      ? (4 * model->shape.num_layers) + (uint32_t)(kind - RCV_TENSOR_LIN_W)
      : (4 * layer) + (uint32_t)kind;
  return model->params + rcv_shape_tensor(&model->shape, index).offset;
}

/// n values, `step` apart
static json_t*
vector(const float* const values, const size_t n, const size_t step)
{
  json_t* const array = json_array();
  for (size_t i = 0; i < n; ++i) {
    json_array_append_new(array, json_real((double)values[i * step]));
  }
  return array;
}

static json_t*
matrix(const float* const values,
       const size_t       n_rows,
       const size_t       n_cols,
       const size_t       row_step,
       const size_t       column_step)
{
  json_t* const rows = json_array();
  for (size_t r = 0; r < n_rows; ++r) {
    json_array_append_new(rows,
                          vector(values + (r * row_step), n_cols, column_step));
  }
  return rows;
}

json_t*
json_fixture_guitarml(const RcvModel* const model)
{
  static const char* const units[] = {"RNN", "LSTM", "GRU"};

  const RcvShape* const shape = &model->shape;
  json_t* const         dict  = json_object();
  for (uint32_t i = 0; i < rcv_shape_n_tensors(shape); ++i) {
    const RcvTensor    tensor = rcv_shape_tensor(shape, i);
    const float* const values = model->params + tensor.offset;
    char               name[32];
    rcv_safetensors_name(&tensor, name);
    json_object_set_new(
      dict,
      name,
      tensor.n_cols
        ? matrix(values, tensor.n_rows, tensor.n_cols, tensor.n_cols, 1)
        : vector(values, tensor.n_rows, 1));
  }

  json_t* const root = json_pack("{s:{s:s,s:i,s:i,s:i,s:s,s:i,s:i,s:b},s:o}",
                                 "model_data",
                                 "model",
                                 "SimpleRNN",
                                 "input_size",
                                 (int)shape->input_size,
                                 "skip",
                                 (int)shape->skip,
                                 "output_size",
                                 1,
                                 "unit_type",
                                 units[shape->cell],
                                 "num_layers",
                                 (int)shape->num_layers,
                                 "hidden_size",
                                 (int)shape->hidden_size,
                                 "bias_fl",
                                 1,
                                 "state_dict",
                                 dict);
  assert_non_null(root);
  return root;
}

/// A tensor [G·H][n_in] as keras has it: [n_in][G·H], the GRU's gates z, r, h
static json_t*
keras_columns(const RcvModel* const model,
              const float* const    values,
              const size_t          n_in)
{
  static const size_t orders[2][4] = {{0, 1, 2, 3}, {1, 0, 2, 3}};

  const size_t  n_hidden = model->shape.hidden_size;
  const size_t  n_gates  = rcv_cell_n_gates(model->shape.cell);
  json_t* const rows     = json_array();
  for (size_t i = 0; i < n_in; ++i) {
    json_t* const row = json_array();
    for (size_t c = 0; c < n_gates * n_hidden; ++c) {
      const size_t gate =
        orders[model->shape.cell == RCV_CELL_GRU][c / n_hidden];
      const size_t r = (gate * n_hidden) + (c % n_hidden);
      json_array_append_new(row, json_real((double)values[(r * n_in) + i]));
    }
    json_array_append_new(rows, row);
  }
  return rows;
}

static json_t*
keras_layer(const RcvModel* const model, const uint32_t layer)
{
  const RcvShape* const shape = &model->shape;
  const bool            gru   = shape->cell == RCV_CELL_GRU;
  const float* const    b_ih  = tensor_values(model, layer, RCV_TENSOR_B_IH);
  const float* const    b_hh  = tensor_values(model, layer, RCV_TENSOR_B_HH);

  json_t* const b_in = keras_columns(model, b_ih, 1);
  json_t* const b_re = keras_columns(model, b_hh, 1);
  json_t* const bias =
    gru ? json_pack("[O,O]", json_array_get(b_in, 0), json_array_get(b_re, 0))
        : json_incref(json_array_get(b_in, 0));
  json_decref(b_in);
  json_decref(b_re);
  return json_pack(
    "{s:s,s:s,s:[n,n,i],s:[o,o,o]}",
    "type",
    gru ? "gru" : "lstm",
    "activation",
    "tanh",
    "shape",
    (int)shape->hidden_size,
    "weights",
    keras_columns(model,
                  tensor_values(model, layer, RCV_TENSOR_W_IH),
                  layer ? shape->hidden_size : shape->input_size),
    keras_columns(
      model, tensor_values(model, layer, RCV_TENSOR_W_HH), shape->hidden_size),
    bias);
}

json_t*
json_fixture_keras(const RcvModel* const model)
{
  const RcvShape* const shape  = &model->shape;
  json_t* const         layers = json_array();
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    json_array_append_new(layers, keras_layer(model, l));
  }
  json_array_append_new(
    layers,
    json_pack(
      "{s:s,s:s,s:[n,n,i],s:[o,o]}",
      "type",
      "dense",
      "activation",
      "",
      "shape",
      1,
      "weights",
      matrix(
        tensor_values(model, 0, RCV_TENSOR_LIN_W), shape->hidden_size, 1, 1, 1),
      vector(tensor_values(model, 0, RCV_TENSOR_LIN_B), 1, 1)));

  json_t* const root = json_pack("{s:[n,n,i],s:i,s:o}",
                                 "in_shape",
                                 (int)shape->input_size,
                                 "in_skip",
                                 (int)shape->skip,
                                 "layers",
                                 layers);
  assert_non_null(root);
  return root;
}

json_t*
json_fixture_nam(const RcvModel* const model)
{
  const RcvShape* const shape    = &model->shape;
  const size_t          n_hidden = shape->hidden_size;
  json_t* const         weights  = json_array();
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    const size_t       n_in = l ? n_hidden : shape->input_size;
    const float* const w_ih = tensor_values(model, l, RCV_TENSOR_W_IH);
    const float* const w_hh = tensor_values(model, l, RCV_TENSOR_W_HH);
    const float* const bias = tensor_values(model, l, RCV_TENSOR_B_IH);
    for (size_t r = 0; r < 4 * n_hidden; ++r) {
      json_t* const x = vector(w_ih + (r * n_in), n_in, 1);
      json_t* const h = vector(w_hh + (r * n_hidden), n_hidden, 1);
      json_array_extend(weights, x);
      json_array_extend(weights, h);
      json_decref(x);
      json_decref(h);
    }
    json_t* const b = vector(bias, 4 * n_hidden, 1);
    json_array_extend(weights, b);
    json_decref(b);
    for (size_t i = 0; i < 2 * n_hidden; ++i) {
      const float* const s = model->initial_state;
      json_array_append_new(
        weights,
        json_real(s ? (double)s[((size_t)l * 2 * n_hidden) + i] : 0.0));
    }
  }

  // The head's weight and bias are neighbours
  json_t* const head =
    vector(tensor_values(model, 0, RCV_TENSOR_LIN_W), n_hidden + 1, 1);
  json_array_extend(weights, head);
  json_decref(head);

  json_t* const root = json_pack("{s:s,s:s,s:{s:i,s:i,s:i},s:o}",
                                 "version",
                                 "0.5.4",
                                 "architecture",
                                 "LSTM",
                                 "config",
                                 "input_size",
                                 (int)shape->input_size,
                                 "hidden_size",
                                 (int)shape->hidden_size,
                                 "num_layers",
                                 (int)shape->num_layers,
                                 "weights",
                                 weights);
  assert_non_null(root);
  return root;
}

void
json_fixture_sum_biases(RcvModel* const model)
{
  for (uint32_t l = 0; l < model->shape.num_layers; ++l) {
    const RcvTensor b =
      rcv_shape_tensor(&model->shape, (4 * l) + RCV_TENSOR_B_HH);
    memset(model->params + b.offset, 0, b.size * sizeof(float));
  }
}

RcvModel*
json_fixture_parse(const void* const bytes,
                   const size_t      size,
                   RcvError* const   error)
{
  void* const copy = malloc(size ? size : 1);
  assert_non_null(copy);
  if (size) {
    memcpy(copy, bytes, size);
  }
  memset(error, 0, sizeof(*error));
  RcvModel* const model = rcv_model_parse(copy, size, "evil.file", error);
  free(copy);

  // A refusal is one line that begins with the file and says more
  if (!model) {
    assert_int_not_equal(error->status, RCV_OK);
    assert_memory_equal(error->message, "evil.file: ", 11);
    assert_true(strlen(error->message) > 25);
    assert_null(strchr(error->message, '\n'));
  }
  return model;
}

RcvModel*
json_fixture_read(const json_t* const root, RcvError* const error)
{
  char* const text = json_dumps(root, 0);
  assert_non_null(text);
  RcvModel* const model = json_fixture_parse(text, strlen(text), error);
  free(text);
  return model;
}

void
json_fixture_refused(const json_t* const root, const char* const words)
{
  RcvError        error;
  RcvModel* const model = json_fixture_read(root, &error);
  if (model) {
    rcv_model_free(model);
    fail_msg("not refused: \"%s\"", words);
  }
  if (!strstr(error.message, words)) {
    fail_msg("\"%s\" lacks \"%s\"", error.message, words);
  }
}

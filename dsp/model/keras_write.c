// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/keras.h"

#include "dsp/model/dense_metadata.h"
#include "dsp/model/json_about.h"
#include "dsp/model/json_values.h"
#include "dsp/model/json_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Frames of the test batch, as AIDA-X's trainer writes them
enum { N_BATCH = 2048 };

/// A layer whose weights are owned by it
static json_t*
make_layer(const char* const type,
           const char* const activation,
           const uint32_t    width,
           json_t* const     weights)
{
  return json_pack("{s:s,s:s,s:[n,n,i],s:o}",
                   "type",
                   type,
                   "activation",
                   activation,
                   "shape",
                   (int)width,
                   "weights",
                   weights);
}

/// Our rows r, z, n as z, r, h, which the LSTM's i, f, g, o need not
static void
copy_gates(const RcvLayerShape shape,
           const float* const  from,
           const size_t        n_in,
           float* const        to)
{
  const size_t n_block = shape.hidden_size * n_in;
  const size_t n       = n_block * rcv_cell_n_gates(shape.cell);
  const size_t swapped = shape.cell == RCV_CELL_GRU ? n_block : 0;

  memcpy(to, from, n * sizeof(float));
  memcpy(to, from + swapped, n_block * sizeof(float));
  memcpy(to + swapped, from, swapped * sizeof(float));
}

/// A matrix [G·H][n_in] as [n_in][G·H]
static json_t*
write_matrix(const RcvLayerShape shape,
             const float* const  values,
             const size_t        n_in,
             float* const        scratch)
{
  const size_t n_gated =
    (size_t)rcv_cell_n_gates(shape.cell) * shape.hidden_size;
  copy_gates(shape, values, n_in, scratch);
  return rcv_json_rows(scratch, n_in, n_gated, 1, n_in);
}

/// The LSTM's biases in one sum, both rows of the GRU's
static json_t*
write_biases(const RcvLayerShape   shape,
             const RcvLayer* const layer,
             float* const          scratch)
{
  const size_t n_gated =
    (size_t)rcv_cell_n_gates(shape.cell) * shape.hidden_size;
  if (shape.cell == RCV_CELL_LSTM) {
    for (size_t i = 0; i < n_gated; ++i) {
      scratch[i] = layer->b_ih[i] + layer->b_hh[i];
    }
    return rcv_json_floats(scratch, n_gated, 1);
  }
  copy_gates(shape, layer->b_ih, 1, scratch);
  copy_gates(shape, layer->b_hh, 1, scratch + n_gated);
  return rcv_json_rows(scratch, 2, n_gated, n_gated, 1);
}

static json_t*
write_recurrent(const RcvModel* const model, const uint32_t index)
{
  const RcvLayerShape shape = rcv_shape_layer_at(&model->shape, index);
  const RcvLayer      layer =
    rcv_shape_layer(&model->shape, model->params, 0, index);
  const size_t n_gated =
    (size_t)rcv_cell_n_gates(shape.cell) * shape.hidden_size;
  const size_t n_most =
    layer.input_size > layer.hidden_size ? layer.input_size : layer.hidden_size;

  float* const scratch = calloc(n_gated * (n_most + 1), sizeof(float));
  if (!scratch) {
    return NULL;
  }

  json_t* const w_ih =
    write_matrix(shape, layer.w_ih, layer.input_size, scratch);
  json_t* const w_hh =
    write_matrix(shape, layer.w_hh, layer.hidden_size, scratch);
  json_t* const biases = write_biases(shape, &layer, scratch);
  free(scratch);
  return make_layer(shape.cell == RCV_CELL_LSTM ? "lstm" : "gru",
                    "tanh",
                    shape.hidden_size,
                    json_pack("[o,o,o]", w_ih, w_hh, biases));
}

static json_t*
write_dense(const RcvDense* const dense)
{
  const bool is_linear = dense->activation == RCV_ACTIVATION_LINEAR;
  return make_layer(
    "dense",
    is_linear ? "" : rcv_activation_name(dense->activation),
    dense->size,
    json_pack(
      "[o,o]",
      rcv_json_rows(
        dense->weight, dense->input_size, dense->size, 1, dense->input_size),
      rcv_json_floats(dense->bias, dense->size, 1)));
}

static int
append_dense(json_t* const         layers,
             const RcvModel* const model,
             const RcvDensePlace   place)
{
  int failed = 0;
  for (uint32_t i = 0; i < rcv_shape_n_dense(&model->shape, place); ++i) {
    const RcvDense dense =
      rcv_shape_dense(&model->shape, model->params, place, i);

    failed |= json_array_append_new(layers, write_dense(&dense));
  }
  return failed;
}

static json_t*
write_head(const RcvModel* const model)
{
  const RcvShape* const shape = &model->shape;
  const RcvTensor       lin_w =
    rcv_shape_tensor(shape, rcv_shape_n_tensors(shape) - 2);
  const float* const weight = model->params + lin_w.offset;

  const RcvDense head = {
    lin_w.n_cols, 1, RCV_ACTIVATION_LINEAR, weight, weight + lin_w.size};
  return write_dense(&head);
}

static json_t*
write_layers(const RcvModel* const model)
{
  json_t* const layers = json_array();
  int           failed = 0;
  for (uint32_t l = 0; l < model->shape.num_layers; ++l) {
    failed |= append_dense(layers, model, rcv_dense_before(l));
    failed |= json_array_append_new(layers, write_recurrent(model, l));
  }
  failed |= append_dense(layers, model, RCV_DENSE_OUT);
  failed |= json_array_append_new(layers, write_head(model));
  if (failed) {
    json_decref(layers);
    return NULL;
  }
  return layers;
}

/**
   What the model answers from a zero state, with knobs at 0, to the audio of
   its self-test, again and again until the batch is full.
*/
static int
write_batch(json_t* const root, const RcvModel* const model)
{
  const size_t n_in   = model->shape.input_size;
  float* const x      = calloc(N_BATCH * n_in, sizeof(float));
  float* const y      = calloc(N_BATCH, sizeof(float));
  int          failed = !x || !y;
  for (size_t t = 0; !failed && t < N_BATCH; ++t) {
    x[t * n_in] = model->test_input[(t % model->n_test) * n_in];
  }
  failed =
    failed || rcv_model_run(model, x, y, N_BATCH, NULL) ||
    json_object_set_new(
      root, "input_batch", rcv_json_floats(x, N_BATCH, n_in)) ||
    json_object_set_new(root, "output_batch", rcv_json_floats(y, N_BATCH, 1));
  free(x);
  free(y);
  return failed;
}

static json_t*
write_root(const RcvModel* const model, const double in_gain_db)
{
  json_t* const root = json_pack("{s:[n,n,i],s:i,s:f,s:f,s:o,s:o}",
                                 "in_shape",
                                 (int)model->shape.input_size,
                                 "in_skip",
                                 (int)model->shape.skip,
                                 "in_gain",
                                 in_gain_db,
                                 "out_gain",
                                 0.0,
                                 "metadata",
                                 rcv_json_about_write(model),
                                 "layers",
                                 write_layers(model));
  if (root && model->n_test && write_batch(root, model)) {
    json_decref(root);
    return NULL;
  }
  return root;
}

json_t*
rcv_keras_write(const RcvModel* const model)
{
  const RcvShape* const shape = &model->shape;

  // A gain of the skip becomes the file's input gain, which is for the network
  // too: the weights that read the audio are divided by it.  As an output gain
  // it would make the numbers of the batch as large as it is small.
  const double gain_db  = shape->skip ? (double)shape->skip_gain_db : 0.0;
  const double gain_lin = pow(10.0, gain_db / 20.0);
  const size_t n        = rcv_shape_n_params(shape);
  RcvModel     plain    = *model;

  plain.initial_state      = NULL;
  plain.shape.skip_gain_db = 0.0f;
  plain.params             = calloc(n, sizeof(float));
  if (!plain.params) {
    return NULL;
  }
  memcpy(plain.params, model->params, n * sizeof(float));
  rcv_model_scale_audio(&plain, 1.0 / gain_lin);

  json_t* const root = write_root(&plain, gain_db);
  free(plain.params);
  return root;
}

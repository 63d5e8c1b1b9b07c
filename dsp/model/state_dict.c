// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/state_dict.h"

#include <stdio.h>
#include <string.h>

static const char first_name[] = ".weight_ih_l0";

/// What the names in a file say about its network
typedef struct {
  char     modules[RCV_MAX_LAYERS][32]; ///< Of each layer
  uint32_t indices[RCV_MAX_LAYERS];     ///< Of each layer within its module
  uint32_t n_layers;
  char     head[32];
} Plan;

/// Length of the module's name if a key ends with an ending, else 0
static size_t
module_length(const char* const key, const char* const ending)
{
  const size_t length = strlen(key);
  const size_t n      = strlen(ending);
  return length > n && !strcmp(key + length - n, ending) ? length - n : 0;
}

bool
rcv_state_dict_is(json_t* const root)
{
  const char* key   = NULL;
  json_t*     value = NULL;
  json_object_foreach(root, key, value)
  {
    if (module_length(key, first_name)) {
      return true;
    }
  }
  return false;
}

RcvStatus
rcv_state_dict_read_layer(const RcvJsonFile* const file,
                          const json_t* const      dict,
                          const char* const        parent,
                          const char* const        module,
                          const uint32_t           index,
                          RcvModel* const          model,
                          const uint32_t           layer)
{
  static const char* const kinds[] = {
    "weight_ih", "weight_hh", "bias_ih", "bias_hh"};

  RcvStatus status = RCV_OK;
  for (uint32_t i = 0; !status && i < 4; ++i) {
    const RcvTensor tensor = rcv_shape_tensor(&model->shape, (4 * layer) + i);
    char            key[64];
    char            path[RCV_JSON_PATH_SIZE];
    snprintf(key, sizeof(key), "%s.%s_l%u", module, kinds[i], index);
    snprintf(path, sizeof(path), "%s.%s", parent, key);

    const json_t* const array  = json_object_get(dict, key);
    float* const        values = model->params + tensor.offset;
    const RcvJsonTarget target = {values, tensor.n_cols, 1};
    status                     = tensor.n_cols
                                   ? rcv_json_matrix(
                   file, array, path, tensor.n_rows, tensor.n_cols, &target)
                                   : rcv_json_vector(file, array, path, tensor.n_rows, values);
  }
  return status;
}

RcvStatus
rcv_state_dict_read_head(const RcvJsonFile* const file,
                         const json_t* const      dict,
                         const char* const        parent,
                         const char* const        module,
                         const bool               has_bias,
                         RcvModel* const          model)
{
  const size_t        n_hidden = model->shape.hidden_size;
  float* const        weights  = rcv_model_head_params(model, RCV_TENSOR_LIN_W);
  const RcvJsonTarget target   = {weights, n_hidden, 1};
  char                key[64];
  char                path[RCV_JSON_PATH_SIZE];

  snprintf(key, sizeof(key), "%s.weight", module);
  snprintf(path, sizeof(path), "%s.%s", parent, key);
  RcvStatus status = rcv_json_matrix(
    file, json_object_get(dict, key), path, 1, n_hidden, &target);

  snprintf(key, sizeof(key), "%s.bias", module);
  snprintf(path, sizeof(path), "%s.%s", parent, key);
  if (!status && has_bias) {
    status = rcv_json_vector(file,
                             json_object_get(dict, key),
                             path,
                             1,
                             rcv_model_head_params(model, RCV_TENSOR_LIN_B));
  }
  return status;
}

/// Remember the layers that one module has
static RcvStatus
plan_module(const RcvJsonFile* const file,
            const json_t* const      root,
            const char* const        module,
            Plan* const              plan)
{
  for (uint32_t index = 0;; ++index) {
    char key[64];
    snprintf(key, sizeof(key), "%s.weight_ih_l%u", module, index);
    if (!json_object_get(root, key)) {
      return RCV_OK;
    }
    if (plan->n_layers == RCV_MAX_LAYERS) {
      return rcv_error_set(file->error,
                           RCV_UNSUPPORTED,
                           "%s: $.%s: is one layer more than the limit of %d",
                           file->name,
                           key,
                           RCV_MAX_LAYERS);
    }
    snprintf(plan->modules[plan->n_layers], 32, "%s", module);
    plan->indices[plan->n_layers] = index;
    ++plan->n_layers;
  }
}

/// True but for what has other dimensions, as convolutions and norms do
static bool
is_matrix(const json_t* const value)
{
  const json_t* const row = json_array_get(value, 0);
  return !row || (json_is_array(row) && !json_is_array(json_array_get(row, 0)));
}

/// Find modules in the order of the file; they feed each other in it
static RcvStatus
make_plan(const RcvJsonFile* const file, json_t* const root, Plan* const plan)
{
  const char* key   = NULL;
  json_t*     value = NULL;
  json_object_foreach(root, key, value)
  {
    static const char weight_name[] = ".weight";

    const size_t n_recurrent = module_length(key, first_name);
    const size_t n_head      = module_length(key, weight_name);
    const size_t n           = n_recurrent ? n_recurrent : n_head;
    char         module[32];
    const char*  obstacle = n >= sizeof(module) ? "so long a name"
                            : n_head && !is_matrix(value)
                              ? "a module that is not linear"
                            : n_head && plan->head[0] ? "a second linear module"
                                                      : NULL;
    if (obstacle) {
      char path[RCV_JSON_PATH_SIZE];
      snprintf(path, sizeof(path), "$.%.80s", key);
      return rcv_json_unsupported(
        file,
        path,
        obstacle,
        "Recurve reads recurrent modules and one linear one after them");
    }

    memcpy(module, key, n);
    module[n] = '\0';
    const RcvStatus status =
      n_recurrent ? plan_module(file, root, module, plan) : RCV_OK;
    if (status) {
      return status;
    }
    if (n_head) {
      memcpy(plan->head, module, n + 1);
    }
  }
  return plan->head[0]
           ? RCV_OK
           : rcv_json_unexpected(file, "$", "a linear module's .weight", root);
}

/// Cell and size of a layer from its W_hh
static RcvStatus
read_layer_shape(const RcvJsonFile* const file,
                 const json_t* const      root,
                 const Plan* const        plan,
                 const uint32_t           layer,
                 RcvShape* const          shape)
{
  char key[64];
  snprintf(key,
           sizeof(key),
           "%s.weight_hh_l%u",
           plan->modules[layer],
           plan->indices[layer]);

  const json_t* const w_hh     = json_object_get(root, key);
  const size_t        n_rows   = json_array_size(w_hh);
  const size_t        n_hidden = json_array_size(json_array_get(w_hh, 0));
  if (n_hidden < 1 || n_hidden > RCV_MAX_HIDDEN ||
      (n_rows != n_hidden && n_rows != 3 * n_hidden &&
       n_rows != 4 * n_hidden)) {
    char path[RCV_JSON_PATH_SIZE];
    snprintf(path, sizeof(path), "$.%s", key);
    return rcv_json_unexpected(
      file, path, "H, 3·H or 4·H rows of H numbers, H from 1 to 512", w_hh);
  }

  rcv_shape_add_layer(shape,
                      n_rows == n_hidden       ? RCV_CELL_RNN
                      : n_rows == 3 * n_hidden ? RCV_CELL_GRU
                                               : RCV_CELL_LSTM,
                      (uint32_t)n_hidden);
  return RCV_OK;
}

/// Inputs from the first matrix, and the layers
static RcvStatus
read_shape(const RcvJsonFile* const file,
           const json_t* const      root,
           const Plan* const        plan,
           RcvShape* const          shape)
{
  char w_ih_key[64];
  char path[RCV_JSON_PATH_SIZE];
  snprintf(w_ih_key, sizeof(w_ih_key), "%s.weight_ih_l0", plan->modules[0]);

  const json_t* const w_ih = json_object_get(root, w_ih_key);
  const size_t        n_in = json_array_size(json_array_get(w_ih, 0));
  if (n_in < 1 || n_in > RCV_MAX_INPUTS) {
    snprintf(path, sizeof(path), "$.%s[0]", w_ih_key);
    return rcv_json_unexpected(
      file, path, "an array of 1 to 8 numbers", json_array_get(w_ih, 0));
  }
  shape->head        = RCV_HEAD_LINEAR;
  shape->input_size  = (uint32_t)n_in;
  shape->output_size = 1;

  RcvStatus status = RCV_OK;
  for (uint32_t l = 0; !status && l < plan->n_layers; ++l) {
    status = read_layer_shape(file, root, plan, l, shape);
  }
  return status;
}

/// Read all that the plan names
static RcvModel*
read_plan(const RcvJsonFile* const file,
          const json_t* const      root,
          const Plan* const        plan)
{
  RcvShape shape = {0};
  if (read_shape(file, root, plan, &shape)) {
    return NULL;
  }

  RcvModel* const model  = rcv_json_new_model(file, &shape, "pytorch json");
  RcvStatus       status = model ? RCV_OK : RCV_NO_MEMORY;
  for (uint32_t l = 0; !status && l < plan->n_layers; ++l) {
    status = rcv_state_dict_read_layer(
      file, root, "$", plan->modules[l], plan->indices[l], model, l);
  }
  if (!status) {
    status = rcv_state_dict_read_head(file, root, "$", plan->head, true, model);
  }
  if (status) {
    rcv_model_free(model);
    return NULL;
  }
  return model;
}

RcvModel*
rcv_state_dict_read(json_t* const root, const RcvJsonFile* const file)
{
  Plan plan = {{{0}}, {0}, 0, {0}};
  return make_plan(file, root, &plan) ? NULL : read_plan(file, root, &plan);
}

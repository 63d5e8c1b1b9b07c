// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/guitarml.h"

#include "dsp/model/json_about.h"
#include "dsp/model/json_write.h"
#include "dsp/model/safetensors.h"

/// The tensors, whose names and layouts are PyTorch's as ours are
static json_t*
write_dict(const RcvModel* const model)
{
  json_t* const dict   = json_object();
  int           failed = 0;
  for (uint32_t i = 0; i < rcv_shape_n_tensors(&model->shape); ++i) {
    const RcvTensor    tensor = rcv_shape_tensor(&model->shape, i);
    const float* const values = model->params + tensor.offset;
    char               name[32];
    rcv_safetensors_name(&tensor, name);
    failed |= json_object_set_new(
      dict,
      name,
      tensor.n_cols
        ? rcv_json_rows(values, tensor.n_rows, tensor.n_cols, tensor.n_cols, 1)
        : rcv_json_floats(values, tensor.n_rows, 1));
  }
  if (failed) {
    json_decref(dict);
    return NULL;
  }
  return dict;
}

json_t*
rcv_guitarml_write(const RcvModel* const model)
{
  static const char* const units[] = {"RNN", "LSTM", "GRU"}; // As RcvCell

  const RcvShape* const shape = &model->shape;
  return json_pack("{s:{s:s,s:i,s:i,s:s,s:i,s:i,s:i,s:b},s:o,s:o}",
                   "model_data",
                   "model",
                   "SimpleRNN",
                   "input_size",
                   (int)shape->input_size,
                   "output_size",
                   1,
                   "unit_type",
                   units[shape->cell],
                   "num_layers",
                   (int)shape->num_layers,
                   "hidden_size",
                   (int)shape->hidden_size,
                   "skip",
                   (int)shape->skip,
                   "bias_fl",
                   1,
                   "metadata",
                   rcv_json_about_write(model),
                   "state_dict",
                   write_dict(model));
}

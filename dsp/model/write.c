// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/write.h"

#include "dsp/model/guitarml.h"
#include "dsp/model/json_write.h"
#include "dsp/model/keras.h"
#include "dsp/model/nam.h"
#include "dsp/model/safetensors.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char* const names[RCV_N_FORMATS] = {"safetensors",
                                                 "keras",
                                                 "guitarml",
                                                 "nam"};

const char*
rcv_format_name(const RcvFormat format)
{
  return names[format];
}

bool
rcv_format_of_name(const char* const path, RcvFormat* const format)
{
  static const struct {
    const char* ending;
    RcvFormat   format;
  } endings[] = {
    {".safetensors", RCV_FORMAT_SAFETENSORS},
    {".json", RCV_FORMAT_KERAS},
    {".aidax", RCV_FORMAT_KERAS},
    {".nam", RCV_FORMAT_NAM},
  };

  const char* const dot = strrchr(path, '.');
  for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); ++i) {
    if (!strcasecmp(dot, endings[i].ending)) {
      *format = endings[i].format;
      return true;
    }
  }
  return false;
}

static bool
has_skip_gain(const RcvShape* const shape)
{
  return shape->skip &&
         (shape->skip_gain_db < 0.0f || shape->skip_gain_db > 0.0f);
}

/// True if a layer is of this cell
static bool
has_cell(const RcvShape* const shape, const RcvCell cell)
{
  uint32_t l = 0;
  while (l < shape->num_layers && rcv_shape_layer_at(shape, l).cell != cell) {
    ++l;
  }
  return l < shape->num_layers;
}

static const char*
keras_obstacle(const RcvShape* const shape)
{
  return has_cell(shape, RCV_CELL_RNN) ? "rnn cells"
         : shape->skip && fabsf(shape->skip_gain_db) >= RCV_KERAS_MAX_GAIN_DB
           ? "so great a gain of the skip"
           : NULL;
}

static const char mixed[] = "recurrent layers of different kinds or sizes";

static const char*
guitarml_obstacle(const RcvShape* const shape)
{
  return rcv_shape_is_mixed(shape)    ? mixed
         : rcv_shape_has_dense(shape) ? "dense layers with an activation"
         : has_skip_gain(shape)       ? "a gain of the skip"
                                      : NULL;
}

static const char*
nam_obstacle(const RcvShape* const shape)
{
  return rcv_shape_is_mixed(shape)     ? mixed
         : shape->cell == RCV_CELL_RNN ? "rnn cells"
         : shape->cell == RCV_CELL_GRU ? "gru cells"
         : shape->skip                 ? "a skip"
         : shape->input_size > 1       ? "knobs"
         : rcv_shape_has_dense(shape)  ? "dense layers with an activation"
                                       : NULL;
}

const char*
rcv_format_obstacle(const RcvFormat format, const RcvModel* const model)
{
  const RcvShape* const shape = &model->shape;
  if (format == RCV_FORMAT_SAFETENSORS) {
    return NULL;
  }
  if (shape->bidirectional) {
    return "two directions";
  }
  if (shape->head == RCV_HEAD_SOFTMAX) {
    return "a softmax head";
  }
  return format == RCV_FORMAT_KERAS      ? keras_obstacle(shape)
         : format == RCV_FORMAT_GUITARML ? guitarml_obstacle(shape)
                                         : nam_obstacle(shape);
}

const char*
rcv_format_caveat(const RcvFormat       format,
                  const RcvModel* const model,
                  uint32_t              index)
{
  const bool holds_state =
    format == RCV_FORMAT_SAFETENSORS || format == RCV_FORMAT_NAM;
  const bool   is_guitarml = format == RCV_FORMAT_GUITARML;
  const double rate_hz     = model->info.rate_hz;
  if (model->initial_state && !holds_state && !index--) {
    return "leaves out the state that playing starts from, so the first "
           "moments differ";
  }
  if (is_guitarml && isfinite(rate_hz) &&
      fabs(rate_hz - RCV_GUITARML_RATE_HZ) > 0.5 && !index--) {
    return "other programs will take it to be of 44100 Hz, which it is not";
  }
  if (format != RCV_FORMAT_SAFETENSORS && !isfinite(rate_hz) && !index--) {
    return is_guitarml ? "it will be taken to be of 44100 Hz; its sample rate "
                         "is not known"
                       : "it will be taken to be of 48000 Hz; its sample rate "
                         "is not known";
  }
  return NULL;
}

/// Say what does not fit, and which kinds would hold all
static RcvStatus
refuse(const RcvModel* const model,
       const RcvFormat       format,
       const char* const     name,
       const char* const     obstacle,
       RcvError* const       error)
{
  char others[96] = "";
  for (uint32_t i = 0; i < RCV_N_FORMATS; ++i) {
    if (!rcv_format_obstacle((RcvFormat)i, model)) {
      const size_t n = strlen(others);
      snprintf(others + n, sizeof(others) - n, "%s%s", n ? ", " : "", names[i]);
    }
  }
  return rcv_error_set(error,
                       RCV_UNSUPPORTED,
                       "%s: the format %s cannot hold %s; these can hold the "
                       "model: %s",
                       name,
                       names[format],
                       obstacle,
                       others);
}

void*
rcv_model_write(const RcvModel* const model,
                const RcvFormat       format,
                const char* const     name,
                size_t* const         size,
                RcvError* const       error)
{
  const char* const obstacle = rcv_format_obstacle(format, model);
  if (obstacle) {
    refuse(model, format, name, obstacle, error);
    return NULL;
  }

  void* const bytes =
    format == RCV_FORMAT_SAFETENSORS ? rcv_safetensors_write(model, size)
    : format == RCV_FORMAT_KERAS ? rcv_json_write(rcv_keras_write(model), size)
    : format == RCV_FORMAT_GUITARML
      ? rcv_json_write(rcv_guitarml_write(model), size)
      : rcv_json_write(rcv_nam_write(model), size);
  if (!bytes) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory to write", name);
  }
  return bytes;
}

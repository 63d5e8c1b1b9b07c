// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "tests/support/model_fixture.h"

#include "dsp/model/error.h"
#include "dsp/model/model.h"
#include "dsp/model/safetensors.h"
#include "dsp/shape.h"
#include "tests/support/assert_close.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// −1 to 1, from a linear congruential generator (Numerical Recipes)
static float
random_next(uint32_t* const state)
{
  *state = (*state * 1664525U) + 1013904223U;
  return ((float)(*state >> 8U) / 8388608.0f) - 1.0f;
}

RcvShape
rcv_fixture_shape(const uint32_t hidden_size)
{
  RcvShape shape;
  memset(&shape, 0, sizeof(shape));
  shape.cell        = RCV_CELL_LSTM;
  shape.head        = RCV_HEAD_LINEAR;
  shape.input_size  = 1;
  shape.hidden_size = hidden_size;
  shape.num_layers  = 1;
  shape.output_size = 1;
  shape.skip        = true;
  return shape;
}

RcvModel*
rcv_fixture_model(const RcvShape* const shape,
                  const double          rate_hz,
                  const uint32_t        seed)
{
  RcvModel* const model = rcv_model_new(shape);
  assert_non_null(model);

  // As PyTorch's: within 1 / √H
  const float  scale  = 1.0f / sqrtf((float)shape->hidden_size);
  uint32_t     state  = seed * 2654435761U;
  const size_t length = rcv_shape_n_params(shape);
  for (size_t i = 0; i < length; ++i) {
    model->params[i] = scale * random_next(&state);
  }

  model->info.rate_hz = rate_hz;
  (void)snprintf(
    model->info.name, sizeof(model->info.name), "fixture %u", seed);
  return model;
}

void
rcv_fixture_bytes(const char* const path,
                  const void* const bytes,
                  const size_t      size)
{
  FILE* const file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

RcvModel*
rcv_fixture_preset(const char* const name)
{
  char     path[4096];
  RcvError error = {RCV_OK, ""};
  snprintf(path,
           sizeof(path),
           "%s/presets/%s/model.safetensors",
           getenv("RECURVE_TOP"),
           name);

  RcvModel* const model = rcv_model_load(path, &error);
  if (!model) {
    fail_msg("%s", error.message);
  }
  return model;
}

void
rcv_fixture_write(RcvModel* const model, const char* const path)
{
  enum { N_TEST = 64 };

  float    x[N_TEST * RCV_MAX_INPUTS];
  RcvError error = {RCV_OK, ""};
  rcv_fixture_signal(x, sizeof(x) / sizeof(x[0]), 1);
  assert_int_equal(rcv_model_set_test(model, x, N_TEST, &error), RCV_OK);

  size_t      size  = 0;
  void* const bytes = rcv_safetensors_write(model, &size);
  assert_non_null(bytes);
  rcv_fixture_bytes(path, bytes, size);
  free(bytes);
}

void
rcv_fixture_file(const char* const path, const uint32_t seed)
{
  const RcvShape  shape = rcv_fixture_shape(8);
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, seed);

  rcv_fixture_write(model, path);
  rcv_model_free(model);
}

void
rcv_fixture_signal(float* const x, const size_t n_frames, const uint32_t seed)
{
  uint32_t state = seed * 2654435761U;
  for (size_t t = 0; t < n_frames; ++t) {
    const float tone = sinf(0.0288f * (float)t) * expf(-1e-4f * (float)t);

    x[t] = (0.7f * tone) + (0.05f * random_next(&state));
  }
}

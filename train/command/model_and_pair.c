// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/model_and_pair.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/// A model is compared at its rate, if its file says it
static RcvStatus
check_rate(const RcvModel* const    model,
           const RcvPair* const     pair,
           const char* const* const operands,
           RcvError* const          error)
{
  const double rate_hz = model->info.rate_hz;
  if (isnan(rate_hz) || fabs(rate_hz - (double)pair->rate_hz) < 0.5) {
    return RCV_OK;
  }
  if (model->info.rate_is_assumed) {
    fprintf(stderr,
            "%s: does not say its rate; it is taken for one of %u Hz\n",
            operands[0],
            pair->rate_hz);
    return RCV_OK;
  }
  return rcv_error_set(error,
                       RCV_BAD_DATA,
                       "%s: has %u Hz and the model is made for %g Hz; give "
                       "--rate %.0f",
                       operands[1],
                       pair->rate_hz,
                       rate_hz,
                       rate_hz);
}

/// And with the knobs that it has
static RcvStatus
check_knobs(const RcvModel* const    model,
            const RcvPair* const     pair,
            const char* const* const operands,
            RcvError* const          error)
{
  const uint32_t n_knobs = model->shape.input_size - 1;
  const uint32_t n_taken = pair->takes.n_knobs;
  if (n_taken && n_taken != n_knobs) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: its number of knobs is %u, and the model's is "
                         "%u; capture those that the model has",
                         operands[2],
                         n_taken,
                         n_knobs);
  }
  for (uint32_t k = 0; k < n_taken; ++k) {
    const char* const taken = pair->takes.knobs[k].name;
    const char* const name  = model->info.knobs[k].name;

    // Files of other programs do not name theirs
    char unnamed[16];
    rcv_model_name_knob(k, unnamed, sizeof(unnamed));
    if (name[0] && strcmp(name, unnamed) != 0 && strcmp(taken, name) != 0) {
      return rcv_error_set(error,
                           RCV_BAD_DATA,
                           "%s: knob %u is \"%s\", and the model's is \"%s\"; "
                           "capture those that the model has, in its order",
                           operands[2],
                           k + 1,
                           taken,
                           name);
    }
  }
  return RCV_OK;
}

int
rcv_with_model_and_pair(const char* const           name,
                        const char* const* const    operands,
                        const RcvPairOptions* const options,
                        const RcvModelAndPairFunc   func,
                        void* const                 handle)
{
  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_load(operands[0], &error);
  if (model) {
    RcvPair pair;
    if (!rcv_pair_read(&pair, operands[1], operands[2], options, &error) &&
        !check_rate(model, &pair, operands, &error) &&
        !check_knobs(model, &pair, operands, &error)) {
      func(handle, model, &pair, &error);
    }
    rcv_pair_clear(&pair);
  }

  rcv_model_free(model);
  if (error.status) {
    fprintf(stderr, "recurve %s: %s\n", name, error.message);
  }
  return error.status == RCV_BAD_USAGE ? 2 : error.status ? 1 : 0;
}

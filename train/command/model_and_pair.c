// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/model_and_pair.h"

#include <stdio.h>

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
    if (!rcv_pair_read(&pair, operands[1], operands[2], options, &error)) {
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

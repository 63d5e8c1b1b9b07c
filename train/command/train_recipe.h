// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_COMMAND_TRAIN_RECIPE_H
#define TRAIN_COMMAND_TRAIN_RECIPE_H

#include "dsp/shape.h"
#include "train/command/train_arguments.h"

#include <stddef.h>

/**
   Write the command that makes the same model again.

   @param shape Of the model, with the skip that was decided on.
   @param text [size] set.
*/
void
rcv_train_recipe_write(const RcvTrainArguments* arguments,
                       const RcvShape*          shape,
                       size_t                   n_updates,
                       char*                    text,
                       size_t                   size);

#endif // TRAIN_COMMAND_TRAIN_RECIPE_H

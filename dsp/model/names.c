// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/names.h"

const char* const rcv_cell_names[] = {"rnn", "lstm", "gru", "mixed"};

const char* const rcv_head_names[] = {"linear", "softmax"};

const char*
rcv_cell_name(const RcvCell cell)
{
  return rcv_cell_names[cell];
}

const char*
rcv_shape_cell_name(const RcvShape* const shape)
{
  return rcv_shape_is_mixed(shape) ? rcv_cell_names[RCV_NAME_MIXED]
                                   : rcv_cell_name(shape->cell);
}

const char*
rcv_head_name(const RcvHead head)
{
  return rcv_head_names[head];
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_NAMES_H
#define DSP_MODEL_NAMES_H

#include "dsp/shape.h"

/**
   @file

   What files, and what is printed, call the kinds of cells and heads.
*/

/// Those of RcvCell, and what files say where layers differ
enum { RCV_NAME_MIXED = 3, RCV_N_CELL_NAMES = 4 };
extern const char* const rcv_cell_names[RCV_N_CELL_NAMES];

/// Those of RcvHead
enum { RCV_N_HEAD_NAMES = 2 };
extern const char* const rcv_head_names[RCV_N_HEAD_NAMES];

/// "rnn", "lstm" or "gru"
const char*
rcv_cell_name(RcvCell cell);

/// The cell's name, or "mixed" where layers are of different cells or sizes
const char*
rcv_shape_cell_name(const RcvShape* shape);

/// "linear" or "softmax"
const char*
rcv_head_name(RcvHead head);

#endif // DSP_MODEL_NAMES_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/optimizer/slow_units.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

// Which gate says how much of the state is kept: the LSTM's f in i, f, g, o,
// and the GRU's z in r, z, n
enum { KEEPING_GATE = 1 };

/// Shorten the step of all rows of a unit in a layer's four tensors
static void
temper_unit(const RcvShape* const shape,
            const uint32_t        first_tensor,
            const uint32_t        unit,
            const float           part,
            const float* const    before,
            float* const          params)
{
  const uint32_t n_gates = rcv_cell_n_gates(shape->cell);
  for (uint32_t i = first_tensor; i < first_tensor + 4; ++i) {
    const RcvTensor tensor = rcv_shape_tensor(shape, i);
    const size_t    n_cols = tensor.n_cols ? tensor.n_cols : 1;
    for (uint32_t gate = 0; gate < n_gates; ++gate) {
      const size_t row =
        tensor.offset + ((((size_t)gate * shape->hidden_size) + unit) * n_cols);
      for (size_t k = row; k < row + n_cols; ++k) {
        params[k] = before[k] + (part * (params[k] - before[k]));
      }
    }
  }
}

void
rcv_slow_units_temper(const RcvShape* const shape,
                      const double          fast_frames,
                      const float* const    before,
                      float* const          params)
{
  const uint32_t n_hidden = shape->hidden_size;
  const uint32_t n_layers = shape->num_layers * (shape->bidirectional ? 2 : 1);
  for (uint32_t l = 0; shape->cell != RCV_CELL_RNN && l < n_layers; ++l) {
    const uint32_t     first = 4 * l;
    const float* const b_ih =
      before + rcv_shape_tensor(shape, first + 2).offset;
    const float* const b_hh =
      before + rcv_shape_tensor(shape, first + 3).offset;
    for (uint32_t unit = 0; unit < n_hidden; ++unit) {
      const size_t row    = ((size_t)KEEPING_GATE * n_hidden) + unit;
      const double bias   = (double)b_ih[row] + (double)b_hh[row];
      const double frames = 1.0 + exp(bias);
      if (frames > fast_frames) {
        const float part = (float)(fast_frames / frames);

        temper_unit(shape, first, unit, part, before, params);
      }
    }
  }
}

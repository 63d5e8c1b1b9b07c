// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

/**
   @file

   The cells of dsp/rnn.c, dsp/lstm.c and dsp/gru.c and the heads, fast: a
   vector of units at a time, in the layout of RcvPackedLayer.  Compiled once
   per instruction set.
*/

#include "dsp/kernels/kernels.h"
#include "dsp/kernels/vector.h"

enum {
  W = RCV_VECTOR_WIDTH,

  // So many units are computed together that the additions of one do not wait
  // for those of the same: an FMA takes four cycles, and one or two can start
  // in each
  CHAINS = 8,
};

/// acc[g] += column[g]·x for the n_gates vectors of one column
RCV_REALTIME RCV_INLINE void
add_column(RcvVec* const       acc,
           const RcvVec* const column,
           const uint32_t      n_gates,
           const float         x)
{
  for (uint32_t g = 0; g < n_gates; ++g) {
    acc[g] += column[g] * x;
  }
}

/**
   The sums of one group of units over all columns of h.

   Even and odd columns are summed apart, for the sake of CHAINS.

   @param sums [n_gates] increased.
   @param columns [H][n_gates] vectors.
*/
RCV_REALTIME RCV_INLINE void
add_hidden(RcvVec* const       sums,
           const RcvVec* const columns,
           const uint32_t      n_gates,
           const float* const  h,
           const uint32_t      n_hidden)
{
  enum { MAX_GATES = 4, PARTS = CHAINS / MAX_GATES };

  RcvVec odd[MAX_GATES] = {{0}};

  uint32_t k = 0;
  for (; k + PARTS <= n_hidden; k += PARTS) {
    add_column(sums, columns + ((size_t)k * n_gates), n_gates, h[k]);
    add_column(odd, columns + ((size_t)(k + 1) * n_gates), n_gates, h[k + 1]);
  }
  if (k < n_hidden) {
    add_column(sums, columns + ((size_t)k * n_gates), n_gates, h[k]);
  }
  for (uint32_t g = 0; g < n_gates; ++g) {
    sums[g] += odd[g];
  }
}

/**
   The input and bias columns of one group: sums [n_gates] are set.

   @return The columns after those read.
*/
RCV_REALTIME RCV_INLINE const RcvVec*
start_sums(RcvVec* const      sums,
           const RcvVec*      columns,
           const uint32_t     n_gates,
           const uint32_t     n_biases,
           const float* const x,
           const uint32_t     n_inputs)
{
  const RcvVec* const biases = columns + ((size_t)n_inputs * n_gates);

  for (uint32_t g = 0; g < n_gates; ++g) {
    sums[g] = biases[g];
  }
  for (uint32_t k = 0; k < n_inputs; ++k) {
    add_column(sums, columns + ((size_t)k * n_gates), n_gates, x[k]);
  }
  return biases + n_biases;
}

RCV_REALTIME static void
run_rnn(const RcvPackedLayer* const layer,
        const float*                x,
        const ptrdiff_t             x_stride,
        float*                      h_out,
        float* const                c,
        const uint32_t              n_frames)
{
  (void)c;
  const uint32_t n_padded = layer->padded_size;

  for (uint32_t t = 0; t < n_frames; ++t) {
    const RcvVec* columns = rcv_vec_view(layer->weights);
    RcvVec* const h_next  = rcv_vec_edit(h_out + n_padded);

    for (uint32_t group = 0; group < n_padded / W; ++group) {
      RcvVec sum;
      columns = start_sums(&sum, columns, 1, 1, x, layer->input_size);
      add_hidden(&sum, columns, 1, h_out, layer->hidden_size);
      columns += layer->hidden_size;

      h_next[group] = rcv_vec_tanh(sum);
    }
    x += x_stride;
    h_out += n_padded;
  }
}

RCV_REALTIME static void
run_lstm(const RcvPackedLayer* const layer,
         const float*                x,
         const ptrdiff_t             x_stride,
         float*                      h_out,
         float* const                c,
         const uint32_t              n_frames)
{
  const uint32_t n_padded = layer->padded_size;
  RcvVec* const  cells    = rcv_vec_edit(c);

  for (uint32_t t = 0; t < n_frames; ++t) {
    const RcvVec* columns = rcv_vec_view(layer->weights);
    RcvVec* const h_next  = rcv_vec_edit(h_out + n_padded);

    for (uint32_t group = 0; group < n_padded / W; ++group) {
      RcvVec sums[4];
      columns = start_sums(sums, columns, 4, 4, x, layer->input_size);
      add_hidden(sums, columns, 4, h_out, layer->hidden_size);
      columns += (size_t)layer->hidden_size * 4;

      const RcvVec i = rcv_vec_sigmoid(sums[0]);
      const RcvVec f = rcv_vec_sigmoid(sums[1]);
      const RcvVec g = rcv_vec_tanh(sums[2]);
      const RcvVec o = rcv_vec_sigmoid(sums[3]);

      cells[group]  = (f * cells[group]) + (i * g);
      h_next[group] = o * rcv_vec_tanh(cells[group]);
    }
    x += x_stride;
    h_out += n_padded;
  }
}

RCV_REALTIME static void
run_gru(const RcvPackedLayer* const layer,
        const float*                x,
        const ptrdiff_t             x_stride,
        float*                      h_out,
        float* const                c,
        const uint32_t              n_frames)
{
  (void)c;
  const uint32_t n_padded = layer->padded_size;

  for (uint32_t t = 0; t < n_frames; ++t) {
    const RcvVec* columns = rcv_vec_view(layer->weights);
    RcvVec* const h_now   = rcv_vec_edit(h_out);
    RcvVec* const h_next  = rcv_vec_edit(h_out + n_padded);

    for (uint32_t group = 0; group < n_padded / W; ++group) {
      RcvVec sums[3];
      columns = start_sums(sums, columns, 3, 4, x, layer->input_size);

      // The candidate's input and recurrent sums stay apart until r is known
      const RcvVec n_input = sums[2];
      sums[2]              = columns[-1];
      add_hidden(sums, columns, 3, h_out, layer->hidden_size);
      columns += (size_t)layer->hidden_size * 3;

      const RcvVec r = rcv_vec_sigmoid(sums[0]);
      const RcvVec z = rcv_vec_sigmoid(sums[1]);
      const RcvVec n = rcv_vec_tanh(n_input + (r * sums[2]));

      h_next[group] = n + (z * (h_now[group] - n));
    }
    x += x_stride;
    h_out += n_padded;
  }
}

/// y = w·h + b
RCV_REALTIME static void
run_linear(const RcvPackedHead* const head,
           const float* const         h,
           float* const               y,
           const uint32_t             n_frames)
{
  const RcvVec* const weights  = rcv_vec_view(head->weights);
  const uint32_t      n_groups = head->padded_size / W;

  for (uint32_t t = 0; t < n_frames; ++t) {
    const RcvVec* const frame = rcv_vec_view(h + ((size_t)t * n_groups * W));

    RcvVec sums = weights[0] * frame[0];
    for (uint32_t group = 1; group < n_groups; ++group) {
      sums += weights[group] * frame[group];
    }
    y[t] = rcv_vec_sum(sums) + head->biases[0];
  }
}

/**
   y = Σ_v level_v softmax(W h + b)_v, the expectation over the classes.

   The greatest logit is subtracted first, so that no exponential overflows and
   their sum is at least 1.
*/
RCV_REALTIME static void
run_softmax(const RcvPackedHead* const head,
            const float*               h,
            float* const               y,
            const uint32_t             n_frames)
{
  const uint32_t      n_groups = head->n_levels / W;
  const RcvVec* const weights  = rcv_vec_view(head->weights);
  const RcvVec* const biases   = rcv_vec_view(head->biases);
  const RcvVec* const levels   = rcv_vec_view(head->levels);
  RcvVec* const       logits   = rcv_vec_edit(head->logits);

  for (uint32_t t = 0; t < n_frames; ++t) {
    RcvVec greatest = biases[0];
    for (uint32_t group = 0; group < n_groups; ++group) {
      RcvVec sum = biases[group];
      for (uint32_t k = 0; k < head->hidden_size; ++k) {
        sum += weights[(k * n_groups) + group] * h[k];
      }
      logits[group] = sum;
      greatest      = group ? rcv_vec_max(sum, greatest) : sum;
    }

    float top = greatest[0];
    for (uint32_t i = 1; i < W; ++i) {
      top = greatest[i] > top ? greatest[i] : top;
    }

    RcvVec total    = {0};
    RcvVec weighted = {0};
    for (uint32_t group = 0; group < n_groups; ++group) {
      const RcvVec e = rcv_vec_exp(logits[group] - top);
      total += e;
      weighted += e * levels[group];
    }
    y[t] = rcv_vec_sum(weighted) / rcv_vec_sum(total);
    h += head->padded_size;
  }
}

extern const RcvKernels RCV_ISA_NAME(rcv_kernels);

const RcvKernels RCV_ISA_NAME(rcv_kernels) = {
  RCV_ISA_STRING,
  W,
  {run_rnn, run_lstm, run_gru},
  {run_linear, run_softmax},
};

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_INITIAL_WEIGHTS_H
#define TRAIN_TRAINER_INITIAL_WEIGHTS_H

#include "dsp/shape.h"
#include "train/numbers/random.h"

#include <stdint.h>

/// Time constant of the fastest unit that follows an envelope: about the period
/// of a low note
#define RCV_FASTEST_FOLLOWER_S 0.004

/**
   Set the weights that a training starts from.

   They are those of PyTorch, uniform in ±1/√H, but forget gates are open: +1
   (Gers et al. 2000, https://doi.org/10.1162/089976600300015015).  And of the
   lowest layer of an LSTM or GRU some units follow the envelope of the input,
   which back-propagation is slow to find: before a unit remembers for longer
   than a period of a note, it is of no use to remember longer.  With x the
   input, s its RMS and T the time constant in frames, such a unit has

     LSTM: i = sigmoid(x/s - ln T), f = sigmoid(ln T), g = tanh(x/s)
     GRU:  z = sigmoid(ln T - x/s), n = tanh(x/s)

   so that its state is a mean of (e^(x/s) / T) tanh(x/s) over about T frames:
   what is positive counts more than what is negative.  Nothing recurrent goes
   into it at first.

   @param input_rms Of the audio input; more than 0.
   @param random Taken from.
   @param params [rcv_shape_n_params()] set.
*/
void
rcv_initial_weights(const RcvShape* shape,
                    double          input_rms,
                    double          rate_hz,
                    RcvRandom*      random,
                    float*          params);

#endif // TRAIN_TRAINER_INITIAL_WEIGHTS_H

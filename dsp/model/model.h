// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_MODEL_H
#define DSP_MODEL_MODEL_H

#include "dsp/kernels/kernels.h"
#include "dsp/model/error.h"
#include "dsp/shape.h"
#include "dsp/voice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   A model as it stands in a file: the network's shape and weights, and what is
   known about it.  Not for the audio thread.
*/

/// Sample rates that a model may be made for
#define RCV_LEAST_RATE_HZ 1000.0
#define RCV_MOST_RATE_HZ 1e6

/// A knob of the device that the network was trained on
typedef struct {
  char   name[64];
  double min; ///< The device's value at 0
  double max; ///< The device's value at 1
} RcvKnobInfo;

/// What is known about a model; unknown numbers are NaN, unknown texts ""
typedef struct {
  char        format[32]; ///< "safetensors", "guitarml", "keras json", …
  char        name[128];
  char        author[128];
  char        licence[128];
  char        device[256];     ///< What was captured
  char        measured[256];   ///< How the errors were measured
  char        recipe[1024];    ///< The training command and its course
  double      rate_hz;         ///< Sample rate
  bool        rate_is_assumed; ///< The file does not say it, its kind does
  double      loudness_db;     ///< RMS of its output on the standard riff
  double      input_level_dbu; ///< Level that 0 dBFS stands for
  double      validation_esr;  ///< Error-to-signal ratio on validation data
  double      test_esr;        ///< The same on data that nothing was chosen by
  double      rest_level;      ///< Greatest RMS in the silence after sound
  RcvKnobInfo knobs[RCV_MAX_KNOBS];
} RcvModelInfo;

/// A model; made by a reader or the trainer
typedef struct {
  RcvShape     shape;
  RcvModelInfo info;
  float*       params;        ///< [rcv_shape_n_params()] owned
  float*       initial_state; ///< [rcv_model_n_initial()] owned, or NULL: zero
  float*       test_input;    ///< [n_test][I] owned, or NULL
  float*       test_output;   ///< [n_test] owned, or NULL
  size_t       n_test;        ///< Frames of the self-test
} RcvModel;

/// The greatest error that a file may have on its own test output
#define RCV_SELF_TEST_TOLERANCE 1e-4

/// A model with this shape, parameters of zero and nothing known; NULL: memory
RcvModel*
rcv_model_new(const RcvShape* shape);

/// Number of elements of the initial state of a network: for each direction and
/// layer h, then c
size_t
rcv_model_n_initial(const RcvShape* shape);

/// Free a model and what it owns; NULL is ignored
void
rcv_model_free(RcvModel* model);

/**
   Read a model file of any kind that is known, told by its content, and run its
   self-test.

   @param error Says the file, the place in it, what was expected and found.
   @return A model that must be freed by the caller with rcv_model_free(), or
   NULL.
*/
RcvModel*
rcv_model_load(const char* path, RcvError* error);

/**
   The same for a file that is in memory.

   @param name What errors call it.
*/
RcvModel*
rcv_model_parse(const void* bytes,
                size_t      size,
                const char* name,
                RcvError*   error);

/**
   The kernels to play a network with: the fastest for its size, or what
   RECURVE_KERNELS in the environment names.

   @return Static kernels; the best ones if the name is unknown here.
*/
const RcvKernels*
rcv_model_kernels(const RcvShape* shape);

/**
   Make a voice that plays a model as it is told to.

   @param settings Their network_hz is not heeded: it is the model's rate.
   @return As rcv_model_voice_new().
*/
RcvVoice*
rcv_model_voice_with(const RcvModel*         model,
                     const RcvVoiceSettings* settings,
                     RcvError*               error);

/**
   Make a voice that plays a model, at its own rate in a host of any rate.

   choice.h has voices that run at the host's rate where that is as good.

   @param host_hz Sample rate of the host, or NaN for the model's.
   @param oversample Run the network at 1, 2 or 4 times the model's rate.
   @return A voice that must be freed by the caller with
   rcv_model_voice_free(), or NULL if there is no memory or the rates are too
   far apart.
*/
RcvVoice*
rcv_model_voice_new(const RcvModel* model,
                    uint32_t        n_channels,
                    double          host_hz,
                    uint32_t        oversample,
                    RcvError*       error);

/// Free a voice made by rcv_model_voice_new(); NULL is ignored
void
rcv_model_voice_free(RcvVoice* voice);

/// What a knob is called that nobody has named: "knob 1" is the first
void
rcv_model_name_knob(uint32_t index, char* name, size_t size);

/**
   Run a model from its start over a signal, and take its latency off: output
   frame t belongs to input frame t, and zeros follow the input's end.  The
   activations are the exact ones, whatever RECURVE_KERNELS asks for.

   @param x [n_frames][I].
   @param y [n_frames] set.
*/
RcvStatus
rcv_model_run(const RcvModel* model,
              const float*    x,
              float*          y,
              size_t          n_frames,
              RcvError*       error);

/**
   Record a self-test: what the model now answers to a short signal.

   @param x [n_frames][I], not kept.
*/
RcvStatus
rcv_model_set_test(RcvModel*    model,
                   const float* x,
                   size_t       n_frames,
                   RcvError*    error);

/**
   The greatest error of the model on its own test output.

   Of a long test only the beginning is played, as much as takes a second or so:
   a file is loaded while others wait for it.

   @param max_error Set; NaN if the file has no test.
*/
RcvStatus
rcv_model_self_test(const RcvModel* model, double* max_error, RcvError* error);

/**
   Refuse a model that does not answer its own test within
   RCV_SELF_TEST_TOLERANCE.

   @param name What errors call its file.
*/
RcvStatus
rcv_model_check(const RcvModel* model, const char* name, RcvError* error);

#endif // DSP_MODEL_MODEL_H

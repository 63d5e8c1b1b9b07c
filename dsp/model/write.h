// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_WRITE_H
#define DSP_MODEL_WRITE_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file

   Models as files of any kind that Recurve writes (docs/formats.md).  Not for
   the audio thread.
*/

/// The kinds of file
typedef enum {
  RCV_FORMAT_SAFETENSORS,
  RCV_FORMAT_KERAS,    ///< RTNeural's and AIDA-X's json
  RCV_FORMAT_GUITARML, ///< Automated-GuitarAmpModelling's json
  RCV_FORMAT_NAM,
  RCV_N_FORMATS,
} RcvFormat;

/// "safetensors", "keras", "guitarml" or "nam"
const char*
rcv_format_name(RcvFormat format);

/// The kind that a file's name promises; false if it promises none
bool
rcv_format_of_name(const char* path, RcvFormat* format);

/**
   What of a model does not fit into a kind of file, in a few words.

   @return Static words such as "a softmax head", or NULL if all fits.
*/
const char*
rcv_format_obstacle(RcvFormat format, const RcvModel* model);

/**
   What becomes of a model that fits, though not as it is.

   @param index 0 and up.
   @return A static sentence without a capital and full stop, or NULL after the
   last.
*/
const char*
rcv_format_caveat(RcvFormat format, const RcvModel* model, uint32_t index);

/**
   Write a model, always the same bytes for the same model.

   @param name What errors call the file.
   @param size Set to the number of bytes.
   @return The bytes of the file, to be freed by the caller with free(), or NULL
   after saying what does not fit, and where it would.
*/
void*
rcv_model_write(const RcvModel* model,
                RcvFormat       format,
                const char*     name,
                size_t*         size,
                RcvError*       error);

#endif // DSP_MODEL_WRITE_H

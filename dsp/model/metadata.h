// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_METADATA_H
#define DSP_MODEL_METADATA_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"

#include <jansson.h>

/**
   @file

   What stands about a model in the `__metadata__` of its file, whose values are
   all strings.  Numbers are written and read without regard to the locale,
   which belongs to the host.
*/

/// The version of the format that is written, and the newest that is read
#define RCV_FORMAT_VERSION "1"

/**
   Read the shape of a network.

   @param metadata An object, borrowed.
   @param name What errors call the file.
*/
RcvStatus
rcv_metadata_read_shape(const json_t* metadata,
                        const char*   name,
                        RcvShape*     shape,
                        RcvError*     error);

/// Read what else is known; what is missing or no number stays as it was
void
rcv_metadata_read_info(const json_t* metadata, RcvModelInfo* info);

/// Everything as a new object of strings, or NULL if there is no memory
json_t*
rcv_metadata_write(const RcvShape* shape, const RcvModelInfo* info);

#endif // DSP_MODEL_METADATA_H

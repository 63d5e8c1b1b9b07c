// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_STACK_METADATA_H
#define DSP_MODEL_STACK_METADATA_H

#include "dsp/model/error.h"
#include "dsp/shape.h"

#include <jansson.h>

/**
   @file

   Recurrent layers of different cells or sizes in words: in the metadata of
   model files, and in what `recurve info` says.
*/

/// All recurrent layers as a new array of {"cell", "size"}, the lowest first
json_t*
rcv_stack_describe(const RcvShape* shape);

/**
   Read `stack`, which holds the same array as a string.

   @param metadata An object, borrowed.
   @param name What errors call the file.
   @param shape Its layers' number and the top one's size are known, and whether
   it is bidirectional; the layers are set.
*/
RcvStatus
rcv_stack_read_metadata(const json_t* metadata,
                        const char*   name,
                        RcvShape*     shape,
                        RcvError*     error);

/// Write it; nothing where all layers are the same.  0, or −1 if there is no
/// memory
int
rcv_stack_write_metadata(json_t* metadata, const RcvShape* shape);

#endif // DSP_MODEL_STACK_METADATA_H

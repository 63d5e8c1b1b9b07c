// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_JSON_ABOUT_H
#define DSP_MODEL_JSON_ABOUT_H

#include "dsp/model/error.h"
#include "dsp/model/json_values.h"
#include "dsp/model/model.h"

#include <jansson.h>

/**
   @file

   What keras and GuitarML files say about a model in their `metadata`.
*/

/**
   Read what there is; the rest stays as it was.

   Older keras files have the same in the file's object itself; metadata counts
   more.

   @param assumed_hz Of rcv_json_rate().
*/
RcvStatus
rcv_json_about_read(const json_t*      root,
                    const RcvJsonFile* file,
                    double             assumed_hz,
                    RcvModel*          model);

/// What is known as a new object of metadata, or NULL if there is no memory
json_t*
rcv_json_about_write(const RcvModel* model);

#endif // DSP_MODEL_JSON_ABOUT_H

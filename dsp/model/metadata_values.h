// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_METADATA_VALUES_H
#define DSP_MODEL_METADATA_VALUES_H

#include "dsp/model/error.h"

#include <jansson.h>

#include <stdint.h>

/**
   @file

   Single values of a file's `__metadata__`, which are all strings.

   @param name What errors call the file.
*/

/// The text of a key, or NULL
const char*
rcv_metadata_get(const json_t* metadata, const char* key);

/// The number that a text says, or NaN; JSON's syntax knows no locale
double
rcv_metadata_parse(const char* text);

/// Say that a key has another text than was expected; found may be NULL
RcvStatus
rcv_metadata_bad(RcvError*   error,
                 const char* name,
                 const char* key,
                 const char* expected,
                 const char* found);

/// One of some texts; `expected` says them in words
RcvStatus
rcv_metadata_read_choice(const json_t*      metadata,
                         const char*        name,
                         const char*        key,
                         const char* const* choices,
                         uint32_t           n_choices,
                         const char*        expected,
                         uint32_t*          choice,
                         RcvError*          error);

/// A whole number between two limits
RcvStatus
rcv_metadata_read_uint(const json_t* metadata,
                       const char*   name,
                       const char*   key,
                       uint32_t      min,
                       uint32_t      max,
                       uint32_t*     value,
                       RcvError*     error);

/// A text as JSON; one that is no UTF-8, or cut in it, keeps its ASCII
json_t*
rcv_metadata_text(const char* text);

/// Set a key; 0, or −1 if there is no memory
int
rcv_metadata_set_text(json_t* metadata, const char* key, const char* text);

/// The same for a number
int
rcv_metadata_set_number(json_t* metadata, const char* key, double number);

#endif // DSP_MODEL_METADATA_VALUES_H

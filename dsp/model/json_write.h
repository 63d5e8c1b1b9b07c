// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_JSON_WRITE_H
#define DSP_MODEL_JSON_WRITE_H

#include <jansson.h>

#include <stddef.h>

/**
   @file

   Arrays of floats as JSON, and files of it.  Nine significant digits say each
   float exactly.
*/

/// n values, `step` apart, as a new array; NULL if there is no memory
json_t*
rcv_json_floats(const float* values, size_t n, size_t step);

/// The same for rows: element r, c stands at r·row_step + c·column_step
json_t*
rcv_json_rows(const float* values,
              size_t       n_rows,
              size_t       n_cols,
              size_t       row_step,
              size_t       column_step);

/**
   The text of a file: one member per line.

   @param root An object, owned by this function, or NULL if there was no
   memory.
   @param size Set to the number of bytes.
   @return The text, to be freed by the caller with free(), or NULL if there is
   no memory.
*/
char*
rcv_json_write(json_t* root, size_t* size);

#endif // DSP_MODEL_JSON_WRITE_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_MODEL_SAFETENSORS_H
#define DSP_MODEL_SAFETENSORS_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>

/**
   @file

   Recurve's own model files: safetensors, with PyTorch's tensor names and
   layouts (docs/formats.md).

       u64 N, little-endian │ N bytes of JSON │ tensors, little-endian floats
*/

/// True if the bytes begin as a safetensors file does
bool
rcv_safetensors_is(const void* bytes, size_t size);

/**
   Read a model.

   Every size is checked before it is used.

   @param name What errors call the file.
   @return A model that must be freed by the caller with rcv_model_free(), or
   NULL.
*/
RcvModel*
rcv_safetensors_read(const void* bytes,
                     size_t      size,
                     const char* name,
                     RcvError*   error);

/**
   Write a model, always the same bytes for the same model.

   @param size Set to the number of bytes.
   @return The bytes of the file, to be freed by the caller with free(), or NULL
   if there is no memory.
*/
void*
rcv_safetensors_write(const RcvModel* model, size_t* size);

/**
   Put a file together.

   @param header JSON.
   @param data [data_size] the tensors' bytes, little-endian.
   @param size Set to the number of bytes.
   @return As rcv_safetensors_write().
*/
void*
rcv_safetensors_join(const char* header,
                     const void* data,
                     size_t      data_size,
                     size_t*     size);

/**
   Take a file apart.

   @param bytes [size] of the file.
   @param name What errors call it.
   @param data Set to the tensors' bytes, [data_size], borrowed from `bytes`.
   @return The header, an object to be freed by the caller with json_decref(),
   or NULL.
*/
json_t*
rcv_safetensors_open(const void*           bytes,
                     size_t                size,
                     const char*           name,
                     const unsigned char** data,
                     size_t*               data_size,
                     RcvError*             error);

/**
   Name of a tensor as in PyTorch: "rec.weight_ih_l0", "rec_reverse.bias_hh_l1",
   "lin.weight", "dense_in.0.weight", …

   @param name [32] set.
*/
void
rcv_safetensors_name(const RcvTensor* tensor, char name[32]);

/// Rows and columns of the tensor `initial_state`: a vector where layers are of
/// different sizes
void
rcv_safetensors_initial(const RcvShape* shape, size_t* n_rows, size_t* n_cols);

#endif // DSP_MODEL_SAFETENSORS_H

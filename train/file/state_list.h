// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_STATE_LIST_H
#define TRAIN_FILE_STATE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/**
   @file

   A list of the arrays that are the state of something, so that it can be saved
   and brought back without knowing what it is (train/file/state_file.h).
*/

/// What an array's elements are
typedef enum {
  RCV_STATE_F32,
  RCV_STATE_F64,
  RCV_STATE_U64,
} RcvStateType;

/// One array; owned by what it is the state of
typedef struct {
  char         name[48];
  RcvStateType type;
  void*        data; ///< [n]
  size_t       n;
} RcvStateEntry;

/// Arrays in the order in which they were added; begins as all zero
typedef struct {
  RcvStateEntry* entries; ///< [n_entries] owned
  size_t         n_entries;
} RcvStateList;

/**
   Add an array.

   @param prefix Begins its name.
   @param data [n] borrowed: it must stay where it is while the list is used.
   @return False if there is no memory.
*/
bool
rcv_state_list_add(RcvStateList* list,
                   const char*   prefix,
                   const char*   name,
                   RcvStateType  type,
                   void*         data,
                   size_t        n);

/// Bytes of one element
size_t
rcv_state_type_size(RcvStateType type);

/// Free what the list owns
void
rcv_state_list_clear(RcvStateList* list);

#endif // TRAIN_FILE_STATE_LIST_H

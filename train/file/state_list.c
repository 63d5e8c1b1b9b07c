// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/state_list.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
rcv_state_list_add(RcvStateList* const list,
                   const char* const   prefix,
                   const char* const   name,
                   const RcvStateType  type,
                   void* const         data,
                   const size_t        n)
{
  RcvStateEntry* const entries =
    realloc(list->entries, (list->n_entries + 1) * sizeof(RcvStateEntry));
  if (!entries) {
    return false;
  }

  RcvStateEntry* const entry = &entries[list->n_entries++];
  list->entries              = entries;
  snprintf(entry->name, sizeof(entry->name), "%s%s", prefix, name);
  entry->type = type;
  entry->data = data;
  entry->n    = n;
  return true;
}

size_t
rcv_state_type_size(const RcvStateType type)
{
  return type == RCV_STATE_F32 ? sizeof(float) : sizeof(uint64_t);
}

void
rcv_state_list_clear(RcvStateList* const list)
{
  free(list->entries);
  memset(list, 0, sizeof(RcvStateList));
}

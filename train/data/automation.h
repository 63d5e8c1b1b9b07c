// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_DATA_AUTOMATION_H
#define TRAIN_DATA_AUTOMATION_H

#include "dsp/model/error.h"
#include "dsp/model/model.h"

#include <stddef.h>
#include <stdint.h>

/**
   @file

   Knobs that move while a recording is rendered, from a CSV file:

       seconds,drive,tone
       0,0.2,0.5
       2.5,1,0.5

   The first line names the columns: `seconds`, then knobs of the model by their
   names or numbers.  A knob moves in a straight line from one row to the next,
   and stands still before the first and after the last.
*/

/// The rows of one file
typedef struct {
  uint32_t columns[RCV_MAX_INPUTS]; ///< The knob of each column after the first
  uint32_t n_columns;               ///< Without `seconds`
  size_t   n_rows;
  double*  rows; ///< [n_rows][1 + n_columns] owned
} RcvAutomation;

/// The model's knob of that name or number (from 1), or the number of its knobs
uint32_t
rcv_automation_find_knob(const RcvModel* model,
                         const char*     name,
                         size_t          length);

/**
   Read a file; to be released with rcv_automation_clear(), also after an error.

   Fails if it cannot be read, names no or unknown knobs, a row has another
   number of columns, a value is not from 0 to 1, or time does not increase.
*/
RcvStatus
rcv_automation_read(RcvAutomation*  automation,
                    const char*     path,
                    const RcvModel* model,
                    RcvError*       error);

/// Set the knobs that the file names to their values at a time
void
rcv_automation_apply(const RcvAutomation* automation,
                     double               seconds,
                     float*               knobs);

/// Release what rcv_automation_read() took
void
rcv_automation_clear(RcvAutomation* automation);

#endif // TRAIN_DATA_AUTOMATION_H

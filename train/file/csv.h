// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_FILE_CSV_H
#define TRAIN_FILE_CSV_H

#include "dsp/model/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
   @file

   Text files of rows and columns that users write by hand: fields between
   commas, of which blanks and quotation marks around them do not count.  Empty
   lines are passed over.
*/

// A row is a few numbers and words; a longer line is no such file
enum { RCV_CSV_LINE_SIZE = 1024 };

/// A file that is being read, line by line
typedef struct {
  const char* path; ///< Borrowed, for messages
  size_t      line; ///< The number of the current line, from 1
  FILE*       file;
  const char* rest; ///< Of the current line, or NULL
  char        text[RCV_CSV_LINE_SIZE];
} RcvCsv;

/// Part of the current line, valid until the next; not terminated
typedef struct {
  const char* text;
  size_t      length;
} RcvCsvField;

/// For "%.*s"
#define RCV_CSV_PRINT(field) (int)(field).length, (field).text

/// Open a file; to be closed with rcv_csv_close(), also after a failure
RcvStatus
rcv_csv_open(RcvCsv* csv, const char* path, RcvError* error);

/// Close what rcv_csv_open() opened
void
rcv_csv_close(RcvCsv* csv);

/**
   Go to the next line that is not empty.

   @param found Set to false after the last.
*/
RcvStatus
rcv_csv_next_line(RcvCsv* csv, bool* found, RcvError* error);

/// The next field of the line; false after the last
bool
rcv_csv_next_field(RcvCsv* csv, RcvCsvField* field);

/// True if a field is a word, whatever the case of its letters
bool
rcv_csv_is(RcvCsvField field, const char* word);

/// The number that a field is, or NaN
double
rcv_csv_number(RcvCsvField field);

#endif // TRAIN_FILE_CSV_H

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

RcvStatus
rcv_csv_open(RcvCsv* const csv, const char* const path, RcvError* const error)
{
  memset(csv, 0, sizeof(RcvCsv));
  csv->path = path;
  csv->file = fopen(path, "r");
  return csv->file ? RCV_OK
                   : rcv_error_set(error,
                                   RCV_NO_FILE,
                                   "%s: cannot be opened: %s",
                                   path,
                                   strerror(errno));
}

void
rcv_csv_close(RcvCsv* const csv)
{
  if (csv->file) {
    fclose(csv->file);
    csv->file = NULL;
  }
}

RcvStatus
rcv_csv_next_line(RcvCsv* const csv, bool* const found, RcvError* const error)
{
  *found = false;
  while (!*found && fgets(csv->text, sizeof(csv->text), csv->file)) {
    const size_t length = strcspn(csv->text, "\r\n");
    ++csv->line;
    if (!csv->text[length] && length + 1 == sizeof(csv->text)) {
      return rcv_error_set(error,
                           RCV_BAD_FILE,
                           "%s: line %zu is longer than %d characters",
                           csv->path,
                           csv->line,
                           RCV_CSV_LINE_SIZE - 2);
    }
    csv->text[length] = '\0';
    csv->rest         = csv->text;
    *found            = csv->text[strspn(csv->text, " \t")];
  }
  return ferror(csv->file) ? rcv_error_set(error,
                                           RCV_BAD_FILE,
                                           "%s: cannot be read: %s",
                                           csv->path,
                                           strerror(errno))
                           : RCV_OK;
}

/// A field without the blanks around it
static RcvCsvField
trim(const char* text, size_t length)
{
  static const char blanks[] = " \t\"";
  while (length && strchr(blanks, *text)) {
    ++text;
    --length;
  }
  while (length && strchr(blanks, text[length - 1])) {
    --length;
  }
  const RcvCsvField field = {text, length};
  return field;
}

bool
rcv_csv_next_field(RcvCsv* const csv, RcvCsvField* const field)
{
  const char* const rest = csv->rest;
  if (!rest) {
    return false;
  }

  const char* const comma = strchr(rest, ',');
  *field    = trim(rest, comma ? (size_t)(comma - rest) : strlen(rest));
  csv->rest = comma ? comma + 1 : NULL;
  return true;
}

bool
rcv_csv_is(const RcvCsvField field, const char* const word)
{
  return field.length == strlen(word) &&
         !strncasecmp(field.text, word, field.length);
}

double
rcv_csv_number(const RcvCsvField field)
{
  char copy[64];
  if (!field.length || field.length >= sizeof(copy)) {
    return (double)NAN;
  }
  memcpy(copy, field.text, field.length);
  copy[field.length] = '\0';

  char*        end   = NULL;
  const double value = strtod(copy, &end);
  return *end ? (double)NAN : value;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/automation.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// A row is a time and a few numbers; a longer line is no such file
enum { LINE_SIZE = 1024, MAX_ROWS = 10000000 };

/// Where reading is, for the messages
typedef struct {
  const char* path;
  size_t      line;
  RcvError*   error;
} Place;

uint32_t
rcv_automation_find_knob(const RcvModel* const model,
                         const char* const     name,
                         const size_t          length)
{
  const uint32_t n_knobs = model->shape.input_size - 1;
  for (uint32_t k = 0; k < n_knobs; ++k) {
    const char* const own = model->info.knobs[k].name;
    char              number[16];
    snprintf(number, sizeof(number), "%u", k + 1);
    if ((strlen(own) == length && !strncasecmp(own, name, length)) ||
        (strlen(number) == length && !strncmp(number, name, length))) {
      return k;
    }
  }
  return n_knobs;
}

/// The length of a field without the blanks around it; text is moved to it
static size_t
trim(const char** const text, size_t length)
{
  while (length && strchr(" \t\"", **text)) {
    ++*text;
    --length;
  }
  while (length && strchr(" \t\"", (*text)[length - 1])) {
    --length;
  }
  return length;
}

/// The next field of a line; false after the last
static bool
next_field(const char** const rest,
           const char** const field,
           size_t* const      length)
{
  if (!*rest) {
    return false;
  }

  const char* const comma = strchr(*rest, ',');
  *field                  = *rest;
  *length = trim(field, comma ? (size_t)(comma - *rest) : strlen(*rest));
  *rest   = comma ? comma + 1 : NULL;
  return true;
}

static RcvStatus
read_header(RcvAutomation* const  automation,
            const Place* const    place,
            const char*           line,
            const RcvModel* const model)
{
  const uint32_t n_knobs = model->shape.input_size - 1;
  const char*    field   = NULL;
  size_t         length  = 0;
  next_field(&line, &field, &length);
  if (length != strlen("seconds") ||
      strncasecmp(field, "seconds", length) != 0) {
    return rcv_error_set(place->error,
                         RCV_BAD_FILE,
                         "%s: the first line must name the columns: "
                         "seconds, then knobs",
                         place->path);
  }

  while (next_field(&line, &field, &length)) {
    const uint32_t k = rcv_automation_find_knob(model, field, length);
    for (uint32_t i = 0; k < n_knobs && i < automation->n_columns; ++i) {
      if (automation->columns[i] == k) {
        return rcv_error_set(place->error,
                             RCV_BAD_FILE,
                             "%s: line 1 names the knob %.*s twice",
                             place->path,
                             (int)length,
                             field);
      }
    }
    if (k == n_knobs) {
      return rcv_error_set(
        place->error,
        RCV_BAD_FILE,
        "%s: line 1: the model has no knob \"%.*s\"; `recurve "
        "info` lists its %u",
        place->path,
        (int)length,
        field,
        n_knobs);
    }
    automation->columns[automation->n_columns++] = k;
  }
  return automation->n_columns ? RCV_OK
                               : rcv_error_set(place->error,
                                               RCV_BAD_FILE,
                                               "%s: line 1 names no knob",
                                               place->path);
}

/// One number of a row, or NaN
static double
read_number(const char* const field, const size_t length)
{
  char copy[64];
  if (!length || length >= sizeof(copy)) {
    return (double)NAN;
  }
  memcpy(copy, field, length);
  copy[length] = '\0';

  char*        end   = NULL;
  const double value = strtod(copy, &end);
  return *end ? (double)NAN : value;
}

static RcvStatus
read_row(RcvAutomation* const automation,
         const Place* const   place,
         const char*          line)
{
  const size_t  width = 1 + (size_t)automation->n_columns;
  double* const row   = automation->rows + (automation->n_rows * width);
  const char*   field = NULL;
  size_t        n     = 0;
  for (size_t length = 0; next_field(&line, &field, &length); ++n) {
    const double value = n < width ? read_number(field, length) : 0.0;
    const bool   good =
      n ? value >= 0.0 && value <= 1.0 : value >= 0.0 && isfinite(value);
    if (!good) {
      return rcv_error_set(place->error,
                           RCV_BAD_FILE,
                           "%s: line %zu, column %zu: \"%.*s\" is not %s",
                           place->path,
                           place->line,
                           n + 1,
                           (int)length,
                           field,
                           n ? "a value from 0 to 1" : "a time in seconds");
    }
    if (n < width) {
      row[n] = value;
    }
  }
  if (n != width) {
    return rcv_error_set(place->error,
                         RCV_BAD_FILE,
                         "%s: line %zu has %zu columns, line 1 has %zu",
                         place->path,
                         place->line,
                         n,
                         width);
  }
  if (automation->n_rows && !(row[0] > row[-(ptrdiff_t)width])) {
    return rcv_error_set(place->error,
                         RCV_BAD_FILE,
                         "%s: line %zu: time must increase from row to row",
                         place->path,
                         place->line);
  }
  ++automation->n_rows;
  return RCV_OK;
}

/// Room for one row more
static RcvStatus
reserve_row(RcvAutomation* const automation,
            size_t* const        n_most,
            RcvError*            error)
{
  if (automation->n_rows < *n_most) {
    return RCV_OK;
  }

  const size_t  n     = *n_most ? 2 * *n_most : 64;
  const size_t  width = 1 + (size_t)automation->n_columns;
  double* const rows =
    n > MAX_ROWS ? NULL : realloc(automation->rows, n * width * sizeof(double));
  if (!rows) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for the automation");
  }
  automation->rows = rows;
  *n_most          = n;
  return RCV_OK;
}

static RcvStatus
read_lines(RcvAutomation* const  automation,
           FILE* const           file,
           Place* const          place,
           const RcvModel* const model)
{
  char      line[LINE_SIZE];
  size_t    n_most = 0;
  RcvStatus status = RCV_OK;
  while (!status && fgets(line, sizeof(line), file)) {
    const size_t length = strcspn(line, "\r\n");
    ++place->line;
    if (!line[length] && length + 1 == sizeof(line)) {
      return rcv_error_set(place->error,
                           RCV_BAD_FILE,
                           "%s: line %zu is longer than %d characters",
                           place->path,
                           place->line,
                           LINE_SIZE - 2);
    }
    line[length] = '\0';
    if (place->line == 1) {
      status = read_header(automation, place, line, model);
    } else if (line[strspn(line, " \t")]) {
      status = reserve_row(automation, &n_most, place->error);
      status = status ? status : read_row(automation, place, line);
    }
  }
  if (!status && ferror(file)) {
    return rcv_error_set(place->error,
                         RCV_BAD_FILE,
                         "%s: cannot be read: %s",
                         place->path,
                         strerror(errno));
  }
  if (!status && !automation->n_rows) {
    return rcv_error_set(
      place->error, RCV_BAD_FILE, "%s: has no rows", place->path);
  }
  return status;
}

RcvStatus
rcv_automation_read(RcvAutomation* const  automation,
                    const char* const     path,
                    const RcvModel* const model,
                    RcvError* const       error)
{
  Place place = {path, 0, error};

  memset(automation, 0, sizeof(*automation));
  FILE* const file = fopen(path, "r");
  if (!file) {
    return rcv_error_set(
      error, RCV_NO_FILE, "%s: cannot be opened: %s", path, strerror(errno));
  }

  const RcvStatus status = read_lines(automation, file, &place, model);
  fclose(file);
  return status;
}

void
rcv_automation_apply(const RcvAutomation* const automation,
                     const double               seconds,
                     float* const               knobs)
{
  const size_t width = 1 + (size_t)automation->n_columns;

  // The last row that is not later, and the one after it
  size_t low  = 0;
  size_t high = automation->n_rows;
  while (high - low > 1) {
    const size_t middle = low + ((high - low) / 2);
    if (automation->rows[middle * width] <= seconds) {
      low = middle;
    } else {
      high = middle;
    }
  }

  const double* const a    = automation->rows + (low * width);
  const double* const b    = low + 1 < automation->n_rows ? a + width : a;
  const double        span = b[0] - a[0];
  const double        part =
    span > 0.0 && seconds > a[0] ? (seconds - a[0]) / span : 0.0;
  for (uint32_t i = 0; i < automation->n_columns; ++i) {
    knobs[automation->columns[i]] =
      (float)(a[1 + i] + (part * (b[1 + i] - a[1 + i])));
  }
}

void
rcv_automation_clear(RcvAutomation* const automation)
{
  free(automation->rows);
  automation->rows = NULL;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/automation.h"

#include "train/file/csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_ROWS = 10000000 };

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

static RcvStatus
read_header(RcvAutomation* const  automation,
            RcvCsv* const         csv,
            const RcvModel* const model,
            RcvError* const       error)
{
  const uint32_t n_knobs = model->shape.input_size - 1;
  RcvCsvField    field   = {"", 0};
  rcv_csv_next_field(csv, &field);
  if (!rcv_csv_is(field, "seconds")) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: the first line must name the columns: "
                         "seconds, then knobs",
                         csv->path);
  }

  while (rcv_csv_next_field(csv, &field)) {
    const uint32_t k =
      rcv_automation_find_knob(model, field.text, field.length);
    for (uint32_t i = 0; k < n_knobs && i < automation->n_columns; ++i) {
      if (automation->columns[i] == k) {
        return rcv_error_set(error,
                             RCV_BAD_FILE,
                             "%s: line %zu names the knob %.*s twice",
                             csv->path,
                             csv->line,
                             RCV_CSV_PRINT(field));
      }
    }
    if (k == n_knobs) {
      return rcv_error_set(
        error,
        RCV_BAD_FILE,
        "%s: line %zu: the model has no knob \"%.*s\"; `recurve "
        "info` lists its %u",
        csv->path,
        csv->line,
        RCV_CSV_PRINT(field),
        n_knobs);
    }
    automation->columns[automation->n_columns++] = k;
  }
  return automation->n_columns ? RCV_OK
                               : rcv_error_set(error,
                                               RCV_BAD_FILE,
                                               "%s: line %zu names no knob",
                                               csv->path,
                                               csv->line);
}

static RcvStatus
read_row(RcvAutomation* const automation,
         RcvCsv* const        csv,
         RcvError* const      error)
{
  const size_t  width = 1 + (size_t)automation->n_columns;
  double* const row   = automation->rows + (automation->n_rows * width);
  RcvCsvField   field = {"", 0};
  size_t        n     = 0;
  for (; rcv_csv_next_field(csv, &field); ++n) {
    const double value = n < width ? rcv_csv_number(field) : 0.0;
    const bool   good =
      n ? value >= 0.0 && value <= 1.0 : value >= 0.0 && isfinite(value);
    if (!good) {
      return rcv_error_set(error,
                           RCV_BAD_FILE,
                           "%s: line %zu, column %zu: \"%.*s\" is not %s",
                           csv->path,
                           csv->line,
                           n + 1,
                           RCV_CSV_PRINT(field),
                           n ? "a value from 0 to 1" : "a time in seconds");
    }
    if (n < width) {
      row[n] = value;
    }
  }
  if (n != width) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: line %zu has %zu columns, the first has %zu",
                         csv->path,
                         csv->line,
                         n,
                         width);
  }
  if (automation->n_rows && !(row[0] > row[-(ptrdiff_t)width])) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: line %zu: time must increase from row to row",
                         csv->path,
                         csv->line);
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
           RcvCsv* const         csv,
           const RcvModel* const model,
           RcvError* const       error)
{
  size_t    n_most = 0;
  bool      found  = false;
  RcvStatus status = rcv_csv_next_line(csv, &found, error);
  if (!status && found) {
    status = read_header(automation, csv, model, error);
  }
  while (!status && found) {
    status = rcv_csv_next_line(csv, &found, error);
    if (!status && found) {
      status = reserve_row(automation, &n_most, error);
      status = status ? status : read_row(automation, csv, error);
    }
  }
  if (!status && !automation->n_rows) {
    return rcv_error_set(error, RCV_BAD_FILE, "%s: has no rows", csv->path);
  }
  return status;
}

RcvStatus
rcv_automation_read(RcvAutomation* const  automation,
                    const char* const     path,
                    const RcvModel* const model,
                    RcvError* const       error)
{
  RcvCsv csv;
  memset(automation, 0, sizeof(*automation));

  RcvStatus status = rcv_csv_open(&csv, path, error);
  if (!status) {
    status = read_lines(automation, &csv, model, error);
  }
  rcv_csv_close(&csv);
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

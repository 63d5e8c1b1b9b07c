// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/regions.h"

#include "train/data/split.h"
#include "train/file/csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 100000 };

/// The columns, in any order
typedef enum { COLUMN_PAIR, COLUMN_START, COLUMN_END, COLUMN_USE } Column;

enum { N_COLUMNS = 4 };

static const char* const column_names[N_COLUMNS] = {"pair",
                                                    "start_s",
                                                    "end_s",
                                                    "use"};

/// Uses by their numbers, and the one that is none
static const char* const use_names[RCV_N_USES + 1] = {"train",
                                                      "validation",
                                                      "test",
                                                      "skip"};

/// One row
typedef struct {
  size_t    pair;
  size_t    use; ///< RcvUse, or RCV_N_USES: skip
  RcvRegion region;
  size_t    line;
} Row;

/// What is read so far
typedef struct {
  RcvCsv    csv;
  RcvPairs* pairs;
  Column    columns[N_COLUMNS];
  size_t    n_columns;
  Row*      rows;
  size_t    n_rows;
  size_t    n_most;
} Table;

static RcvStatus
read_header(Table* const table, RcvError* const error)
{
  bool        has[N_COLUMNS]  = {table->pairs->n_pairs == 1, false};
  bool        seen[N_COLUMNS] = {false};
  bool        good            = true;
  RcvCsvField field           = {"", 0};
  while (good && rcv_csv_next_field(&table->csv, &field)) {
    size_t k = 0;
    while (k < N_COLUMNS && !rcv_csv_is(field, column_names[k])) {
      ++k;
    }
    good = k < N_COLUMNS && !seen[k];
    if (good) {
      has[k] = seen[k]                   = true;
      table->columns[table->n_columns++] = (Column)k;
    }
  }
  return good && has[0] && has[1] && has[2] && has[3]
           ? RCV_OK
           : rcv_error_set(error,
                           RCV_BAD_FILE,
                           "%s: line %zu: expected the names of the columns: "
                           "%sstart_s,end_s,use",
                           table->csv.path,
                           table->csv.line,
                           has[0] && table->pairs->n_pairs == 1 ? "" : "pair,");
}

/// Say that a field is not what it should be
static RcvStatus
refuse(const Table* const table,
       const RcvCsvField  field,
       const char* const  wanted,
       RcvError* const    error)
{
  return rcv_error_set(error,
                       RCV_BAD_FILE,
                       "%s: line %zu: \"%.*s\" is not %s",
                       table->csv.path,
                       table->csv.line,
                       RCV_CSV_PRINT(field),
                       wanted);
}

/// The times of a row as frames of its pair
static RcvStatus
set_region(const Table* const  table,
           Row* const          row,
           const double* const times_s,
           RcvError* const     error)
{
  const RcvPair* const pair = &table->pairs->pairs[row->pair];
  const double         rate = pair->rate_hz;

  // Alignment took something off at the start of the later recording, and as
  // much off at the end of the other
  const double n_before =
    pair->delay_frames < 0.0 ? ceil(-pair->delay_frames) : 0.0;
  const double n_kept = (double)pair->n_frames;
  const double n_file = n_kept + ceil(fabs(pair->delay_frames));
  const double start  = round(times_s[0] * rate);
  const double end    = round(times_s[1] * rate);
  const double grain  = 1e-3 * rate; // Of the length that messages tell
  if (end > n_file + grain) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: line %zu: ends at %.3f s, but pair %zu has %.3f "
                         "s; end it there",
                         table->csv.path,
                         table->csv.line,
                         times_s[1],
                         row->pair + 1,
                         n_file / rate);
  }
  if (!(start < end)) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: line %zu: has nothing between %g and %g s; let "
                         "end_s be after start_s",
                         table->csv.path,
                         table->csv.line,
                         times_s[0],
                         times_s[1]);
  }
  row->region.start = (size_t)fmin(fmax(start - n_before, 0.0), n_kept);
  row->region.end   = (size_t)fmin(fmax(end - n_before, 0.0), n_kept);
  if (row->use == RCV_USE_TRAIN &&
      (double)rcv_region_length(row->region) < RCV_LEAST_TRAIN_S * rate) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: line %zu: %.3f s are too short to train on; make "
                         "it at least %.0f s, or skip it",
                         table->csv.path,
                         table->csv.line,
                         (double)rcv_region_length(row->region) / rate,
                         RCV_LEAST_TRAIN_S);
  }
  return RCV_OK;
}

static RcvStatus
read_field(const Table* const table,
           const Column       column,
           const RcvCsvField  field,
           Row* const         row,
           double* const      times_s,
           RcvError* const    error)
{
  const double value = rcv_csv_number(field);
  switch (column) {
  case COLUMN_PAIR:
    if (!(value >= 1.0 && value <= (double)table->pairs->n_pairs) ||
        value != floor(value)) {
      return refuse(table, field, "the number of a pair, from 1", error);
    }
    row->pair = (size_t)value - 1;
    return RCV_OK;
  case COLUMN_START:
  case COLUMN_END:
    if (!(value >= 0.0 && isfinite(value))) {
      return refuse(table, field, "a time in seconds", error);
    }
    times_s[column == COLUMN_END] = value;
    return RCV_OK;
  case COLUMN_USE:
    break;
  }

  row->use = 0;
  while (row->use <= RCV_N_USES && !rcv_csv_is(field, use_names[row->use])) {
    ++row->use;
  }
  return row->use <= RCV_N_USES
           ? RCV_OK
           : refuse(table, field, "train, validation, test or skip", error);
}

/// Room for one row more
static RcvStatus
reserve_row(Table* const table, RcvError* const error)
{
  if (table->n_rows < table->n_most) {
    return RCV_OK;
  }

  const size_t n = table->n_most ? 2 * table->n_most : 64;
  Row* const   rows =
    n > MOST_ROWS ? NULL : realloc(table->rows, n * sizeof(Row));
  if (!rows) {
    return rcv_error_set(
      error, RCV_NO_MEMORY, "%s: no memory for its rows", table->csv.path);
  }
  table->rows   = rows;
  table->n_most = n;
  return RCV_OK;
}

static RcvStatus
read_row(Table* const table, RcvError* const error)
{
  RcvStatus status = reserve_row(table, error);
  if (status) {
    return status;
  }

  Row         row        = {0, 0, {0, 0}, table->csv.line};
  double      times_s[2] = {0.0, 0.0};
  size_t      n          = 0;
  RcvCsvField field      = {"", 0};
  for (; !status && rcv_csv_next_field(&table->csv, &field); ++n) {
    if (n < table->n_columns) {
      status =
        read_field(table, table->columns[n], field, &row, times_s, error);
    }
  }
  if (!status && n != table->n_columns) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: line %zu has %zu columns, the first has %zu",
                         table->csv.path,
                         table->csv.line,
                         n,
                         table->n_columns);
  }
  if (!status) {
    status                       = set_region(table, &row, times_s, error);
    table->rows[table->n_rows++] = row;
  }
  return status;
}

static RcvStatus
read_rows(Table* const table, RcvError* const error)
{
  bool      found  = false;
  RcvStatus status = rcv_csv_next_line(&table->csv, &found, error);
  if (!status && found) {
    status = read_header(table, error);
  }
  while (!status && found) {
    status = rcv_csv_next_line(&table->csv, &found, error);
    if (!status && found) {
      status = read_row(table, error);
    }
  }
  return status;
}

static int
compare_rows(const void* const a, const void* const b)
{
  const Row* const x = a;
  const Row* const y = b;
  return x->pair != y->pair ? (x->pair < y->pair ? -1 : 1)
         : x->region.start != y->region.start
           ? (x->region.start < y->region.start ? -1 : 1)
           : 0;
}

/// Give the pairs their parts, in order
static RcvStatus
set_parts(const Table* const table, RcvError* const error)
{
  if (table->n_rows) {
    qsort(table->rows, table->n_rows, sizeof(Row), compare_rows);
  }

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < table->n_rows; ++i) {
    const Row* const row  = &table->rows[i];
    const Row* const last = i ? row - 1 : NULL;
    if (last && last->pair == row->pair &&
        row->region.start < last->region.end) {
      return rcv_error_set(error,
                           RCV_BAD_FILE,
                           "%s: line %zu overlaps line %zu; end one where the "
                           "other begins",
                           table->csv.path,
                           row->line,
                           last->line);
    }
    if (row->use < RCV_N_USES) {
      status = rcv_pair_add_part(
        &table->pairs->pairs[row->pair], (RcvUse)row->use, row->region, error);
    }
  }
  return status;
}

RcvStatus
rcv_regions_read(RcvPairs* const   pairs,
                 const char* const path,
                 RcvError* const   error)
{
  Table table;
  memset(&table, 0, sizeof(table));
  table.pairs = pairs;

  RcvStatus status = rcv_csv_open(&table.csv, path, error);
  if (!status) {
    status = read_rows(&table, error);
  }
  if (!status) {
    status = set_parts(&table, error);
  }
  rcv_csv_close(&table.csv);
  free(table.rows);

  const double rate    = pairs->pairs[0].rate_hz;
  const double train_s = (double)rcv_pairs_length(pairs, RCV_USE_TRAIN) / rate;
  const double validation_s =
    (double)rcv_pairs_length(pairs, RCV_USE_VALIDATION) / rate;
  if (!status &&
      (train_s < RCV_LEAST_TRAIN_S || validation_s < RCV_LEAST_VALIDATION_S)) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: %.2f s to train on and %.2f s to validate by are "
                         "too short; add rows with the use train and "
                         "validation",
                         path,
                         train_s,
                         validation_s);
  }
  return status;
}

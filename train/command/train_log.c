// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/train_log.h"

#include "train/model/model_file.h"

#include <jansson.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct RcvTrainLogImpl {
  char* path;
  FILE* stream;
  bool  has_lines;
};

RcvTrainLog*
rcv_train_log_new(const char* const path, RcvError* const error)
{
  RcvTrainLog* const log = calloc(1, sizeof(RcvTrainLog));
  if (!log || !(log->path = strdup(path))) {
    rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory for the log", path);
    rcv_train_log_free(log);
    return NULL;
  }

  // Not by way of a temporary file: it is there to be followed.  What it holds
  // is lost with the first line, not if the run is refused before.
  log->stream = fopen(path, "a");
  if (!log->stream) {
    rcv_error_set(error,
                  RCV_WRITE_ERROR,
                  "%s: cannot write: %s; name another file for --log",
                  path,
                  strerror(errno));
    rcv_train_log_free(log);
    return NULL;
  }
  return log;
}

RcvStatus
rcv_train_log_add(RcvTrainLog* const           log,
                  const RcvTrainerPoint* const point,
                  RcvError* const              error)
{
  // Devices have nothing to lose, and cannot
  const int unused = log->has_lines ? 0 : ftruncate(fileno(log->stream), 0);

  (void)unused;
  log->has_lines = true;

  json_t* const object = json_pack("{s:f,s:I,s:f,s:f,s:o,s:o,s:o,s:f,s:i,s:i}",
                                   "seconds",
                                   point->seconds,
                                   "updates",
                                   (json_int_t)point->n_updates,
                                   "steps",
                                   point->n_steps,
                                   "update_steps_per_second",
                                   point->update_steps_per_second,
                                   "train_loss",
                                   rcv_json_number(point->train_loss),
                                   "val_esr",
                                   rcv_json_number(point->val_esr),
                                   "best",
                                   rcv_json_number(point->best_esr),
                                   "lr",
                                   point->rate,
                                   "window",
                                   (int)point->window_frames,
                                   "rollbacks",
                                   (int)point->n_returns);
  char* const   text =
    object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
  const bool failed =
    !text || fprintf(log->stream, "%s\n", text) < 0 || fflush(log->stream);

  free(text);
  json_decref(object);
  return failed
           ? rcv_error_set(error,
                           RCV_WRITE_ERROR,
                           "%s: cannot write: %s; free some space, or go on "
                           "with --resume and another --log",
                           log->path,
                           strerror(errno))
           : RCV_OK;
}

void
rcv_train_log_free(RcvTrainLog* const log)
{
  if (log) {
    if (log->stream) {
      fclose(log->stream);
    }
    free(log->path);
    free(log);
  }
}

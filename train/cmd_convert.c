// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/commands.h"

#include "dsp/model/model.h"
#include "train/evaluate.h"
#include "train/model_file.h"
#include "train/options.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/// Refuse names that promise another format, which nothing here writes yet
static RcvStatus
check_name(const char* const path, RcvError* const error)
{
  static const char* const others[] = {".nam", ".json", ".aidax"};

  const char* const dot = strrchr(path, '.');
  for (size_t i = 0; dot && i < sizeof(others) / sizeof(others[0]); ++i) {
    if (!strcasecmp(dot, others[i])) {
      return rcv_error_set(error,
                           RCV_UNSUPPORTED,
                           "%s: Recurve does not write %s files; give a name "
                           "that ends in .safetensors",
                           path,
                           others[i]);
    }
  }
  return RCV_OK;
}

/// Refuse to write over what is read
static RcvStatus
check_other(const char* const in, const char* const out, RcvError* const error)
{
  struct stat in_info;
  struct stat out_info;
  const bool  is_same = !stat(in, &in_info) && !stat(out, &out_info) &&
                       in_info.st_dev == out_info.st_dev &&
                       in_info.st_ino == out_info.st_ino;
  return is_same ? rcv_error_set(error,
                                 RCV_BAD_USAGE,
                                 "%s: is the input; give the output another "
                                 "name",
                                 out)
                 : RCV_OK;
}

static RcvStatus
convert(const char* const in, const char* const out, RcvError* const error)
{
  if (check_name(out, error) || check_other(in, out, error)) {
    return error->status;
  }

  RcvModel* const model = rcv_model_load(in, error);
  if (!model) {
    return error->status;
  }

  // What comes without a self-test gets one, so that damage shows from now on
  static const double usual_rate_hz = 48000.0;

  const double rate_hz =
    isfinite(model->info.rate_hz) ? model->info.rate_hz : usual_rate_hz;
  RcvStatus status = model->n_test
                       ? RCV_OK
                       : rcv_evaluate_add_test(model, (uint32_t)rate_hz, error);
  if (!status) {
    status = rcv_model_file_write(model, out, error);
  }
  if (!status) {
    fprintf(stderr, "%s: from %s, %s\n", out, in, model->info.format);
  }
  rcv_model_free(model);
  return status;
}

int
rcv_cmd_convert(const int argc, char** const argv)
{
  const RcvOption options[] = {
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  const RcvUsage usage = {
    "convert",
    "IN OUT",
    "Write a model of any kind that Recurve reads as a safetensors file",
    "Recurve reads safetensors files, GuitarML's json, the keras json of\n"
    "RTNeural and AIDA-X, and .nam files whose architecture is LSTM.",
    2,
    options};

  const char*     paths[2] = {NULL, NULL};
  const RcvParsed parsed   = rcv_options_parse(&usage, argc, argv, paths);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError error = {RCV_OK, ""};
  if (convert(paths[0], paths[1], &error)) {
    fprintf(stderr, "recurve convert: %s\n", error.message);
    return 1;
  }
  return 0;
}

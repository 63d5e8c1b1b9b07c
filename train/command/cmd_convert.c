// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/model/model.h"
#include "train/command/options.h"
#include "train/file/output_names.h"
#include "train/model/model_file.h"
#include "train/trainer/evaluate.h"

#include <math.h>
#include <stdio.h>

/// What --format says, in this order; the first leaves it to the name
static const char format_choices[] = "auto|safetensors|keras|guitarml|nam";

/// The format to write
static RcvStatus
choose_format(const char* const path,
              const uint32_t    choice,
              RcvFormat* const  format,
              RcvError* const   error)
{
  if (choice) {
    *format = (RcvFormat)(choice - 1);
    return RCV_OK;
  }
  return rcv_format_of_name(path, format)
           ? RCV_OK
           : rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "%s: the name says no format; end it in "
                           ".safetensors, .json, .aidax or .nam, or give "
                           "--format",
                           path);
}

static RcvStatus
convert(const char* const in,
        const char* const out,
        const uint32_t    choice,
        RcvError* const   error)
{
  RcvFormat format = RCV_FORMAT_SAFETENSORS;
  if (choose_format(out, choice, &format, error) ||
      rcv_check_others(out, &in, 1, error)) {
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
  RcvRiff   riff   = {NULL, 0};
  RcvStatus status = RCV_OK;
  if (!model->n_test) {
    status = rcv_riff_render(&riff, (uint32_t)rate_hz, error);
    status = status ? status : rcv_evaluate_add_test(model, &riff, error);
    rcv_riff_clear(&riff);
  }
  if (!status) {
    status = rcv_model_file_write_as(model, format, out, error);
  }
  if (!status) {
    fprintf(stderr,
            "%s: %s from %s, %s\n",
            out,
            rcv_format_name(format),
            in,
            model->info.format);
    const char* caveat = NULL;
    for (uint32_t i = 0; (caveat = rcv_format_caveat(format, model, i)); ++i) {
      fprintf(stderr, "%s: %s\n", out, caveat);
    }
  }
  rcv_model_free(model);
  return status;
}

int
rcv_cmd_convert(const int argc, char** const argv)
{
  uint32_t        choice    = 0;
  const RcvOption options[] = {
    {"format",
     'f',
     RCV_OPTION_CHOICE,
     &choice,
     NULL,
     "What to write; auto: what the name of OUT ends in, .safetensors, .json "
     "or "
     ".aidax (keras), .nam",
     0.0,
     0.0,
     format_choices},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  const RcvUsage usage = {
    "convert",
    "IN OUT",
    "Write a model of any kind that Recurve reads in another format",
    "Recurve reads and writes safetensors files, the keras json of RTNeural "
    "and\n"
    "AIDA-X, GuitarML's json, and .nam files whose architecture is LSTM.  A\n"
    "format that cannot hold the model is refused, naming those that can.",
    2,
    options};

  const char*     paths[2] = {NULL, NULL};
  const RcvParsed parsed   = rcv_options_parse(&usage, argc, argv, paths);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError error = {RCV_OK, ""};
  if (convert(paths[0], paths[1], choice, &error)) {
    fprintf(stderr, "recurve convert: %s\n", error.message);
    return error.status == RCV_BAD_USAGE ? 2 : 1;
  }
  return 0;
}

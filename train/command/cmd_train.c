// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/model/metadata.h"
#include "dsp/model/model.h"
#include "dsp/model/text.h"
#include "train/command/train_arguments.h"
#include "train/command/train_log.h"
#include "train/command/train_recipe.h"
#include "train/command/train_report.h"
#include "train/command/train_result.h"
#include "train/data/findings.h"
#include "train/data/pairs.h"
#include "train/data/regions.h"
#include "train/file/output_file.h"
#include "train/file/output_names.h"
#include "train/model/model_file.h"
#include "train/trainer/evaluate.h"
#include "train/trainer/trainer.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A run of the command
typedef struct {
  RcvTrainArguments args;
  RcvPairs          pairs;
  RcvRiff           riff; // That loudness and self-tests are made with
  RcvModel*         model;
  RcvTrainerResult  result;
  RcvTrainLog*      log; // NULL: none
  char*             state_path;
  bool              is_terminal; // stderr is one: the progress line redraws
  double            next_line;   // Part done at which the next line is printed
} Run;

static volatile sig_atomic_t stop;

static void
on_interrupt(const int number)
{
  if (stop) {
    // Asked twice: at once, but leaving no temporary file
    // NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c): it is made for it
    rcv_output_file_unlink_all();
    _exit(128 + number);
  }
  stop = 1;
}

/* What happens during the training */

static void
show_progress(void* const                  handle,
              const RcvTrainerPoint* const last,
              const double                 best_esr,
              const double                 done,
              const double                 updates_per_s,
              const double                 seconds_left)
{
  Run* const run = handle;
  if (!run->is_terminal && done < run->next_line) {
    return;
  }
  run->next_line = done + 0.1;

  enum { WIDTH = 20 };
  static const char bar[] = "####################--------------------";

  const int filled = (int)(fmin(done, 1.0) * WIDTH);
  fprintf(stderr,
          "%s[%.*s] %3.0f %%  ESR now %.4g, best %.4g  %.0f updates/s  %.0f s "
          "left%s",
          run->is_terminal ? "\r" : "",
          WIDTH,
          bar + (WIDTH - filled),
          fmin(done, 1.0) * 100.0,
          last ? last->val_esr : (double)NAN,
          best_esr,
          updates_per_s,
          fmax(seconds_left, 0.0),
          run->is_terminal ? "   " : "\n");
  fflush(stderr);
}

/// What is found out by playing it, and how it came to be
static RcvStatus
describe_model(const Run* const run,
               RcvModel* const  model,
               RcvError* const  error)
{
  RcvModelInfo* const info = &model->info;

  rcv_train_recipe_write(&run->args,
                         &model->shape,
                         run->result.n_planned,
                         info->recipe,
                         sizeof(info->recipe));
  return rcv_evaluate_loudness(model, &run->riff, &info->loudness_db, error);
}

/// Save the best model so far, complete in itself
static RcvStatus
save_model(void* const           handle,
           const RcvModel* const best,
           RcvError* const       error)
{
  Run* const      run  = handle;
  RcvModel* const copy = rcv_model_new(&best->shape);
  if (!copy) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to save the model");
  }

  memcpy(copy->params,
         best->params,
         rcv_shape_n_params(&best->shape) * sizeof(float));
  copy->info = best->info;

  RcvStatus status = describe_model(run, copy, error);
  if (!status) {
    status = rcv_evaluate_add_test(copy, &run->riff, error);
  }
  if (!status) {
    status = rcv_model_file_write(copy, run->args.output, error);
  }
  rcv_model_free(copy);
  return status;
}

static RcvStatus
add_to_log(void* const                  handle,
           const RcvTrainerPoint* const point,
           RcvError* const              error)
{
  const Run* const run = handle;
  return run->log ? rcv_train_log_add(run->log, point, error) : RCV_OK;
}

/* Before and after */

static void
name_model(const RcvTrainArguments* const a,
           const RcvPairs* const          pairs,
           RcvModelInfo* const            info)
{
  const RcvPair* const first = &pairs->pairs[0];

  snprintf(info->format, sizeof(info->format), "safetensors");
  rcv_text_copy(info->author, sizeof(info->author), a->author ? a->author : "");
  rcv_text_copy(
    info->licence, sizeof(info->licence), a->licence ? a->licence : "");
  rcv_text_copy(info->device, sizeof(info->device), a->device ? a->device : "");
  info->rate_hz = first->rate_hz;
  memcpy(info->knobs, first->takes.knobs, sizeof(info->knobs));
  snprintf(info->measured,
           sizeof(info->measured),
           "plain ESR, %.1f s for validation and %.1f s for testing that were "
           "not trained on",
           (double)rcv_pairs_length(pairs, RCV_USE_VALIDATION) / first->rate_hz,
           (double)rcv_pairs_length(pairs, RCV_USE_TEST) / first->rate_hz);

  // By default the file's name without its folder and ending
  const char* const slash = strrchr(a->output, '/');
  rcv_text_copy(info->name,
                sizeof(info->name),
                a->name ? a->name : (slash ? slash + 1 : a->output));
  char* const dot = strrchr(info->name, '.');
  if (!a->name && dot && dot != info->name) {
    *dot = '\0';
  }
}

/// ESR on the part that nothing was chosen by
static RcvStatus
test_model(Run* const run, RcvError* const error)
{
  if (!rcv_pairs_length(&run->pairs, RCV_USE_TEST)) {
    return RCV_OK;
  }

  RcvMetrics      metrics;
  const RcvStatus status = rcv_evaluate_use(
    run->model, &run->pairs, RCV_USE_TEST, NULL, &metrics, error);
  if (!status) {
    run->model->info.test_esr = metrics.esr;
  }
  return status;
}

/// Nothing that is read, or written otherwise, may be written over
static RcvStatus
check_names(const Run* const run, RcvError* const error)
{
  const RcvTrainArguments* const a = &run->args;

  // Each output is compared with those after it and with all that is read
  const char* const outputs[] = {
    a->output, run->state_path, a->report, a->log, a->regions};
  enum { N_OUTPUTS = 4, N_NAMED = 5 };

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < N_OUTPUTS; ++i) {
    if (outputs[i]) {
      status =
        rcv_check_others(outputs[i], outputs + i + 1, N_NAMED - i - 1, error);
      status =
        status ? status
               : rcv_check_others(outputs[i], a->paths, 2 * a->n_pairs, error);
    }
  }
  return status;
}

/// Name the file of the state
static RcvStatus
name_state(Run* const run, RcvError* const error)
{
  static const char ending[] = ".resume";

  RcvTrainArguments* const a    = &run->args;
  const size_t             size = strlen(a->output) + sizeof(ending);

  run->state_path = malloc(size);
  if (!run->state_path) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a name");
  }
  snprintf(run->state_path, size, "%s%s", a->output, ending);
  a->settings.state_path = run->state_path;
  return RCV_OK;
}

/// Say what becomes of a state that is already there.  Without --resume it
/// stays until the first of this run takes its place: the command may be
/// mistyped.
static void
tell_state(const Run* const run)
{
  const bool is_there = !access(run->state_path, F_OK);
  const bool resume   = run->args.settings.resume;
  if (resume || is_there) {
    fprintf(stderr,
            "%s: %s\n",
            run->state_path,
            !resume    ? "is of another run, which --resume would go on with"
            : is_there ? "goes on from there"
                       : "not there, so from the beginning");
  }
}

/// Everything that can fail before the recordings are read: now, and not after
/// the training
static RcvStatus
prepare(Run* const run, RcvError* const error)
{
  const RcvTrainArguments* const a = &run->args;

  RcvStatus status = name_state(run, error);
  if (!status) {
    status = check_names(run, error);
  }
  if (!status) {
    status = rcv_output_file_try(a->output, error);
  }
  if (!status) {
    status = rcv_output_file_try(run->state_path, error);
  }
  if (!status && a->report) {
    status = rcv_output_file_try(a->report, error);
  }
  if (!status && a->log) {
    run->log = rcv_train_log_new(a->log, error);
    status   = run->log ? RCV_OK : error->status;
  }
  return status;
}

/// Read the recordings and which parts of them are used for what, and render
/// the riff at their rate
static RcvStatus
read_pairs(Run* const run, RcvError* const error)
{
  const RcvTrainArguments* const a = &run->args;

  RcvPairOptions options = a->pair;
  options.purpose        = a->regions ? RCV_PAIR_BY_LISTS : RCV_PAIR_TRAIN;

  RcvStatus status =
    rcv_pairs_read(&run->pairs, a->paths, a->n_pairs, &options, error);
  if (!status && a->regions) {
    status = rcv_regions_read(&run->pairs, a->regions, error);
  }
  return status
           ? status
           : rcv_riff_render(&run->riff, run->pairs.pairs[0].rate_hz, error);
}

static RcvStatus
train(Run* const run, RcvError* const error)
{
  RcvTrainArguments* const a = &run->args;

  RcvStatus status = prepare(run, error);
  if (status) {
    return status;
  }

  status = read_pairs(run, error);
  if (status) {
    return status;
  }
  rcv_findings_print(&run->pairs);
  tell_state(run);

  a->settings.shape.input_size = 1 + run->pairs.pairs[0].takes.n_knobs;
  run->model                   = rcv_model_new(&a->settings.shape);
  if (!run->model) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for the model");
  }
  name_model(a, &run->pairs, &run->model->info);

  const RcvTrainerEvents events = {
    run, show_progress, save_model, &stop, add_to_log};
  signal(SIGINT, on_interrupt);
  status = rcv_trainer_run(
    &a->settings, &run->pairs, &events, run->model, &run->result, error);
  if (!status) {
    status = test_model(run, error);
  }
  if (!status) {
    status = describe_model(run, run->model, error);
  }
  if (!status) {
    status = save_model(run, run->model, error);
  }
  if (!status && a->report) {
    status = rcv_train_report_write(
      a->report, run->model, &run->pairs, &run->result, error);
  }
  if (!status && run->result.end != RCV_END_INTERRUPTED) {
    unlink(run->state_path);
  }
  return status ? status
                : rcv_train_result_print(&run->args,
                                         &run->pairs,
                                         run->model,
                                         &run->result,
                                         run->is_terminal,
                                         error);
}

int
rcv_cmd_train(const int argc, char** const argv)
{
  Run run;
  memset(&run, 0, sizeof(run));
  run.is_terminal = isatty(STDERR_FILENO);

  const RcvParsed parsed = rcv_train_arguments_parse(&run.args, argc, argv);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError        error  = {RCV_OK, ""};
  const RcvStatus status = train(&run, &error);

  free(run.result.points);
  free(run.state_path);
  rcv_train_log_free(run.log);
  rcv_model_free(run.model);
  rcv_pairs_clear(&run.pairs);
  rcv_riff_clear(&run.riff);
  if (status) {
    const bool names_file = strstr(error.message, ": ") != NULL;

    fprintf(stderr,
            "%srecurve train: %s%s%s\n",
            run.is_terminal && run.result.n_points ? "\n" : "",
            names_file ? "" : run.args.paths[1],
            names_file ? "" : ": ",
            error.message);
  }
  return status == RCV_BAD_USAGE ? 2 : status ? 1 : 0;
}

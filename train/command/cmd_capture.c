// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"
#include "train/command/options.h"
#include "train/lv2/capture_report.h"
#include "train/lv2/plugin_capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// What is on the command line beside the capture itself
typedef struct {
  RcvCapture*   capture;
  RcvOptionList set;
  RcvOptionList grid;
  bool          list;
  bool          json;
  FILE*         results; ///< What stdout was when the process started
} Arguments;

static RcvParsed
parse(Arguments* const a, const int argc, char** const argv)
{
  RcvCapture* const c = a->capture;

  // With --list there is no recording to name
  bool lists = false;
  for (int i = 1; i < argc; ++i) {
    lists = lists || !strcmp(argv[i], "--list") || !strcmp(argv[i], "-l");
  }

  // clang-format off
  const RcvOption options[] = {
    {"output", 'o', RCV_OPTION_STRING, &c->folder, "DIR",
     "Folder for dry.wav, wet.wav and capture.json", 0.0, 0.0, NULL},
    {"set", 's', RCV_OPTION_LIST, &a->set, "SYMBOL=VALUE",
     "Set a control", 0.0, 0.0, NULL},
    {"grid", 'g', RCV_OPTION_LIST, &a->grid, "SYMBOL=V,V,...",
     "Capture once for each value of a control, or each combination of several "
     "controls, as the knobs of one model", 0.0, 0.0, NULL},
    {"preset", 'p', RCV_OPTION_STRING, &c->preset, "URI",
     "Load a preset first", 0.0, 0.0, NULL},
    {"list", 'l', RCV_OPTION_FLAG, &a->list, NULL,
     "Show the plugin's controls and stop", 0.0, 0.0, NULL},
    {"block", 'b', RCV_OPTION_UINT, &c->render.block, "N",
     "Frames in a block", 1.0, 8192.0, NULL},
    {"warm-up", 'w', RCV_OPTION_DURATION, &c->render.warm_up_s, "TIME",
     "Silence before, for the plugin to settle", 0.0, 60.0, NULL},
    {"trim-latency", 't', RCV_OPTION_FLAG, &c->render.trim_latency, NULL,
     "Take away the latency that the plugin reports", 0.0, 0.0, NULL},
    {"channel", 'c', RCV_OPTION_UINT, &c->channel, "N",
     "Channel of DRY to use, from 1; 0: it has only one", 0.0, 1024.0, NULL},
    {"json", 'j', RCV_OPTION_FLAG, &a->json, NULL,
     "Print capture.json (or the controls) on standard output", 0.0, 0.0, NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  // clang-format on
  const RcvUsage usage = {
    "capture",
    lists ? "PLUGIN_URI" : "PLUGIN_URI DRY",
    "Play a recording through an LV2 plugin, for data to train on",
    "lv2ls lists the plugins that are installed.  With --grid, what comes out\n"
    "for each combination is in DIR/NUMBER/wet.wav.",
    lists ? 1 : 2,
    options};

  const char*     operands[2] = {NULL, NULL};
  const RcvParsed parsed      = rcv_options_parse(&usage, argc, argv, operands);
  c->uri                      = operands[0];
  c->dry_path                 = operands[1];
  if (parsed == RCV_PARSED && !a->list && !c->folder) {
    fprintf(stderr, "recurve capture: -o DIR is missing; name a folder\n");
    return RCV_PARSED_WRONG;
  }
  return parsed;
}

/// Turn the texts of --set and --grid into knobs
static RcvStatus
parse_knobs(const Arguments* const a, RcvError* const error)
{
  RcvCapture* const c      = a->capture;
  RcvStatus         status = RCV_OK;
  const bool        sets   = a->set.n_items > RCV_CAPTURE_MAX_SET;
  if (sets || a->grid.n_items > RCV_CAPTURE_MAX_KNOBS) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "--%s is given more than %d times",
                         sets ? "set" : "grid",
                         sets ? RCV_CAPTURE_MAX_SET : RCV_CAPTURE_MAX_KNOBS);
  }
  for (; c->n_set < a->set.n_items && !status; ++c->n_set) {
    RcvKnob* const knob = &c->set[c->n_set];
    status              = rcv_knob_parse(knob, a->set.items[c->n_set], error);
    if (!status && knob->n_values != 1U) {
      status = rcv_error_set(error,
                             RCV_BAD_USAGE,
                             "--set %s: has several values; use --grid",
                             a->set.items[c->n_set]);
    }
  }
  for (; c->n_grid < a->grid.n_items && !status; ++c->n_grid) {
    status =
      rcv_knob_parse(&c->grid[c->n_grid], a->grid.items[c->n_grid], error);
  }
  return status;
}

static void
print_controls(FILE* const stream, const RcvLv2Plugin* const plugin)
{
  static const char* const format = "%-20s %12s %12s %12s  %s\n";

  fprintf(stream, format, "SYMBOL", "LEAST", "GREATEST", "DEFAULT", "NAME");
  for (size_t i = 0U; i < rcv_lv2_plugin_n_controls(plugin); ++i) {
    const RcvLv2Control c = rcv_lv2_plugin_control(plugin, i);
    if (c.is_input) {
      fprintf(stream,
              "%-20s %12g %12g %12g  %s%s\n",
              c.symbol,
              (double)c.min,
              (double)c.max,
              (double)c.default_value,
              c.name,
              c.is_toggled   ? " (0 or 1)"
              : c.is_integer ? " (whole numbers)"
                             : "");
    }
  }
}

static RcvStatus
list_controls(const Arguments* const a,
              RcvLv2Host* const      host,
              RcvError* const        error)
{
  RcvLv2Plugin* const plugin =
    rcv_capture_instantiate(a->capture, host, 48000U, error);
  if (!plugin) {
    return error->status;
  }
  if (a->json) {
    char* const text = rcv_capture_report_controls(plugin);
    fprintf(a->results, "%s\n", text ? text : "[]");
    free(text);
  } else {
    print_controls(a->results, plugin);
  }
  rcv_lv2_plugin_free(plugin);
  return RCV_OK;
}

static void
report_written(const char* const path,
               const bool        is_silent,
               const size_t      done,
               const size_t      n_all)
{
  fprintf(stderr, "%s (%zu of %zu)\n", path, done, n_all);
  if (is_silent) {
    fprintf(stderr,
            "recurve capture: warning: %s: is silent; check the settings\n",
            path);
  }
}

static RcvStatus
run(const Arguments* const a, RcvLv2Host* const host, RcvError* const error)
{
  char*           text   = NULL;
  const RcvStatus status = rcv_capture_run(a->capture, host, &text, error);
  if (!status && a->json) {
    fprintf(a->results, "%s\n", text);
  }
  free(text);
  return status;
}

/**
   Send what plugins print to stderr.

   Some greet on stdout, where only results may be.

   @return What stdout was, or NULL.
*/
static FILE*
divert_stdout(void)
{
  fflush(stdout);
  const int   copy    = dup(STDOUT_FILENO);
  FILE* const results = copy >= 0 ? fdopen(copy, "w") : NULL;
  if (results) {
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
  } else if (copy >= 0) {
    close(copy);
  }
  return results;
}

static RcvStatus
run_with_host(Arguments* const a, RcvError* const error)
{
  a->results = divert_stdout();
  if (!a->results) {
    return rcv_error_set(
      error, RCV_WRITE_ERROR, "standard output: %s", strerror(errno));
  }

  RcvLv2Host* const host   = rcv_lv2_host_new(error);
  RcvStatus         status = !host     ? RCV_NO_MEMORY
                             : a->list ? list_controls(a, host, error)
                                       : run(a, host, error);
  rcv_lv2_host_free(host);
  if (fclose(a->results) && !status) {
    status = rcv_error_set(error,
                           RCV_WRITE_ERROR,
                           "standard output: %s; free some space",
                           strerror(errno));
  }
  return status;
}

int
rcv_cmd_capture(const int argc, char** const argv)
{
  static RcvCapture capture;

  Arguments arguments;
  memset(&arguments, 0, sizeof(arguments));
  memset(&capture, 0, sizeof(capture));
  arguments.capture           = &capture;
  capture.render.block        = 256U;
  capture.render.warm_up_s    = 0.5;
  capture.render.trim_latency = true;
  capture.written             = report_written;

  const RcvParsed parsed = parse(&arguments, argc, argv);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError  error  = {RCV_OK, ""};
  RcvStatus status = parse_knobs(&arguments, &error);
  if (!status) {
    status = run_with_host(&arguments, &error);
  }
  if (status) {
    fprintf(stderr, "recurve capture: %s\n", error.message);
    return status == RCV_BAD_USAGE ? 2 : 1;
  }
  return 0;
}

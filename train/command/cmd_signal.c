// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"
#include "train/command/options.h"
#include "train/signal/capture_signal.h"

#include <stdio.h>

int
rcv_cmd_signal(const int argc, char** const argv)
{
  static const RcvSignal signals[] = {
    RCV_SIGNAL_ALL, RCV_SIGNAL_RIFF, RCV_SIGNAL_SHORT};

  uint32_t rate_hz = 48000U;
  uint32_t choice  = 0U;

  const RcvOption options[] = {
    {"rate",
     'r',
     RCV_OPTION_UINT,
     &rate_hz,
     "HZ",
     "Sample rate of the signal",
     RCV_SIGNAL_MIN_RATE,
     RCV_SIGNAL_MAX_RATE,
     NULL},
    {"part",
     'p',
     RCV_OPTION_CHOICE,
     &choice,
     NULL,
     "Everything (4 minutes), a riff that it does not contain (12 s, for "
     "demonstrations), or a short one of few notes (20 s, for tests)",
     0.0,
     0.0,
     "all|riff|short"},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  const RcvUsage usage = {
    "signal",
    "OUT",
    "Write the signal to play through a device, as a WAV file of 24 bits",
    "Play it into the device at its usual level, record what comes out at the\n"
    "same rate, and train on the two files.  It is the same to the byte on\n"
    "every machine, so that recurve train knows it and uses its parts.",
    1,
    options};

  const char*     out    = NULL;
  const RcvParsed parsed = rcv_options_parse(&usage, argc, argv, &out);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError error = {RCV_OK, ""};
  if (rcv_capture_signal_write(signals[choice], rate_hz, out, &error)) {
    fprintf(stderr, "recurve signal: %s\n", error.message);
    return 1;
  }

  const size_t n = rcv_capture_signal_length(signals[choice], rate_hz);
  fprintf(
    stderr, "%s: %.0f s at %u Hz\n", out, (double)n / (double)rate_hz, rate_hz);
  return 0;
}

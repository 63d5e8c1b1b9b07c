// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"
#include "train/file/output_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifndef RCV_VERSION
#  define RCV_VERSION "0.1.0"
#endif

/// A subcommand as the help shows it
typedef struct {
  const char* name;
  const char* operands;
  const char* summary;
  RcvCommand  run;
} Entry;

static const Entry entries[] = {
  {"train", "DRY WET...", "train a network on recordings", rcv_cmd_train},
  {"eval", "MODEL DRY WET", "measure how close a model is", rcv_cmd_eval},
  {"render", "MODEL IN OUT", "play a file through a model", rcv_cmd_render},
  {"info", "MODEL", "say what is in a model file", rcv_cmd_info},
  {"convert", "IN OUT", "write a model in another format", rcv_cmd_convert},
  {"capture", "PLUGIN_URI DRY", "record an LV2 plugin", rcv_cmd_capture},
  {"reach", "MODEL DRY WET", "how far back gradients reach", rcv_cmd_reach},
  {"install", "MODEL", "make an LV2 preset of a model", rcv_cmd_install},
  {"bench", "[MODEL]", "measure what playing costs", rcv_cmd_bench},
  {"signal", "OUT", "write the signal to play into gear", rcv_cmd_signal},
};

enum { N_ENTRIES = sizeof(entries) / sizeof(entries[0]) };

static void
print_help(FILE* const stream)
{
  fprintf(stream,
          "Usage: recurve COMMAND [OPTION]... OPERAND...\n"
          "Capture the sound of an audio device into a small recurrent "
          "network.\n\nCommands:\n");
  for (size_t i = 0U; i < N_ENTRIES; ++i) {
    fprintf(stream,
            "  %-8s %-15s %s\n",
            entries[i].name,
            entries[i].operands,
            entries[i].summary);
  }
  fprintf(stream,
          "\n  --help, -h               show this help\n"
          "  --version                show the version\n"
          "\nrecurve COMMAND --help shows what a command takes.\n");
}

static size_t
min_of(const size_t a, const size_t b)
{
  return a < b ? a : b;
}

/// Levenshtein distance, of words that are cut to 31 characters
static size_t
edit_distance(const char* const a, const char* const b)
{
  size_t       row[32];
  const size_t n_a = min_of(strlen(a), 31U);
  const size_t n_b = min_of(strlen(b), 31U);
  for (size_t j = 0U; j <= n_b; ++j) {
    row[j] = j;
  }
  for (size_t i = 1U; i <= n_a; ++i) {
    size_t diagonal = row[0];
    row[0]          = i;
    for (size_t j = 1U; j <= n_b; ++j) {
      const size_t above = row[j];
      const size_t swap  = diagonal + (a[i - 1U] == b[j - 1U] ? 0U : 1U);
      row[j]             = min_of(swap, min_of(above, row[j - 1U]) + 1U);
      diagonal           = above;
    }
  }
  return row[n_b];
}

static int
refuse(const char* const name)
{
  size_t best          = 0U;
  size_t best_distance = 32U;
  for (size_t i = 0U; i < N_ENTRIES; ++i) {
    const size_t distance = edit_distance(name, entries[i].name);
    if (distance < best_distance) {
      best          = i;
      best_distance = distance;
    }
  }

  if (best_distance <= 3U && best_distance < strlen(name)) {
    fprintf(stderr,
            "recurve: \"%s\" is no command; did you mean \"%s\"?\n",
            name,
            entries[best].name);
  } else {
    fprintf(
      stderr, "recurve: \"%s\" is no command; see recurve --help\n", name);
  }
  return 2;
}

/// Results that did not reach a full disk or a closed pipe are no results
static int
finish(const int status)
{
  if (fflush(stdout) || ferror(stdout)) {
    fprintf(stderr,
            "recurve: standard output: %s; free some space\n",
            strerror(errno));
    return status ? status : 1;
  }
  return status;
}

int
main(int argc, char** argv)
{
  if (argc < 2) {
    print_help(stderr);
    return 2;
  }

  const char* const name = argv[1];
  if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
    print_help(stdout);
    return finish(0);
  }
  if (!strcmp(name, "--version")) {
    printf("recurve %s\n", RCV_VERSION);
    return finish(0);
  }

  rcv_output_file_catch_signals();
  for (size_t i = 0U; i < N_ENTRIES; ++i) {
    if (!strcmp(name, entries[i].name)) {
      return finish(entries[i].run(argc - 1, argv + 1));
    }
  }
  return refuse(name);
}

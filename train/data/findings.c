// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/findings.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is worth a warning
static const double most_dc    = 0.1;    // Of the RMS
static const double least_peak = 0.01;   // -40 dB
static const double silent     = 1e-4;   // Noise of a dry recording: -80 dB
static const double most_noise = 0.0316; // Of the RMS: -30 dB
static const double nothing    = 1e-5;
static const double exact      = 1e-9; // ESR
static const double most_apart = 2.0;  // Frames between the takes' delays

/// Who is told
typedef struct {
  RcvFindingFunc func;
  void*          handle;
} Listener;

__attribute__((format(printf, 2, 3))) static void
warn(const Listener* const listener, const char* const format, ...)
{
  char    text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  listener->func(listener->handle, text);
}

void
rcv_findings_name_take(const RcvPair* const pair,
                       const size_t         take,
                       char* const          name,
                       const size_t         size)
{
  const RcvTakes* const takes = &pair->takes;
  if (takes->n_takes < 2 && !takes->n_knobs) {
    snprintf(name, size, "wet");
    return;
  }

  size_t n = (size_t)snprintf(name, size, "take %zu", take + 1);
  for (uint32_t k = 0; k < takes->n_knobs && n < size; ++k) {
    n += (size_t)snprintf(name + n,
                          size - n,
                          "%s%s %.2f%s",
                          k ? ", " : " (",
                          takes->knobs[k].name,
                          (double)takes->takes[take].knobs[k],
                          k + 1 == takes->n_knobs ? ")" : "");
  }
}

static void
warn_of_levels(const Listener* const  listener,
               const char* const      name,
               const RcvLevels* const levels)
{
  if (levels->n_clipped) {
    warn(listener,
         "%s: %zu frames look clipped; unless the device does that itself, "
         "record again at a lower level",
         name,
         levels->n_clipped);
  }
  if (fabs(levels->dc) > most_dc * levels->rms) {
    warn(listener,
         "%s: has a DC of %.2g beside an RMS of %.2g; unless the device makes "
         "it, take it off (sox IN OUT highpass 5)",
         name,
         levels->dc,
         levels->rms);
  }
  if (levels->peak < least_peak) {
    warn(listener,
         "%s: is quiet, with a peak of %.1f dB; record it louder",
         name,
         rcv_levels_db(levels->peak));
  }
}

static void
warn_of_noise(const Listener* const  listener,
              const char* const      name,
              const RcvLevels* const dry,
              const RcvLevels* const wet)
{
  const double part = wet->noise_floor / wet->rms;
  if (dry->noise_floor < silent && part > most_noise) {
    warn(listener,
         "%s: its noise floor is only %.0f dB below its RMS, so no model can "
         "be expected below an ESR of about %.2g; record with less noise or "
         "hum, or less gain",
         name,
         -rcv_levels_db(part),
         part * part);
  }
}

static void
warn_of_delay(const Listener* const     listener,
              const char* const         name,
              const RcvPair* const      pair,
              const RcvTakeCheck* const check)
{
  if (check->compared && !check->clear) {
    warn(listener,
         "%s: no clear delay was found, so none was taken off; check that it "
         "is what came out when dry went in",
         name);
    return;
  }

  const double apart = check->delay_frames - pair->delay_frames;
  if (check->compared && fabs(apart) > most_apart) {
    warn(listener,
         "%s: is %g frames %s than the other takes; capture all of them in "
         "one session",
         name,
         fabs(apart),
         apart > 0.0 ? "later" : "earlier");
  }
  if (rcv_drift_matters(&check->drift)) {
    warn(listener,
         "%s: drifts by %.2f frames (%.2f ppm): the recordings ran on two "
         "clocks, which no model can follow; record both on one, or stretch "
         "it (sox IN OUT speed %.9f rate %u pad 0 1 trim 0 %zus)",
         name,
         rcv_drift_frames(&check->drift),
         check->drift.ppm,
         1.0 + (1e-6 * check->drift.ppm),
         pair->rate_hz,
         pair->n_frames + (size_t)ceil(fabs(pair->delay_frames)));
  }
}

void
rcv_findings_warn(const RcvPair* const pair,
                  const RcvFindingFunc func,
                  void* const          handle)
{
  const Listener listener = {func, handle};
  warn_of_levels(&listener, "dry", &pair->dry_levels);
  for (size_t i = 0; i < pair->takes.n_takes; ++i) {
    const RcvTakeCheck* const check = &pair->checks[i];

    char name[256];
    rcv_findings_name_take(pair, i, name, sizeof(name));
    if (check->levels.rms < nothing) {
      continue; // A knob may do that
    }
    warn_of_levels(&listener, name, &check->levels);
    warn_of_noise(&listener, name, &pair->dry_levels, &check->levels);
    warn_of_delay(&listener, name, pair, check);
  }
}

void
rcv_findings_repeat(const RcvRepeat* const repeat,
                    char* const            text,
                    const size_t           size)
{
  if (!repeat->measured) {
    snprintf(text, size, "%s", "");
    return;
  }
  if (repeat->esr < exact) {
    snprintf(text, size, "two takes of the same do not differ");
    return;
  }
  snprintf(text,
           size,
           "ESR %.2g between two takes of the same; no model can be expected "
           "to do better than %.2g, the noise of one of them",
           repeat->esr,
           repeat->floor);
}

static void
print_levels(const char* const name, const RcvLevels* const levels)
{
  fprintf(stderr,
          "%s: peak %.1f dB, RMS %.1f dB, noise floor %.1f dB, DC %.2g, ",
          name,
          rcv_levels_db(levels->peak),
          rcv_levels_db(levels->rms),
          rcv_levels_db(levels->noise_floor),
          levels->dc);
  if (levels->n_clipped) {
    fprintf(stderr, "%zu frames look clipped", levels->n_clipped);
  } else {
    fprintf(stderr, "no clipping");
  }
}

static void
print_take(const RcvPair* const pair, const size_t take)
{
  const RcvTakeCheck* const check = &pair->checks[take];

  char name[256];
  rcv_findings_name_take(pair, take, name, sizeof(name));
  print_levels(name, &check->levels);
  if (check->clear) {
    fprintf(
      stderr, ", polarity %s", check->polarity < 0.0 ? "inverted" : "kept");
  }
  if (check->drift.measured) {
    fprintf(stderr,
            ", drift %.2f ppm (%.2f frames)",
            check->drift.ppm,
            rcv_drift_frames(&check->drift));
  }
  fputc('\n', stderr);
}

/// Which pair is spoken of; 0: there is only one
typedef struct {
  size_t number;
} Speaker;

static void
print_warning(void* const handle, const char* const sentence)
{
  const Speaker* const speaker = handle;
  if (speaker->number) {
    fprintf(stderr, "warning: pair %zu: %s\n", speaker->number, sentence);
  } else {
    fprintf(stderr, "warning: %s\n", sentence);
  }
}

static void
print_pair(const RcvPair* const pair)
{
  fprintf(stderr,
          "%.1f s at %u Hz%s, delay %.7g frames%s\n",
          (double)pair->n_frames / pair->rate_hz,
          pair->rate_hz,
          pair->is_signal ? " of the capture signal" : "",
          pair->delay_frames,
          fabs(pair->delay_frames) > 0.0 ? " (taken off)" : "");
  print_levels("dry", &pair->dry_levels);
  fputc('\n', stderr);
  for (size_t i = 0; i < pair->takes.n_takes; ++i) {
    print_take(pair, i);
  }

  char text[256];
  rcv_findings_repeat(&pair->repeat, text, sizeof(text));
  if (text[0]) {
    fprintf(stderr, "repeats itself: %s\n", text);
  }
}

void
rcv_findings_print(const RcvPairs* const pairs)
{
  const double rate  = pairs->pairs[0].rate_hz;
  const bool   alone = pairs->n_pairs == 1;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    const RcvPair* const pair = &pairs->pairs[i];
    if (!alone) {
      fprintf(
        stderr, "pair %zu: %s %s\n", i + 1, pair->dry_path, pair->wet_path);
    }
    print_pair(pair);
  }
  fprintf(stderr,
          "train %.1f s, validation %.1f s, test %.1f s\n",
          (double)rcv_pairs_length(pairs, RCV_USE_TRAIN) / rate,
          (double)rcv_pairs_length(pairs, RCV_USE_VALIDATION) / rate,
          (double)rcv_pairs_length(pairs, RCV_USE_TEST) / rate);
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    Speaker speaker = {alone ? 0 : i + 1};
    rcv_findings_warn(&pairs->pairs[i], print_warning, &speaker);
  }
}

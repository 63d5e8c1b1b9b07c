// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_harmonics.h"

#include "train/report/harmonics.h"
#include "train/report/report_html.h"
#include "train/report/report_plot.h"

#include <math.h>
#include <stdbool.h>

/// What is written
typedef struct {
  RcvHarmonics levels[RCV_N_HARMONIC_LEVELS];
  bool         has_device;
} Section;

// Bars begin here, so that all are seen
static const double bottom_db = -120.0;

static void
write_block(FILE* const         script,
            const char* const   name,
            const double* const db,
            const size_t        level)
{
  fprintf(script, "$%s%zu << EOD\n", name, level);
  for (size_t k = 0; k < RCV_N_HARMONICS; ++k) {
    if (isfinite(db[k])) {
      fprintf(script, "%zu %.2f\n", k + 1, db[k] - bottom_db);
    }
  }
  fputs("EOD\n", script);
}

/// A panel for each level, with bars from the bottom up
static void
write_script(FILE* const script, const void* const handle)
{
  const Section* const s       = handle;
  double               loudest = 0.0;
  for (size_t i = 0; i < RCV_N_HARMONIC_LEVELS; ++i) {
    write_block(script, "model", s->levels[i].model_db, i);
    write_block(script, "device", s->levels[i].device_db, i);
    loudest = fmax(loudest, s->levels[i].model_db[0]);
    loudest = fmax(loudest, s->levels[i].device_db[0]);
  }

  fprintf(script,
          "set terminal svg size 860,300 dynamic font 'sans-serif,13' "
          "background rgb 'white'\n"
          "set grid y lc rgb '#dddddd'\nset border 3 lc rgb '#666666'\n"
          "set tics nomirror\nset xtics 1,1,%d\nset xrange [0.4:%d.6]\n"
          "set yrange [0:%.1f]\nset ytics ('-120' 0, '-100' 20, '-80' 40, "
          "'-60' 60, '-40' 80, '-20' 100, '0' 120, '20' 140)\n"
          "set xlabel 'harmonic'\nset ylabel 'dB'\n"
          "set tics out\nset key above horizontal right samplen 1\n"
          "set multiplot layout 1,%d\n",
          RCV_N_HARMONICS,
          RCV_N_HARMONICS,
          loudest + 10.0 - bottom_db,
          RCV_N_HARMONIC_LEVELS);
  for (size_t i = 0; i < RCV_N_HARMONIC_LEVELS; ++i) {
    fprintf(
      script, "set title 'sine of %.0f dB'\nplot ", s->levels[i].level_db);
    if (s->has_device) {
      fprintf(script,
              "$device%zu using ($1 - 0.15):2 with impulses lw 4 lc rgb "
              "'#1f6fb4' title 'device', ",
              i);
    }
    fprintf(script,
            "$model%zu using ($1 + 0.15):2 with impulses lw 4 lc rgb "
            "'#e07b00' title 'model'\n",
            i);
  }
  fputs("unset multiplot\n", script);
}

static void
write_row(FILE* const         html,
          const double        level_db,
          const char* const   name,
          const double* const db)
{
  fprintf(html, "<tr><th>%.0f dB</th><th>%s</th>", level_db, name);
  for (size_t k = 0; k < RCV_N_HARMONICS; ++k) {
    rcv_html_cell(html, db[k], -1);
  }
  fputs("</tr>\n", html);
}

static void
write_table(FILE* const html, const Section* const s)
{
  fputs("<table class=\"numbers\">\n<tr><th>input</th><th></th>", html);
  for (size_t k = 0; k < RCV_N_HARMONICS; ++k) {
    fprintf(html, "<th>%zu</th>", k + 1);
  }
  fputs("</tr>\n", html);
  for (size_t i = 0; i < RCV_N_HARMONIC_LEVELS; ++i) {
    const RcvHarmonics* const h = &s->levels[i];
    if (s->has_device) {
      write_row(html, h->level_db, "device", h->device_db);
    }
    write_row(html, h->level_db, "model", h->model_db);
  }
  fputs("</table>\n", html);
}

RcvStatus
rcv_report_harmonics(FILE* const           html,
                     const RcvModel* const model,
                     const RcvPair* const  pair,
                     RcvError* const       error)
{
  Section   section;
  RcvStatus status = rcv_harmonics_measure(
    model, pair, section.levels, &section.has_device, error);
  if (status) {
    return status;
  }

  fprintf(html,
          "<h2 id=\"harmonics\">Harmonics at three levels</h2>\n"
          "<p>What becomes of a sine of %.0f Hz%s: amplitudes in dB, of which "
          "0 is full scale. %s</p>\n",
          section.levels[0].hz,
          pair->takes.n_knobs ? ", with the knobs in the middle" : "",
          section.has_device
            ? "It is in the capture signal, and was not trained on."
            : "Of the model only: the recordings have no such sine.");
  status = rcv_report_gnuplot(html, write_script, &section, error);
  write_table(html, &section);
  return status;
}

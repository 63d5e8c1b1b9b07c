// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_spectrogram.h"

#include "train/numbers/spectrum.h"
#include "train/report/report_plot.h"

#include <math.h>
#include <stdlib.h>

enum {
  WINDOW = 2 * (RCV_SPECTRUM_BINS - 1),
  HOP    = WINDOW / 2,
  // Two bins are a line of the picture, which is not higher than this
  MOST_LINES = (RCV_SPECTRUM_BINS - 1) / 2,
};

static const double greatest_hz = 12000.0;

/// Levels of lines of frequency over time
typedef struct {
  const char* title;
  double*     db; ///< [n_columns][n_lines]
  size_t      n_columns;
  size_t      n_lines;
  double      line_hz;
  double      column_s;
} Picture;

static void
write_script(FILE* const script, const void* const handle)
{
  const Picture* const p = handle;
  fprintf(script,
          "set terminal svg size 860,240 dynamic font 'sans-serif,13' "
          "background rgb 'white'\n"
          "set title \"%s\"\nset xlabel \"seconds\"\nset ylabel \"kHz\"\n"
          "set cblabel \"dB\"\nset cbrange [-120:0]\nset tics nomirror out\n"
          "set palette defined (0 '#000004', 0.25 '#51127c', 0.5 '#b73779', "
          "0.75 '#fc8961', 1 '#fcfdbf')\n"
          "set xrange [0:%.9g]\nset yrange [0:%.9g]\n$picture << EOD\n",
          p->title,
          (double)p->n_columns * p->column_s,
          (double)p->n_lines * p->line_hz / 1000.0);
  for (size_t k = 0; k < p->n_lines; ++k) {
    for (size_t i = 0; i < p->n_columns; ++i) {
      fprintf(script, "%.1f ", p->db[(i * p->n_lines) + k]);
    }
    fputc('\n', script);
  }
  fprintf(script,
          "EOD\nplot $picture matrix using (($1 + 0.5) * %.9g):"
          "(($2 + 0.5) * %.9g):3 with image notitle\n",
          p->column_s,
          p->line_hz / 1000.0);
}

RcvStatus
rcv_report_spectrogram(FILE* const        html,
                       const char* const  title,
                       const float* const x,
                       const size_t       n_frames,
                       const uint32_t     rate_hz,
                       RcvError* const    error)
{
  static double bins[RCV_SPECTRUM_BINS];

  Picture p   = {title, NULL, 0, 0, 2.0 * rate_hz / WINDOW, 0.0};
  p.column_s  = (double)HOP / rate_hz;
  p.n_columns = n_frames < WINDOW ? 0 : ((n_frames - WINDOW) / HOP) + 1;
  p.n_lines   = (size_t)fmin(MOST_LINES, greatest_hz / p.line_hz);
  if (p.n_columns < 2) {
    return RCV_OK;
  }

  p.db = malloc(p.n_columns * p.n_lines * sizeof(double));
  if (!p.db) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for a spectrogram");
  }

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < p.n_columns; ++i) {
    status = rcv_spectrum_db(x + (i * HOP), WINDOW, bins, error);
    for (size_t k = 0; !status && k < p.n_lines; ++k) {
      p.db[(i * p.n_lines) + k] = fmax(bins[2 * k], bins[(2 * k) + 1]);
    }
  }
  if (!status) {
    status = rcv_report_gnuplot(html, write_script, &p, error);
  }
  free(p.db);
  return status;
}

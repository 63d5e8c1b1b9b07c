// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_PLOT_H
#define TRAIN_REPORT_REPORT_PLOT_H

#include "dsp/model/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/// A line of a plot
typedef struct {
  const char*   title; ///< Without quotes
  const char*   color; ///< "#rrggbb"
  const double* x;     ///< [n], borrowed
  const double* y;     ///< [n], borrowed; what is not finite is a gap
  size_t        n;
} RcvPlotLine;

/// A plot of some lines
typedef struct {
  const char*        x_label;
  const char*        y_label;
  bool               x_log;
  bool               y_log;
  const RcvPlotLine* lines; ///< [n_lines], borrowed
  size_t             n_lines;
} RcvPlot;

/**
   Draw a plot as SVG into an HTML file, with gnuplot.

   Without gnuplot a sentence that says so is written instead.
*/
RcvStatus
rcv_report_plot(FILE* html, const RcvPlot* plot, RcvError* error);

/// Write a script that makes gnuplot print an SVG
typedef void (*RcvScriptFunc)(FILE* script, const void* handle);

/// The same for any script
RcvStatus
rcv_report_gnuplot(FILE*         html,
                   RcvScriptFunc write,
                   const void*   handle,
                   RcvError*     error);

#endif // TRAIN_REPORT_REPORT_PLOT_H

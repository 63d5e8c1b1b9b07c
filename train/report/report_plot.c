// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_plot.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
write_script(FILE* const script, const void* const handle)
{
  const RcvPlot* const plot = handle;
  fprintf(script,
          "set terminal svg size 860,340 dynamic font 'sans-serif,13' "
          "background rgb 'white'\n"
          "set grid lc rgb '#dddddd'\nset border 3 lc rgb '#666666'\n"
          "set tics nomirror\nset key top right\n"
          "set xlabel \"%s\"\nset ylabel \"%s\"\n%s%s",
          plot->x_label,
          plot->y_label,
          plot->x_log ? "set logscale x\n" : "",
          plot->y_log ? "set logscale y\nset format y '%g'\n" : "");

  for (size_t i = 0; i < plot->n_lines; ++i) {
    const RcvPlotLine* const line = &plot->lines[i];

    fprintf(script, "$line%zu << EOD\n", i);
    for (size_t k = 0; k < line->n; ++k) {
      if (isfinite(line->y[k])) {
        fprintf(script, "%.9g %.9g\n", line->x[k], line->y[k]);
      } else {
        fputc('\n', script);
      }
    }
    fputs("EOD\n", script);
  }

  for (size_t i = 0; i < plot->n_lines; ++i) {
    fprintf(script,
            "%s$line%zu using 1:2 with lines lw 1.5 lc rgb '%s' title \"%s\"",
            i ? ", " : "plot ",
            i,
            plot->lines[i].color,
            plot->lines[i].title);
  }
  fputc('\n', script);
}

/// Copy what gnuplot prints, from its <svg> on; false if there is none
static bool
copy_svg(FILE* const html, FILE* const pipe)
{
  char*   line   = NULL;
  size_t  size   = 0;
  bool    is_svg = false;
  ssize_t n      = 0;
  while ((n = getline(&line, &size, pipe)) >= 0) {
    is_svg = is_svg || !strncmp(line, "<svg", 4);
    if (is_svg) {
      fwrite(line, 1, (size_t)n, html);
    }
  }
  free(line);
  return is_svg;
}

RcvStatus
rcv_report_plot(FILE* const          html,
                const RcvPlot* const plot,
                RcvError* const      error)
{
  return rcv_report_gnuplot(html, write_script, plot, error);
}

RcvStatus
rcv_report_gnuplot(FILE* const         html,
                   const RcvScriptFunc write,
                   const void* const   handle,
                   RcvError* const     error)
{
  // No pictures for a file that cannot be written, which its owner will say
  if (ferror(html)) {
    return RCV_OK;
  }

  const char* const folder = getenv("TMPDIR");
  char              path[4096];
  char              command[4200];
  const int         n = snprintf(path,
                         sizeof(path),
                         "%s/recurve-plot-XXXXXX",
                         folder && folder[0] ? folder : "/tmp");

  // Its name goes through a shell
  const bool  plain  = !strpbrk(path, "'\n");
  const int   fd     = plain && n < (int)sizeof(path) ? mkstemp(path) : -1;
  FILE* const script = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (!script) {
    return rcv_error_set(error,
                         RCV_WRITE_ERROR,
                         "%s: cannot be made: %s; set TMPDIR to a folder that "
                         "can be written to",
                         path,
                         strerror(errno));
  }
  write(script, handle);
  errno = 0;

  const bool failed = ferror(script);
  if (fclose(script) || failed) {
    rcv_error_set(error,
                  RCV_WRITE_ERROR,
                  "%s: writing failed: %s; free some space, or set TMPDIR to "
                  "another folder",
                  path,
                  strerror(errno ? errno : EIO));
    unlink(path);
    return RCV_WRITE_ERROR;
  }

  snprintf(command, sizeof(command), "LC_ALL=C gnuplot '%s' 2>/dev/null", path);
  fflush(NULL); // Or the child writes what is still in our buffers
  // NOLINTNEXTLINE(cert-env33-c): the command is our own
  FILE* const pipe   = popen(command, "r");
  const bool  is_svg = pipe && copy_svg(html, pipe);
  if (pipe) {
    pclose(pipe);
  }
  unlink(path);
  if (!is_svg) {
    fputs("<p>No picture: install gnuplot to have one here.</p>\n", html);
  }
  return RCV_OK;
}

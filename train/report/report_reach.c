// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_reach.h"

#include "train/report/report_html.h"
#include "train/report/report_plot.h"

#include <math.h>
#include <stdlib.h>

// As in `recurve reach`, from fewer places, since one waits for the report
enum { N_LAGS = 4096, N_PLACES = 64 };

RcvStatus
rcv_report_reach_plot(FILE* const                 html,
                      const RcvReachResult* const r,
                      RcvError* const             error)
{
  const size_t  n       = r->n_points;
  double* const columns = calloc(5 * n, sizeof(double));
  if (!columns) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory to draw");
  }

  // What is 0 has no place on a logarithmic axis
  const double least = 1e-12;
  for (size_t i = 0; i < n; ++i) {
    columns[i]           = r->points[i].lag;
    columns[n + i]       = fmax(r->points[i].median, least);
    columns[(2 * n) + i] = fmax(r->points[i].quartiles[0], least);
    columns[(3 * n) + i] = fmax(r->points[i].quartiles[1], least);
    columns[(4 * n) + i] = r->points[i].median_c;
  }

  const RcvPlotLine lines[] = {
    {"quarter", "#9cc3e4", columns, columns + (2 * n), n},
    {"three quarters", "#9cc3e4", columns, columns + (3 * n), n},
    {"median of h", "#1f6fb4", columns, columns + n, n},
    {"median of c", "#e07b00", columns, columns + (4 * n), n},
  };
  const bool    has_c = isfinite(r->points[0].median_c);
  const RcvPlot plot  = {
     "lag in frames", "relative size", false, true, lines, has_c ? 4 : 3};

  const RcvStatus status = rcv_report_plot(html, &plot, error);
  free(columns);
  return status;
}

static void
write_table(FILE* const                 html,
            const RcvReachResult* const r,
            const uint32_t              rate_hz)
{
  fputs("<table class=\"numbers\">\n<tr><th>lag in frames</th><th>ms</th>"
        "<th>median</th><th>quarter</th><th>three quarters</th>"
        "<th>median of c</th></tr>\n",
        html);

  uint32_t next = 0; // About one row for two octaves, and the last
  for (size_t i = 0; i < r->n_points; ++i) {
    const RcvReachPoint* const point = &r->points[i];
    if (point->lag >= next || i + 1 == r->n_points) {
      next = point->lag ? 4 * point->lag : 1;
      fprintf(html, "<tr><td>%u</td>", point->lag);
      rcv_html_cell(html, 1000.0 * point->lag / rate_hz, 3);
      rcv_html_cell(html, point->median, 2);
      rcv_html_cell(html, point->quartiles[0], 2);
      rcv_html_cell(html, point->quartiles[1], 2);
      rcv_html_cell(html, point->median_c, 2);
      fputs("</tr>\n", html);
    }
  }
  fputs("</table>\n", html);
}

/// The longest region of all that a model was chosen by
static RcvPassage
longest_validation(const RcvPairs* const pairs)
{
  RcvPassage longest = {&pairs->pairs[0], {0, 0}};
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    const RcvPair* const pair = &pairs->pairs[i];
    for (size_t k = 0; k < pair->n_parts; ++k) {
      const RcvPart* const part = &pair->parts[k];
      if (part->use == RCV_USE_VALIDATION &&
          rcv_region_length(part->region) > rcv_region_length(longest.region)) {
        longest.pair   = pair;
        longest.region = part->region;
      }
    }
  }
  return longest;
}

RcvStatus
rcv_report_reach(FILE* const           html,
                 const RcvModel* const model,
                 const RcvPairs* const pairs,
                 RcvError* const       error)
{
  fputs("<h2 id=\"reach\">How far back gradients reach</h2>\n", html);

  const RcvPassage     passage = longest_validation(pairs);
  const RcvPair* const pair    = passage.pair;
  const RcvRegion      region  = passage.region;

  // After half a second that fills the state
  const size_t n_before = (pair->rate_hz / 2) + 2U;
  if (region.end <= n_before) {
    fputs("<p>The recording is too short to measure it.</p>\n", html);
    return RCV_OK;
  }

  const size_t   most   = region.end - n_before;
  const uint32_t n_lags = (uint32_t)(most < N_LAGS ? most : N_LAGS);
  RcvReachResult result;
  RcvStatus      status =
    rcv_reach_measure(model, pair, region, n_lags, N_PLACES, &result, error);
  if (!status) {
    char verdict[256];
    rcv_reach_say(&result, pair->rate_hz, verdict, sizeof(verdict));
    fputs(
      "<p>The gradient of one frame's loss by the state some frames "
      "before, relative to that of the same frame, on the validation part. ",
      html);
    rcv_html_text(html, verdict);
    fputs(".</p>\n", html);
    status = rcv_report_reach_plot(html, &result, error);
    write_table(html, &result, pair->rate_hz);
  }
  free(result.points);
  return status;
}

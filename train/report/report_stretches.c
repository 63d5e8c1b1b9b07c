// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_stretches.h"

#include "train/report/report_html.h"
#include "train/report/stretches.h"
#include "train/trainer/evaluate.h"
#include "train/trainer/steadiness.h"

#include <stdlib.h>

static const double length_s = 5.0;

static void
write_row(FILE* const             html,
          const RcvPair* const    pair,
          const char* const       part,
          const RcvStretch* const s)
{
  const double limit = RCV_REST_LIMIT * pair->wet_levels.rms;

  fprintf(html, "<tr><th>%s</th>", part);
  rcv_html_cell(html, (double)s->region.start / pair->rate_hz, -2);
  rcv_html_cell(html, (double)s->region.end / pair->rate_hz, -2);
  rcv_html_cell(html, s->metrics.esr, 3);
  rcv_html_cell(html, s->metrics.esr_pre, 3);
  rcv_html_cell(html, s->metrics.mr_stft, 3);
  rcv_html_cell(html, s->metrics.dc, 2);
  rcv_html_cell(html, s->rest_level, 2);
  fprintf(html,
          "<td>%s</td></tr>\n",
          s->rest_level > limit ? "latches" : "falls silent");
}

static RcvStatus
write_part(FILE* const           html,
           const RcvModel* const model,
           const RcvPair* const  pair,
           const char* const     part,
           const RcvRegion       region,
           RcvError* const       error)
{
  const size_t n_frames = rcv_region_length(region);
  if (!n_frames) {
    return RCV_OK;
  }

  float* const y_hat = malloc(n_frames * sizeof(float));
  if (!y_hat) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for the report");
  }

  RcvStretch* stretches = NULL;
  size_t      n         = 0;
  RcvMetrics  all;
  RcvStatus   status =
    rcv_evaluate_region(model, pair, region, y_hat, &all, error);
  if (!status) {
    status = rcv_stretches_measure(model,
                                   pair,
                                   region,
                                   y_hat,
                                   (size_t)(length_s * pair->rate_hz),
                                   &stretches,
                                   &n,
                                   error);
  }
  for (size_t i = 0; i < n; ++i) {
    write_row(html, pair, part, &stretches[i]);
  }
  free(stretches);
  free(y_hat);
  return status;
}

/// All regions with a use
static RcvStatus
write_use(FILE* const           html,
          const RcvModel* const model,
          const RcvPairs* const pairs,
          const RcvUse          use,
          RcvError* const       error)
{
  const char* const name   = use == RCV_USE_TEST ? "test" : "validation";
  RcvStatus         status = RCV_OK;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    const RcvPair* const pair = &pairs->pairs[i];

    char part[64];
    snprintf(part, sizeof(part), "%s, pair %zu", name, i + 1);
    for (size_t k = 0; !status && k < pair->n_parts; ++k) {
      if (pair->parts[k].use == use) {
        status = write_part(html,
                            model,
                            pair,
                            pairs->n_pairs > 1 ? part : name,
                            pair->parts[k].region,
                            error);
      }
    }
  }
  return status;
}

RcvStatus
rcv_report_stretches(FILE* const           html,
                     const RcvModel* const model,
                     const RcvPairs* const pairs,
                     RcvError* const       error)
{
  fputs("<h2 id=\"stretches\">Segment by segment</h2>\n"
        "<table class=\"numbers\">\n"
        "<tr><th></th><th>from s</th><th>to s</th><th>ESR</th>"
        "<th>pre-emphasised</th><th>MR-STFT</th><th>DC</th>"
        "<th>level at rest</th><th>after sound</th></tr>\n",
        html);

  RcvStatus status = write_use(html, model, pairs, RCV_USE_VALIDATION, error);
  if (!status) {
    status = write_use(html, model, pairs, RCV_USE_TEST, error);
  }
  fputs("</table>\n", html);
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    if (pairs->pairs[i].takes.n_takes > 1) {
      fputs("<p>Of the first take.</p>\n", html);
      break;
    }
  }
  return status;
}

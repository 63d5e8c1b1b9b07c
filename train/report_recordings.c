// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report_recordings.h"

#include "train/findings.h"
#include "train/report_html.h"

#include <math.h>

static void
write_levels(FILE* const            html,
             const char* const      name,
             const RcvLevels* const levels)
{
  fputs("<tr><th>", html);
  rcv_html_text(html, name);
  fputs("</th>", html);
  rcv_html_cell(html, rcv_levels_db(levels->peak), -1);
  rcv_html_cell(html, rcv_levels_db(levels->rms), -1);
  rcv_html_cell(html, rcv_levels_db(levels->noise_floor), -1);
  rcv_html_cell(html, levels->dc, 2);
  fprintf(html, "<td>%zu</td>", levels->n_clipped);
}

static void
write_take(FILE* const html, const RcvPair* const pair, const size_t take)
{
  const RcvTakeCheck* const check = &pair->checks[take];
  const RcvDrift* const     drift = &check->drift;
  const double              none  = (double)NAN;

  char name[256];
  rcv_findings_name_take(pair, take, name, sizeof(name));
  write_levels(html, name, &check->levels);
  if (check->clear) {
    fprintf(html,
            "<td>%ld</td><td>%s</td>",
            check->delay_frames,
            check->polarity < 0.0 ? "inverted" : "kept");
  } else {
    fputs("<td>–</td><td>–</td>", html);
  }
  rcv_html_cell(html, drift->measured ? drift->early_frames : none, -2);
  rcv_html_cell(html, drift->measured ? drift->late_frames : none, -2);
  rcv_html_cell(html, drift->measured ? drift->ppm : none, -2);
  fputs("</tr>\n", html);
}

static void
write_part(FILE* const          html,
           const RcvPair* const pair,
           const char* const    name,
           const RcvRegion      region)
{
  if (rcv_region_length(region)) {
    fprintf(html,
            "%s %.2f to %.2f s",
            name,
            (double)region.start / pair->rate_hz,
            (double)region.end / pair->rate_hz);
  }
}

static void
write_warning(void* const handle, const char* const sentence)
{
  FILE* const html = handle;
  fputs("<li>", html);
  rcv_html_text(html, sentence);
  fputs("</li>\n", html);
}

void
rcv_report_recordings(FILE* const html, const RcvPair* const pair)
{
  fputs("<h2 id=\"recordings\">Recordings</h2>\n<table class=\"numbers\">\n"
        "<tr><th></th><th>peak dB</th><th>RMS dB</th><th>noise floor dB</th>"
        "<th>DC</th><th>clipped frames</th><th>delay frames</th>"
        "<th>polarity</th><th>delay left, start</th><th>end</th>"
        "<th>drift ppm</th></tr>\n",
        html);
  write_levels(html, "dry", &pair->dry_levels);
  fputs("<td></td><td></td><td></td><td></td><td></td></tr>\n", html);
  for (size_t i = 0; i < pair->takes.n_takes; ++i) {
    write_take(html, pair, i);
  }
  fputs("</table>\n", html);

  char text[256];
  rcv_findings_repeat(&pair->repeat, text, sizeof(text));
  if (text[0]) {
    fputs("<p id=\"repeat\">How well the device repeats itself: ", html);
    rcv_html_text(html, text);
    fputs(".</p>\n", html);
  }

  fputs("<p>Used for ", html);
  write_part(html, pair, "training:", pair->train);
  write_part(html, pair, ", validation:", pair->validation);
  write_part(html, pair, ", test:", pair->test);
  fputs(".</p>\n<ul class=\"warnings\">\n", html);
  rcv_findings_warn(pair, write_warning, html);
  fputs("</ul>\n", html);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_recordings.h"

#include "train/data/findings.h"
#include "train/report/report_html.h"

#include <math.h>
#include <stdbool.h>

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
            "<td>%.7g</td><td>%s</td>",
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

/// What the parts of a recording are used for
static void
write_uses(FILE* const html, const RcvPair* const pair)
{
  static const char* const names[RCV_N_USES] = {
    "training:", "validation:", "test:"};

  const char* between = "<p>Used for ";
  for (size_t use = 0; use < RCV_N_USES; ++use) {
    bool named = false;
    for (size_t i = 0; i < pair->n_parts; ++i) {
      const RcvPart* const part = &pair->parts[i];
      if (part->use == (RcvUse)use) {
        fprintf(html,
                "%s%s%s%.2f to %.2f s",
                between,
                named ? "" : names[use],
                named ? "" : " ",
                (double)part->region.start / pair->rate_hz,
                (double)part->region.end / pair->rate_hz);
        named   = true;
        between = ", ";
      }
    }
  }
  fputs(".</p>\n", html);
}

static void
write_warning(void* const handle, const char* const sentence)
{
  FILE* const html = handle;
  fputs("<li>", html);
  rcv_html_text(html, sentence);
  fputs("</li>\n", html);
}

static void
write_pair(FILE* const html, const RcvPair* const pair)
{
  fputs("<table class=\"numbers\">\n"
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

  if (pair->n_parts) {
    write_uses(html, pair);
  }
  fputs("<ul class=\"warnings\">\n", html);
  rcv_findings_warn(pair, write_warning, html);
  fputs("</ul>\n", html);
}

void
rcv_report_recordings(FILE* const html, const RcvPairs* const pairs)
{
  fputs("<h2 id=\"recordings\">Recordings</h2>\n", html);
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    const RcvPair* const pair = &pairs->pairs[i];
    if (pairs->n_pairs > 1) {
      fprintf(html, "<h3>Pair %zu: ", i + 1);
      rcv_html_text(html, pair->dry_path);
      fputs(" ", html);
      rcv_html_text(html, pair->wet_path);
      fputs("</h3>\n", html);
    }
    write_pair(html, pair);
  }
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_html.h"

#include <math.h>

void
rcv_html_text(FILE* const html, const char* const text)
{
  for (const char* c = text; *c; ++c) {
    if (*c == '<') {
      fputs("&lt;", html);
    } else if (*c == '&') {
      fputs("&amp;", html);
    } else {
      fputc(*c, html);
    }
  }
}

void
rcv_html_row(FILE* const html, const char* const name, const char* const text)
{
  if (text[0]) {
    fprintf(html, "<tr><th>%s</th><td>", name);
    rcv_html_text(html, text);
    fputs("</td></tr>\n", html);
  }
}

void
rcv_html_number_row(FILE* const       html,
                    const char* const name,
                    const double      value,
                    const char* const unit)
{
  if (isfinite(value)) {
    fprintf(html, "<tr><th>%s</th><td>%.6g%s</td></tr>\n", name, value, unit);
  }
}

void
rcv_html_cell(FILE* const html, const double value, const int n_digits)
{
  if (!isfinite(value)) {
    fputs("<td>–</td>", html);
  } else if (n_digits < 0) {
    fprintf(html, "<td>%.*f</td>", -n_digits, value);
  } else {
    fprintf(html, "<td>%.*g</td>", n_digits, value);
  }
}

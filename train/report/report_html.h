// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_REPORT_REPORT_HTML_H
#define TRAIN_REPORT_REPORT_HTML_H

#include <stdio.h>

/// Write a text without what HTML would take for its own
void
rcv_html_text(FILE* html, const char* text);

/// Write a row of a table with a name and a text; nothing if the text is empty
void
rcv_html_row(FILE* html, const char* name, const char* text);

/// Write a row with a number and its unit; nothing if it is not finite
void
rcv_html_number_row(FILE*       html,
                    const char* name,
                    double      value,
                    const char* unit);

/**
   Write a cell with a number, or a dash if it is not finite.

   @param n_digits That count; negative: so many after the point.
*/
void
rcv_html_cell(FILE* html, double value, int n_digits);

#endif // TRAIN_REPORT_REPORT_HTML_H

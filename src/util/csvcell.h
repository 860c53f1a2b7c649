/* SPDX-License-Identifier: MIT
 * csvcell.h - one cell of CSV, as RFC 4180 has it.
 */
#ifndef BNC_UTIL_CSVCELL_H
#define BNC_UTIL_CSVCELL_H

#include "util/buf.h"

/* Quoted only where it must be, or begins or ends with a blank. */
void bnc_csv_put(struct bnc_buf *out, struct bnc_span s, char delim);
/* Always quoted. */
void bnc_csv_put_quoted(struct bnc_buf *out, struct bnc_span s);

/*
 * Whether spreadsheets take a text for a formula, quoted or not: by = + - @, a tab or a carriage
 * return at its start, and by the full-width forms that some fold before they look.  A leading '
 * makes it text.
 */
bool bnc_is_formula(struct bnc_span s);

#endif

/* SPDX-License-Identifier: MIT
 * rows_tell.h - what only the first rows tell of a source whose header is known: how cells are
 * quoted, and whether numeric dates begin with the day.
 */
#ifndef BNC_SCHEMA_ROWS_TELL_H
#define BNC_SCHEMA_ROWS_TELL_H

#include "schema/head.h"
#include "schema/plan.h"

/*
 * Sets quote and escape of '*d' by what the rows from the header on show, as far as 'opt' leaves
 * them open.  'from' stands at the header, or at the first row where there is none.
 */
void bnc_rows_tell_quotes(struct bnc_head from, bool headerless,
                          const struct bnc_schema_options *opt, struct bnc_dialect *d);

/*
 * The order of day and month, 'd', 'm' or 0 (open): 'stated' by format or options, else by the
 * first rows, else by the language of the header.  'from' stands at the first data row.
 */
char bnc_rows_tell_order(struct bnc_head from, const struct bnc_schema_plan *p, char stated);

#endif

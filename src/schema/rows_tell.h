/* SPDX-License-Identifier: MIT
 * rows_tell.h - what only the first rows tell of a source whose header is known: how cells are
 * quoted, whether numeric dates begin with the day, what columns of unknown names hold, and whether
 * columns named like events are flags.
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

/* Whether a cell is, as a whole, what a server replied to refuse or delay a message. */
bool bnc_is_reply(struct bnc_span cell);

/*
 * Where no name says whom failures happened to or what servers replied, looks for the column whose
 * first rows hold addresses or replies, among those that nobody knows by name and no field is read
 * from, and adds it to in->map.  '*guess' tells the user what was added; it stays as it is where
 * nothing was.  'from' stands at the first data row.  BNC_ENOMEM.
 */
enum bnc_status bnc_rows_tell_gaps(struct bnc_head from, const struct bnc_schema_plan *p,
                                   struct bnc_plan_input *in, const char **guess,
                                   struct bnc_error *err);

/*
 * Whether the columns that 'p' takes for events ("sent_at", "hard_bounced") are: one tells of
 * messages that went well and one of failures, and the first rows hold nothing but flags and times
 * in them.  Counts and words are none: such a table is of other things.
 */
bool bnc_rows_tell_events(struct bnc_head from, const struct bnc_schema_plan *p);

#endif

/* SPDX-License-Identifier: MIT
 * likeness.h - all that the recognition of a source depended on, to know a source of which it
 * would come out the same (private to the room; mappings.c compares).
 */
#ifndef BNC_SCHEMA_LIKENESS_H
#define BNC_SCHEMA_LIKENESS_H

#include "schema/recognize.h"

struct bnc_likeness {
    struct bnc_span begin;               /* the rows that were tried as headers under any dialect,
                                            and the byte behind them */
    unsigned delims;                     /* bnc_head_delims() */
    struct bnc_file_marks marks;
    struct bnc_dialect dialect;          /* before the rows told of quotes */
    char date_order;                     /* before the rows told of dates */
    bool headerless;
};

extern const char bnc_delims[];          /* that are tried, ends with NUL */

/* A bit for each of bnc_delims that is in the text; 0 where the options name the delimiter. */
unsigned bnc_head_delims(struct bnc_span text, const struct bnc_schema_options *opt);

#endif

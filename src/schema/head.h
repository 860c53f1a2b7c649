/* SPDX-License-Identifier: MIT
 * head.h - the first rows of a source, split for recognition. The same rows as csv/row.h would
 * find in legal text, but whole, with every cell, a few at a time and under any dialect that is
 * tried: the header is not known yet.
 */
#ifndef BNC_SCHEMA_HEAD_H
#define BNC_SCHEMA_HEAD_H

#include "csv/row.h"
#include "util/arena.h"

struct bnc_head {                        /* a cursor: set text, whole and dialect, zero the rest */
    struct bnc_span text;
    bool whole;                          /* text is all there is, so its last row is complete
                                            without a line end */
    struct bnc_dialect dialect;
    struct bnc_arena *arena;             /* takes the cells */
    bool one_row;                        /* cells are kept until the next row only */
    size_t at;                           /* offset of the next row */
    struct bnc_span *room;               /* with one_row: cells of the row before */
    uint32_t n_room;
};

struct bnc_head_row {
    size_t off;                          /* of its first byte */
    struct bnc_span raw;
    struct bnc_span *cell;               /* unquoted; live in the arena or the text */
    uint32_t n;
    bool nomem;                          /* out of memory, or more than BNC_MAX_COLUMNS cells */
};

/*
 * The next row; false at the end, at a row that is cut, or with row->nomem set.  Empty lines are
 * no rows.
 */
bool bnc_head_next(struct bnc_head *head, struct bnc_head_row *row);

#endif

/* SPDX-License-Identifier: MIT */
#include "schema/headers.h"

#include <stdlib.h>

#include "schema/formats.h"

#define MAX_NAME 100 /* longer names are in no table: a test asks */

static bool lists_fields(struct bnc_span s)
{
    return s.len > 8 && memcmp(s.at, "#Fields:", 8) == 0;
}

enum bnc_row_fault bnc_comment_fault(const struct bnc_schema_plan *p, struct bnc_span raw)
{
    const struct bnc_span h = p->header_raw;

    if (lists_fields(raw) && lists_fields(h) &&
        memcmp(raw.at, h.at, raw.len < h.len ? raw.len : h.len) != 0)
        return BNC_FAULT_OTHER_HEADER;
    return BNC_FAULT_REPEATED_HEADER;
}

uint32_t bnc_column_named(const struct bnc_schema_plan *p, struct bnc_span cell)
{
    uint32_t i = 0;

    while (i < p->n_names && !bnc_span_eq_nocase(p->name[i], cell))
        i++;
    return i;
}

static int by_name(const void *word, const void *known)
{
    return strcmp(word, ((const struct bnc_known_name *)known)->name);
}

/* Whether columns of some export are called so; '*addressed' where such hold what has an "@". */
static bool is_known_name(struct bnc_span cell, bool *addressed)
{
    const struct bnc_known_name *known;
    char word[MAX_NAME];

    if (cell.len >= sizeof word)
        return false;
    for (size_t i = 0; i < cell.len; i++)
        word[i] = bnc_lower(cell.at[i]);
    word[cell.len] = '\0';
    known = bsearch(word, bnc_known_names, bnc_n_known_names, sizeof *known, by_name);
    *addressed |= known != NULL && known->addressed;
    return known != NULL;
}

static bool may_be_name(struct bnc_span cell)
{
    for (size_t i = 0; i < cell.len; i++)
        if (bnc_is_digit(cell.at[i]) || cell.at[i] == '@')
            return false;
    return cell.len > 0;
}

/*
 * Words in every cell, most of them names of columns, and of one that may hold addresses: an export
 * of quite another kind begins, and no table of totals at the end.
 */
static bool is_foreign_header(const struct bnc_cells *c)
{
    struct bnc_span before = { 0 };
    uint32_t n = 0, unknown = 0;
    bool addressed = false;

    for (uint32_t i = 0; i < c->plan->n_cells; i++) {
        const struct bnc_span cell = bnc_span_trim(c->cell[i]);

        if (cell.len == 0 && c->short_row)
            continue;
        if (!may_be_name(cell) || bnc_span_eq_nocase(cell, before))
            return false;
        before = cell;
        n++;
    }
    for (uint32_t i = 0; i < c->plan->n_cells && 2 * unknown < n; i++) {
        const struct bnc_span cell = bnc_span_trim(c->cell[i]);

        unknown += cell.len > 0 && !is_known_name(cell, &addressed);
    }
    return addressed && n - unknown >= 2 && 2 * unknown < n;
}

enum bnc_row_fault bnc_header_fault(const struct bnc_cells *c, enum bnc_row_fault fault)
{
    const struct bnc_schema_plan *const p = c->plan;
    uint64_t seen[BNC_MAX_COLUMNS / 64 + 1] = { 0 };
    uint32_t n = 0, named = 0, in_place = 0;

    for (uint32_t i = 0; i < p->n_cells && p->header_raw.len > 0; i++) {
        const struct bnc_span cell = bnc_span_trim(c->cell[i]);
        const uint32_t column = bnc_column_named(p, cell);

        if (cell.len == 0)
            continue;
        n++;
        in_place += bnc_span_eq_nocase(cell, p->name[p->cells[i]]);
        named += column < p->n_names && (seen[column / 64] >> column % 64 & 1) == 0;
        seen[column / 64] |= UINT64_C(1) << column % 64;
    }
    if (named < 2 || 2 * named <= n)
        return n >= 2 && is_foreign_header(c) ? BNC_FAULT_OTHER_HEADER : fault;
    return in_place == n ? BNC_FAULT_REPEATED_HEADER : BNC_FAULT_OTHER_HEADER;
}

/* SPDX-License-Identifier: MIT */
#include "schema/headers.h"

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
        return fault;
    return in_place == n ? BNC_FAULT_REPEATED_HEADER : BNC_FAULT_OTHER_HEADER;
}

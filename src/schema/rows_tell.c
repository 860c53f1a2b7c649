/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "schema/rows_tell.h"

#include "schema/times.h"

/* ---- quotes ---- */

static bool is_wrapped(struct bnc_span s, char quote)
{
    return s.len >= 2 && s.at[0] == quote && s.at[s.len - 1] == quote;
}

/* Whether most cells of the header, or else of the rows behind it, stand in ' quotes. */
static bool single_quoted(struct bnc_head head, bool headerless)
{
    struct bnc_head_row row;
    size_t single = 0, cells = 0;

    for (uint32_t i = 0; i < 64 && bnc_head_next(&head, &row); i++) {
        for (uint32_t k = 0; k < row.n; k++) {
            cells += row.cell[k].len > 0;
            single += is_wrapped(row.cell[k], '\'');
        }
        if (i == 0 && 2 * single > cells)
            return true;
        if (i == 0 && !headerless)
            single = cells = 0;
    }
    return single > 0 && 2 * single > cells;
}

/*
 * Quotes are escaped by backslashes where one stands before a quote that can't be the closing one,
 * and none is doubled.
 */
static bool backslashed(struct bnc_span text, char delim)
{
    const char *at = text.at;
    const char *const end = at + text.len;

    if (memchr(at, '\\', text.len) == NULL || memmem(at, text.len, "\"\"", 2) != NULL)
        return false;
    while ((at = memmem(at, (size_t)(end - at), "\\\"", 2)) != NULL && end - at > 2) {
        if (at[2] != delim && at[2] != '\r' && at[2] != '\n' && at > text.at && at[-1] != '\\')
            return true;
        at += 2;
    }
    return false;
}

void bnc_rows_tell_quotes(struct bnc_head from, bool headerless,
                          const struct bnc_schema_options *opt, struct bnc_dialect *d)
{
    if (opt->quote == 0 && d->quote == '"' &&
        memchr(from.text.at, '\'', from.text.len) != NULL && single_quoted(from, headerless))
        d->quote = '\'';
    if (opt->escape == 0 && d->quote == '"' && backslashed(from.text, d->delim))
        d->escape = '\\';
}

/* ---- dates ---- */

char bnc_rows_tell_order(struct bnc_head from, const struct bnc_schema_plan *p, char stated)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_EVENT_TIME];
    struct bnc_head_row row;
    bool d = false, m = false;

    if (stated != 0)
        return stated;
    for (uint32_t i = 0; f->n > 0 && i < 500 && bnc_head_next(&from, &row); i++) {
        const uint32_t column = p->cells[f->pick[0].slot];
        const char order = column < row.n ? bnc_time_order(row.cell[column]) : 0;

        d |= order == 'd';
        m |= order == 'm';
    }
    if (d != m)
        return d ? 'd' : 'm';
    return p->day_first ? 'd' : 0;
}
